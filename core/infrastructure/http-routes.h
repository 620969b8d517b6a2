/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the API: which path is which use case, and which view answers it. */
#pragma once

#include "accept.h"
#include "admin-routes.h"
#include "cancel.h"
#include "dry-run.h"
#include "event-stream.h"
#include "http-server.h"
#include "query.h"

typedef struct KbntHttpRoutes KbntHttpRoutes;

/* What the API offers. Without a query there is no producer here: then only healthz, readyz,
 * metrics and the schema registry are served. Everything lives as long as the routes. */
typedef struct {
    KbntAccept *accept;
    KbntCancel *cancel;
    KbntDryRun *dry_run;
    KbntQuery *query; /* (nullable) */
    KbntEventStream *events;
    const char *const *cors_origins; /* (nullable): NULL-terminated */
    /* (transfer full): {HEALTH_STATUS, PASSED, TOTAL, CHECKS} from what is known, no I/O;
     * UNHEALTHY where nothing can be accepted. */
    KbntValue *(*check)(gpointer data);
    /* (transfer full) (nullable): the metrics in the form that accept (nullable) asks for. */
    GBytes *(*render)(const char *accept, const char **ret_content_type, gpointer data);
    gint64 (*wall_ms)(gpointer data);
    gpointer data;
    KbntAdminServices admin;
} KbntHttpServices;

KbntHttpRoutes *kbnt_http_routes_new(const KbntHttpServices *services);
void kbnt_http_routes_free(KbntHttpRoutes *routes);

/* For kbnt_http_server_new(). */
KbntHttpHandler kbnt_http_routes_handler(KbntHttpRoutes *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntHttpRoutes, kbnt_http_routes_free)

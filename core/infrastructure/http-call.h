/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns one request of the API on its way: who asks, under which correlation id, and how every
 * answer looks. */
#pragma once

#include "http-server.h"
#include "permission.h"
#include "random-ids.h"

#include <kbnt/kbnt-values.h>

typedef struct KbntCall KbntCall;

/* Appends the members of an answer. */
typedef void (*KbntCallWriter)(GString *json, KbntCall *call, const KbntValue *result);

/* One row of a table of paths. */
typedef struct {
    const char *method;
    const char *pattern; /* "*" is one segment, the call's argument; "**" all that follows */
    const char *queries; /* (nullable): names that the query may have; "*": any */
    void (*handle)(KbntCall *call);
    gboolean needs_producer;
} KbntRoute;

/* What calls share. */
typedef struct {
    const char *const *cors_origins; /* (nullable): NULL-terminated */
    gpointer services;               /* for the handlers */
    KbntRandomIds *ids;              /* for correlation ids */
} KbntCallContext;

/* Finds the row for the request and runs it; answers 404, 405 with Allow, and OPTIONS. */
void kbnt_call_route(const KbntCallContext *context, KbntHttpRequest *request,
                     const KbntRoute *routes, gsize n_routes, gboolean has_producer);

/* Answers a fault that the server found. */
void kbnt_call_refuse(const KbntCallContext *context, KbntHttpRequest *request, guint status,
                      const char *detail);

KbntHttpRequest *kbnt_call_request(const KbntCall *call);
gpointer kbnt_call_services(const KbntCall *call);
const KbntCaller *kbnt_call_caller(const KbntCall *call);
const char *kbnt_call_correlation_id(const KbntCall *call);
/* What stands where the pattern has its star. */
const char *kbnt_call_argument(const KbntCall *call);

/* Each answers and ends the call. Headers that every answer has are added; json and error are
 * (transfer full); headers and faults (nullable). */
void kbnt_call_reply(KbntCall *call, guint status, const KbntHttpHeader *headers,
                     const char *content_type, GBytes *body);
void kbnt_call_reply_json(KbntCall *call, guint status, const KbntHttpHeader *headers,
                          GString *json);
void kbnt_call_fail(KbntCall *call, const GError *error, const KbntValue *faults);
/* With the object whose members are written from result, or with error (nullable). */
void kbnt_call_answer(KbntCall *call, guint status, KbntCallWriter write,
                      const KbntValue *result, const GError *error);
void kbnt_call_fail_code(KbntCall *call, KbntErrorCode code, const char *pointer,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);
/* As kbnt_http_reply_stream(): NULL where the answer comes too late. */
KbntHttpStream *kbnt_call_reply_stream(KbntCall *call, const char *content_type,
                                       void (*on_close)(gpointer data), gpointer data);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the paths of administration, which are served on the Unix socket alone. */
#pragma once

#include "dead-letters.h"
#include "drain.h"
#include "http-call.h"
#include "reconcile.h"

/* What an operator may do; a NULL member is a path that answers 404. */
typedef struct {
    KbntDeadLetters *producer_letters;
    KbntDeadLetters *consumer_letters;
    KbntReconcile *reconcile;
    KbntDrain *drain;
    /* Appends a list of the loaded plugins, or of what the reload did with each key. */
    void (*list_plugins)(GString *json, gpointer data);
    gboolean (*reload)(GString *json, gpointer data, GError **error);
    /* Result {FAULTS: values {MESSAGE}}. */
    void (*check_store)(gpointer data, KbntDone done, gpointer done_data);
    const char *group; /* (nullable): its members may administer, besides root and ourselves */
    gpointer data;
} KbntAdminServices;

extern const KbntRoute kbnt_admin_routes[];
extern const gsize kbnt_admin_n_routes;

/* Whether the caller at the other end of the Unix socket may administer. */
gboolean kbnt_admin_allows(const KbntAdminServices *admin, const KbntHttpPeer *peer);

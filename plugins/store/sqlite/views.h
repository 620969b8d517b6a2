/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* views.h: owns lists and their cursors, and the small views that both halves have. */
#ifndef SQLITE_VIEWS_H
#define SQLITE_VIEWS_H

#include "store.h"

/* Returns: (transfer full): a result with no ITEMS yet. */
KbntValue *views_new_list(void);
/* Returns: MAX_ROWS of the argument, within bounds. */
gint64 views_max_rows(const KbntValue *argument);
/*
 * Reads CURSOR, which must be one that this store has given for this verb. Returns: FALSE with
 * MALFORMED; @ret_before is the row before which the page begins.
 */
gboolean views_read_cursor(Store *store, KbntStoreVerb verb, const KbntValue *argument,
                           gint64 *ret_before, GError **error);
/* Sets NEXT_CURSOR so that the next page begins before @id. */
void views_set_cursor(Store *store, KbntStoreVerb verb, KbntValue *result, gint64 id);

KbntValue *views_meta(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *views_totals(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *views_resource(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *views_resources(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

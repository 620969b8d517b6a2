/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * requests.h: owns the producer's requests as the writer moves them; request-rows.h says how
 * they lie in the file. A request is borrowed from the cache until the next one is found.
 */
#ifndef SQLITE_REQUESTS_H
#define SQLITE_REQUESTS_H

#include "ledger.h"
#include "request-rows.h"
#include "store.h"

/* Returns: (transfer full): a cache of Request, by messageId. */
Cache *requests_cache_new(void);

/* Returns: (transfer none) (nullable): NULL where it is unknown or the connection failed. */
Request *requests_find(Store *store, const char *message_id);
/*
 * Writes the REQUEST of @argument with its CHARGES and TOUCHES. Returns: FALSE where one of
 * its names is taken.
 */
gboolean requests_insert(Store *store, const KbntValue *argument);
/* Sets the fields of @patch, but for entries of HISTORY that are there already. */
void requests_patch(Store *store, Request *request, const KbntValue *patch, gint64 ended_at);
void requests_set_charges(Store *store, Request *request, ChargesState charges);
void requests_set_cancelled(Store *store, Request *request, gint64 reason);
gboolean requests_is_terminal(const Request *request);
/* CONFIRM: {PUBLICATION, HISTORY} on the request MESSAGE_ID, QUEUED becomes PROCESSING. */
void requests_publish(Store *store, const KbntValue *argument, KbntValue *result);
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * requests.h: owns the producer's requests: a lean row of what is asked for, and the parts
 * that make up the value (parts.h). The first part is {REQUEST, CHARGES, TOUCHES} as accepted,
 * the others are patches of REQUEST.
 */
#ifndef SQLITE_REQUESTS_H
#define SQLITE_REQUESTS_H

#include "ledger.h"
#include "store.h"

/* A request as the writer knows it; borrowed from the cache until the next request is found. */
typedef struct {
    gint64 id;
    gint64 n_parts;
    gint64 seed;
    gint64 status;
    gint64 charges;
    gint64 cancel_reason;
    /* Of the events of its stream; 0 as long as nobody has asked. */
    gint64 highest_sequence;
    KbntValue *holder;
    KbntValue *value;
} Request;

/* Returns: (transfer full): a cache of Request, by messageId. */
Cache *requests_cache_new(void);

/* Returns: (transfer none) (nullable): NULL where it is unknown or the connection failed. */
Request *requests_find(Store *store, const char *message_id);
/* Returns: whether it was written: FALSE where one of its names is taken. */
gboolean requests_insert(Store *store, KbntValue *holder);
/* Sets the fields of @patch, but for entries of HISTORY that are there already. */
void requests_patch(Store *store, Request *request, const KbntValue *patch, gint64 ended_at);
void requests_set_charges(Store *store, Request *request, ChargesState charges);
void requests_set_cancelled(Store *store, Request *request, gint64 reason);
gboolean requests_is_terminal(const Request *request);
/* CONFIRM: {PUBLICATION, HISTORY} on the request MESSAGE_ID, QUEUED becomes PROCESSING. */
void requests_publish(Store *store, const KbntValue *argument, KbntValue *result);
/* Returns: a checksum of what identifies the row; see requests_checksum(). */
gint64 requests_seed(const KbntValue *request);
gint64 requests_checksum(gint64 seed, gint64 status, gint64 charges, gint64 cancel_reason);

/* Returns: (transfer full) (nullable): the request of a row (id, cancel_reason). */
KbntValue *requests_read(Db *db, gint64 id, gint64 cancel_reason, KbntValue **ret_holder,
                         gint64 *ret_n_parts);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inbox.h: owns the consumer's rows of messages: a lean row of what is asked for, and the
 * parts that make up the value (parts.h), of which JOURNAL grows.
 */
#ifndef SQLITE_INBOX_H
#define SQLITE_INBOX_H

#include "store.h"

/* A message as the writer knows it; borrowed from the cache until the next one is found. */
typedef struct {
    gint64 id;
    gint64 n_parts;
    gint64 priority;
    gint64 state;
    gint64 epoch;
    gint64 cancel_reason;
    gint64 sequence;
    gboolean has_secrets;
    gboolean is_parked; /* or was, when the row was last read: the end of others frees it */
    char *message_id;
    KbntValue *data; /* (nullable): as the parts give it, while a worker has the message */
} Message;

/* The columns that inbox_read() reads, in this order. */
#define INBOX_COLUMNS \
    "id, message_id, user_id, priority, state, epoch, cancel_reason, checksum, parked"

/* Returns: (transfer full): a cache of Message, by messageId. */
Cache *inbox_cache_new(void);

/* Returns: (transfer none) (nullable) */
Message *inbox_find(Store *store, const char *message_id);
/*
 * Writes the row of @message, whose id is given here, with @first as its first part; one that
 * has ended frees what waits for it. Returns: FALSE where the message is known, and then
 * nothing is written.
 */
gboolean inbox_insert(Store *store, const Message *message, const char *body_hash,
                      const char *user_id, KbntValue *first);
/* Writes state, epoch and cancel reason, and does what the end of a message brings. */
void inbox_update(Store *store, Message *message, gint64 state);
void inbox_append(Store *store, Message *message, const KbntValue *part);
gboolean inbox_has_ended(gint64 state);
/* Drops SSH_KEYS and USER_DATA, unless a dead letter of it may still be redriven. */
void inbox_drop_secrets(Store *store, Message *message);

/* Returns: (transfer full) (nullable): the inbox row of INBOX_COLUMNS. */
KbntValue *inbox_read(Db *db, DbRow *row);
/* Returns: whether the lean row is what was written. */
gboolean inbox_is_sound(DbRow *row);

#endif

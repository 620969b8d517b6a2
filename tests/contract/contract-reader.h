/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the suites of transports share: a topic of their own, records, and a reader. */
#pragma once

#include "contract.h"

/* One subscription that remembers all it is told. */
typedef struct {
    KbntSubscription subscription;
    Contract *contract;
    char *group;
    GPtrArray *received;
    GArray *owned;
    guint n_assigned;
    guint n_lost;
    gboolean acknowledges;
    gboolean is_joined;
} Reader;

/* Returns: (transfer full): the name of a topic that this call has made. */
char *reader_topic(Contract *contract, gint64 n_partitions);

/* Returns: (transfer full): a record; @key: (nullable). */
KbntValue *reader_record(const char *topic, const char *key, const char *body);

/* Returns: (transfer full): a reader that has subscribed; it acknowledges each record at once
 * where it is said to. @topic lives longer; the group is one of this topic alone. */
Reader *reader_join(Contract *contract, const char *topic, const char *group, guint window,
                    gboolean acknowledges);
/* The same in the group "contract", with times that the transport would choose otherwise. */
Reader *reader_join_with_times(Contract *contract, const char *topic, gint64 session_timeout_ms,
                               gint64 commit_interval_ms, gint64 poll_timeout_ms);

/* Unsubscribes, where it is joined. */
void reader_leave(Reader *reader);

/* Leaves and frees; before its contract is closed. */
void reader_free(Reader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reader, reader_free)

/* Waits until the reader has had as many records as this in all. */
void reader_await(Reader *reader, guint n_records);

/* Waits until the reader owns as many partitions as this. */
void reader_await_owned(Reader *reader, guint n_partitions);

void reader_acknowledge(Reader *reader, const KbntValue *record);

/* Returns: (transfer none): a record that was received. */
KbntValue *reader_nth(const Reader *reader, guint index);

/* Returns: (transfer full): its body as text; NULL where there is none. */
char *reader_body(const Reader *reader, guint index);

/* Publishes one record and waits. Returns: (transfer full): the confirmation. */
KbntValue *reader_publish(Contract *contract, KbntValue *record);

/* Publishes "0", "1", … in one batch, with @n_keys different keys, and waits for all. */
void reader_publish_many(Contract *contract, const char *topic, guint n_records, guint n_keys);

/* Returns: (transfer full): describe's result. @group: (nullable). */
KbntValue *reader_describe(Contract *contract, const char *topic, const char *group);

/* Returns: the sum of LAG over the partitions. */
gint64 reader_lag(Contract *contract, const char *topic, const char *group);

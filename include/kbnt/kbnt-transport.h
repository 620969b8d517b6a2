/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-transport.h: owns the port to a message broker: records out, records in, positions.
 *
 * A transport knows records, never what is in them. A record is a KbntValue:
 *
 *   TOPIC      always
 *   KEY        bytes, possibly empty; absent for none
 *   BODY       bytes, possibly empty
 *   HEADERS    values {NAME, HEADER_VALUE}, in order
 *   PARTITION, OFFSET, TIMESTAMP   on the way in, and in the result of publish
 *
 * Further fields on a record to publish belong to the publisher and come back untouched in
 * settled. Partition = kbnt_partition(key) for every transport; records without key go to 0.
 *
 * Promises: a publish is confirmed or fails, in the order of one partition; delivery is at
 * least once, in order per key, until acknowledged; at most `window` records of a subscription
 * are in flight; nothing is delivered before subscribe has completed or after unsubscribe
 * or stop has; queues are bounded (a full one fails a publish with QUEUE_FULL, class RETRY).
 * All ops are called, and all callbacks come, on the loop thread.
 */
#ifndef KBNT_TRANSPORT_H
#define KBNT_TRANSPORT_H

#include <kbnt/kbnt-host.h>
#include <kbnt/kbnt-life.h>

G_BEGIN_DECLS

/**
 * KbntTransportCaps:
 * @KBNT_TRANSPORT_DURABLE: what is confirmed survives the process; else settled tells
 * @KBNT_TRANSPORT_ATOMIC: has publish_atomic and read_cursor
 * @KBNT_TRANSPORT_SHARED: other processes see the same topics
 * @KBNT_TRANSPORT_OFFSETS: the offset of a confirmation is the broker's
 */
typedef enum {
    KBNT_TRANSPORT_DURABLE = 1 << 0,
    KBNT_TRANSPORT_ATOMIC = 1 << 1,
    KBNT_TRANSPORT_SHARED = 1 << 2,
    KBNT_TRANSPORT_OFFSETS = 1 << 3,
} KbntTransportCaps;

/**
 * KbntSubscription:
 * @size: sizeof(KbntSubscription)
 * @window: most records delivered and not acknowledged
 * @topic: what to read
 * @group: members of one group share the partitions
 * @records: (transfer none): some records, in order for each partition
 * @assigned: (nullable): a partition came to this member
 * @lost: (nullable): a partition left this member; acknowledging it does nothing from here on
 * @user_data: passed to the callbacks
 * @session_timeout_ms: after this silence of the member others get its partitions
 * @commit_interval_ms: how often what is acknowledged is told to the broker
 * @poll_timeout_ms: the longest that nobody looks for records, though nothing woke the
 * transport
 *
 * Of the times, which came with ABI 1.2, 0 is left to the transport, and those that it does not
 * have mean nothing to it.
 *
 * What a subscriber wants. It belongs to the subscriber, is the subscription's identity, and
 * stays as it is until unsubscribe has completed.
 */
typedef struct {
    guint32 size;
    guint32 window;
    const char *topic;
    const char *group;
    void (*records)(KbntValue *const *records, guint n_records, gpointer user_data);
    void (*assigned)(gint32 partition, gpointer user_data);
    void (*lost)(gint32 partition, gpointer user_data);
    gpointer user_data;
    gint64 session_timeout_ms;
    gint64 commit_interval_ms;
    gint64 poll_timeout_ms;
} KbntSubscription;

/**
 * KbntTransportOps:
 * @life: create, start, stop, reload, destroy, health
 * @ensure_topic: argument {TOPIC, PARTITIONS, REPLICAS, RETENTION_MS (-1 for ever)}: makes the
 *   topic where it is missing and permitted, else checks it; result as of describe
 * @describe: argument {TOPIC, GROUP}: result {TOPIC, PARTITIONS, REPLICAS, MEMBERS (without
 *   those that an earlier process of this instance has left behind), ASSIGNMENTS: values
 *   {PARTITION, OFFSET (next to read), LAG}}; NOT_FOUND
 * @publish: @tasks: (transfer full each) one task a record, its argument; result {PARTITION,
 *   OFFSET (absent where the broker has none), TIMESTAMP}. Errors of class RETRY may have
 *   reached the broker
 * @subscribe: joins; records come after @task has completed
 * @unsubscribe: leaves; no callback of @subscription after @task has completed
 * @acknowledge: all records of the partition up to and including @offset are done with
 * @pause: delivers no more of the partition, until
 * @resume: is called
 * @watch_settled: (nullable): only without DURABLE: @settled is told each published record
 *   whose last subscriber has acknowledged it
 * @publish_atomic: (nullable): all @tasks, as of publish, and the cursor that is @done's
 *   argument {OWNER, TOPIC (one of the records'), POSITION} or none of it; @done completes
 * last, without a result. Only after read_cursor, which is asked again after each failure: an
 * error of class RETRY may have reached the broker with all of it
 * @read_cursor: (nullable): argument {OWNER, TOPIC}: result {POSITION} of the last cursor that
 *   went out; NOT_FOUND where none has. The asker holds the cursor from here on; from whoever
 *   held it before nothing more goes out, and he hears IN_USE
 *
 * The ops of a transport.
 */
typedef struct {
    KbntLifeOps life;
    void (*ensure_topic)(void *instance, KbntTask *task);
    void (*describe)(void *instance, KbntTask *task);
    void (*publish)(void *instance, KbntTask *const *tasks, guint n_tasks);
    void (*subscribe)(void *instance, const KbntSubscription *subscription, KbntTask *task);
    void (*unsubscribe)(void *instance, const KbntSubscription *subscription, KbntTask *task);
    void (*acknowledge)(void *instance, const KbntSubscription *subscription, gint32 partition,
                        gint64 offset);
    void (*pause)(void *instance, const KbntSubscription *subscription, gint32 partition);
    void (*resume)(void *instance, const KbntSubscription *subscription, gint32 partition);
    void (*watch_settled)(void *instance, void (*settled)(KbntValue *record, gpointer data),
                          gpointer data);
    void (*publish_atomic)(void *instance, KbntTask *const *tasks, guint n_tasks,
                           KbntTask *done);
    void (*read_cursor)(void *instance, KbntTask *task);
} KbntTransportOps;

G_END_DECLS

#endif

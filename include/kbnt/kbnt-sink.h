/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-sink.h: owns the port to whoever watches: transitions as they happen, metrics on demand.
 *
 * A sink can never hold up or fail a request: observe runs on a thread of the sink's own,
 * behind a ring that drops and counts when the sink is slow. The core updates its registry of
 * metrics before the ring, so that a drop never loses a count.
 *
 * A transition is a value {TRANSITION, SERVICE, LAYER, TIMESTAMP} and, of MESSAGE_ID,
 * REQUEST_ID, CORRELATION_ID, USER_ID, REQUEST_TYPE, RESOURCE_TYPE, RESOURCE_STATUS, STEP,
 * TOPIC, HOST, REGION, EVENT_TYPE, CODE, REASON, SECONDS, COST_PER_HOUR_USD, SIZE_BYTES,
 * ATTEMPTS and OUTCOME_LABEL, what applies:
 *
 *   request-received       REQUEST_TYPE (absent: UNKNOWN)
 *   request-replayed       REQUEST_TYPE
 *   request-rejected       REQUEST_TYPE, CODE
 *   request-accepted       REQUEST_TYPE, SECONDS (headers read to outbox commit)
 *   record-confirmed       TOPIC, SECONDS (publish to confirmation), SIZE_BYTES
 *   record-resent          TOPIC
 *   message-received       REQUEST_TYPE, SECONDS (broker timestamp to inbox commit)
 *   message-redelivered    REQUEST_TYPE
 *   message-dead           REASON (as in kbnt_messages_failed_total)
 *   allocation-claimed     RESOURCE_TYPE, HOST
 *   step-ended             STEP, OUTCOME_LABEL (success, failed, compensated), SECONDS
 *   step-retried           STEP, CODE, ATTEMPTS
 *   resource-created       RESOURCE_TYPE, RESOURCE_STATUS, REGION, COST_PER_HOUR_USD, METRICS
 *   resource-changed       RESOURCE_TYPE, RESOURCE_STATUS
 *   resource-removed       RESOURCE_TYPE
 *   resource-charged       RESOURCE_TYPE, COST (USD, of one more hour begun)
 *   request-ended          REQUEST_TYPE, PRIORITY, OUTCOME_LABEL (success, failed, cancelled),
 *                          CODE, SECONDS (intake to end); at the consumer
 *   event-acknowledged     EVENT_TYPE, TOPIC; for a terminal event also REQUEST_TYPE, PRIORITY,
 *                          SECONDS (acceptance to acknowledgement)
 *   request-settled        REQUEST_TYPE, PRIORITY, OUTCOME_LABEL; at the producer, when its
 *                          view becomes terminal
 *   event-projected        EVENT_TYPE, and DUPLICATE or EXPECTED_SEQUENCE where it was odd
 *   debt-left              RESOURCE_TYPE, HOST, RESOURCE_STATUS: QUARANTINED where something
 *                          of a new resource is left
 *   debt-paid              RESOURCE_TYPE, HOST, RESOURCE_STATUS: DELETED where that is gone,
 *                          ALLOCATED where a volume is unplugged again
 *   reconciled             TOTALS: values {NAME, COUNT}, of a round over all hosts
 */
#ifndef KBNT_SINK_H
#define KBNT_SINK_H

#include <kbnt/kbnt-host.h>
#include <kbnt/kbnt-life.h>

G_BEGIN_DECLS

/**
 * KbntMetricKind:
 *
 * The types of OpenMetrics that kbnt uses.
 */
typedef enum {
    KBNT_METRIC_COUNTER = 1,
    KBNT_METRIC_GAUGE = 2,
    KBNT_METRIC_HISTOGRAM = 3,
} KbntMetricKind;

/**
 * KbntSnapshot:
 *
 * The registry of metrics at one moment, consistent in itself. Made by the core, read on any
 * thread. Families are in the order of their names, series in the order of their labels.
 */
typedef struct KbntSnapshot KbntSnapshot;

guint kbnt_snapshot_n_families(const KbntSnapshot *snapshot);

const char *kbnt_snapshot_name(const KbntSnapshot *snapshot, guint family);

const char *kbnt_snapshot_help(const KbntSnapshot *snapshot, guint family);

/**
 * kbnt_snapshot_unit:
 *
 * Returns: (transfer none): "seconds", "bytes", or "" where the name carries no base unit.
 */
const char *kbnt_snapshot_unit(const KbntSnapshot *snapshot, guint family);

KbntMetricKind kbnt_snapshot_kind(const KbntSnapshot *snapshot, guint family);

/**
 * kbnt_snapshot_label_names:
 *
 * Returns: (transfer none): NULL-terminated names of the family's labels.
 */
const char *const *kbnt_snapshot_label_names(const KbntSnapshot *snapshot, guint family);

guint kbnt_snapshot_n_series(const KbntSnapshot *snapshot, guint family);

/**
 * kbnt_snapshot_label_values:
 *
 * Returns: (transfer none): as many values as the family has names.
 */
const char *const *kbnt_snapshot_label_values(const KbntSnapshot *snapshot, guint family,
                                              guint series);

/**
 * kbnt_snapshot_value:
 *
 * Returns: the value of a counter or gauge, the sum of a histogram.
 */
double kbnt_snapshot_value(const KbntSnapshot *snapshot, guint family, guint series);

/**
 * kbnt_snapshot_buckets:
 * @ret_counts: (out) (transfer none): one cumulative count a bound, and one for +Inf
 * @ret_bounds: (out) (transfer none): the upper bounds, without +Inf
 *
 * Returns: the number of bounds of a histogram; 0 for the other kinds.
 */
guint kbnt_snapshot_buckets(const KbntSnapshot *snapshot, guint family, guint series,
                            const guint64 **ret_counts, const double **ret_bounds);

/**
 * KbntSinkCaps:
 * @KBNT_SINK_RENDERS: has render
 */
typedef enum {
    KBNT_SINK_RENDERS = 1 << 0,
} KbntSinkCaps;

/**
 * KbntSinkOps:
 * @life: create, start, stop, reload, destroy, health
 * @observe: (nullable): a transition happened; on the sink's own thread, may block
 * @render: (nullable): writes the snapshot as text for a scraper; @accept is the Accept header
 *   or NULL; returns (transfer full) the bytes and sets @ret_content_type (transfer none, lives
 *   as long as the plugin). On the loop thread, no I/O
 *
 * The ops of a sink.
 */
typedef struct {
    KbntLifeOps life;
    void (*observe)(void *instance, const KbntValue *transition);
    GBytes *(*render)(void *instance, const KbntSnapshot *snapshot, const char *accept,
                      const char **ret_content_type);
} KbntSinkOps;

G_END_DECLS

#endif

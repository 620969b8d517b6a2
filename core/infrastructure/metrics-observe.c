/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what each transition means for the metrics: one function a kind. */
#include "inventory.h"
#include "metrics-private.h"

#include <kbnt/kbnt-store.h>
#include <string.h>

static const char *
enum_label(const KbntValue *transition, KbntField field)
{
    const char *name = kbnt_enum_name(kbnt_field_type(field),
                                      kbnt_value_get_int(transition, field));
    return name ? name : "UNKNOWN";
}

static const char *
text_label(const KbntValue *transition, KbntField field, const char *otherwise)
{
    const char *text = kbnt_value_get_string(transition, field);
    return text ? text : otherwise;
}

static const char *
type_of(const KbntValue *transition)
{
    return enum_label(transition, KBNT_FIELD_REQUEST_TYPE);
}

static const char *
service_of(const KbntValue *transition)
{
    return kbnt_value_get_int(transition, KBNT_FIELD_SERVICE) == KBNT_SERVICE_PRODUCER
               ? "producer"
               : "consumer";
}

static double
seconds_of(const KbntValue *transition)
{
    return kbnt_value_get_number(transition, KBNT_FIELD_SECONDS);
}

static void
count(KbntMetrics *metrics, KbntMetricId id, const char *const *labels)
{
    kbnt_metrics_add(metrics, id, labels, 1);
}

static void
count_operation(KbntMetrics *metrics, const KbntValue *transition, const char *status)
{
    const char *operation = kbnt_metrics_operation(
        kbnt_value_get_int(transition, KBNT_FIELD_REQUEST_TYPE));
    count(metrics, KBNT_METRIC_OPERATIONS, KBNT_LABELS(operation, status));
}

static void
request_received(KbntMetrics *metrics, const KbntValue *transition)
{
    count(metrics, KBNT_METRIC_REQUESTS, KBNT_LABELS("producer", type_of(transition)));
}

static void
request_replayed(KbntMetrics *metrics, const KbntValue *transition)
{
    count(metrics, KBNT_METRIC_REPLAYED, KBNT_LABELS(type_of(transition)));
}

/* Whether the domain has said no, rather than a limit or the server. */
static gboolean
is_judgement(const char *code)
{
    static const char *const codes[] = { "VALIDATION_FAILED",
                                         "PERMISSION_DENIED",
                                         "QUOTA_EXCEEDED",
                                         "BUDGET_EXCEEDED",
                                         "POLICY_DENIED",
                                         "IMAGE_UNKNOWN",
                                         NULL };
    return g_strv_contains(codes, code);
}

static void
request_rejected(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *code = text_label(transition, KBNT_FIELD_CODE, "INTERNAL");
    count(metrics, KBNT_METRIC_REJECTED, KBNT_LABELS(code));
    count_operation(metrics, transition, "rejected");
    if (is_judgement(code))
        count(metrics, KBNT_METRIC_FAILED, KBNT_LABELS("producer", "domain-validation-failed"));
}

static void
request_accepted(KbntMetrics *metrics, const KbntValue *transition)
{
    double seconds = seconds_of(transition);
    const char *const *labels = KBNT_LABELS(type_of(transition));
    kbnt_metrics_record(metrics, KBNT_METRIC_REQUEST_MS, labels, seconds * 1000);
    kbnt_metrics_record(metrics, KBNT_METRIC_REQUEST_SECONDS, labels, seconds);
}

static void
record_confirmed(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *topic = text_label(transition, KBNT_FIELD_TOPIC, "UNKNOWN");
    const char *service = service_of(transition);
    double seconds = seconds_of(transition);
    count(metrics, KBNT_METRIC_SENT, KBNT_LABELS(service, topic));
    count(metrics, KBNT_METRIC_TOPIC_MESSAGES, KBNT_LABELS(topic));
    kbnt_metrics_record(metrics, KBNT_METRIC_PUBLISH_SECONDS, KBNT_NO_LABELS, seconds);
    kbnt_metrics_record(metrics, KBNT_METRIC_MESSAGE_BYTES, KBNT_LABELS(topic),
                        (double)kbnt_value_get_int(transition, KBNT_FIELD_SIZE_BYTES));
    if (strcmp(service, "producer") == 0)
        kbnt_metrics_record(metrics, KBNT_METRIC_PROCESSING_SECONDS,
                            KBNT_LABELS(service, "publish"), seconds);
}

static void
record_resent(KbntMetrics *metrics, const KbntValue *transition)
{
    count(metrics, KBNT_METRIC_RESENT,
          KBNT_LABELS(text_label(transition, KBNT_FIELD_TOPIC, "UNKNOWN")));
}

static void
message_received(KbntMetrics *metrics, const KbntValue *transition)
{
    double seconds = seconds_of(transition);
    const char *type = type_of(transition);
    count(metrics, KBNT_METRIC_RECEIVED, KBNT_LABELS("consumer", type));
    kbnt_metrics_record(metrics, KBNT_METRIC_RECEIVE_MS, KBNT_LABELS(type), seconds * 1000);
    kbnt_metrics_record(metrics, KBNT_METRIC_RECEIVE_SECONDS, KBNT_LABELS(type), seconds);
}

static void
message_redelivered(KbntMetrics *metrics, const KbntValue *transition)
{
    count(metrics, KBNT_METRIC_REDELIVERED, KBNT_LABELS(type_of(transition)));
}

static void
message_dead(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *reason = text_label(transition, KBNT_FIELD_REASON, "decode-failed");
    count(metrics, KBNT_METRIC_FAILED, KBNT_LABELS(service_of(transition), reason));
    count(metrics, KBNT_METRIC_DEAD_LETTERS, KBNT_LABELS(service_of(transition)));
}

static void
allocation_claimed(KbntMetrics *metrics, const KbntValue *transition)
{
    count(metrics, KBNT_METRIC_ALLOCATIONS,
          KBNT_LABELS(enum_label(transition, KBNT_FIELD_RESOURCE_TYPE)));
}

static void
step_ended(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *step = enum_label(transition, KBNT_FIELD_STEP);
    const char *outcome = text_label(transition, KBNT_FIELD_OUTCOME_LABEL, "failed");
    const char *operation = kbnt_metrics_operation(
        kbnt_value_get_int(transition, KBNT_FIELD_REQUEST_TYPE));
    count(metrics, KBNT_METRIC_STEP_OUTCOMES, KBNT_LABELS(step, outcome));
    if (strcmp(outcome, "success") == 0)
        kbnt_metrics_record(metrics, KBNT_METRIC_STEP_SECONDS, KBNT_LABELS(operation, step),
                            seconds_of(transition));
}

static void
step_retried(KbntMetrics *metrics, const KbntValue *transition)
{
    count(metrics, KBNT_METRIC_STEP_RETRIES,
          KBNT_LABELS(enum_label(transition, KBNT_FIELD_STEP)));
}

/* What exists: the totals of the store at start, moved by each commit since. */
static void
move_active(KbntMetrics *metrics, const char *resource_type, double delta)
{
    kbnt_metrics_add(metrics, KBNT_METRIC_ACTIVE, KBNT_LABELS(resource_type), delta);
    if (strcmp(resource_type, "virtual-machine") != 0)
        return;
    kbnt_metrics_add(metrics, KBNT_METRIC_MACHINES, KBNT_NO_LABELS, delta);
    kbnt_metrics_add(metrics, KBNT_METRIC_MACHINES_GAUGE, KBNT_NO_LABELS, delta);
}

static void
resource_created(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *type = enum_label(transition, KBNT_FIELD_RESOURCE_TYPE);
    const char *status = enum_label(transition, KBNT_FIELD_RESOURCE_STATUS);
    const char *region = text_label(transition, KBNT_FIELD_REGION, metrics->settings.region);
    KbntValue *measured = kbnt_value_get_value(transition, KBNT_FIELD_METRICS);

    count(metrics, KBNT_METRIC_CREATED, KBNT_LABELS(type, status, region));
    move_active(metrics, type, 1);
    kbnt_metrics_add(metrics, KBNT_METRIC_COST, KBNT_LABELS(type),
                     kbnt_value_get_number(transition, KBNT_FIELD_COST_PER_HOUR_USD));
    if (measured && kbnt_value_has(measured, KBNT_FIELD_BOOT_SECONDS))
        kbnt_metrics_record(metrics, KBNT_METRIC_BOOT_SECONDS, KBNT_NO_LABELS,
                            kbnt_value_get_number(measured, KBNT_FIELD_BOOT_SECONDS));
}

static void
resource_removed(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *type = enum_label(transition, KBNT_FIELD_RESOURCE_TYPE);
    count(metrics, KBNT_METRIC_REMOVED, KBNT_LABELS(type));
    move_active(metrics, type, -1);
}

static void
resource_charged(KbntMetrics *metrics, const KbntValue *transition)
{
    kbnt_metrics_add(metrics, KBNT_METRIC_COST,
                     KBNT_LABELS(enum_label(transition, KBNT_FIELD_RESOURCE_TYPE)),
                     kbnt_value_get_number(transition, KBNT_FIELD_COST));
}

static const char *
failure_reason(gint code)
{
    switch (code) {
    case KBNT_ERROR_DEADLINE_EXCEEDED:
        return "deadline";
    case KBNT_ERROR_CANCELLED:
        return "cancelled";
    case KBNT_ERROR_VALIDATION_FAILED:
        return "domain-validation-failed";
    case KBNT_ERROR_INTERNAL:
        return "exception";
    default:
        return "processing-failed";
    }
}

static void
request_ended(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *outcome = text_label(transition, KBNT_FIELD_OUTCOME_LABEL, "failed");
    gboolean success = strcmp(outcome, "success") == 0;
    KbntPriority priority = kbnt_value_get_int(transition, KBNT_FIELD_PRIORITY);
    gint code = kbnt_error_code_from_name(kbnt_value_get_string(transition, KBNT_FIELD_CODE));

    count(metrics, KBNT_METRIC_PROCESSED,
          KBNT_LABELS("consumer", success ? "success" : "failed"));
    kbnt_metrics_record(metrics, KBNT_METRIC_PROCESSING_SECONDS,
                        KBNT_LABELS("consumer", "process"), seconds_of(transition));
    if (strcmp(outcome, "cancelled") == 0 && code == 0)
        code = KBNT_ERROR_CANCELLED;
    if (code != KBNT_ERROR_CANCELLED)
        kbnt_service_level_record(metrics->processing, g_get_monotonic_time() / 1000,
                                  priority ? priority : KBNT_PRIORITY_NORMAL, success, 0);
    if (!success)
        count(metrics, KBNT_METRIC_FAILED, KBNT_LABELS("consumer", failure_reason(code)));
}

static gboolean
is_terminal(KbntEventType type)
{
    return type == KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED ||
           type == KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED ||
           type == KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED;
}

static void
event_acknowledged(KbntMetrics *metrics, const KbntValue *transition)
{
    KbntEventType type = kbnt_value_get_int(transition, KBNT_FIELD_EVENT_TYPE);
    KbntPriority priority = kbnt_value_get_int(transition, KBNT_FIELD_PRIORITY);
    double seconds = seconds_of(transition);
    count(metrics, KBNT_METRIC_PUBLISHED,
          KBNT_LABELS(enum_label(transition, KBNT_FIELD_EVENT_TYPE)));
    if (!is_terminal(type))
        return;
    kbnt_metrics_record(metrics, KBNT_METRIC_END_TO_END, KBNT_LABELS(type_of(transition)),
                        seconds);
    /* What its user has cancelled neither keeps nor breaks a promise. */
    if (type != KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED)
        kbnt_service_level_record(metrics->level, g_get_monotonic_time() / 1000,
                                  priority ? priority : KBNT_PRIORITY_NORMAL,
                                  type == KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED, seconds);
}

static void
request_settled(KbntMetrics *metrics, const KbntValue *transition)
{
    const char *outcome = text_label(transition, KBNT_FIELD_OUTCOME_LABEL, "failed");
    count_operation(metrics, transition,
                    strcmp(outcome, "success") == 0 ? "success" : "failed");
    if (strcmp(outcome, "cancelled") == 0)
        count(metrics, KBNT_METRIC_OPERATIONS, KBNT_LABELS("cancellation", "success"));
}

static void
event_projected(KbntMetrics *metrics, const KbntValue *transition)
{
    if (kbnt_value_get_int(transition, KBNT_FIELD_DUPLICATE)) {
        count(metrics, KBNT_METRIC_DUPLICATES, KBNT_NO_LABELS);
        return;
    }
    count(metrics, KBNT_METRIC_PROJECTED,
          KBNT_LABELS(enum_label(transition, KBNT_FIELD_EVENT_TYPE)));
    if (kbnt_value_has(transition, KBNT_FIELD_EXPECTED_SEQUENCE))
        count(metrics, KBNT_METRIC_GAPS, KBNT_NO_LABELS);
}

static void
debt_left(KbntMetrics *metrics, const KbntValue *transition)
{
    kbnt_metrics_add(metrics, KBNT_METRIC_DEBTS, KBNT_NO_LABELS, 1);
    if (kbnt_value_get_int(transition, KBNT_FIELD_RESOURCE_STATUS) ==
        KBNT_RESOURCE_STATUS_QUARANTINED)
        move_active(metrics, enum_label(transition, KBNT_FIELD_RESOURCE_TYPE), 1);
}

static void
debt_paid(KbntMetrics *metrics, const KbntValue *transition)
{
    kbnt_metrics_add(metrics, KBNT_METRIC_DEBTS, KBNT_NO_LABELS, -1);
    count(metrics, KBNT_METRIC_DEBTS_PAID, KBNT_NO_LABELS);
    if (kbnt_value_get_int(transition, KBNT_FIELD_RESOURCE_STATUS) ==
        KBNT_RESOURCE_STATUS_DELETED)
        move_active(metrics, enum_label(transition, KBNT_FIELD_RESOURCE_TYPE), -1);
}

static void
reconciled(KbntMetrics *metrics, const KbntValue *transition)
{
    for (guint i = 0; i < kbnt_value_length(transition, KBNT_FIELD_TOTALS); i++) {
        const KbntValue *total = kbnt_value_nth_value(transition, KBNT_FIELD_TOTALS, i);
        const char *name = kbnt_value_get_string(total, KBNT_FIELD_NAME);
        double n = (double)kbnt_value_get_int(total, KBNT_FIELD_COUNT);

        if (strcmp(name, "debts") == 0)
            kbnt_metrics_set(metrics, KBNT_METRIC_DEBTS, KBNT_NO_LABELS, n);
        for (KbntFinding kind = KBNT_FINDING_ORPHAN; kind <= KBNT_FINDING_CHANGED; kind++)
            if (strcmp(name, kbnt_finding_name(kind)) == 0)
                kbnt_metrics_set(metrics, KBNT_METRIC_FINDINGS, KBNT_LABELS(name), n);
    }
}

void
kbnt_metrics_observe(KbntMetrics *metrics, const KbntValue *transition)
{
    static void (*const kinds[])(KbntMetrics *, const KbntValue *) = {
        [KBNT_TRANSITION_REQUEST_RECEIVED] = request_received,
        [KBNT_TRANSITION_REQUEST_REPLAYED] = request_replayed,
        [KBNT_TRANSITION_REQUEST_REJECTED] = request_rejected,
        [KBNT_TRANSITION_REQUEST_ACCEPTED] = request_accepted,
        [KBNT_TRANSITION_RECORD_CONFIRMED] = record_confirmed,
        [KBNT_TRANSITION_RECORD_RESENT] = record_resent,
        [KBNT_TRANSITION_MESSAGE_RECEIVED] = message_received,
        [KBNT_TRANSITION_MESSAGE_REDELIVERED] = message_redelivered,
        [KBNT_TRANSITION_MESSAGE_DEAD] = message_dead,
        [KBNT_TRANSITION_ALLOCATION_CLAIMED] = allocation_claimed,
        [KBNT_TRANSITION_STEP_ENDED] = step_ended,
        [KBNT_TRANSITION_STEP_RETRIED] = step_retried,
        [KBNT_TRANSITION_RESOURCE_CREATED] = resource_created,
        [KBNT_TRANSITION_RESOURCE_REMOVED] = resource_removed,
        [KBNT_TRANSITION_RESOURCE_CHARGED] = resource_charged,
        [KBNT_TRANSITION_REQUEST_ENDED] = request_ended,
        [KBNT_TRANSITION_EVENT_ACKNOWLEDGED] = event_acknowledged,
        [KBNT_TRANSITION_REQUEST_SETTLED] = request_settled,
        [KBNT_TRANSITION_EVENT_PROJECTED] = event_projected,
        [KBNT_TRANSITION_DEBT_LEFT] = debt_left,
        [KBNT_TRANSITION_DEBT_PAID] = debt_paid,
        [KBNT_TRANSITION_RECONCILED] = reconciled,
    };
    gint64 kind = kbnt_value_get_int(transition, KBNT_FIELD_TRANSITION);
    if (kind > 0 && kind < (gint64)G_N_ELEMENTS(kinds) && kinds[kind])
        kinds[kind](metrics, transition);
}

static void
load_total(KbntMetrics *metrics, const char *service, const KbntValue *total)
{
    const char *name = text_label(total, KBNT_FIELD_NAME, "");
    double n = (double)kbnt_value_get_int(total, KBNT_FIELD_COUNT);
    if (strcmp(name, "outbox") == 0)
        kbnt_metrics_set(metrics, KBNT_METRIC_BACKLOG, KBNT_LABELS(service), n);
    else if (strcmp(name, "dead-letters") == 0)
        kbnt_metrics_set(metrics, KBNT_METRIC_DEAD_LETTERS, KBNT_LABELS(service), n);
    else if (strcmp(name, "inbox") == 0)
        kbnt_metrics_add(metrics, KBNT_METRIC_QUEUE,
                         KBNT_LABELS(enum_label(total, KBNT_FIELD_PRIORITY)), n);
    else if (strcmp(name, "resources") == 0)
        move_active(metrics, enum_label(total, KBNT_FIELD_RESOURCE_TYPE), n);
}

static void
clear_family(KbntMetrics *metrics, KbntMetricId id)
{
    const KbntFamily *family = metrics->families[id];
    for (guint i = 0; family && i < family->series->len; i++)
        ((KbntSeries *)family->series->pdata[i])->value = 0;
}

void
kbnt_metrics_load_totals(KbntMetrics *metrics, KbntHalf half, const KbntValue *totals)
{
    const char *service = half == KBNT_HALF_PRODUCER ? "producer" : "consumer";
    if (half == KBNT_HALF_CONSUMER) {
        clear_family(metrics, KBNT_METRIC_QUEUE);
        clear_family(metrics, KBNT_METRIC_ACTIVE);
        clear_family(metrics, KBNT_METRIC_MACHINES);
        clear_family(metrics, KBNT_METRIC_MACHINES_GAUGE);
    }
    for (guint i = 0; i < kbnt_value_length(totals, KBNT_FIELD_TOTALS); i++)
        load_total(metrics, service, kbnt_value_nth_value(totals, KBNT_FIELD_TOTALS, i));
}

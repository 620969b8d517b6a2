/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the series that exist before anything has happened, so that a first increase is seen. */
#include "inventory.h"
#include "metrics-private.h"
#include "quota.h"

#include <string.h>

static const char *const operations[] = { "virtualization", "cancellation", "deletion",
                                          "power",          "attachment",   NULL };
static const char *const operation_statuses[] = { "success", "failed", "rejected", NULL };
static const char *const message_statuses[] = { "success", "failed", NULL };
static const char *const reasons[] = { "domain-validation-failed",
                                       "processing-failed",
                                       "exception",
                                       "decode-failed",
                                       "checksum-mismatch",
                                       "unsigned",
                                       "signature-invalid",
                                       "id-conflict",
                                       "deadline",
                                       "cancelled",
                                       NULL };
static const char *const step_outcomes[] = { "success", "failed", "compensated", NULL };
static const char *const queues[] = { "LOW", "NORMAL", "HIGH", "CRITICAL", NULL };

const char *
kbnt_metrics_operation(KbntRequestType type)
{
    switch (type) {
    case KBNT_REQUEST_TYPE_DELETE_RESOURCE:
        return "deletion";
    case KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE:
    case KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE:
    case KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE:
        return "power";
    case KBNT_REQUEST_TYPE_ATTACH_STORAGE:
    case KBNT_REQUEST_TYPE_DETACH_STORAGE:
        return "attachment";
    case KBNT_REQUEST_TYPE_CANCEL_REQUEST:
        return "cancellation";
    default: /* a request of no known type, too: it was posted to make something */
        return "virtualization";
    }
}

static void
append_names(GPtrArray *values, const char *const *names)
{
    for (gsize i = 0; names[i]; i++)
        g_ptr_array_add(values, (gpointer)names[i]);
}

static void
append_enum(GPtrArray *values, KbntType type)
{
    for (gint64 number = 0; (number = kbnt_enum_next(type, number));)
        g_ptr_array_add(values, (gpointer)kbnt_enum_name(type, number));
}

static void
append_services(GPtrArray *values, const KbntMetrics *metrics)
{
    if (metrics->settings.half & KBNT_HALF_PRODUCER)
        g_ptr_array_add(values, (gpointer) "producer");
    if (metrics->settings.half & KBNT_HALF_CONSUMER)
        g_ptr_array_add(values, (gpointer) "consumer");
}

/* Labels of enumerations; the others are told apart below. */
static KbntType
enum_of_label(const char *label)
{
    static const struct {
        const char *label;
        KbntType type;
    } enums[] = {
        { "resource_type", KBNT_TYPE_RESOURCE_TYPE },
        { "event_type", KBNT_TYPE_EVENT_TYPE },
        { "priority", KBNT_TYPE_PRIORITY },
        { "step", KBNT_TYPE_STEP },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(enums); i++)
        if (strcmp(enums[i].label, label) == 0)
            return enums[i].type;
    return KBNT_TYPE_NONE;
}

/* The codes of kbnt-error.h that refuse a request. */
static void
append_refusals(GPtrArray *values)
{
#define REFUSAL(number, name, class_name, status, text) \
    if ((number) < 100) \
        g_ptr_array_add(values, (gpointer) #name);
    KBNT_ERROR_TABLE(REFUSAL)
#undef REFUSAL
}

static void
append_quantities(GPtrArray *values)
{
    for (guint i = 0; i < KBNT_N_QUANTITIES; i++)
        g_ptr_array_add(values, (gpointer)kbnt_quantity_name(i));
}

static void
append_findings(GPtrArray *values)
{
    for (KbntFinding finding = KBNT_FINDING_ORPHAN; finding <= KBNT_FINDING_CHANGED; finding++)
        g_ptr_array_add(values, (gpointer)kbnt_finding_name(finding));
}

/* A metric of one half has that half's service alone. */
static void
append_own_service(GPtrArray *values, const KbntMetrics *metrics, KbntMetricId id)
{
    if (id == KBNT_METRIC_REQUESTS)
        g_ptr_array_add(values, (gpointer) "producer");
    else if (id == KBNT_METRIC_RECEIVED || id == KBNT_METRIC_PROCESSED)
        g_ptr_array_add(values, (gpointer) "consumer");
    else
        append_services(values, metrics);
}

static GPtrArray *
values_of(const KbntMetrics *metrics, KbntMetricId id, const char *label)
{
    GPtrArray *values = g_ptr_array_new();
    KbntType type = enum_of_label(label);
    if (type != KBNT_TYPE_NONE) {
        append_enum(values, type);
    } else if (strcmp(label, "service") == 0) {
        append_own_service(values, metrics, id);
    } else if (strcmp(label, "type") == 0) {
        append_enum(values, KBNT_TYPE_REQUEST_TYPE);
        g_ptr_array_add(values, (gpointer) "UNKNOWN");
    } else if (strcmp(label, "topic") == 0) {
        append_names(values, metrics->settings.topics);
    } else if (strcmp(label, "operation") == 0) {
        append_names(values, operations);
    } else if (strcmp(label, "status") == 0) {
        append_names(values,
                     id == KBNT_METRIC_OPERATIONS ? operation_statuses : message_statuses);
    } else if (strcmp(label, "reason") == 0) {
        append_names(values, reasons);
    } else if (strcmp(label, "queue") == 0) {
        append_names(values, queues);
    } else if (strcmp(label, "outcome") == 0) {
        append_names(values, step_outcomes);
    } else if (strcmp(label, "quantity") == 0) {
        append_quantities(values);
    } else if (strcmp(label, "finding") == 0) {
        append_findings(values);
    } else if (strcmp(label, "code") == 0) {
        append_refusals(values);
    }
    return values;
}

static void
know_nothing(KbntMetrics *metrics, KbntMetricId id)
{
}

/* Fills labels from depth on with all that they can be. */
static void
know_product(KbntMetrics *metrics, KbntMetricId id, const char **labels, guint depth)
{
    const char *name = metrics->families[id]->label_names[depth];
    if (!name) {
        kbnt_metrics_series(metrics, id, labels);
        return;
    }
    g_autoptr(GPtrArray) values = values_of(metrics, id, name);
    for (guint i = 0; i < values->len; i++) {
        labels[depth] = values->pdata[i];
        know_product(metrics, id, labels, depth + 1);
    }
}

static void
know_each(KbntMetrics *metrics, KbntMetricId id)
{
    const char *labels[KBNT_MAX_LABELS + 1] = { NULL };
    know_product(metrics, id, labels, 0);
}

/* The producer sends requests; the consumer sends events, and copies of dead letters. */
static void
know_sent(KbntMetrics *metrics, KbntMetricId id)
{
    const char *const *topics = metrics->settings.topics;
    for (gsize i = 0; topics[i]; i++) {
        const char *service = i == 0 ? "producer" : "consumer";
        KbntHalf half = i == 0 ? KBNT_HALF_PRODUCER : KBNT_HALF_CONSUMER;
        if (metrics->settings.half & half)
            kbnt_metrics_series(metrics, id, KBNT_LABELS(service, topics[i]));
    }
}

static void
know_processing(KbntMetrics *metrics, KbntMetricId id)
{
    if (metrics->settings.half & KBNT_HALF_PRODUCER)
        kbnt_metrics_series(metrics, id, KBNT_LABELS("producer", "publish"));
    if (metrics->settings.half & KBNT_HALF_CONSUMER)
        kbnt_metrics_series(metrics, id, KBNT_LABELS("consumer", "process"));
}

static void
know_steps(KbntMetrics *metrics, KbntMetricId id)
{
    static const struct {
        const char *operation;
        const char *steps[10];
    } plans[] = {
        { "virtualization",
          { "PLAN", "NETWORK", "VOLUME", "SEED", "FILTER", "MACHINE", "BOOT", "AGENT",
            "VERIFY" } },
        { "deletion",
          { "PLAN", "BOOT", "MACHINE", "FILTER", "SEED", "VOLUME", "NETWORK", "VERIFY" } },
        { "power", { "PLAN", "POWER", "VERIFY" } },
        { "attachment", { "PLAN", "ATTACH", "DETACH", "VERIFY" } },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(plans[i].steps) && plans[i].steps[j]; j++)
            kbnt_metrics_series(metrics, id,
                                KBNT_LABELS(plans[i].operation, plans[i].steps[j]));
}

static void
know_created(KbntMetrics *metrics, KbntMetricId id)
{
    const char *region = metrics->settings.region;
    kbnt_metrics_series(metrics, id, KBNT_LABELS("virtual-machine", "RUNNING", region));
    kbnt_metrics_series(metrics, id, KBNT_LABELS("virtual-storage", "ALLOCATED", region));
    kbnt_metrics_series(metrics, id, KBNT_LABELS("virtual-network", "ACTIVE", region));
}

void
kbnt_metrics_know_all(KbntMetrics *metrics)
{
#define KNOW(id, name, kind, half, labels, buckets, known, help) know_##known,
    static void (*const knows[])(KbntMetrics *, KbntMetricId) = { KBNT_METRIC_TABLE(KNOW) };
#undef KNOW
    for (guint id = 0; id < KBNT_N_METRICS; id++)
        if (metrics->families[id])
            knows[id](metrics, (KbntMetricId)id);
}

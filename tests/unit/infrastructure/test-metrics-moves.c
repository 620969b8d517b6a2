/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that each transition moves exactly what it should, and that the reference run gives the
 * figures of the contract. */
#include "metrics.h"
#include "runner.h"

#include <string.h>

static const char *const topics[] = { "virtualization-requests", "virtualization-events",
                                      "virtualization-requests.dlq", NULL };

static KbntMetrics *
metrics_new(void)
{
    const KbntMetricsSettings settings = {
        .half = KBNT_HALF_ALL,
        .version = "v0.1.0",
        .region = "local",
        .topics = topics,
        .targets = { { 0, 300, 120, 60, 30 } },
        .window_ms = 3600000,
    };

    return kbnt_metrics_new(&settings);
}

/* A storage is allocated and its request goes well: every field that any transition has. */
static KbntValue *
transition_of(KbntTransition kind, KbntService service)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_int(value, KBNT_FIELD_TRANSITION, kind);
    kbnt_value_set_int(value, KBNT_FIELD_SERVICE, service);
    kbnt_value_set_int(value, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_value_set_int(value, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_LOW);
    kbnt_value_set_int(value, KBNT_FIELD_STEP, KBNT_STEP_VOLUME);
    kbnt_value_set_int(value, KBNT_FIELD_EVENT_TYPE, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    kbnt_value_set_string(value, KBNT_FIELD_TOPIC, topics[0]);
    kbnt_value_set_string(value, KBNT_FIELD_OUTCOME_LABEL, "success");
    kbnt_value_set_number(value, KBNT_FIELD_SECONDS, 0.25);
    kbnt_value_set_number(value, KBNT_FIELD_COST, 0.045);
    kbnt_value_set_number(value, KBNT_FIELD_COST_PER_HOUR_USD, 0.045);
    kbnt_value_set_int(value, KBNT_FIELD_SIZE_BYTES, 600);
    return value;
}

static guint64
n_observed(const KbntSnapshot *snapshot, guint family, guint series)
{
    const guint64 *counts = NULL;
    const double *bounds = NULL;
    guint n_bounds = kbnt_snapshot_buckets(snapshot, family, series, &counts, &bounds);

    return counts ? counts[n_bounds] : 0;
}

/* Returns: (transfer full): name{values} to the value and the count of each series. */
static GHashTable *
values_of(KbntMetrics *metrics)
{
    g_autoptr(KbntSnapshot) snapshot = kbnt_metrics_snapshot(metrics);
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    for (guint i = 0; i < kbnt_snapshot_n_families(snapshot); i++) {
        for (guint j = 0; j < kbnt_snapshot_n_series(snapshot, i); j++) {
            g_autofree char *labels = g_strjoinv(
                ",", (char **)kbnt_snapshot_label_values(snapshot, i, j));

            g_hash_table_insert(
                values, g_strdup_printf("%s{%s}", kbnt_snapshot_name(snapshot, i), labels),
                g_strdup_printf("%g %" G_GUINT64_FORMAT, kbnt_snapshot_value(snapshot, i, j),
                                n_observed(snapshot, i, j)));
        }
    }
    return values;
}

static gint
compare_texts(gconstpointer one, gconstpointer other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Returns: (transfer full): the series that differ, sorted, each with a blank behind it. */
static char *
moved(GHashTable *before, GHashTable *after)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, after);
    while (g_hash_table_iter_next(&iter, &name, &value))
        if (!g_str_has_prefix(name, "process_") &&
            g_strcmp0(g_hash_table_lookup(before, name), value) != 0)
            g_ptr_array_add(names, name);
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

static const struct {
    KbntTransition kind;
    KbntService service;
    const char *moved;
} moves[] = {
    { KBNT_TRANSITION_REQUEST_RECEIVED, KBNT_SERVICE_PRODUCER,
      "kbnt_virtualization_requests_total{producer,ALLOCATE_STORAGE}" },
    { KBNT_TRANSITION_REQUEST_REPLAYED, KBNT_SERVICE_PRODUCER,
      "kbnt_requests_replayed_total{ALLOCATE_STORAGE}" },
    { KBNT_TRANSITION_REQUEST_ACCEPTED, KBNT_SERVICE_PRODUCER,
      "kbnt_request_processing_duration_ms{ALLOCATE_STORAGE} "
      "kbnt_request_processing_duration_seconds{ALLOCATE_STORAGE}" },
    { KBNT_TRANSITION_RECORD_CONFIRMED, KBNT_SERVICE_PRODUCER,
      "kbnt_message_size_bytes{virtualization-requests} "
      "kbnt_messages_sent_total{producer,virtualization-requests} "
      "kbnt_processing_duration_seconds{producer,publish} "
      "kbnt_publish_latency_seconds{} "
      "kbnt_topic_messages_total{virtualization-requests}" },
    { KBNT_TRANSITION_RECORD_RESENT, KBNT_SERVICE_PRODUCER,
      "kbnt_messages_resent_total{virtualization-requests}" },
    { KBNT_TRANSITION_MESSAGE_RECEIVED, KBNT_SERVICE_CONSUMER,
      "kbnt_message_processing_latency_ms{ALLOCATE_STORAGE} "
      "kbnt_message_processing_latency_seconds{ALLOCATE_STORAGE} "
      "kbnt_messages_received_total{consumer,ALLOCATE_STORAGE}" },
    { KBNT_TRANSITION_MESSAGE_REDELIVERED, KBNT_SERVICE_CONSUMER,
      "kbnt_messages_redelivered_total{ALLOCATE_STORAGE}" },
    { KBNT_TRANSITION_ALLOCATION_CLAIMED, KBNT_SERVICE_CONSUMER,
      "kbnt_resource_allocation_success_total{virtual-storage}" },
    { KBNT_TRANSITION_STEP_ENDED, KBNT_SERVICE_CONSUMER,
      "kbnt_step_duration_seconds{virtualization,VOLUME} kbnt_steps_total{VOLUME,success}" },
    { KBNT_TRANSITION_STEP_RETRIED, KBNT_SERVICE_CONSUMER, "kbnt_step_retries_total{VOLUME}" },
    { KBNT_TRANSITION_RESOURCE_CREATED, KBNT_SERVICE_CONSUMER,
      "kbnt_resource_cost_usd_total{virtual-storage} "
      "kbnt_virtual_resources_active{virtual-storage} "
      "kbnt_virtual_resources_created_total{virtual-storage,ALLOCATED,local}" },
    { KBNT_TRANSITION_RESOURCE_CHANGED, KBNT_SERVICE_CONSUMER, "" },
    { KBNT_TRANSITION_RESOURCE_REMOVED, KBNT_SERVICE_CONSUMER,
      "kbnt_virtual_resources_removed_total{virtual-storage}" },
    { KBNT_TRANSITION_RESOURCE_CHARGED, KBNT_SERVICE_CONSUMER,
      "kbnt_resource_cost_usd_total{virtual-storage}" },
    { KBNT_TRANSITION_REQUEST_ENDED, KBNT_SERVICE_CONSUMER,
      "kbnt_messages_processed_total{consumer,success} "
      "kbnt_processing_duration_seconds{consumer,process}" },
    { KBNT_TRANSITION_EVENT_ACKNOWLEDGED, KBNT_SERVICE_CONSUMER,
      "kbnt_end_to_end_latency_seconds{ALLOCATE_STORAGE} "
      "kbnt_events_published_total{VIRTUALIZATION_COMPLETED}" },
    { KBNT_TRANSITION_REQUEST_SETTLED, KBNT_SERVICE_PRODUCER,
      "kbnt_business_operations_total{virtualization,success}" },
    { KBNT_TRANSITION_EVENT_PROJECTED, KBNT_SERVICE_PRODUCER,
      "kbnt_events_projected_total{VIRTUALIZATION_COMPLETED}" },
};

static void
assert_moved(KbntMetrics *metrics, KbntValue *transition, const char *expected)
{
    g_autoptr(GHashTable) before = values_of(metrics);
    g_autoptr(GHashTable) after = NULL;
    g_autofree char *names = NULL;

    kbnt_metrics_observe(metrics, transition);
    after = values_of(metrics);
    names = moved(before, after);

    kbnt_assert_string(names, expected);
}

static void
each_transition_moves_exactly_its_own(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(moves); i++) {
        g_autoptr(KbntMetrics) metrics = metrics_new();
        g_autoptr(KbntValue) transition = transition_of(moves[i].kind, moves[i].service);

        assert_moved(metrics, transition, moves[i].moved);
    }
}

static void
a_refusal_by_the_domain_is_a_failed_message(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();
    g_autoptr(KbntValue) refused = transition_of(KBNT_TRANSITION_REQUEST_REJECTED,
                                                 KBNT_SERVICE_PRODUCER);
    kbnt_value_clear(refused, KBNT_FIELD_REQUEST_TYPE);
    kbnt_value_set_string(refused, KBNT_FIELD_CODE, "VALIDATION_FAILED");

    assert_moved(metrics, refused,
                 "kbnt_business_operations_total{virtualization,rejected} "
                 "kbnt_messages_failed_total{producer,domain-validation-failed} "
                 "kbnt_requests_rejected_total{VALIDATION_FAILED}");
}

static void
a_refusal_for_lack_of_room_is_none(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();
    g_autoptr(KbntValue) refused = transition_of(KBNT_TRANSITION_REQUEST_REJECTED,
                                                 KBNT_SERVICE_PRODUCER);
    kbnt_value_set_string(refused, KBNT_FIELD_CODE, "BACKLOG_FULL");

    assert_moved(metrics, refused,
                 "kbnt_business_operations_total{virtualization,rejected} "
                 "kbnt_requests_rejected_total{BACKLOG_FULL}");
}

static void
a_dead_message_is_counted_by_its_reason(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();
    g_autoptr(KbntValue) dead = transition_of(KBNT_TRANSITION_MESSAGE_DEAD,
                                              KBNT_SERVICE_CONSUMER);
    kbnt_value_set_string(dead, KBNT_FIELD_REASON, "signature-invalid");

    assert_moved(metrics, dead,
                 "kbnt_dead_letters{consumer} "
                 "kbnt_messages_failed_total{consumer,signature-invalid}");
}

static void
what_its_user_cancelled_lowers_no_rate(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();
    g_autoptr(KbntValue) ended = transition_of(KBNT_TRANSITION_REQUEST_ENDED,
                                               KBNT_SERVICE_CONSUMER);
    g_autoptr(KbntValue) told = transition_of(KBNT_TRANSITION_EVENT_ACKNOWLEDGED,
                                              KBNT_SERVICE_CONSUMER);
    kbnt_value_set_string(ended, KBNT_FIELD_OUTCOME_LABEL, "cancelled");
    kbnt_value_set_string(ended, KBNT_FIELD_CODE, "CANCELLED");
    kbnt_value_set_int(told, KBNT_FIELD_EVENT_TYPE, KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED);

    assert_moved(metrics, ended,
                 "kbnt_messages_failed_total{consumer,cancelled} "
                 "kbnt_messages_processed_total{consumer,failed} "
                 "kbnt_processing_duration_seconds{consumer,process}");
    assert_moved(metrics, told,
                 "kbnt_end_to_end_latency_seconds{ALLOCATE_STORAGE} "
                 "kbnt_events_published_total{VIRTUALIZATION_CANCELLED}");
}

static void
a_gauge_is_never_below_0(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();
    g_autoptr(KbntValue) removed = transition_of(KBNT_TRANSITION_RESOURCE_REMOVED,
                                                 KBNT_SERVICE_CONSUMER);

    kbnt_metrics_observe(metrics, removed);
    g_autoptr(GHashTable) values = values_of(metrics);

    kbnt_assert_string(
        g_hash_table_lookup(values, "kbnt_virtual_resources_active{virtual-storage}"), "0 0");
}

/* Both services work on one request of the reference run. */
static void
run_request(KbntMetrics *metrics, KbntRequestType type, KbntResourceType resource_type,
            KbntResourceStatus status)
{
    g_autoptr(KbntValue) measured = kbnt_value_new();

    kbnt_value_set_number(measured, KBNT_FIELD_BOOT_SECONDS, 3);
    for (gsize i = 0; i < G_N_ELEMENTS(moves); i++) {
        g_autoptr(KbntValue) transition = transition_of(moves[i].kind, moves[i].service);

        if (moves[i].kind == KBNT_TRANSITION_RESOURCE_REMOVED)
            continue;
        kbnt_value_set_int(transition, KBNT_FIELD_REQUEST_TYPE, type);
        kbnt_value_set_int(transition, KBNT_FIELD_RESOURCE_TYPE, resource_type);
        kbnt_value_set_int(transition, KBNT_FIELD_RESOURCE_STATUS, status);
        if (resource_type == KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE)
            kbnt_value_set_value(transition, KBNT_FIELD_METRICS, measured);
        kbnt_metrics_observe(metrics, transition);
    }
}

/* Value (of a histogram its sum) and number of observations. */
static const struct {
    const char *series;
    const char *value;
} figures[] = {
    { "kbnt_virtualization_requests_total{producer,CREATE_VIRTUAL_MACHINE}", "2 0" },
    { "kbnt_virtualization_requests_total{producer,ALLOCATE_STORAGE}", "1 0" },
    { "kbnt_virtualization_requests_total{producer,CREATE_NETWORK}", "1 0" },
    { "kbnt_messages_sent_total{producer,virtualization-requests}", "4 0" },
    { "kbnt_messages_received_total{consumer,CREATE_VIRTUAL_MACHINE}", "2 0" },
    { "kbnt_messages_processed_total{consumer,success}", "4 0" },
    { "kbnt_messages_processed_total{consumer,failed}", "0 0" },
    { "kbnt_processing_duration_seconds{producer,publish}", "1 4" },
    { "kbnt_processing_duration_seconds{consumer,process}", "1 4" },
    { "kbnt_resource_allocation_success_total{virtual-machine}", "2 0" },
    { "kbnt_resource_allocation_success_total{virtual-storage}", "1 0" },
    { "kbnt_resource_allocation_success_total{virtual-network}", "1 0" },
    { "kbnt_virtual_resources_created_total{virtual-machine,RUNNING,local}", "2 0" },
    { "kbnt_virtual_resources_created_total{virtual-storage,ALLOCATED,local}", "1 0" },
    { "kbnt_virtual_resources_created_total{virtual-network,ACTIVE,local}", "1 0" },
    { "kbnt_virtual_machines_active_gauge{}", "2 0" },
    { "kbnt_virtual_machines_active{}", "2 0" },
    { "kbnt_virtual_resources_active{virtual-network}", "1 0" },
    { "kbnt_vm_boot_time_seconds{}", "6 2" },
    { "kbnt_business_operations_total{virtualization,success}", "4 0" },
    { "kbnt_events_published_total{VIRTUALIZATION_COMPLETED}", "4 0" },
    { "kbnt_end_to_end_latency_seconds{CREATE_NETWORK}", "0.25 1" },
    { "kbnt_processing_success_rate{}", "1 0" },
    { "kbnt_business_sla_compliance{}", "1 0" },
};

static void
the_reference_run_gives_the_figures_of_the_contract(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();

    for (guint i = 0; i < 2; i++)
        run_request(metrics, KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                    KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, KBNT_RESOURCE_STATUS_RUNNING);
    run_request(metrics, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                KBNT_RESOURCE_STATUS_ALLOCATED);
    run_request(metrics, KBNT_REQUEST_TYPE_CREATE_NETWORK, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK,
                KBNT_RESOURCE_STATUS_ACTIVE);
    g_autoptr(GHashTable) values = values_of(metrics);

    for (gsize i = 0; i < G_N_ELEMENTS(figures); i++)
        kbnt_assert_string(g_hash_table_lookup(values, figures[i].series), figures[i].value);
}

static void
a_snapshot_stays_as_it_was(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_new();
    g_autoptr(KbntValue) received = transition_of(KBNT_TRANSITION_REQUEST_RECEIVED,
                                                  KBNT_SERVICE_PRODUCER);
    g_autoptr(KbntSnapshot) snapshot = kbnt_metrics_snapshot(metrics);

    kbnt_metrics_observe(metrics, received);

    for (guint i = 0; i < kbnt_snapshot_n_families(snapshot); i++)
        if (strcmp(kbnt_snapshot_name(snapshot, i), "kbnt_virtualization_requests_total") == 0)
            for (guint j = 0; j < kbnt_snapshot_n_series(snapshot, i); j++)
                CU_ASSERT_EQUAL(kbnt_snapshot_value(snapshot, i, j), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(each_transition_moves_exactly_its_own),
    KBNT_TEST(a_refusal_by_the_domain_is_a_failed_message),
    KBNT_TEST(a_refusal_for_lack_of_room_is_none),
    KBNT_TEST(a_dead_message_is_counted_by_its_reason),
    KBNT_TEST(what_its_user_cancelled_lowers_no_rate),
    KBNT_TEST(a_gauge_is_never_below_0),
    KBNT_TEST(the_reference_run_gives_the_figures_of_the_contract),
    KBNT_TEST(a_snapshot_stays_as_it_was),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/metrics-moves", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

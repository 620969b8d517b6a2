/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the registry of metrics: what each transition moves, and what a scrape shows. */
#include "metrics.h"

#include "runner.h"

#include <string.h>

static const char *const topics[] = { "virtualization-requests", "virtualization-events",
                                      "virtualization-requests.dlq", NULL };

static KbntMetrics *
metrics_of(KbntHalf half)
{
    const KbntMetricsSettings settings = {
        .half = half,
        .version = "v0.1.0",
        .region = "local",
        .topics = topics,
        .targets = { { 0, 300, 120, 60, 30 } },
        .window_ms = 3600000,
    };
    return kbnt_metrics_new(&settings);
}

static KbntValue *
transition(KbntTransition kind, KbntService service)
{
    KbntValue *value = kbnt_value_new();
    kbnt_value_set_int(value, KBNT_FIELD_TRANSITION, kind);
    kbnt_value_set_int(value, KBNT_FIELD_SERVICE, service);
    kbnt_value_set_int(value, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_RUNNING);
    kbnt_value_set_int(value, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_HIGH);
    kbnt_value_set_number(value, KBNT_FIELD_SECONDS, 0.25);
    return value;
}

/* The value of a series, -1 where there is none; labels joined by ','. */
static double
value_of(KbntMetrics *metrics, const char *name, const char *labels)
{
    g_autoptr(KbntSnapshot) snapshot = kbnt_metrics_snapshot(metrics);
    for (guint i = 0; i < kbnt_snapshot_n_families(snapshot); i++) {
        if (strcmp(kbnt_snapshot_name(snapshot, i), name) != 0)
            continue;
        for (guint j = 0; j < kbnt_snapshot_n_series(snapshot, i); j++) {
            char **values = (char **)kbnt_snapshot_label_values(snapshot, i, j);
            g_autofree char *joined = g_strjoinv(",", values);
            if (strcmp(joined, labels) == 0)
                return kbnt_snapshot_value(snapshot, i, j);
        }
    }
    return -1;
}

static void
assert_value(KbntMetrics *metrics, const char *name, const char *labels, double expected)
{
    double actual = value_of(metrics, name, labels);
    if (actual != expected)
        g_printerr("%s{%s} is %g, not %g\n", name, labels, actual, expected);
    CU_ASSERT_DOUBLE_EQUAL(actual, expected, 1e-9);
}

static void
every_name_is_unique_and_has_a_help(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntSnapshot) snapshot = kbnt_metrics_snapshot(metrics);

    for (guint i = 0; i < kbnt_snapshot_n_families(snapshot); i++) {
        CU_ASSERT_TRUE(*kbnt_snapshot_help(snapshot, i) != '\0');
        if (i > 0)
            CU_ASSERT_TRUE(strcmp(kbnt_snapshot_name(snapshot, i - 1),
                                  kbnt_snapshot_name(snapshot, i)) < 0);
    }
}

static void
known_series_start_at_0_and_shares_at_1(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);

    assert_value(metrics, "kbnt_virtualization_requests_total", "producer,CREATE_NETWORK", 0);
    assert_value(metrics, "kbnt_virtualization_requests_total", "producer,UNKNOWN", 0);
    assert_value(metrics, "kbnt_messages_sent_total", "producer,virtualization-requests", 0);
    assert_value(metrics, "kbnt_messages_failed_total", "consumer,deadline", 0);
    assert_value(metrics, "kbnt_virtual_machines_active_gauge", "", 0);
    assert_value(metrics, "kbnt_quota_used", "vms", 0);
    assert_value(metrics, "kbnt_quota_reserved", "cost_per_hour", 0);
    assert_value(metrics, "kbnt_processing_success_rate", "", 1);
    assert_value(metrics, "kbnt_business_sla_compliance", "", 1);
    assert_value(metrics, "kbnt_sla_target_seconds", "HIGH", 60);
    assert_value(metrics, "kbnt_build_info", "v0.1.0,all", 1);
}

static void
each_half_shows_its_own_metrics_alone(void)
{
    g_autoptr(KbntMetrics) producer = metrics_of(KBNT_HALF_PRODUCER);
    g_autoptr(KbntMetrics) consumer = metrics_of(KBNT_HALF_CONSUMER);

    assert_value(producer, "kbnt_virtual_resources_active", "virtual-machine", -1);
    assert_value(consumer, "kbnt_virtual_resources_active", "virtual-machine", 0);
    assert_value(producer, "kbnt_business_operations_total", "power,success", 0);
    assert_value(consumer, "kbnt_business_operations_total", "power,success", -1);
    assert_value(consumer, "kbnt_messages_sent_total", "producer,virtualization-requests", -1);
}

static void
a_request_and_its_twin_are_counted(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntValue) received = transition(KBNT_TRANSITION_REQUEST_RECEIVED,
                                               KBNT_SERVICE_PRODUCER);
    g_autoptr(KbntValue) accepted = transition(KBNT_TRANSITION_REQUEST_ACCEPTED,
                                               KBNT_SERVICE_PRODUCER);

    kbnt_metrics_observe(metrics, received);
    kbnt_metrics_observe(metrics, accepted);

    assert_value(metrics, "kbnt_virtualization_requests_total",
                 "producer,CREATE_VIRTUAL_MACHINE", 1);
    assert_value(metrics, "kbnt_request_processing_duration_ms", "CREATE_VIRTUAL_MACHINE", 250);
    assert_value(metrics, "kbnt_request_processing_duration_seconds", "CREATE_VIRTUAL_MACHINE",
                 0.25);
}

static void
buckets_are_cumulative(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    static const double samples[] = { 0.005, 0.01, 0.7, 1000 };
    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++)
        kbnt_metrics_record(metrics, KBNT_METRIC_BOOT_SECONDS, KBNT_NO_LABELS, samples[i]);
    g_autoptr(KbntSnapshot) snapshot = kbnt_metrics_snapshot(metrics);
    const guint64 *counts = NULL;
    const double *bounds = NULL;
    guint n_bounds = 0;

    for (guint i = 0; i < kbnt_snapshot_n_families(snapshot); i++)
        if (strcmp(kbnt_snapshot_name(snapshot, i), "kbnt_vm_boot_time_seconds") == 0)
            n_bounds = kbnt_snapshot_buckets(snapshot, i, 0, &counts, &bounds);

    kbnt_assert_int(n_bounds, 15);
    CU_ASSERT_DOUBLE_EQUAL(bounds[0], 0.01, 0);
    kbnt_assert_int((gint64)counts[0], 2);
    kbnt_assert_int((gint64)counts[4], 3);
    kbnt_assert_int((gint64)counts[14], 3);
    kbnt_assert_int((gint64)counts[15], 4);
}

static void
gauges_of_what_exists_follow_the_totals_and_each_commit(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntValue) totals = kbnt_value_new();
    KbntValue *machines = kbnt_value_new();
    kbnt_value_set_string(machines, KBNT_FIELD_NAME, "resources");
    kbnt_value_set_int(machines, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_set_int(machines, KBNT_FIELD_COUNT, 5);
    kbnt_value_take_item(totals, KBNT_FIELD_TOTALS, machines);
    g_autoptr(KbntValue) created = transition(KBNT_TRANSITION_RESOURCE_CREATED,
                                              KBNT_SERVICE_CONSUMER);
    g_autoptr(KbntValue) removed = transition(KBNT_TRANSITION_RESOURCE_REMOVED,
                                              KBNT_SERVICE_CONSUMER);
    kbnt_value_set_number(created, KBNT_FIELD_COST_PER_HOUR_USD, 0.045);

    kbnt_metrics_load_totals(metrics, KBNT_HALF_CONSUMER, totals);
    kbnt_metrics_observe(metrics, created);
    kbnt_metrics_observe(metrics, created);
    kbnt_metrics_observe(metrics, removed);

    assert_value(metrics, "kbnt_virtual_machines_active_gauge", "", 6);
    assert_value(metrics, "kbnt_virtual_machines_active", "", 6);
    assert_value(metrics, "kbnt_virtual_resources_active", "virtual-machine", 6);
    assert_value(metrics, "kbnt_virtual_resources_created_total",
                 "virtual-machine,RUNNING,local", 2);
    assert_value(metrics, "kbnt_resource_cost_usd_total", "virtual-machine", 0.09);
}

static void
a_failure_is_counted_with_its_reason_and_lowers_the_rate(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntValue) success = transition(KBNT_TRANSITION_REQUEST_ENDED,
                                              KBNT_SERVICE_CONSUMER);
    g_autoptr(KbntValue) late = transition(KBNT_TRANSITION_REQUEST_ENDED,
                                           KBNT_SERVICE_CONSUMER);
    kbnt_value_set_string(success, KBNT_FIELD_OUTCOME_LABEL, "success");
    kbnt_value_set_string(late, KBNT_FIELD_OUTCOME_LABEL, "cancelled");
    kbnt_value_set_string(late, KBNT_FIELD_CODE, "DEADLINE_EXCEEDED");

    kbnt_metrics_observe(metrics, success);
    kbnt_metrics_observe(metrics, late);

    assert_value(metrics, "kbnt_messages_processed_total", "consumer,success", 1);
    assert_value(metrics, "kbnt_messages_processed_total", "consumer,failed", 1);
    assert_value(metrics, "kbnt_messages_failed_total", "consumer,deadline", 1);
    assert_value(metrics, "kbnt_processing_success_rate", "", 0.5);
}

static void
only_a_last_event_counts_for_the_service_level(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntValue) step = transition(KBNT_TRANSITION_EVENT_ACKNOWLEDGED,
                                           KBNT_SERVICE_CONSUMER);
    g_autoptr(KbntValue) late = transition(KBNT_TRANSITION_EVENT_ACKNOWLEDGED,
                                           KBNT_SERVICE_CONSUMER);
    kbnt_value_set_int(step, KBNT_FIELD_EVENT_TYPE,
                       KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED);
    kbnt_value_set_int(late, KBNT_FIELD_EVENT_TYPE, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    kbnt_value_set_number(late, KBNT_FIELD_SECONDS, 61);

    kbnt_metrics_observe(metrics, step);
    kbnt_metrics_observe(metrics, late);

    assert_value(metrics, "kbnt_events_published_total", "VIRTUALIZATION_STEP_COMPLETED", 1);
    assert_value(metrics, "kbnt_end_to_end_latency_seconds", "CREATE_VIRTUAL_MACHINE", 61);
    assert_value(metrics, "kbnt_sla_compliance_ratio", "HIGH", 0);
    assert_value(metrics, "kbnt_sla_compliance_ratio", "LOW", 1);
}

static void
publishing_is_timed_at_the_producer_alone(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntValue) request = transition(KBNT_TRANSITION_RECORD_CONFIRMED,
                                              KBNT_SERVICE_PRODUCER);
    g_autoptr(KbntValue) event = transition(KBNT_TRANSITION_RECORD_CONFIRMED,
                                            KBNT_SERVICE_CONSUMER);
    kbnt_value_set_string(request, KBNT_FIELD_TOPIC, topics[0]);
    kbnt_value_set_string(event, KBNT_FIELD_TOPIC, topics[1]);

    kbnt_metrics_observe(metrics, request);
    kbnt_metrics_observe(metrics, event);

    assert_value(metrics, "kbnt_messages_sent_total", "producer,virtualization-requests", 1);
    assert_value(metrics, "kbnt_messages_sent_total", "consumer,virtualization-events", 1);
    assert_value(metrics, "kbnt_topic_messages_total", "virtualization-events", 1);
    assert_value(metrics, "kbnt_processing_duration_seconds", "producer,publish", 0.25);
}

static void
a_transition_of_a_later_version_is_left_out(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);
    g_autoptr(KbntValue) later = transition((KbntTransition)999, KBNT_SERVICE_CONSUMER);

    kbnt_metrics_observe(metrics, later);

    assert_value(metrics, "kbnt_messages_processed_total", "consumer,success", 0);
}

static void
the_process_is_measured(void)
{
    g_autoptr(KbntMetrics) metrics = metrics_of(KBNT_HALF_ALL);

    CU_ASSERT_TRUE(value_of(metrics, "process_resident_memory_bytes", "") > 100000);
    CU_ASSERT_TRUE(value_of(metrics, "process_open_fds", "") >= 3);
    CU_ASSERT_TRUE(value_of(metrics, "process_start_time_seconds", "") > 1e9);
}

static const KbntTest tests[] = {
    KBNT_TEST(every_name_is_unique_and_has_a_help),
    KBNT_TEST(known_series_start_at_0_and_shares_at_1),
    KBNT_TEST(each_half_shows_its_own_metrics_alone),
    KBNT_TEST(a_request_and_its_twin_are_counted),
    KBNT_TEST(buckets_are_cumulative),
    KBNT_TEST(gauges_of_what_exists_follow_the_totals_and_each_commit),
    KBNT_TEST(a_failure_is_counted_with_its_reason_and_lowers_the_rate),
    KBNT_TEST(only_a_last_event_counts_for_the_service_level),
    KBNT_TEST(publishing_is_timed_at_the_producer_alone),
    KBNT_TEST(a_transition_of_a_later_version_is_left_out),
    KBNT_TEST(the_process_is_measured),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/metrics", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what the daemon says of itself: readyz, and the gauges that its objects know best. */
#include "daemon-private.h"

static KbntValue *
new_check(const char *name, KbntCheckStatus status, const char *detail)
{
    KbntValue *check = kbnt_value_new();

    kbnt_value_set_string(check, KBNT_FIELD_NAME, name);
    kbnt_value_set_int(check, KBNT_FIELD_CHECK_STATUS, status);
    kbnt_value_set_string(check, KBNT_FIELD_DETAIL, detail);
    return check;
}

/* How bad a failed check is: without a store nothing is accepted, without the rest it waits. */
static KbntHealth
severity_of(KbntDaemon *daemon, KbntPluginInstance *instance)
{
    if (instance == daemon->producer_store || instance == daemon->consumer_store)
        return KBNT_HEALTH_UNHEALTHY;
    return KBNT_HEALTH_DEGRADED;
}

static void
add_check(KbntValue *health, KbntValue *check, KbntHealth severity)
{
    KbntCheckStatus status = kbnt_value_get_int(check, KBNT_FIELD_CHECK_STATUS);
    gint64 passed = kbnt_value_get_int(health, KBNT_FIELD_PASSED);
    gint64 total = kbnt_value_get_int(health, KBNT_FIELD_TOTAL);
    KbntHealth before = kbnt_value_get_int(health, KBNT_FIELD_HEALTH_STATUS);

    kbnt_value_set_int(health, KBNT_FIELD_PASSED,
                       passed + (status == KBNT_CHECK_STATUS_PASSED));
    kbnt_value_set_int(health, KBNT_FIELD_TOTAL, total + (status != KBNT_CHECK_STATUS_SKIPPED));
    if (status == KBNT_CHECK_STATUS_FAILED)
        kbnt_value_set_int(health, KBNT_FIELD_HEALTH_STATUS, MAX(before, severity));
    kbnt_value_take_item(health, KBNT_FIELD_CHECKS, check);
}

static void
check_life(KbntDaemon *daemon, KbntValue *health)
{
    KbntCheckStatus status = daemon->ready && !daemon->stopping ? KBNT_CHECK_STATUS_PASSED
                                                                : KBNT_CHECK_STATUS_FAILED;
    const char *detail = daemon->stopping ? "the daemon is stopping" : NULL;

    add_check(health, new_check("daemon", status, detail), KBNT_HEALTH_UNHEALTHY);
}

/* Of a broker that has been joined its plugin tells. */
static void
check_broker(KbntDaemon *daemon, KbntValue *health)
{
    if (daemon->broker_fault != NULL)
        add_check(health, new_check("broker", KBNT_CHECK_STATUS_FAILED, daemon->broker_fault),
                  KBNT_HEALTH_DEGRADED);
}

static void
check_backlog(KbntDaemon *daemon, KbntValue *health)
{
    KbntRelay *relay = daemon->producer ? kbnt_producer_relay(daemon->producer) : NULL;
    guint backlog = relay != NULL ? kbnt_relay_backlog(relay) : 0;
    g_autofree char *detail = g_strdup_printf("%u records wait for the broker", backlog);

    if (relay == NULL)
        return;
    if (backlog >= (guint)daemon->core->producer->backlog)
        add_check(health, new_check("backlog", KBNT_CHECK_STATUS_FAILED, detail),
                  KBNT_HEALTH_UNHEALTHY);
    else
        add_check(health,
                  new_check("backlog",
                            kbnt_relay_is_stalled(relay) ? KBNT_CHECK_STATUS_FAILED
                                                         : KBNT_CHECK_STATUS_PASSED,
                            detail),
                  KBNT_HEALTH_DEGRADED);
}

/* Nobody waits for events as for an answer, so they are told of only while they are held up. */
static void
check_events(KbntDaemon *daemon, KbntValue *health)
{
    KbntRelay *relay = daemon->consumer ? kbnt_consumer_relay(daemon->consumer) : NULL;
    g_autofree char *detail = NULL;

    if (relay == NULL || !kbnt_relay_is_stalled(relay))
        return;
    detail = g_strdup_printf("%u events wait for the broker", kbnt_relay_backlog(relay));
    add_check(health, new_check("events", KBNT_CHECK_STATUS_FAILED, detail),
              KBNT_HEALTH_DEGRADED);
}

static void
check_drain(KbntDaemon *daemon, KbntValue *health)
{
    const KbntDrain *drain = daemon->consumer ? kbnt_consumer_drain(daemon->consumer) : NULL;
    g_autofree char *detail = NULL;

    if (drain == NULL || !kbnt_drain_is_wanted(drain))
        return;
    detail = g_strdup_printf("draining: %u messages are in work, none is taken in",
                             kbnt_drain_n_working(drain));
    add_check(health, new_check("drain", KBNT_CHECK_STATUS_FAILED, detail),
              KBNT_HEALTH_DEGRADED);
}

KbntValue *
kbnt_daemon_health(KbntDaemon *daemon)
{
    KbntValue *health = kbnt_value_new();

    kbnt_value_set_int(health, KBNT_FIELD_HEALTH_STATUS, KBNT_HEALTH_HEALTHY);
    check_life(daemon, health);
    check_broker(daemon, health);
    check_backlog(daemon, health);
    check_events(daemon, health);
    check_drain(daemon, health);
    for (guint i = 0; i < kbnt_plugin_loader_n_instances(daemon->loader); i++) {
        KbntPluginInstance *instance = kbnt_plugin_loader_nth(daemon->loader, i);
        KbntValue *check = kbnt_plugin_instance_health(instance);

        if (check != NULL)
            add_check(health, check, severity_of(daemon, instance));
    }
    return health;
}

/* Gauges. */

static void
set_lag(gint32 partition, double lag_seconds, guint n_open, gpointer data)
{
    KbntDaemon *daemon = data;
    g_autofree char *number = g_strdup_printf("%d", partition);
    const char *const labels[] = { KBNT_TOPIC_REQUESTS, number, NULL };

    kbnt_metrics_set(daemon->metrics, KBNT_METRIC_LAG_SECONDS, labels, lag_seconds);
    kbnt_metrics_set(daemon->metrics, KBNT_METRIC_LAG, labels, n_open);
}

static void
set_service_gauges(KbntDaemon *daemon, const char *service, const KbntRelay *relay)
{
    kbnt_metrics_set(daemon->metrics, KBNT_METRIC_BACKLOG, KBNT_LABELS(service),
                     kbnt_relay_backlog(relay));
}

static void
set_plugin_gauges(KbntDaemon *daemon)
{
    for (guint i = 0; i < kbnt_plugin_loader_n_instances(daemon->loader); i++) {
        KbntPluginInstance *instance = kbnt_plugin_loader_nth(daemon->loader, i);
        g_autoptr(KbntValue) check = kbnt_plugin_instance_health(instance);
        gboolean healthy = check == NULL ||
                           kbnt_value_get_int(check, KBNT_FIELD_CHECK_STATUS) !=
                               KBNT_CHECK_STATUS_FAILED;

        kbnt_metrics_set(daemon->metrics, KBNT_METRIC_PLUGIN_HEALTHY,
                         KBNT_LABELS(kbnt_plugin_instance_section(instance)), healthy);
    }
}

void
kbnt_daemon_set_gauges(KbntDaemon *daemon)
{
    gint64 now_ms = g_get_real_time() / 1000;

    set_plugin_gauges(daemon);
    for (guint i = 0; i < daemon->world.rings->len; i++)
        kbnt_metrics_add(
            daemon->metrics, KBNT_METRIC_SINK_DROPPED,
            KBNT_LABELS(kbnt_plugin_instance_section(g_ptr_array_index(daemon->ring_sinks, i))),
            (double)kbnt_sink_ring_take_dropped(g_ptr_array_index(daemon->world.rings, i)));
    kbnt_metrics_set(daemon->metrics, KBNT_METRIC_HTTP_CONNECTIONS, KBNT_NO_LABELS,
                     kbnt_http_server_connections(daemon->http));
    if (daemon->producer != NULL)
        set_service_gauges(daemon, "producer", kbnt_producer_relay(daemon->producer));
    if (daemon->consumer == NULL)
        return;
    set_service_gauges(daemon, "consumer", kbnt_consumer_relay(daemon->consumer));
    kbnt_receipts_each(kbnt_intake_receipts(kbnt_consumer_intake(daemon->consumer)), now_ms,
                       set_lag, daemon);
    for (gint64 lane = 0; (lane = kbnt_enum_next(KBNT_TYPE_PRIORITY, lane)) != 0;)
        kbnt_metrics_set(daemon->metrics, KBNT_METRIC_QUEUE,
                         KBNT_LABELS(kbnt_enum_name(KBNT_TYPE_PRIORITY, lane)),
                         kbnt_saga_n_waiting(kbnt_consumer_saga(daemon->consumer), lane));
}

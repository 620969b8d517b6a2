/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how the daemon comes to its broker: the schemas are registered, the topics are there, a
 * consumer that has to be is alone, then both halves publish and take in.
 *
 * A broker that is away is asked again each second. The start goes on without it, and without
 * one that is slow: requests are accepted and work goes on, and what both have to say waits in
 * the stores. */
#include "daemon-private.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)
#define PATIENCE_S 10

static void
join_again(gpointer data)
{
    KbntDaemon *daemon = data;

    if (!daemon->stopping)
        (*daemon->join_steps)(daemon);
}

/* Whether it has ended before, without the broker, or not. */
static void
end_step_of_start(KbntDaemon *daemon)
{
    if (daemon->starting && *daemon->steps == kbnt_daemon_join)
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
note_fault(KbntDaemon *daemon, const GError *error)
{
    if (daemon->broker_fault == NULL)
        kbnt_log_writer_report(daemon->log, KBNT_LOG_WARNING, "daemon", error, NULL,
                               "it is asked again each second, meanwhile what is for the "
                               "broker waits in the store");
    g_free(daemon->broker_fault);
    daemon->broker_fault = g_strdup(error->message);
}

/* Brokers of which some are away may let each question wait. Whether the consumer is alone is
 * known before the start goes on. */
static void
lose_patience(gpointer data)
{
    KbntDaemon *daemon = data;
    g_autoptr(GError) error = g_error_new(KBNT_ERROR, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
                                          "the broker has not answered all within %d s",
                                          PATIENCE_S);

    if (daemon->stopping || daemon->join_steps == NULL || daemon->met_another_us != 0)
        return;
    note_fault(daemon, error);
    end_step_of_start(daemon);
}

void
kbnt_daemon_postpone_join(KbntDaemon *daemon, const GError *error)
{
    note_fault(daemon, error);
    kbnt_loop_after(daemon->loop, G_USEC_PER_SEC, join_again, daemon);
    end_step_of_start(daemon);
}

static void
joined(KbntDaemon *daemon)
{
    daemon->join_steps = NULL;
    if (daemon->broker_fault != NULL)
        kbnt_log_writer_write(daemon->log, KBNT_LOG_NOTICE, "daemon", NULL, NULL,
                              "the broker has answered");
    g_clear_pointer(&daemon->broker_fault, g_free);
    end_step_of_start(daemon);
}

void
kbnt_daemon_join_done(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    (void)result;
    daemon->waiting = FALSE;
    if (daemon->stopping)
        kbnt_daemon_begin_stop(daemon);
    else if (error != NULL) {
        daemon->join_steps = NULL;
        kbnt_daemon_fail(daemon, error);
    } else if (*++daemon->join_steps != NULL)
        (*daemon->join_steps)(daemon);
    else
        joined(daemon);
}

/* Who is away is asked again, whether broker or schema registry. */
static void
answered(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    if (daemon->stopping)
        return;
    if (error != NULL && kbnt_error_class(error) == KBNT_CLASS_RETRY)
        kbnt_daemon_postpone_join(daemon, error);
    else
        kbnt_daemon_join_done(result, error, daemon);
}

/* @n_partitions: 0 for as many as the transport is configured for. */
static void
ensure_topic(KbntDaemon *daemon, const char *topic, gint64 n_partitions, gint64 retention_ms)
{
    const KbntTransportOps *ops = &kbnt_plugin_instance_ops(daemon->transport)->transport;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    daemon->waiting = TRUE;
    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_int(argument, KBNT_FIELD_PARTITIONS, n_partitions);
    kbnt_value_set_int(argument, KBNT_FIELD_RETENTION_MS, retention_ms);
    ops->ensure_topic(kbnt_plugin_instance_data(daemon->transport),
                      kbnt_task_new(kbnt_plugin_instance_host(daemon->transport), 0, argument,
                                    answered, daemon));
}

static void
ensure_requests(KbntDaemon *daemon)
{
    ensure_topic(daemon, KBNT_TOPIC_REQUESTS, 0, 7 * DAY_MS);
}

static void
ensure_events(KbntDaemon *daemon)
{
    ensure_topic(daemon, KBNT_TOPIC_EVENTS, 0, -1);
}

static void
ensure_dead(KbntDaemon *daemon)
{
    if (daemon->consumer_ports.transport.durable)
        ensure_topic(daemon, KBNT_TOPIC_DEAD, 1, 30 * DAY_MS);
    else
        kbnt_daemon_join_done(NULL, NULL, daemon);
}

static void
join_consumer(KbntDaemon *daemon)
{
    if (daemon->consumer != NULL)
        kbnt_consumer_join(daemon->consumer, kbnt_daemon_join_done, daemon);
    else
        kbnt_daemon_join_done(NULL, NULL, daemon);
}

static void
join_producer(KbntDaemon *daemon)
{
    if (daemon->producer != NULL)
        kbnt_producer_join(daemon->producer, kbnt_daemon_join_done, daemon);
    else
        kbnt_daemon_join_done(NULL, NULL, daemon);
}

static void
register_schemas(KbntDaemon *daemon)
{
    daemon->waiting = TRUE;
    if (daemon->registry != NULL && daemon->core->registry->registers)
        kbnt_remote_registry_register(daemon->registry, answered, daemon);
    else
        kbnt_daemon_join_done(NULL, NULL, daemon);
}

static void (*const join_steps[])(KbntDaemon *) = {
    register_schemas,        ensure_requests, ensure_events, ensure_dead,
    kbnt_daemon_become_sole, join_consumer,   join_producer, NULL,
};

void
kbnt_daemon_join(KbntDaemon *daemon)
{
    daemon->join_steps = join_steps;
    kbnt_loop_after(daemon->loop, PATIENCE_S * G_USEC_PER_SEC, lose_patience, daemon);
    (*daemon->join_steps)(daemon);
}

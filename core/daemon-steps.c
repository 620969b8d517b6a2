/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the life of the daemon: started in order, stopped in order.
 *
 * Start and stop are lists of steps. A step that fails at the start turns the daemon round: it
 * stops what is started and says why. So does a signal, once the step under way has ended;
 * only the broker is not waited for (daemon-join.c). */
#include "daemon-private.h"

#include <glib-unix.h>
#include <stdlib.h>
#include <unistd.h>

#define SINK_RING_SIZE 8192

static void
make_rings(KbntDaemon *daemon)
{
    for (guint i = 0; i < daemon->sinks->len; i++) {
        KbntPluginInstance *sink = g_ptr_array_index(daemon->sinks, i);

        if (kbnt_plugin_instance_ops(sink)->sink.observe == NULL)
            continue;
        g_ptr_array_add(daemon->ring_sinks, sink);
        g_ptr_array_add(daemon->world.rings, kbnt_sink_ring_new(sink, SINK_RING_SIZE));
    }
}

/* A record of a transport that is not durable has been acknowledged by its last reader. */
static void
record_settled(KbntValue *record, gpointer data)
{
    KbntDaemon *daemon = data;

    if (daemon->closing)
        return;
    if (kbnt_value_get_int(record, KBNT_FIELD_SERVICE) == KBNT_SERVICE_PRODUCER)
        kbnt_relay_settled(kbnt_producer_relay(daemon->producer), record);
    else
        kbnt_relay_settled(kbnt_consumer_relay(daemon->consumer), record);
}

static void
start_plugins(KbntDaemon *daemon)
{
    kbnt_plugin_loader_start(daemon->loader, kbnt_daemon_step_done, daemon);
}

static void
watch_settled(KbntDaemon *daemon)
{
    const KbntTransportOps *ops = &kbnt_plugin_instance_ops(daemon->transport)->transport;

    make_rings(daemon);
    if (ops->watch_settled != NULL)
        ops->watch_settled(kbnt_plugin_instance_data(daemon->transport), record_settled,
                           daemon);
    kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
meta_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    if (error == NULL)
        daemon->store_id = g_strdup(kbnt_value_get_string(result, KBNT_FIELD_STORE_ID));
    kbnt_daemon_step_done(result, error, daemon);
}

static void
ask_meta(KbntDaemon *daemon)
{
    const KbntStorePort *store = &daemon->producer_ports.store;

    if (daemon->producer != NULL)
        store->query(store->data, KBNT_STORE_META, NULL, meta_known, daemon);
    else
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
totals_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    if (error == NULL)
        kbnt_metrics_load_totals(daemon->metrics, KBNT_HALF_CONSUMER, result);
    kbnt_daemon_step_done(result, error, data);
}

static void
ask_totals(KbntDaemon *daemon)
{
    const KbntStorePort *store = &daemon->consumer_ports.store;

    if (daemon->consumer != NULL)
        store->query(store->data, KBNT_STORE_TOTALS, NULL, totals_known, daemon);
    else
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
consumer_started(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    daemon->consumer_runs = error == NULL;
    kbnt_daemon_step_done(result, error, daemon);
}

static void
start_consumer(KbntDaemon *daemon)
{
    if (daemon->consumer != NULL)
        kbnt_consumer_start(daemon->consumer, consumer_started, daemon);
    else
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
producer_started(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    daemon->producer_runs = error == NULL;
    kbnt_daemon_step_done(result, error, daemon);
}

static void
start_producer(KbntDaemon *daemon)
{
    if (daemon->producer != NULL)
        kbnt_producer_start(daemon->producer, producer_started, daemon);
    else
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void (*const start_steps[])(KbntDaemon *) = {
    start_plugins,  watch_settled,    ask_meta,           ask_totals, start_consumer,
    start_producer, kbnt_daemon_join, kbnt_daemon_listen, NULL,
};

/* The steps of the stop. */

static void
stop_producer(KbntDaemon *daemon)
{
    if (daemon->producer_runs)
        kbnt_producer_stop(daemon->producer, kbnt_daemon_step_done, daemon);
    else
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
stop_consumer(KbntDaemon *daemon)
{
    if (daemon->consumer_runs)
        kbnt_consumer_stop(daemon->consumer, kbnt_daemon_step_done, daemon);
    else
        kbnt_daemon_step_done(NULL, NULL, daemon);
}

static void
stop_plugins(KbntDaemon *daemon)
{
    daemon->closing = TRUE;
    kbnt_world_tell_sinks(&daemon->world);
    g_ptr_array_set_size(daemon->world.rings, 0);
    kbnt_plugin_loader_stop(daemon->loader, kbnt_daemon_step_done, daemon);
}

static void
quit(KbntDaemon *daemon)
{
    kbnt_loop_quit(daemon->loop);
}

static void (*const stop_steps[])(KbntDaemon *) = {
    kbnt_daemon_stop_listening, stop_producer, stop_consumer, stop_plugins, quit, NULL,
};

static void
became_ready(KbntDaemon *daemon)
{
    daemon->starting = FALSE;
    daemon->ready = TRUE;
    kbnt_notify_ready(daemon->notify, "ready");
    kbnt_log_writer_write(daemon->log, KBNT_LOG_NOTICE, "daemon", NULL, NULL, "ready");
}

void
kbnt_daemon_begin_stop(KbntDaemon *daemon)
{
    daemon->starting = FALSE;
    daemon->steps = stop_steps;
    (*daemon->steps)(daemon);
}

void
kbnt_daemon_fail(KbntDaemon *daemon, const GError *error)
{
    daemon->failure = g_error_copy(error);
    daemon->starting = FALSE;
    kbnt_daemon_stop(daemon);
}

void
kbnt_daemon_step_done(KbntValue *result, const GError *error, gpointer data)
{
    KbntDaemon *daemon = data;

    (void)result;
    if (error != NULL && !daemon->stopping) {
        kbnt_daemon_fail(daemon, error);
        return;
    }
    if (error != NULL)
        kbnt_log_writer_report(daemon->log, KBNT_LOG_WARNING, "daemon", error, NULL,
                               "the stop goes on");
    if (daemon->stopping && daemon->starting) {
        kbnt_daemon_begin_stop(daemon);
        return;
    }
    daemon->steps++;
    if (*daemon->steps != NULL)
        (*daemon->steps)(daemon);
    else if (!daemon->stopping)
        became_ready(daemon);
}

/* What hangs would hang whoever joins it, too: the journal needs no farewell. */
static void
drained_too_long(gpointer data)
{
    KbntDaemon *daemon = data;

    kbnt_log_writer_write(
        daemon->log, KBNT_LOG_WARNING, "daemon", NULL, NULL,
        "the stop took too long, what is under way goes on at the next start");
    _exit(EXIT_SUCCESS);
}

void
kbnt_daemon_stop(KbntDaemon *daemon)
{
    if (daemon->stopping)
        return;
    daemon->stopping = TRUE;
    kbnt_notify_stopping(daemon->notify, "stopping");
    daemon->drain_timer = kbnt_loop_after(daemon->loop, daemon->core->kbnt->drain_ms * 1000,
                                          drained_too_long, daemon);
    if ((!daemon->starting && daemon->join_steps == NULL) || daemon->waiting)
        kbnt_daemon_begin_stop(daemon);
}

static gboolean
on_terminate(gpointer data)
{
    KbntDaemon *daemon = data;

    kbnt_log_writer_write(daemon->log, KBNT_LOG_NOTICE, "daemon", NULL, NULL, "stopping");
    kbnt_daemon_stop(daemon);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer data)
{
    KbntDaemon *daemon = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) changes = g_string_new(NULL);

    if (daemon->ready && !kbnt_daemon_reload(daemon, changes, &error))
        kbnt_log_writer_report(daemon->log, KBNT_LOG_ERROR, "config", error, NULL,
                               "the running configuration stays in force");
    return G_SOURCE_CONTINUE;
}

static void
watch_signals(KbntDaemon *daemon)
{
    static const struct {
        int number;
        GSourceFunc function;
    } watched[] = { { SIGTERM, on_terminate },
                    { SIGINT, on_terminate },
                    { SIGHUP, on_hangup } };

    for (guint i = 0; i < G_N_ELEMENTS(watched); i++) {
        daemon->signals[i] = g_unix_signal_source_new(watched[i].number);
        g_source_set_callback(daemon->signals[i], watched[i].function, daemon, NULL);
        g_source_attach(daemon->signals[i], kbnt_loop_context(daemon->loop));
    }
}

gboolean
kbnt_daemon_run(KbntDaemon *daemon, GError **error)
{
    watch_signals(daemon);
    daemon->starting = TRUE;
    daemon->steps = start_steps;
    (*daemon->steps)(daemon);
    kbnt_loop_run(daemon->loop);
    if (daemon->drain_timer != 0)
        kbnt_loop_cancel(daemon->loop, daemon->drain_timer);
    if (daemon->failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&daemon->failure));
    return FALSE;
}

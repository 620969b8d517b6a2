/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the daemon's side of HTTP: what the routes are given, where the server listens. */
#include "daemon-private.h"
#include "json.h"

#define SOCKET_MODE 0660
#define ADMIN_GROUP "kbnt"

/* The names by which a caller on loopback may know us, where nobody is asked who he is. */
static const char *const loopback_names[] = { "localhost", "127.0.0.1", "::1", NULL };

static gint64
wall_ms(gpointer data)
{
    (void)data;
    return g_get_real_time() / 1000;
}

static KbntValue *
check(gpointer data)
{
    return kbnt_daemon_health(data);
}

static GBytes *
render(const char *accept, const char **ret_content_type, gpointer data)
{
    KbntDaemon *daemon = data;

    for (guint i = 0; i < daemon->sinks->len; i++) {
        KbntPluginInstance *sink = g_ptr_array_index(daemon->sinks, i);
        const KbntSinkOps *ops = &kbnt_plugin_instance_ops(sink)->sink;

        if (ops->render == NULL)
            continue;
        kbnt_daemon_set_gauges(daemon);
        KbntSnapshot *snapshot = kbnt_metrics_snapshot(daemon->metrics);
        GBytes *text = ops->render(kbnt_plugin_instance_data(sink), snapshot, accept,
                                   ret_content_type);
        kbnt_snapshot_unref(snapshot);
        kbnt_daemon_ask_totals(daemon);
        return text;
    }
    return NULL;
}

static void
append_plugin(GString *json, KbntPluginInstance *instance)
{
    g_autoptr(KbntValue) health = kbnt_plugin_instance_health(instance);
    const char *status = health ? kbnt_enum_name(
                                      KBNT_TYPE_CHECK_STATUS,
                                      kbnt_value_get_int(health, KBNT_FIELD_CHECK_STATUS))
                                : NULL;

    kbnt_json_append_comma(json);
    g_string_append_c(json, '{');
    kbnt_json_append_text_member(json, "plugin", kbnt_plugin_instance_section(instance));
    if (status != NULL)
        kbnt_json_append_text_member(json, "status", status);
    g_string_append_c(json, '}');
}

static void
list_plugins(GString *json, gpointer data)
{
    KbntDaemon *daemon = data;

    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_plugin_loader_n_instances(daemon->loader); i++)
        append_plugin(json, kbnt_plugin_loader_nth(daemon->loader, i));
    g_string_append_c(json, ']');
}

static gboolean
reload(GString *json, gpointer data, GError **error)
{
    return kbnt_daemon_reload(data, json, error);
}

static void
check_store(gpointer data, KbntDone done, gpointer done_data)
{
    KbntDaemon *daemon = data;
    const KbntStorePort *store = daemon->consumer != NULL ? &daemon->consumer_ports.store
                                                          : &daemon->producer_ports.store;

    store->query(store->data, KBNT_STORE_CHECK, NULL, done, done_data);
}

static void
set_consumer_services(KbntDaemon *daemon, KbntAdminServices *admin)
{
    admin->consumer_letters = kbnt_consumer_dead_letters(daemon->consumer);
    admin->reconcile = kbnt_consumer_reconcile(daemon->consumer);
    admin->drain = kbnt_consumer_drain(daemon->consumer);
}

static void
make_routes(KbntDaemon *daemon)
{
    KbntHttpServices services = {
        .cors_origins = (const char *const *) daemon->core->http->cors_origins,
        .check = check,
        .render = render,
        .wall_ms = wall_ms,
        .data = daemon,
        .admin = {
            .list_plugins = list_plugins,
            .reload = reload,
            .check_store = check_store,
            .group = ADMIN_GROUP,
            .data = daemon,
        },
    };

    if (daemon->producer != NULL) {
        daemon->events = kbnt_event_stream_new(
            daemon->loop, kbnt_producer_query(daemon->producer), daemon->store_id);
        kbnt_projection_watch(kbnt_producer_projection(daemon->producer),
                              kbnt_event_stream_publish, daemon->events);
        services.accept = kbnt_producer_accept(daemon->producer);
        services.cancel = kbnt_producer_cancel(daemon->producer);
        services.dry_run = kbnt_producer_dry_run(daemon->producer);
        services.query = kbnt_producer_query(daemon->producer);
        services.events = daemon->events;
        services.admin.producer_letters = kbnt_producer_dead_letters(daemon->producer);
    }
    if (daemon->consumer != NULL)
        set_consumer_services(daemon, &services.admin);
    if (daemon->consumer != NULL && daemon->producer != NULL)
        kbnt_dead_letters_set_accept(services.admin.consumer_letters, services.accept);
    daemon->routes = kbnt_http_routes_new(&services);
}

static KbntHttpLimits
limits_of(const KbntCoreConfig *core)
{
    const KbntHttpConfig *http = core->http;

    return (KbntHttpLimits){
        .body_bytes = http->body_bytes,
        .header_bytes = http->header_bytes,
        .header_count = (guint)http->header_count,
        .stream_bytes = core->events->behind_bytes,
        .connections = (guint)http->connections,
        .connections_per_address = (guint)http->connections_per_address,
        .head_timeout_us = http->head_timeout_ms * 1000,
        .body_timeout_us = http->body_timeout_ms * 1000,
        .handling_timeout_us = http->handling_timeout_ms * 1000,
        .answer_timeout_us = http->answer_timeout_ms * 1000,
    };
}

/* Returns: (transfer full) (nullable): the Hosts that are ours; NULL takes any. */
static GPtrArray *
host_names(const KbntCoreConfig *core)
{
    GPtrArray *names = NULL;

    if (!kbnt_core_is_unauthenticated(core) && core->http->hosts[0] == NULL)
        return NULL;
    names = g_ptr_array_new();
    for (guint i = 0; loopback_names[i] != NULL; i++)
        g_ptr_array_add(names, (gpointer)loopback_names[i]);
    for (guint i = 0; core->http->hosts[i] != NULL; i++)
        g_ptr_array_add(names, core->http->hosts[i]);
    g_ptr_array_add(names, NULL);
    return names;
}

static gboolean
listen_unix(KbntDaemon *daemon, GError **error)
{
    g_autofree char *name = g_strconcat(kbnt_enum_name(KBNT_TYPE_HALF, daemon->half), ".sock",
                                        NULL);
    g_autofree char *path = g_build_filename(daemon->core->kbnt->runtime_dir, name, NULL);

    return kbnt_http_server_listen_unix(daemon->http, path, SOCKET_MODE, error);
}

static gboolean
listen_tcp(KbntDaemon *daemon, GError **error)
{
    g_autoptr(KbntValue) fields = kbnt_value_new();
    g_autofree char *text = NULL;
    const char *address = kbnt_core_listen(daemon->core);
    guint16 port = 0;

    if (!kbnt_http_server_listen_tcp(daemon->http, address, &port, error)) {
        g_prefix_error(error, "[http] listen: ");
        return FALSE;
    }
    text = g_strdup_printf("%.*s:%u", (gint)(strrchr(address, ':') - address), address, port);
    kbnt_value_set_string(fields, KBNT_FIELD_ADDRESS, text);
    kbnt_log_writer_write(daemon->log, KBNT_LOG_NOTICE, "http", NULL, fields, "listening");
    return TRUE;
}

static gboolean
serve(KbntDaemon *daemon, GError **error)
{
    const KbntHttpLimits limits = limits_of(daemon->core);
    g_autoptr(GPtrArray) names = host_names(daemon->core);

    make_routes(daemon);
    daemon->http = kbnt_http_server_new(
        daemon->loop, &limits, names != NULL ? (const char *const *)names->pdata : NULL,
        kbnt_http_routes_handler(daemon->routes), error);
    return daemon->http != NULL && listen_tcp(daemon, error) && listen_unix(daemon, error);
}

void
kbnt_daemon_listen(KbntDaemon *daemon)
{
    g_autoptr(GError) error = NULL;

    serve(daemon, &error);
    kbnt_daemon_step_done(NULL, error, daemon);
}

static void
stopped_listening(gpointer data)
{
    kbnt_daemon_step_done(NULL, NULL, data);
}

void
kbnt_daemon_stop_listening(KbntDaemon *daemon)
{
    if (daemon->http == NULL) {
        kbnt_daemon_step_done(NULL, NULL, daemon);
        return;
    }
    if (daemon->producer != NULL)
        kbnt_accept_stop(kbnt_producer_accept(daemon->producer));
    kbnt_http_server_stop(daemon->http, daemon->core->kbnt->drain_ms * 1000 / 2,
                          stopped_listening, daemon);
}

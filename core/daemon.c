/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the daemon: everything put together for its role. The steps of its life are in
 * daemon-steps.c. */
#include "daemon-private.h"

#include <errno.h>
#include <string.h>

#define RING_SIZE 4096

/* Of the topics, as the contract has them. */
#define PARTITIONS 3

static gboolean
has_half(const KbntDaemon *daemon, KbntHalf half)
{
    return daemon->half == half || daemon->half == KBNT_HALF_ALL;
}

static gboolean
make_folder(const char *path, int mode, const char *key, GError **error)
{
    if (g_mkdir_with_parents(path, mode) == 0)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                "[kbnt] %s: cannot make the folder '%s': %s; make it for the user of kbntd, or "
                "name another",
                key, path, g_strerror(errno));
    return FALSE;
}

static gboolean
make_folders(KbntDaemon *daemon, GError **error)
{
    return make_folder(daemon->core->kbnt->state_dir, 0750, "state_dir", error) &&
           make_folder(daemon->core->kbnt->runtime_dir, 0755, "runtime_dir", error);
}

GBytes *
kbnt_daemon_read_keys(KbntDaemon *daemon, GError **error)
{
    GBytes *keys = kbnt_host_shared_secret(&daemon->shared, "signing.keys", error);

    if (keys == NULL)
        g_prefix_error(error, "[security] signing_keys: ");
    return keys;
}

static gboolean
make_codec(KbntDaemon *daemon, GError **error)
{
    const KbntSecurityConfig *security = daemon->core->security;
    gboolean shared = (kbnt_plugin_instance_caps(daemon->transport) & KBNT_TRANSPORT_SHARED) !=
                      0;

    if (*security->signing_keys != '\0') {
        daemon->signing_keys = kbnt_daemon_read_keys(daemon, error);
        if (daemon->signing_keys == NULL)
            return FALSE;
    }
    daemon->codec = kbnt_codec_new(daemon->signing_keys, shared && !security->accept_unsigned,
                                   error);
    return daemon->codec != NULL;
}

static gboolean
make_registry(KbntDaemon *daemon, GError **error)
{
    const KbntRegistryConfig *config = daemon->core->registry;
    const KbntRegistryAccess access = {
        .url = config->url,
        .user = config->user,
        .password = config->password,
        .ca_file = config->ca_file,
    };
    g_autofree char *folder = g_build_filename(daemon->core->kbnt->state_dir, "schemas", NULL);

    if (*config->url == '\0')
        return TRUE;
    daemon->registry = kbnt_remote_registry_new(daemon->loop, daemon->codec, &access, folder,
                                                error);
    return daemon->registry != NULL;
}

static KbntPluginInstance *
create(KbntDaemon *daemon, guint32 kind, const char *name, KbntHalf half, GError **error)
{
    return kbnt_plugin_loader_create(daemon->loader, daemon->config, &daemon->shared, kind,
                                     name, half, error);
}

static gboolean
create_stores(KbntDaemon *daemon, GError **error)
{
    const char *name = daemon->core->kbnt->store;

    if (has_half(daemon, KBNT_HALF_CONSUMER)) {
        daemon->consumer_store = create(daemon, KBNT_KIND_STORE, name, KBNT_HALF_CONSUMER,
                                        error);
        if (daemon->consumer_store == NULL)
            return FALSE;
    }
    if (has_half(daemon, KBNT_HALF_PRODUCER)) {
        daemon->producer_store = create(daemon, KBNT_KIND_STORE, name, KBNT_HALF_PRODUCER,
                                        error);
        if (daemon->producer_store == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean
create_sinks(KbntDaemon *daemon, GError **error)
{
    for (char **name = daemon->core->kbnt->sinks; *name != NULL; name++) {
        KbntPluginInstance *sink = create(daemon, KBNT_KIND_SINK, *name, daemon->half, error);

        if (sink == NULL)
            return FALSE;
        g_ptr_array_add(daemon->sinks, sink);
    }
    return TRUE;
}

static gboolean
create_plugins(KbntDaemon *daemon, GError **error)
{
    const KbntMainConfig *kbnt = daemon->core->kbnt;

    if (!create_stores(daemon, error))
        return FALSE;
    daemon->transport = create(daemon, KBNT_KIND_TRANSPORT, kbnt->transport, daemon->half,
                               error);
    if (daemon->transport == NULL)
        return FALSE;
    if (has_half(daemon, KBNT_HALF_CONSUMER)) {
        daemon->provisioner = create(daemon, KBNT_KIND_PROVISIONER, kbnt->provisioner,
                                     daemon->half, error);
        if (daemon->provisioner == NULL)
            return FALSE;
        daemon->calls = kbnt_provisioner_calls_new(daemon->loop, daemon->provisioner);
    }
    return create_sinks(daemon, error);
}

static KbntPorts
make_ports(KbntDaemon *daemon, KbntStoreCalls *store)
{
    KbntPorts ports = {
        .version = "v" KBNT_VERSION,
        .store = kbnt_store_calls_port(store),
        .transport = kbnt_plugin_transport_port(daemon->transport),
        .codec = kbnt_codec_port(daemon->codec),
        .world = kbnt_world_port(&daemon->world),
    };

    if (daemon->registry != NULL) {
        ports.codec.registry = daemon->registry;
        ports.codec.look_up = kbnt_remote_registry_look_up;
    }
    if (daemon->calls != NULL)
        ports.provisioner = kbnt_provisioner_calls_port(daemon->calls);
    return ports;
}

static void
make_halves(KbntDaemon *daemon)
{
    if (daemon->consumer_store != NULL) {
        daemon->consumer_calls = kbnt_store_calls_new(daemon->loop, daemon->consumer_store);
        daemon->consumer_ports = make_ports(daemon, daemon->consumer_calls);

        const KbntConsumerSettings settings = kbnt_daemon_consumer_settings(daemon);

        daemon->consumer = kbnt_consumer_new(&daemon->consumer_ports, &settings);
    }
    if (daemon->producer_store != NULL) {
        daemon->producer_calls = kbnt_store_calls_new(daemon->loop, daemon->producer_store);
        daemon->producer_ports = make_ports(daemon, daemon->producer_calls);

        const KbntProducerSettings settings = kbnt_daemon_producer_settings(daemon);

        daemon->producer = kbnt_producer_new(&daemon->producer_ports, &settings);
    }
}

static void
make_base(KbntDaemon *daemon)
{
    static const char *const topics[] = { KBNT_TOPIC_REQUESTS, KBNT_TOPIC_EVENTS,
                                          KBNT_TOPIC_DEAD, NULL };
    KbntMetricsSettings metrics = {
        .half = daemon->half,
        .version = KBNT_VERSION,
        .region = daemon->core->kbnt->region,
        .topics = topics,
        .targets = kbnt_service_targets(daemon->core->sla),
        .window_ms = daemon->core->sla->window_ms,
        .objective = daemon->core->sla->objective,
    };

    daemon->loop = kbnt_loop_new(RING_SIZE);
    daemon->notify = kbnt_notify_new(daemon->loop);
    daemon->plugin_metrics = kbnt_plugin_metrics_new();
    metrics.plugins = daemon->plugin_metrics;
    daemon->metrics = kbnt_metrics_new(&metrics);
    daemon->secret_paths[0] = "signing.keys";
    daemon->secret_paths[1] = daemon->core->security->signing_keys;
    daemon->shared = (KbntHostShared){
        .loop = daemon->loop,
        .log = daemon->log,
        .metrics = daemon->plugin_metrics,
        .state_dir = daemon->core->kbnt->state_dir,
        .secret_paths = daemon->secret_paths,
    };
    daemon->world = (KbntWorld){
        .loop = daemon->loop,
        .log = daemon->log,
        .metrics = daemon->metrics,
        .rings = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_sink_ring_free),
        .seen = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref),
    };
    daemon->sinks = g_ptr_array_new();
    daemon->ring_sinks = g_ptr_array_new();
    daemon->old_configs = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_config_free);
    daemon->old_cores = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_core_config_free);
    daemon->old_books = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_rule_book_free);
    daemon->n_partitions = PARTITIONS;
}

KbntDaemon *
kbnt_daemon_new(KbntConfig *config, KbntCoreConfig *core, KbntPluginLoader *loader,
                KbntLogWriter *log, const KbntConfigSource *source, GError **error)
{
    g_autoptr(KbntDaemon) daemon = g_new0(KbntDaemon, 1);

    daemon->config = config;
    daemon->core = core;
    daemon->loader = loader;
    daemon->log = log;
    daemon->source = source;
    daemon->half = kbnt_core_half(core);
    make_base(daemon);
    daemon->rule_book = kbnt_rule_book_new(core, error);
    if (daemon->rule_book == NULL || !make_folders(daemon, error) ||
        !create_plugins(daemon, error) || !make_codec(daemon, error) ||
        !make_registry(daemon, error))
        return NULL;
    make_halves(daemon);
    return g_steal_pointer(&daemon);
}

void
kbnt_daemon_free(KbntDaemon *daemon)
{
    if (daemon == NULL)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(daemon->signals); i++)
        if (daemon->signals[i] != NULL) {
            g_source_destroy(daemon->signals[i]);
            g_source_unref(daemon->signals[i]);
        }
    kbnt_remote_registry_free(daemon->registry);
    kbnt_http_server_free(daemon->http);
    kbnt_http_routes_free(daemon->routes);
    kbnt_event_stream_free(daemon->events);
    kbnt_producer_free(daemon->producer);
    kbnt_consumer_free(daemon->consumer);
    g_ptr_array_unref(daemon->world.rings);
    g_ptr_array_unref(daemon->world.seen);
    g_ptr_array_unref(daemon->sinks);
    g_ptr_array_unref(daemon->ring_sinks);
    kbnt_provisioner_calls_free(daemon->calls);
    kbnt_store_calls_free(daemon->producer_calls);
    kbnt_store_calls_free(daemon->consumer_calls);
    kbnt_codec_free(daemon->codec);
    g_clear_pointer(&daemon->signing_keys, g_bytes_unref);
    kbnt_rule_book_free(daemon->rule_book);
    kbnt_metrics_free(daemon->metrics);
    kbnt_plugin_metrics_free(daemon->plugin_metrics);
    kbnt_notify_free(daemon->notify);
    kbnt_loop_free(daemon->loop);
    kbnt_core_config_free(daemon->core);
    g_ptr_array_unref(daemon->old_books);
    g_ptr_array_unref(daemon->old_cores);
    kbnt_config_free(daemon->config);
    g_ptr_array_unref(daemon->old_configs);
    kbnt_plugin_loader_free(daemon->loader);
    g_clear_error(&daemon->failure);
    g_free(daemon->store_id);
    g_free(daemon->broker_fault);
    g_free(daemon);
}

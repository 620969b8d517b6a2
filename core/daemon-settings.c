/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what the configuration says to the use cases, at the start and when it is read again. */
#include "daemon-private.h"
#include "json.h"

#define PUBLISH_WINDOW 1024
#define METER_INTERVAL_MS 60000

KbntRetention
kbnt_daemon_retention(const KbntCoreConfig *core)
{
    return (KbntRetention){
        .requests_ms = core->retention->requests_ms,
        .events_ms = core->retention->events_ms,
        .inbox_ms = core->retention->inbox_ms,
        .dead_letters_ms = core->retention->dead_letters_ms,
    };
}

static void
set_deadlines(gint64 *deadline_ms, const KbntDeadlineConfig *deadline)
{
    deadline_ms[KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE] = deadline->machine_ms;
    deadline_ms[KBNT_REQUEST_TYPE_ALLOCATE_STORAGE] = deadline->storage_ms;
    deadline_ms[KBNT_REQUEST_TYPE_CREATE_NETWORK] = deadline->network_ms;
    deadline_ms[KBNT_REQUEST_TYPE_DELETE_RESOURCE] = deadline->deletion_ms;
    deadline_ms[KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE] = deadline->power_ms;
    deadline_ms[KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE] = deadline->power_ms;
    deadline_ms[KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE] = deadline->power_ms;
    deadline_ms[KBNT_REQUEST_TYPE_ATTACH_STORAGE] = deadline->attachment_ms;
    deadline_ms[KBNT_REQUEST_TYPE_DETACH_STORAGE] = deadline->attachment_ms;
}

KbntProducerSettings
kbnt_daemon_producer_settings(KbntDaemon *daemon)
{
    const KbntCoreConfig *core = daemon->core;
    KbntProducerSettings settings = {
        .accept = {
            .rules = kbnt_rule_book_rules(daemon->rule_book),
            .publish_wait_ms = core->http->publish_wait_ms,
            .backlog = (guint) core->producer->backlog,
        },
        .retention = kbnt_daemon_retention(core),
        .events_topic = KBNT_TOPIC_EVENTS,
        .events_group = core->producer->group,
        .events_window = (guint) core->producer->window,
        .n_partitions = daemon->n_partitions,
        .publish_window = PUBLISH_WINDOW,
        .first_seconds = {
            [KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE] = core->estimate->machine_ms / 1000,
            [KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE] = core->estimate->storage_ms / 1000,
            [KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK] = core->estimate->network_ms / 1000,
        },
    };

    set_deadlines(settings.accept.deadline_ms, core->deadline);
    return settings;
}

KbntConsumerSettings
kbnt_daemon_consumer_settings(KbntDaemon *daemon)
{
    const KbntCoreConfig *core = daemon->core;

    return (KbntConsumerSettings){
        .intake = {
            .source = {
                .topic = KBNT_TOPIC_REQUESTS,
                .group = core->consumer->group,
                .window = (guint) core->consumer->window,
                .session_timeout_ms = core->consumer->session_timeout_ms,
                .commit_interval_ms = core->consumer->commit_interval_ms,
                .poll_timeout_ms = core->consumer->poll_timeout_ms,
            },
            .dead_topic = daemon->consumer_ports.transport.durable ? KBNT_TOPIC_DEAD : NULL,
        },
        .prices = &kbnt_rule_book_rules(daemon->rule_book)->prices,
        .region = core->kbnt->region,
        .retention = kbnt_daemon_retention(core),
        .events_topic = daemon->consumer_ports.transport.atomic ? KBNT_TOPIC_EVENTS : NULL,
        .n_partitions = daemon->n_partitions,
        .publish_window = PUBLISH_WINDOW,
        .slots = (guint) (core->consumer->workers * core->consumer->batch_size),
        .host_interval_ms = core->consumer->host_report_ms,
        .meter_interval_ms = METER_INTERVAL_MS,
        .reconcile_interval_ms = core->consumer->reconcile_interval_ms,
    };
}

/* The configuration as it stands in the files now, all of it checked. */
static KbntConfig *
read_again(KbntDaemon *daemon, KbntCoreConfig **ret_core, GError **error)
{
    g_autoptr(KbntConfig) fresh = kbnt_config_new();
    g_autoptr(KbntCoreConfig) core = NULL;

    if (daemon->source->path != NULL)
        kbnt_config_read(fresh, daemon->source->path);
    for (guint i = 0; daemon->source->assignments && daemon->source->assignments[i]; i++)
        kbnt_config_set(fresh, daemon->source->assignments[i]);
    core = kbnt_core_config_declare(fresh);
    kbnt_plugin_loader_declare(daemon->loader, core, fresh);
    kbnt_core_config_check(core, fresh);
    if (!kbnt_config_finish(fresh, error))
        return NULL;
    *ret_core = g_steal_pointer(&core);
    return g_steal_pointer(&fresh);
}

static void
tell_change(KbntDaemon *daemon, const KbntConfigChange *change, GString *json)
{
    g_autofree char *text = kbnt_config_change_text(change);
    g_autoptr(KbntValue) fields = kbnt_value_new();

    kbnt_value_set_string(fields, KBNT_FIELD_DETAIL, text);
    kbnt_log_writer_write(daemon->log, KBNT_LOG_NOTICE, "config", NULL, fields,
                          change->reloadable ? "a key was changed"
                                             : "a key needs a restart to change");
    kbnt_json_append_comma(json);
    kbnt_json_append_text(json, text);
}

/* The file of keys is one that changes under its name. */
static gboolean
take_keys_again(KbntDaemon *daemon, gboolean *ret_changed, GError **error)
{
    g_autoptr(GBytes) keys = NULL;

    *ret_changed = FALSE;
    if (daemon->signing_keys == NULL)
        return TRUE;
    keys = kbnt_daemon_read_keys(daemon, error);
    if (keys == NULL || g_bytes_equal(keys, daemon->signing_keys))
        return keys != NULL;
    if (!kbnt_codec_set_keys(daemon->codec, keys, error)) {
        g_prefix_error(error, "[security] signing_keys: ");
        return FALSE;
    }
    g_bytes_unref(daemon->signing_keys);
    daemon->signing_keys = g_steal_pointer(&keys);
    *ret_changed = TRUE;
    return TRUE;
}

static void
tell_keys(KbntDaemon *daemon, GString *json)
{
    kbnt_log_writer_write(daemon->log, KBNT_LOG_NOTICE, "config", NULL, NULL,
                          "the signing keys were read again");
    kbnt_json_append_comma(json);
    kbnt_json_append_text(json, "security.signing_keys: the file was read again");
}

static void
apply(KbntDaemon *daemon, KbntRuleBook *book)
{
    const KbntServiceTargets targets = kbnt_service_targets(daemon->core->sla);

    g_ptr_array_add(daemon->old_books, daemon->rule_book);
    daemon->rule_book = book;
    kbnt_log_writer_set_level(daemon->log, kbnt_core_log_level(daemon->core));
    kbnt_metrics_set_targets(daemon->metrics, &targets, daemon->core->sla->window_ms);
    if (daemon->producer != NULL) {
        const KbntProducerSettings settings = kbnt_daemon_producer_settings(daemon);
        kbnt_producer_set_settings(daemon->producer, &settings);
    }
    if (daemon->consumer != NULL) {
        const KbntRetention retention = kbnt_daemon_retention(daemon->core);
        kbnt_consumer_set_settings(daemon->consumer, &kbnt_rule_book_rules(book)->prices,
                                   &retention);
    }
}

gboolean
kbnt_daemon_reload(KbntDaemon *daemon, GString *json, GError **error)
{
    g_autoptr(KbntCoreConfig) core = NULL;
    g_autoptr(KbntConfig) fresh = NULL;
    g_autoptr(KbntRuleBook) book = NULL;
    g_autoptr(GPtrArray) changes = NULL;
    gboolean has_new_keys = FALSE;

    kbnt_notify_reloading(daemon->notify);
    fresh = read_again(daemon, &core, error);
    if (fresh != NULL && take_keys_again(daemon, &has_new_keys, error)) {
        /* Fills the blocks of core anew, so the book, which borrows from them, comes after. */
        changes = kbnt_config_take_reloadable(fresh, daemon->config);
        book = kbnt_rule_book_new(changes->len > 0 ? core : daemon->core, error);
    }
    if (book == NULL) {
        kbnt_notify_ready(daemon->notify, "ready, with the configuration as it was");
        return FALSE;
    }
    g_string_append_c(json, '[');
    for (guint i = 0; i < changes->len; i++)
        tell_change(daemon, g_ptr_array_index(changes, i), json);
    if (has_new_keys)
        tell_keys(daemon, json);
    g_string_append_c(json, ']');
    if (changes->len > 0) {
        kbnt_plugin_loader_reload(daemon->loader, fresh);
        g_ptr_array_add(daemon->old_cores, daemon->core);
        g_ptr_array_add(daemon->old_configs, daemon->config);
        daemon->config = g_steal_pointer(&fresh);
        daemon->core = g_steal_pointer(&core);
    }
    apply(daemon, g_steal_pointer(&book));
    kbnt_notify_ready(daemon->notify, "ready");
    return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory transport with a planted fault. */
#include "../../../plugins/transport/memory/memory.h"
#include "planted-cursors.h"
#include "planted.h"

#include <unistd.h>

#undef kbnt_plugin
extern const KbntPlugin kbnt_plugin __attribute__((visibility("default")));

static const MemoryConfig config = { 3, 4000, 32 * 1024 * 1024, 30000 };

/* A subscription as the good plugin sees it, whose records pass through here. */
typedef struct {
    KbntSubscription inner;
    const KbntSubscription *outer;
} Relay;

static GHashTable *relays;
static GSource *left_behind;
static void (*settled_callback)(KbntValue *record, gpointer data);
static gpointer settled_data;

static const KbntTransportOps *
good(void)
{
    return (gconstpointer)hidden_plugin.ops;
}

static gboolean
planted_create(KbntHost *host, const void *unused, void **ret_instance, GError **error)
{
    return hidden_plugin.ops->create(host, &config, ret_instance, error);
}

static gboolean
do_nothing(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
planted_start(void *instance, KbntTask *task)
{
    MemoryTransport *transport = instance;

    if (planted("leaks-a-descriptor"))
        g_assert(dup(STDERR_FILENO) >= 0);
    if (planted("leaves-a-source")) {
        left_behind = g_timeout_source_new(1000);
        g_source_set_callback(left_behind, do_nothing, NULL, NULL);
        g_source_attach(left_behind, kbnt_host_context(transport->host));
    }
    good()->life.start(instance, task);
}

static void
planted_stop(void *instance, KbntTask *task)
{
    if (planted("ends-twice"))
        kbnt_task_complete(task, NULL);
    planted_cursors_stop(instance);
    good()->life.stop(instance, task);
}

static void
planted_destroy(void *instance)
{
    good()->life.destroy(instance);
}

static KbntValue *
planted_health(void *instance)
{
    return planted("has-no-health") ? NULL : good()->life.health(instance);
}

static void
planted_ensure_topic(void *instance, KbntTask *task)
{
    good()->ensure_topic(instance, task);
}

static void
planted_describe(void *instance, KbntTask *task)
{
    good()->describe(instance, task);
}

/* Confirms what it throws away. */
static void
forget_record(KbntTask *task)
{
    KbntValue *confirmation = kbnt_value_new();

    kbnt_value_set_int(confirmation, KBNT_FIELD_PARTITION, 0);
    kbnt_value_set_int(confirmation, KBNT_FIELD_OFFSET, 0);
    kbnt_task_complete(task, confirmation);
}

static void
publish_but_one(void *instance, KbntTask *const *tasks, guint n_tasks)
{
    good()->publish(instance, tasks, n_tasks - 1);
    forget_record(tasks[n_tasks - 1]);
}

static void
planted_publish(void *instance, KbntTask *const *tasks, guint n_tasks)
{
    if (planted("blocks-the-loop"))
        g_usleep(150000);
    if (planted("settles-early") && settled_callback)
        settled_callback(kbnt_task_argument(tasks[0]), settled_data);
    if (planted("forgets-a-record") && n_tasks > 1)
        publish_but_one(instance, tasks, n_tasks);
    else
        good()->publish(instance, tasks, n_tasks);
}

static void
deliver_backwards(const KbntSubscription *outer, KbntValue *const *records, guint n_records)
{
    g_autofree KbntValue **backwards = g_new(KbntValue *, n_records);

    for (guint i = 0; i < n_records; i++)
        backwards[i] = records[n_records - 1 - i];
    outer->records(backwards, n_records, outer->user_data);
}

static void
deliver_without_headers(const KbntSubscription *outer, KbntValue *const *records,
                        guint n_records)
{
    for (guint i = 0; i < n_records; i++) {
        KbntValue *bare = kbnt_value_copy(records[i]);

        kbnt_value_clear(bare, KBNT_FIELD_HEADERS);
        outer->records(&bare, 1, outer->user_data);
        kbnt_value_unref(bare);
    }
}

static void
pass_on(KbntValue *const *records, guint n_records, gpointer data)
{
    const KbntSubscription *outer = ((Relay *)data)->outer;

    if (planted("delivers-backwards")) {
        deliver_backwards(outer, records, n_records);
    } else if (planted("drops-headers")) {
        deliver_without_headers(outer, records, n_records);
    } else {
        outer->records(records, n_records, outer->user_data);
        if (planted("delivers-twice"))
            outer->records(records, n_records, outer->user_data);
    }
}

static void
pass_on_assigned(gint32 partition, gpointer data)
{
    const KbntSubscription *outer = ((Relay *)data)->outer;

    if (outer->assigned && !planted("assigns-in-silence"))
        outer->assigned(partition, outer->user_data);
}

static void
pass_on_lost(gint32 partition, gpointer data)
{
    const KbntSubscription *outer = ((Relay *)data)->outer;

    if (outer->lost)
        outer->lost(partition, outer->user_data);
}

static const KbntSubscription *
inner_of(const KbntSubscription *outer)
{
    Relay *relay = relays ? g_hash_table_lookup(relays, outer) : NULL;

    return relay ? &relay->inner : outer;
}

static void
planted_subscribe(void *instance, const KbntSubscription *outer, KbntTask *task)
{
    Relay *relay = g_new0(Relay, 1);

    if (!relays)
        relays = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    relay->outer = outer;
    relay->inner = *outer;
    relay->inner.records = pass_on;
    relay->inner.assigned = pass_on_assigned;
    relay->inner.lost = pass_on_lost;
    relay->inner.user_data = relay;
    if (planted("ignores-the-window"))
        relay->inner.window = 1000000;
    g_hash_table_insert(relays, (gpointer)outer, relay);
    good()->subscribe(instance, &relay->inner, task);
}

static void
planted_unsubscribe(void *instance, const KbntSubscription *outer, KbntTask *task)
{
    if (planted("never-leaves"))
        kbnt_task_complete(task, NULL);
    else
        good()->unsubscribe(instance, inner_of(outer), task);
}

static void
planted_acknowledge(void *instance, const KbntSubscription *outer, gint32 partition,
                    gint64 offset)
{
    if (planted("forgets-acknowledgements"))
        return;
    if (planted("acknowledges-too-much"))
        offset += 1000;
    good()->acknowledge(instance, inner_of(outer), partition, offset);
}

static void
planted_pause(void *instance, const KbntSubscription *outer, gint32 partition)
{
    if (!planted("ignores-pause"))
        good()->pause(instance, inner_of(outer), partition);
}

static void
planted_resume(void *instance, const KbntSubscription *outer, gint32 partition)
{
    good()->resume(instance, inner_of(outer), partition);
}

static void
planted_watch_settled(void *instance, void (*settled)(KbntValue *record, gpointer data),
                      gpointer data)
{
    settled_callback = settled;
    settled_data = data;
    good()->watch_settled(instance, settled, data);
}

static void
planted_publish_atomic(void *instance, KbntTask *const *tasks, guint n_tasks, KbntTask *done)
{
    MemoryTransport *transport = instance;
    KbntValue *record = kbnt_task_argument(tasks[0]);
    const char *topic = kbnt_value_get_string(record, KBNT_FIELD_TOPIC);

    planted_cursors_publish(instance, good()->publish,
                            memory_find_topic(transport, topic) != NULL, tasks, n_tasks, done);
}

static void
planted_read_cursor(void *instance, KbntTask *task)
{
    MemoryTransport *transport = instance;

    if (transport->is_running)
        planted_cursors_read(instance, task);
    else
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "the transport is stopped");
}

static const KbntTransportOps planted_ops = {
    .life = { .size = sizeof(KbntTransportOps),
              .create = planted_create,
              .start = planted_start,
              .stop = planted_stop,
              .destroy = planted_destroy,
              .health = planted_health },
    .ensure_topic = planted_ensure_topic,
    .describe = planted_describe,
    .publish = planted_publish,
    .subscribe = planted_subscribe,
    .unsubscribe = planted_unsubscribe,
    .acknowledge = planted_acknowledge,
    .pause = planted_pause,
    .resume = planted_resume,
    .watch_settled = planted_watch_settled,
    .publish_atomic = planted_publish_atomic,
    .read_cursor = planted_read_cursor,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_TRANSPORT,
    .name = "planted",
    .version = "0.1.0",
    .summary = "The memory transport with a planted fault",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .caps = KBNT_TRANSPORT_ATOMIC | KBNT_TRANSPORT_OFFSETS,
    .ops = &planted_ops.life,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory.c: owns the plugin kbnt-transport-memory: topics in the memory of one process.
 *
 * It carries the very records that were published, by reference, to groups of subscribers in
 * the same process: partitions, windows, acknowledgements and redelivery as a broker has them,
 * but nothing outlives the process. That is why it tells when a record is settled: until then
 * the outbox keeps it.
 *
 * Threads: everything runs on the loop thread. Guide: docs/guide/your-first-plugin.md.
 */
#include "memory.h"

#include <kbnt/kbnt-plugin.h>
#include <string.h>

static const KbntKey memory_keys[] = {
    { .name = "partitions",
      .type = KBNT_KEY_INT,
      .offset = G_STRUCT_OFFSET(MemoryConfig, partitions),
      .default_text = "3",
      .minimum = "1",
      .maximum = "1000",
      .unit = "partitions",
      .since = "0.1.0",
      .help = "Partitions of a topic that is made without a number of its own" },
    { .name = "capacity_records",
      .type = KBNT_KEY_INT,
      .flags = KBNT_KEY_RELOADABLE,
      .offset = G_STRUCT_OFFSET(MemoryConfig, capacity_records),
      .default_text = "16384",
      .minimum = "1",
      .maximum = "10000000",
      .unit = "records",
      .since = "0.1.0",
      .help = "Unsettled records of a topic at which a publish fails with QUEUE_FULL" },
    { .name = "capacity_bytes",
      .type = KBNT_KEY_SIZE,
      .flags = KBNT_KEY_RELOADABLE,
      .offset = G_STRUCT_OFFSET(MemoryConfig, capacity_bytes),
      .default_text = "32MiB",
      .minimum = "1KiB",
      .maximum = "16GiB",
      .since = "0.1.0",
      .help = "Bytes of unsettled keys and values of a topic at which a publish fails" },
    { .name = "redeliver_after",
      .type = KBNT_KEY_DURATION,
      .flags = KBNT_KEY_RELOADABLE,
      .offset = G_STRUCT_OFFSET(MemoryConfig, redeliver_after_ms),
      .default_text = "30s",
      .minimum = "20ms",
      .maximum = "1d",
      .since = "0.1.0",
      .help = "Time without an acknowledgement after which a partition is delivered again" },
};

MemoryTopic *
memory_find_topic(MemoryTransport *transport, const char *name)
{
    for (guint i = 0; name && i < transport->topics->len; i++) {
        MemoryTopic *topic = transport->topics->pdata[i];

        if (strcmp(topic->name, name) == 0)
            return topic;
    }
    return NULL;
}

static gboolean
memory_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    MemoryTransport *transport = g_new0(MemoryTransport, 1);

    transport->host = host;
    transport->config = config;
    transport->topics = g_ptr_array_new_with_free_func(memory_topic_free);
    transport->members = g_hash_table_new_full(NULL, NULL, NULL, memory_member_unref);
    transport->watchers = memory_watchers_new();
    *ret_instance = transport;
    return TRUE;
}

static void
memory_start(void *instance, KbntTask *task)
{
    MemoryTransport *transport = instance;

    transport->is_running = TRUE;
    memory_delivery_start(transport);
    kbnt_task_complete(task, NULL);
}

static KbntValue *
describe_topic(MemoryTopic *topic, KbntValue *argument)
{
    const char *group = kbnt_value_get_string(argument, KBNT_FIELD_GROUP);

    return memory_topic_describe(topic, group ? memory_topic_group(topic, group, FALSE) : NULL);
}

static void
memory_ensure_topic(void *instance, KbntTask *task)
{
    MemoryTransport *transport = instance;
    KbntValue *argument = kbnt_task_argument(task);
    const char *name = kbnt_value_get_string(argument, KBNT_FIELD_TOPIC);
    gint64 wanted = kbnt_value_get_int(argument, KBNT_FIELD_PARTITIONS);
    MemoryTopic *topic = memory_find_topic(transport, name);

    if (topic && wanted > 0 && wanted != topic->n_partitions) {
        kbnt_task_fail(task, g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                                         "topic '%s' has %d partitions, not %" G_GINT64_FORMAT,
                                         name, topic->n_partitions, wanted));
        return;
    }
    if (!topic) {
        topic = memory_topic_new(name,
                                 (gint32)(wanted > 0 ? wanted : transport->config->partitions));
        g_ptr_array_add(transport->topics, topic);
    }
    kbnt_task_complete(task, describe_topic(topic, argument));
}

static void
fail_unknown_topic(KbntTask *task)
{
    const char *name = kbnt_value_get_string(kbnt_task_argument(task), KBNT_FIELD_TOPIC);

    kbnt_task_fail(task,
                   g_error_new(KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                               "topic '%s' is not there: ensure it first", name ? name : ""));
}

static void
memory_describe(void *instance, KbntTask *task)
{
    KbntValue *argument = kbnt_task_argument(task);
    MemoryTopic *topic = memory_find_topic(instance,
                                           kbnt_value_get_string(argument, KBNT_FIELD_TOPIC));

    if (topic)
        kbnt_task_complete(task, describe_topic(topic, argument));
    else
        fail_unknown_topic(task);
}

static gboolean
is_full(const MemoryTransport *transport, const MemoryTopic *topic)
{
    return topic->n_records >= (guint64)transport->config->capacity_records ||
           topic->n_bytes >= transport->config->capacity_bytes;
}

static void
fail_full_topic(MemoryTransport *transport, const MemoryTopic *topic, KbntTask *task)
{
    kbnt_host_count(transport->host, "full_total", 1);
    kbnt_task_fail(task, g_error_new(KBNT_ERROR, KBNT_ERROR_QUEUE_FULL,
                                     "topic '%s' holds %" G_GUINT64_FORMAT
                                     " records that nobody has acknowledged, try again",
                                     topic->name, topic->n_records));
}

static void
publish_one(MemoryTransport *transport, KbntTask *task, gint64 timestamp_ms)
{
    KbntValue *record = kbnt_task_argument(task);
    MemoryTopic *topic = memory_find_topic(transport,
                                           kbnt_value_get_string(record, KBNT_FIELD_TOPIC));

    if (!transport->is_running)
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "transport 'memory' is stopped");
    else if (!topic)
        fail_unknown_topic(task);
    else if (is_full(transport, topic))
        fail_full_topic(transport, topic, task);
    else
        kbnt_task_complete(task, memory_topic_append(topic, record, timestamp_ms));
}

/* A topic that is full stays full for the rest of the batch, so no record overtakes one that
 * failed. */
static void
memory_publish(void *instance, KbntTask *const *tasks, guint n_tasks)
{
    MemoryTransport *transport = instance;
    gint64 timestamp_ms = kbnt_host_wall_ms(transport->host);

    for (guint i = 0; i < n_tasks; i++)
        publish_one(transport, tasks[i], timestamp_ms);
    memory_delivery_schedule(transport);
}

static gboolean
memory_reload(void *instance, const void *config, GError **error)
{
    MemoryTransport *transport = instance;

    transport->config = config;
    return TRUE;
}

static KbntValue *
memory_health(void *instance)
{
    MemoryTransport *transport = instance;
    KbntValue *health = kbnt_value_new();
    g_autofree char *detail = NULL;
    guint64 n_records = 0;

    for (guint i = 0; i < transport->topics->len; i++)
        n_records += ((MemoryTopic *)transport->topics->pdata[i])->n_records;
    detail = g_strdup_printf("%" G_GUINT64_FORMAT " unsettled records in %u topics", n_records,
                             transport->topics->len);
    kbnt_value_set_string(health, KBNT_FIELD_NAME, "memory");
    kbnt_value_set_int(health, KBNT_FIELD_CHECK_STATUS,
                       transport->is_running ? KBNT_CHECK_STATUS_PASSED
                                             : KBNT_CHECK_STATUS_FAILED);
    kbnt_value_set_string(health, KBNT_FIELD_DETAIL, detail);
    return health;
}

static void
memory_stop(void *instance, KbntTask *task)
{
    MemoryTransport *transport = instance;

    transport->is_running = FALSE;
    memory_delivery_stop(transport);
    memory_forget_members(transport);
    kbnt_task_complete(task, NULL);
}

static void
memory_destroy(void *instance)
{
    MemoryTransport *transport = instance;

    if (!transport)
        return;
    g_ptr_array_unref(transport->topics);
    g_hash_table_unref(transport->members);
    g_array_unref(transport->watchers);
    g_free(transport);
}

static const KbntTransportOps memory_ops = {
    .life = { .size = sizeof(KbntTransportOps),
              .create = memory_create,
              .start = memory_start,
              .stop = memory_stop,
              .reload = memory_reload,
              .destroy = memory_destroy,
              .health = memory_health },
    .ensure_topic = memory_ensure_topic,
    .describe = memory_describe,
    .publish = memory_publish,
    .subscribe = memory_subscribe,
    .unsubscribe = memory_unsubscribe,
    .acknowledge = memory_acknowledge,
    .pause = memory_pause,
    .resume = memory_resume,
    .watch_settled = memory_watch_settled,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_TRANSPORT,
    .name = "memory",
    .version = "0.1.0",
    .summary = "Topics in the memory of one process, for role all",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .caps = KBNT_TRANSPORT_OFFSETS,
    KBNT_PLUGIN_CONFIG(MemoryConfig, memory_keys),
    .ops = &memory_ops.life,
};

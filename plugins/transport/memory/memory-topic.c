/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory-topic.c: owns what becomes of a record in a topic: appended, read by groups, settled.
 *
 * A record stays until every group of the topic has acknowledged it. A topic without any group
 * keeps its records until one comes, which then begins with the eldest of them.
 */
#include "memory-topic.h"

#include <string.h>

static const KbntField carried[] = { KBNT_FIELD_TOPIC, KBNT_FIELD_KEY, KBNT_FIELD_BODY,
                                     KBNT_FIELD_HEADERS };

MemoryTopic *
memory_topic_new(const char *name, gint32 n_partitions)
{
    MemoryTopic *topic = g_new0(MemoryTopic, 1);

    topic->name = g_strdup(name);
    topic->n_partitions = n_partitions;
    topic->logs = g_new0(MemoryLog, n_partitions);
    for (gint32 i = 0; i < n_partitions; i++)
        memory_log_init(&topic->logs[i]);
    topic->groups = g_ptr_array_new_with_free_func(memory_group_free);
    return topic;
}

void
memory_topic_free(gpointer data)
{
    MemoryTopic *topic = data;

    if (!topic)
        return;
    g_ptr_array_unref(topic->groups);
    for (gint32 i = 0; i < topic->n_partitions; i++)
        memory_log_clear(&topic->logs[i]);
    g_free(topic->logs);
    g_free(topic->name);
    g_free(topic);
}

static MemoryGroup *
add_group(MemoryTopic *topic, const char *name)
{
    MemoryGroup *group = memory_group_new(name, topic->n_partitions);

    for (gint32 i = 0; i < topic->n_partitions; i++)
        memory_cursor_begin(&group->cursors[i], topic->logs[i].first_offset);
    g_ptr_array_add(topic->groups, group);
    return group;
}

MemoryGroup *
memory_topic_group(MemoryTopic *topic, const char *name, gboolean create)
{
    for (guint i = 0; i < topic->groups->len; i++) {
        MemoryGroup *group = topic->groups->pdata[i];

        if (strcmp(group->name, name) == 0)
            return group;
    }
    return create ? add_group(topic, name) : NULL;
}

static gsize
size_of(KbntValue *record)
{
    GBytes *key = kbnt_value_get_bytes(record, KBNT_FIELD_KEY);
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);

    return (key ? g_bytes_get_size(key) : 0) + (body ? g_bytes_get_size(body) : 0);
}

static gint32
partition_of(const MemoryTopic *topic, KbntValue *record)
{
    GBytes *key = kbnt_value_get_bytes(record, KBNT_FIELD_KEY);
    gsize length = 0;
    gconstpointer bytes = key ? g_bytes_get_data(key, &length) : NULL;

    return key ? kbnt_partition(bytes, length, topic->n_partitions) : 0;
}

KbntValue *
memory_topic_append(MemoryTopic *topic, KbntValue *record, gint64 timestamp_ms)
{
    gint32 partition = partition_of(topic, record);
    MemoryEntry entry = { kbnt_value_ref(record), timestamp_ms, size_of(record) };
    gint64 offset = memory_log_append(&topic->logs[partition], entry);
    KbntValue *confirmation = kbnt_value_new();

    topic->n_records++;
    topic->n_bytes += entry.size_bytes;
    kbnt_value_set_int(confirmation, KBNT_FIELD_PARTITION, partition);
    kbnt_value_set_int(confirmation, KBNT_FIELD_OFFSET, offset);
    kbnt_value_set_int(confirmation, KBNT_FIELD_TIMESTAMP, timestamp_ms);
    return confirmation;
}

KbntValue *
memory_topic_read(MemoryTopic *topic, MemoryCursor *cursor, gint32 partition)
{
    const MemoryEntry *entry = memory_log_at(&topic->logs[partition], cursor->position);
    KbntValue *record = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(carried); i++)
        kbnt_value_copy_field(record, entry->record, carried[i]);
    kbnt_value_set_int(record, KBNT_FIELD_PARTITION, partition);
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, cursor->position);
    kbnt_value_set_int(record, KBNT_FIELD_TIMESTAMP, entry->timestamp_ms);
    memory_cursor_advance(cursor);
    return record;
}

static gint64
acknowledged_by_all(const MemoryTopic *topic, gint32 partition)
{
    gint64 least = topic->groups->len > 0 ? G_MAXINT64 : 0;

    for (guint i = 0; i < topic->groups->len; i++) {
        const MemoryGroup *group = topic->groups->pdata[i];

        least = MIN(least, group->cursors[partition].committed);
    }
    return least;
}

KbntValue *
memory_topic_settle(MemoryTopic *topic, gint32 partition)
{
    MemoryLog *log = &topic->logs[partition];
    MemoryEntry entry;

    if (log->first_offset >= acknowledged_by_all(topic, partition))
        return NULL;

    entry = memory_log_drop_first(log);
    topic->n_records--;
    topic->n_bytes -= entry.size_bytes;
    return entry.record;
}

static KbntValue *
describe_partition(const MemoryTopic *topic, const MemoryGroup *group, gint32 partition)
{
    const MemoryLog *log = &topic->logs[partition];
    gint64 next = group ? group->cursors[partition].committed : log->first_offset;
    KbntValue *described = kbnt_value_new();

    kbnt_value_set_int(described, KBNT_FIELD_PARTITION, partition);
    kbnt_value_set_int(described, KBNT_FIELD_OFFSET, next);
    kbnt_value_set_int(described, KBNT_FIELD_LAG, log->end_offset - next);
    return described;
}

KbntValue *
memory_topic_describe(MemoryTopic *topic, const MemoryGroup *group)
{
    KbntValue *described = kbnt_value_new();

    kbnt_value_set_string(described, KBNT_FIELD_TOPIC, topic->name);
    kbnt_value_set_int(described, KBNT_FIELD_PARTITIONS, topic->n_partitions);
    kbnt_value_set_int(described, KBNT_FIELD_REPLICAS, 1);
    kbnt_value_set_empty_list(described, KBNT_FIELD_MEMBERS);
    for (guint i = 0; group && i < group->members->len; i++) {
        const MemoryMember *member = group->members->pdata[i];

        kbnt_value_append_string(described, KBNT_FIELD_MEMBERS, member->name);
    }
    for (gint32 i = 0; i < topic->n_partitions; i++)
        kbnt_value_take_item(described, KBNT_FIELD_ASSIGNMENTS,
                             describe_partition(topic, group, i));
    return described;
}

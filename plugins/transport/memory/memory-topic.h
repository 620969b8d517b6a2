/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory-topic.h: owns a topic: its partitions, its bounds, and the groups that read it. */
#pragma once

#include "memory-group.h"
#include "memory-log.h"

struct MemoryTopic {
    char *name;
    gint32 n_partitions;
    MemoryLog *logs;
    GPtrArray *groups;
    guint64 n_records;
    guint64 n_bytes;
};

MemoryTopic *memory_topic_new(const char *name, gint32 n_partitions);

/* @data: (transfer full) (nullable): a MemoryTopic. */
void memory_topic_free(gpointer data);

/* Returns: (transfer none) (nullable): the group, which begins at the eldest record that is
 * kept when @create makes it. */
MemoryGroup *memory_topic_group(MemoryTopic *topic, const char *name, gboolean create);

/* Appends the record to the partition of its key. Returns: (transfer full): {PARTITION, OFFSET,
 * TIMESTAMP}. */
KbntValue *memory_topic_append(MemoryTopic *topic, KbntValue *record, gint64 timestamp_ms);

/* Returns: (transfer full): the record of the cursor's position as a reader gets it; the
 * position moves on. */
KbntValue *memory_topic_read(MemoryTopic *topic, MemoryCursor *cursor, gint32 partition);

/* Drops the eldest record of the partition where every group has acknowledged it.
 * Returns: (transfer full) (nullable): the record as it was published. */
KbntValue *memory_topic_settle(MemoryTopic *topic, gint32 partition);

/* Returns: (transfer full): the result of describe. @group: (nullable). */
KbntValue *memory_topic_describe(MemoryTopic *topic, const MemoryGroup *group);

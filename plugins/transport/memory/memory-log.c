/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory-log.c: owns the ring behind a partition: no allocation for a record once it has grown.
 */
#include "memory-log.h"

#define FIRST_SIZE 64

void
memory_log_init(MemoryLog *log)
{
    log->entries = g_new(MemoryEntry, FIRST_SIZE);
    log->mask = FIRST_SIZE - 1;
}

void
memory_log_clear(MemoryLog *log)
{
    while (log->first_offset < log->end_offset) {
        MemoryEntry entry = memory_log_drop_first(log);

        kbnt_value_unref(entry.record);
    }
    g_clear_pointer(&log->entries, g_free);
}

static void
grow(MemoryLog *log)
{
    gint64 mask = log->mask * 2 + 1;
    MemoryEntry *entries = g_new(MemoryEntry, (gsize)mask + 1);

    for (gint64 offset = log->first_offset; offset < log->end_offset; offset++)
        entries[offset & mask] = log->entries[offset & log->mask];
    g_free(log->entries);
    log->entries = entries;
    log->mask = mask;
}

gint64
memory_log_append(MemoryLog *log, MemoryEntry entry)
{
    if (log->end_offset - log->first_offset > log->mask)
        grow(log);
    log->entries[log->end_offset & log->mask] = entry;
    return log->end_offset++;
}

const MemoryEntry *
memory_log_at(const MemoryLog *log, gint64 offset)
{
    g_assert(offset >= log->first_offset && offset < log->end_offset);
    return &log->entries[offset & log->mask];
}

MemoryEntry
memory_log_drop_first(MemoryLog *log)
{
    g_assert(log->first_offset < log->end_offset);
    return log->entries[log->first_offset++ & log->mask];
}

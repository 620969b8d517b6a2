/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory-log.h: owns the records of one partition, from the eldest that is kept to the newest.
 */
#pragma once

#include <kbnt/kbnt-values.h>

typedef struct {
    KbntValue *record;
    gint64 timestamp_ms;
    gsize size_bytes;
} MemoryEntry;

/* A ring that grows; offsets count on for ever, the entry of one is at offset & mask. */
typedef struct {
    MemoryEntry *entries;
    gint64 mask;
    gint64 first_offset;
    gint64 end_offset;
} MemoryLog;

void memory_log_init(MemoryLog *log);

void memory_log_clear(MemoryLog *log);

/* @entry: the log takes over its record. Returns: the offset. */
gint64 memory_log_append(MemoryLog *log, MemoryEntry entry);

/* @offset: one that is kept. */
const MemoryEntry *memory_log_at(const MemoryLog *log, gint64 offset);

/* Returns: the eldest entry, whose record now belongs to the caller. */
MemoryEntry memory_log_drop_first(MemoryLog *log);

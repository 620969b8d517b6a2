/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * counters.h: owns the numbers that are given once: rows, positions, serials.
 *
 * A position is never given twice, even when its row is gone. Numbers are reserved in blocks,
 * so that giving one writes nothing; a restart leaves a gap.
 */
#ifndef SQLITE_COUNTERS_H
#define SQLITE_COUNTERS_H

#include "db.h"

typedef enum {
    COUNTER_OUTBOX,
    COUNTER_EVENTS,
    COUNTER_DEAD_LETTERS,
    COUNTER_ROWS,
    COUNTER_EPOCHS,
    N_COUNTERS,
} CounterName;

typedef struct {
    gint64 next[N_COUNTERS];
    gint64 reserved[N_COUNTERS];
} Counters;

void counters_load(Counters *counters, Db *db);
gint64 counters_take(Counters *counters, CounterName name);
/* Reserves what was taken, before a commit. */
void counters_save(Counters *counters, Db *db);
/* Returns: the first of @count numbers of a name of its own. */
gint64 counters_take_serials(Db *db, const char *name, gint64 count);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* counters.c: owns the numbers that are given once: rows, positions, serials. */
#include "counters.h"

#define BLOCK 1024

static const char *const names[N_COUNTERS] = {
    [COUNTER_OUTBOX] = "outbox",
    [COUNTER_EVENTS] = "events",
    [COUNTER_DEAD_LETTERS] = "dead-letters",
    [COUNTER_ROWS] = "rows",
    [COUNTER_EPOCHS] = "epochs",
};

void
counters_load(Counters *counters, Db *db)
{
    for (guint i = 0; i < N_COUNTERS; i++) {
        gint64 kept = db_number(db, "SELECT next FROM counters WHERE name = ?", "t", names[i]);

        counters->next[i] = MAX(MAX(kept, 1), counters->next[i]);
        counters->reserved[i] = kept;
    }
}

gint64
counters_take(Counters *counters, CounterName name)
{
    return counters->next[name]++;
}

void
counters_save(Counters *counters, Db *db)
{
    for (guint i = 0; i < N_COUNTERS; i++) {
        if (counters->next[i] <= MAX(counters->reserved[i], 1))
            continue;
        counters->reserved[i] = counters->next[i] + BLOCK;
        db_run(db, "INSERT OR REPLACE INTO counters VALUES (?, ?)", "ti", names[i],
               counters->reserved[i]);
    }
}

gint64
counters_take_serials(Db *db, const char *name, gint64 count)
{
    g_autofree char *key = g_strconcat("serial ", name, NULL);

    return db_number(db,
                     "INSERT INTO counters VALUES (?1, 1 + ?2)"
                     " ON CONFLICT (name) DO UPDATE SET next = next + ?2"
                     " RETURNING next - ?2",
                     "ti", key, count);
}

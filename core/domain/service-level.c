/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* service-level.c: owns the window of outcomes, counted by slice of time and priority. */
#include "service-level.h"

#define N_SLICES 60
#define N_PRIORITIES (KBNT_PRIORITY_CRITICAL + 1)

typedef struct {
    guint64 ended;
    guint64 succeeded;
    guint64 in_time;
} Counts;

/* What ended in one slice of time; the ring holds one window of them. */
typedef struct {
    gint64 number;
    Counts counts[N_PRIORITIES];
} Slice;

struct KbntServiceLevel {
    gint64 slice_ms;
    KbntServiceTargets targets;
    Slice slices[N_SLICES];
};

KbntServiceLevel *
kbnt_service_level_new(gint64 window_ms, const KbntServiceTargets *targets)
{
    KbntServiceLevel *level = g_new0(KbntServiceLevel, 1);

    level->slice_ms = MAX(1, window_ms / N_SLICES);
    level->targets = *targets;
    for (guint i = 0; i < N_SLICES; i++)
        level->slices[i].number = -1;
    return level;
}

void
kbnt_service_level_free(KbntServiceLevel *level)
{
    g_free(level);
}

/* Returns: the slice of now, emptied of what a window ago was in its place. */
static Slice *
present_slice(KbntServiceLevel *level, gint64 now_ms)
{
    gint64 number = now_ms / level->slice_ms;
    Slice *slice = &level->slices[number % N_SLICES];

    if (slice->number != number)
        *slice = (Slice){ .number = number };
    return slice;
}

void
kbnt_service_level_record(KbntServiceLevel *level, gint64 now_ms, KbntPriority priority,
                          gboolean success, double seconds)
{
    Counts *counts = &present_slice(level, now_ms)->counts[priority];
    double target = level->targets.seconds[priority];

    counts->ended++;
    if (success)
        counts->succeeded++;
    if (success && (target == 0 || seconds <= target))
        counts->in_time++;
}

/* Returns: the counts of the window, of one priority or, for 0, of all. */
static Counts
sum_of_window(const KbntServiceLevel *level, gint64 now_ms, KbntPriority priority)
{
    gint64 newest = now_ms / level->slice_ms;
    Counts sum = { 0 };

    for (guint i = 0; i < N_SLICES * N_PRIORITIES; i++) {
        const Slice *slice = &level->slices[i / N_PRIORITIES];
        const Counts *counts = &slice->counts[i % N_PRIORITIES];

        if (slice->number <= newest - N_SLICES || (priority && i % N_PRIORITIES != priority))
            continue;
        sum.ended += counts->ended;
        sum.succeeded += counts->succeeded;
        sum.in_time += counts->in_time;
    }
    return sum;
}

static double
share(guint64 part, guint64 whole)
{
    return whole == 0 ? 1 : (double)part / (double)whole;
}

double
kbnt_service_level_success_rate(const KbntServiceLevel *level, gint64 now_ms)
{
    Counts sum = sum_of_window(level, now_ms, 0);

    return share(sum.succeeded, sum.ended);
}

double
kbnt_service_level_compliance(const KbntServiceLevel *level, gint64 now_ms,
                              KbntPriority priority)
{
    Counts sum = sum_of_window(level, now_ms, priority);

    return share(sum.in_time, sum.ended);
}

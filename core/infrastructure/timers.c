/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the timers of one loop: a binary heap ordered by due time, and the source that fires. */
#include "timers.h"

#include "due-source.h"

typedef struct {
    guint64 id;
    gint64 due_us;
    guint position; /* in the heap, so that cancelling needs no search */
    const char *name;
    void (*function)(gpointer data);
    gpointer data;
} Timer;

struct KbntTimers {
    GPtrArray *heap;   /* of Timer, the earliest first */
    GHashTable *by_id; /* id -> Timer, owns the timers */
    guint64 last_id;
    GSource *source;
    KbntTimersRun run;
    gpointer runner;
};

static Timer *
timer_at(KbntTimers *timers, guint position)
{
    return timers->heap->pdata[position];
}

/* Equal due times keep the order in which they were added. */
static gboolean
is_earlier(const Timer *a, const Timer *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->id < b->id;
}

static void
put(KbntTimers *timers, guint position, Timer *timer)
{
    timers->heap->pdata[position] = timer;
    timer->position = position;
}

static void
sift_up(KbntTimers *timers, Timer *timer)
{
    guint position = timer->position;

    while (position > 0) {
        guint parent = (position - 1) / 2;

        if (!is_earlier(timer, timer_at(timers, parent)))
            break;
        put(timers, position, timer_at(timers, parent));
        position = parent;
    }
    put(timers, position, timer);
}

static void
sift_down(KbntTimers *timers, Timer *timer)
{
    guint position = timer->position;

    for (;;) {
        guint child = 2 * position + 1;

        if (child >= timers->heap->len)
            break;
        if (child + 1 < timers->heap->len &&
            is_earlier(timer_at(timers, child + 1), timer_at(timers, child)))
            child++;
        if (!is_earlier(timer_at(timers, child), timer))
            break;
        put(timers, position, timer_at(timers, child));
        position = child;
    }
    put(timers, position, timer);
}

static void
remove_from_heap(KbntTimers *timers, guint position)
{
    guint last = timers->heap->len - 1;
    Timer *moved = timer_at(timers, last);

    g_ptr_array_set_size(timers->heap, (gint)last);
    if (position == last)
        return;

    put(timers, position, moved);
    sift_up(timers, moved);
    sift_down(timers, moved);
}

static void
arm(KbntTimers *timers)
{
    kbnt_due_source_set(timers->source,
                        timers->heap->len > 0 ? timer_at(timers, 0)->due_us : KBNT_DUE_NEVER);
}

/* Takes what was due on entry and no more: a timer that re-arms itself for now cannot starve
 * the rest of the loop. */
static void
run_due(GSource *source, gpointer data)
{
    KbntTimers *timers = data;
    gint64 now_us = g_source_get_time(source);
    guint64 last_id = timers->last_id;

    while (timers->heap->len > 0) {
        Timer due = *timer_at(timers, 0);

        if (due.due_us > now_us || due.id > last_id)
            break;
        kbnt_timers_cancel(timers, due.id);
        timers->run(due.name, due.function, due.data, timers->runner);
    }
    arm(timers);
}

KbntTimers *
kbnt_timers_new(GMainContext *context, KbntTimersRun run, gpointer runner)
{
    KbntTimers *timers = g_new0(KbntTimers, 1);

    timers->heap = g_ptr_array_new();
    timers->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    timers->run = run;
    timers->runner = runner;
    timers->source = kbnt_due_source_new(context, "kbnt timers", run_due, timers);
    return timers;
}

void
kbnt_timers_free(KbntTimers *timers)
{
    if (timers == NULL)
        return;
    g_source_destroy(timers->source);
    g_source_unref(timers->source);
    g_ptr_array_unref(timers->heap);
    g_hash_table_unref(timers->by_id);
    g_free(timers);
}

guint64
kbnt_timers_add(KbntTimers *timers, gint64 due_us, const char *name,
                void (*function)(gpointer data), gpointer data)
{
    Timer *timer = g_new0(Timer, 1);

    timer->id = ++timers->last_id;
    timer->due_us = MAX(due_us, 0);
    timer->position = timers->heap->len;
    timer->name = name;
    timer->function = function;
    timer->data = data;
    g_hash_table_insert(timers->by_id, &timer->id, timer);
    g_ptr_array_add(timers->heap, timer);
    sift_up(timers, timer);
    if (timer->position == 0)
        arm(timers);
    return timer->id;
}

gboolean
kbnt_timers_cancel(KbntTimers *timers, guint64 id)
{
    Timer *timer = g_hash_table_lookup(timers->by_id, &id);

    if (timer == NULL)
        return FALSE;
    /* A source that wakes once for nothing is cheaper than arming it again here. */
    remove_from_heap(timers, timer->position);
    g_hash_table_remove(timers->by_id, &id);
    return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-wait.c: owns the queue of waiting tasks.
 *
 * They stand in a sequence by their time, so that a thousand of them cost the loop no more than
 * one. While any of them waits, the timer also looks now and then for those that were
 * cancelled.
 */
#include "mock-wait.h"

#define LOOK_PERIOD_US 50000

typedef struct {
    KbntTask *task;
    gpointer work;
    gint64 due_us;
} Waiting;

struct MockWait {
    KbntHost *host;
    MockWaitDone done;
    gpointer data;
    GSequence *waiting;
    GSource *timer;
};

MockWait *
mock_wait_new(KbntHost *host, MockWaitDone done, gpointer data)
{
    MockWait *wait = g_new0(MockWait, 1);

    wait->host = host;
    wait->done = done;
    wait->data = data;
    wait->waiting = g_sequence_new(g_free);
    return wait;
}

void
mock_wait_free(MockWait *wait)
{
    if (!wait)
        return;
    g_assert(g_sequence_is_empty(wait->waiting));
    g_sequence_free(wait->waiting);
    g_free(wait);
}

static gint
by_time(gconstpointer one, gconstpointer other, gpointer data)
{
    const Waiting *first = one;
    const Waiting *second = other;

    return first->due_us < second->due_us ? -1 : first->due_us > second->due_us;
}

static gboolean
is_unwanted(const MockWait *wait, const Waiting *waiting)
{
    gint64 deadline_us = kbnt_task_deadline_us(waiting->task);

    return kbnt_task_is_cancelled(waiting->task) ||
           (deadline_us > 0 && kbnt_host_monotonic_us(wait->host) >= deadline_us);
}

static void
hand_back(MockWait *wait, GSequenceIter *place, gboolean is_due)
{
    Waiting waiting = *(const Waiting *)g_sequence_get(place);

    g_sequence_remove(place);
    wait->done(waiting.task, waiting.work, is_due, wait->data);
}

static void
arm(MockWait *wait)
{
    const Waiting *first;

    if (!wait->timer)
        return;
    if (g_sequence_is_empty(wait->waiting)) {
        g_source_set_ready_time(wait->timer, -1);
        return;
    }
    first = g_sequence_get(g_sequence_get_begin_iter(wait->waiting));
    g_source_set_ready_time(wait->timer,
                            MIN(first->due_us, g_get_monotonic_time() + LOOK_PERIOD_US));
}

/* Handing back may add a task, never take one away, so the next place stays valid. */
static gboolean
look(gpointer data)
{
    MockWait *wait = data;
    GSequenceIter *place = g_sequence_get_begin_iter(wait->waiting);

    while (!g_sequence_iter_is_end(place)) {
        GSequenceIter *next = g_sequence_iter_next(place);
        const Waiting *waiting = g_sequence_get(place);

        if (is_unwanted(wait, waiting))
            hand_back(wait, place, FALSE);
        else if (waiting->due_us <= g_get_monotonic_time())
            hand_back(wait, place, TRUE);
        place = next;
    }
    arm(wait);
    return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer(GSource *source, GSourceFunc callback, gpointer data)
{
    return callback(data);
}

static void
attach_timer(MockWait *wait)
{
    static GSourceFuncs functions = { .dispatch = dispatch_timer };

    wait->timer = g_source_new(&functions, sizeof(GSource));
    g_source_set_static_name(wait->timer, "mock-wait");
    g_source_set_callback(wait->timer, look, wait, NULL);
    g_source_attach(wait->timer, kbnt_host_context(wait->host));
}

void
mock_wait_add(MockWait *wait, KbntTask *task, gpointer work, gint64 wait_ms)
{
    Waiting *waiting = g_new0(Waiting, 1);

    waiting->task = task;
    waiting->work = work;
    waiting->due_us = wait_ms == G_MAXINT64 ? G_MAXINT64
                                            : g_get_monotonic_time() + wait_ms * 1000;
    g_sequence_insert_sorted(wait->waiting, waiting, by_time, NULL);
    if (!wait->timer)
        attach_timer(wait);
    arm(wait);
}

void
mock_wait_stop(MockWait *wait)
{
    while (!g_sequence_is_empty(wait->waiting))
        hand_back(wait, g_sequence_get_begin_iter(wait->waiting), FALSE);
    if (wait->timer)
        g_source_destroy(wait->timer);
    g_clear_pointer(&wait->timer, g_source_unref);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the loop thread. The ring is two arrays that change places: foreign threads fill one
 * under a lock while the loop runs the other without it, so the lock and the eventfd are paid
 * once a batch. Locks are POSIX ones, which ThreadSanitizer can see into. */
#include "loop.h"

#include "lanes.h"
#include "timers.h"

#include <errno.h>
#include <glib-unix.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Jobs that may wait in one lane before its callers are refused. */
#define LANE_DEPTH 4096

typedef struct {
    const char *name;
    KbntLoopFunc function;
    gpointer data;
} Invocation;

struct KbntLoop {
    GMainContext *context;
    GMainLoop *main_loop;
    GThread *thread;
    KbntTimers *timers;
    KbntLanes *lanes;
    GSource *wake_source;
    int wake_fd;

    pthread_mutex_t lock;
    pthread_cond_t drained;
    GArray *filling;    /* of Invocation; guarded by lock */
    gboolean unbounded; /* guarded by lock; while lanes are joined nobody may wait for room */
    guint ring_size;

    GArray *spare; /* (nullable): an empty array for the next change; loop thread only */

    GArray *turn_ends; /* of Invocation, to be called before the loop waits; loop thread only */
    GSource *turn_source;

    gint64 slow_limit_us;
    KbntLoopSlowFunc slow;
    gpointer slow_data;
};

void
kbnt_loop_call_timed(KbntLoop *loop, const char *name, KbntLoopFunc function, gpointer data)
{
    gint64 began_us, elapsed_us;

    if (loop->slow_limit_us == 0) {
        function(data);
        return;
    }
    began_us = g_get_monotonic_time();
    function(data);
    elapsed_us = g_get_monotonic_time() - began_us;
    if (elapsed_us > loop->slow_limit_us)
        loop->slow(name, elapsed_us, loop->slow_data);
}

static void
run_timer(const char *name, KbntLoopFunc function, gpointer data, gpointer loop)
{
    kbnt_loop_call_timed(loop, name, function, data);
}

static void
wake(KbntLoop *loop)
{
    guint64 one = 1;
    gssize written;

    do
        written = write(loop->wake_fd, &one, sizeof one);
    while (written < 0 && errno == EINTR);
    g_assert(written == sizeof one);
}

static void
clear_wake(KbntLoop *loop)
{
    guint64 count;

    while (read(loop->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
        ;
}

static GArray *
invocations_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Invocation));
}

static GArray *
take_batch(KbntLoop *loop)
{
    GArray *empty = loop->spare != NULL ? loop->spare : invocations_new();
    GArray *batch;

    loop->spare = NULL;
    pthread_mutex_lock(&loop->lock);
    batch = loop->filling;
    loop->filling = empty;
    clear_wake(loop);
    pthread_cond_broadcast(&loop->drained);
    pthread_mutex_unlock(&loop->lock);
    return batch;
}

static void
give_back(KbntLoop *loop, GArray *batch)
{
    g_array_set_size(batch, 0);
    if (loop->spare == NULL)
        loop->spare = batch;
    else
        g_array_unref(batch);
}

/* Runs what waits, in one batch. What is invoked meanwhile comes with the next turn of the
 * loop, so that descriptors and timers have theirs. An invocation may drain in its turn.
 * Returns FALSE where nothing waited. */
static gboolean
drain(KbntLoop *loop)
{
    GArray *batch = take_batch(loop);
    gboolean was_filled = batch->len > 0;

    for (guint i = 0; i < batch->len; i++) {
        Invocation *next = &g_array_index(batch, Invocation, i);

        kbnt_loop_call_timed(loop, next->name, next->function, next->data);
    }
    give_back(loop, batch);
    return was_filled;
}

static void
call_turn_ends(KbntLoop *loop)
{
    for (guint i = 0; i < loop->turn_ends->len; i++) {
        Invocation next = g_array_index(loop->turn_ends, Invocation, i);

        kbnt_loop_call_timed(loop, next.name, next.function, next.data);
    }
    g_array_set_size(loop->turn_ends, 0);
}

/* What other threads have brought may lead to work for them, which they begin while the other
 * sources have their turn. */
static gboolean
on_wake(int fd, GIOCondition condition, gpointer loop)
{
    drain(loop);
    call_turn_ends(loop);
    return G_SOURCE_CONTINUE;
}

/* A source of the loop only for its prepare, which runs before the loop looks for events. */
typedef struct {
    GSource source;
    KbntLoop *loop;
} TurnSource;

static gboolean
end_turn(GSource *source, gint *ret_timeout_ms)
{
    *ret_timeout_ms = -1;
    call_turn_ends(((TurnSource *)source)->loop);
    return FALSE;
}

static GSourceFuncs turn_source_functions = { .prepare = end_turn };

static void
attach_turn_source(KbntLoop *loop)
{
    loop->turn_ends = invocations_new();
    loop->turn_source = g_source_new(&turn_source_functions, sizeof(TurnSource));
    ((TurnSource *)loop->turn_source)->loop = loop;
    g_source_set_static_name(loop->turn_source, "kbnt turn");
    g_source_set_priority(loop->turn_source, G_PRIORITY_HIGH);
    g_source_attach(loop->turn_source, loop->context);
}

static void
attach_wake_source(KbntLoop *loop)
{
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_assert(loop->wake_fd >= 0);
    loop->wake_source = g_unix_fd_source_new(loop->wake_fd, G_IO_IN);
    g_source_set_static_name(loop->wake_source, "kbnt ring");
    g_source_set_callback(loop->wake_source, G_SOURCE_FUNC(on_wake), loop, NULL);
    g_source_attach(loop->wake_source, loop->context);
}

KbntLoop *
kbnt_loop_new(guint ring_size)
{
    KbntLoop *loop = g_new0(KbntLoop, 1);

    g_assert(ring_size > 0);
    loop->ring_size = ring_size;
    loop->thread = g_thread_self();
    loop->context = g_main_context_new();
    loop->main_loop = g_main_loop_new(loop->context, FALSE);
    loop->timers = kbnt_timers_new(loop->context, run_timer, loop);
    loop->lanes = kbnt_lanes_new(LANE_DEPTH);
    loop->filling = invocations_new();
    pthread_mutex_init(&loop->lock, NULL);
    pthread_cond_init(&loop->drained, NULL);
    attach_wake_source(loop);
    attach_turn_source(loop);
    return loop;
}

void
kbnt_loop_free(KbntLoop *loop)
{
    if (loop == NULL)
        return;
    kbnt_loop_stop_lanes(loop);
    kbnt_lanes_free(loop->lanes);
    kbnt_timers_free(loop->timers);
    g_source_destroy(loop->wake_source);
    g_source_unref(loop->wake_source);
    close(loop->wake_fd);
    g_source_destroy(loop->turn_source);
    g_source_unref(loop->turn_source);
    g_array_unref(loop->turn_ends);
    g_array_unref(loop->filling);
    g_clear_pointer(&loop->spare, g_array_unref);
    pthread_cond_destroy(&loop->drained);
    pthread_mutex_destroy(&loop->lock);
    g_main_loop_unref(loop->main_loop);
    g_main_context_unref(loop->context);
    g_free(loop);
}

GMainContext *
kbnt_loop_context(KbntLoop *loop)
{
    return loop->context;
}

void
kbnt_loop_run(KbntLoop *loop)
{
    g_main_loop_run(loop->main_loop);
}

void
kbnt_loop_quit(KbntLoop *loop)
{
    g_main_loop_quit(loop->main_loop);
}

/* The loop thread never waits for itself: for it the ring has no bound. */
static gboolean
has_room(KbntLoop *loop)
{
    return loop->filling->len < loop->ring_size || loop->unbounded ||
           g_thread_self() == loop->thread;
}

void
kbnt_loop_invoke_named(KbntLoop *loop, const char *name, KbntLoopFunc function, gpointer data)
{
    Invocation invocation = { name, function, data };

    pthread_mutex_lock(&loop->lock);
    while (!has_room(loop))
        pthread_cond_wait(&loop->drained, &loop->lock);
    g_array_append_val(loop->filling, invocation);
    if (loop->filling->len == 1)
        wake(loop);
    pthread_mutex_unlock(&loop->lock);
}

guint64
kbnt_loop_after_named(KbntLoop *loop, gint64 delay_us, const char *name, KbntLoopFunc function,
                      gpointer data)
{
    return kbnt_timers_add(loop->timers, g_get_monotonic_time() + delay_us, name, function,
                           data);
}

void
kbnt_loop_at_turn_end(KbntLoop *loop, const char *name, KbntLoopFunc function, gpointer data)
{
    Invocation invocation = { name, function, data };

    g_array_append_val(loop->turn_ends, invocation);
}

gboolean
kbnt_loop_cancel(KbntLoop *loop, guint64 id)
{
    return kbnt_timers_cancel(loop->timers, id);
}

gboolean
kbnt_loop_run_blocking(KbntLoop *loop, const char *lane, KbntLoopFunc work, gpointer data,
                       GError **error)
{
    return kbnt_lanes_push(loop->lanes, lane, work, data, error);
}

static void
set_unbounded(KbntLoop *loop, gboolean unbounded)
{
    pthread_mutex_lock(&loop->lock);
    loop->unbounded = unbounded;
    pthread_cond_broadcast(&loop->drained);
    pthread_mutex_unlock(&loop->lock);
}

void
kbnt_loop_stop_lanes(KbntLoop *loop)
{
    /* The joining thread is the one that drains: a worker that waited for room would wait for
     * ever. */
    set_unbounded(loop, TRUE);
    kbnt_lanes_stop(loop->lanes);
    set_unbounded(loop, FALSE);
    while (drain(loop))
        ;
}

void
kbnt_loop_watch_slow(KbntLoop *loop, gint64 limit_us, KbntLoopSlowFunc slow, gpointer data)
{
    loop->slow_limit_us = limit_us;
    loop->slow = slow;
    loop->slow_data = data;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the worker lanes. Locks are POSIX ones, which ThreadSanitizer can see into. */
#include "lanes.h"

#include <kbnt/kbnt-error.h>
#include <pthread.h>

typedef struct {
    void (*work)(gpointer data);
    gpointer data;
} Job;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    GQueue jobs;       /* of Job; guarded by lock */
    gboolean stopping; /* guarded by lock */
    GThread *thread;
} Lane;

struct KbntLanes {
    GHashTable *by_name; /* name -> Lane */
    guint depth;
    gboolean stopped;
};

/* Returns the next job, or NULL once the lane is stopping and empty. */
static Job *
lane_take(Lane *lane)
{
    Job *job;

    pthread_mutex_lock(&lane->lock);
    while (lane->jobs.length == 0 && !lane->stopping)
        pthread_cond_wait(&lane->filled, &lane->lock);
    job = g_queue_pop_head(&lane->jobs);
    pthread_mutex_unlock(&lane->lock);
    return job;
}

static gpointer
lane_main(gpointer data)
{
    Lane *lane = data;
    Job *job;

    while ((job = lane_take(lane)) != NULL) {
        job->work(job->data);
        g_free(job);
    }
    return NULL;
}

static Lane *
lane_new(const char *name)
{
    Lane *lane = g_new0(Lane, 1);

    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->filled, NULL);
    g_queue_init(&lane->jobs);
    lane->thread = g_thread_new(name, lane_main, lane);
    return lane;
}

static void
lane_ask_to_stop(Lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->stopping = TRUE;
    pthread_mutex_unlock(&lane->lock);
    pthread_cond_signal(&lane->filled);
}

static void
lane_free(gpointer data)
{
    Lane *lane = data;

    g_thread_join(lane->thread);
    pthread_cond_destroy(&lane->filled);
    pthread_mutex_destroy(&lane->lock);
    g_free(lane);
}

static gboolean
lane_push(Lane *lane, Job job, guint depth)
{
    gboolean has_room;

    pthread_mutex_lock(&lane->lock);
    has_room = lane->jobs.length < depth;
    if (has_room)
        g_queue_push_tail(&lane->jobs, g_memdup2(&job, sizeof job));
    pthread_mutex_unlock(&lane->lock);
    if (has_room)
        pthread_cond_signal(&lane->filled);
    return has_room;
}

KbntLanes *
kbnt_lanes_new(guint depth)
{
    KbntLanes *lanes = g_new0(KbntLanes, 1);

    lanes->depth = depth;
    lanes->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, lane_free);
    return lanes;
}

gboolean
kbnt_lanes_push(KbntLanes *lanes, const char *name, void (*work)(gpointer data), gpointer data,
                GError **error)
{
    Lane *lane = g_hash_table_lookup(lanes->by_name, name);

    if (lanes->stopped) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STOPPED,
                    "lane '%s' takes no work: the daemon is stopping", name);
        return FALSE;
    }
    if (lane == NULL) {
        lane = lane_new(name);
        g_hash_table_insert(lanes->by_name, g_strdup(name), lane);
    }
    if (lane_push(lane, (Job){ work, data }, lanes->depth))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_QUEUE_FULL,
                "lane '%s' is full: %u jobs wait for its one thread; try again later", name,
                lanes->depth);
    return FALSE;
}

void
kbnt_lanes_stop(KbntLanes *lanes)
{
    GHashTableIter iter;
    gpointer lane;

    lanes->stopped = TRUE;
    /* All are asked before any is joined: they end side by side. */
    g_hash_table_iter_init(&iter, lanes->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &lane))
        lane_ask_to_stop(lane);
    g_hash_table_remove_all(lanes->by_name);
}

void
kbnt_lanes_free(KbntLanes *lanes)
{
    if (lanes == NULL)
        return;
    kbnt_lanes_stop(lanes);
    g_hash_table_unref(lanes->by_name);
    g_free(lanes);
}

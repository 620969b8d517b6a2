/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lanes made on first use; the end of a lane is a piece of work without a function. */
#include "fake-lanes.h"

#include <pthread.h>

#define LANE_LIMIT 1024

typedef struct {
    void (*work)(KbntTask *task, gpointer data);
    KbntTask *task;
    gpointer data;
} Job;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    GQueue jobs; /* of Job; guarded by lock */
    GThread *thread;
} Lane;

struct FakeLanes {
    GHashTable *by_name;
};

static Job *
lane_take(Lane *lane)
{
    Job *job;

    pthread_mutex_lock(&lane->lock);
    while (!(job = g_queue_pop_head(&lane->jobs)))
        pthread_cond_wait(&lane->filled, &lane->lock);
    pthread_mutex_unlock(&lane->lock);
    return job;
}

static gboolean
lane_push(Lane *lane, Job job)
{
    gboolean has_room;

    pthread_mutex_lock(&lane->lock);
    has_room = lane->jobs.length < LANE_LIMIT || !job.work;
    if (has_room)
        g_queue_push_tail(&lane->jobs, g_memdup2(&job, sizeof job));
    pthread_cond_signal(&lane->filled);
    pthread_mutex_unlock(&lane->lock);
    return has_room;
}

static gpointer
run_lane(gpointer data)
{
    gboolean has_ended = FALSE;

    while (!has_ended) {
        g_autofree Job *job = lane_take(data);

        has_ended = !job->work;
        if (job->work)
            job->work(job->task, job->data);
    }
    return NULL;
}

static void
lane_free(gpointer data)
{
    Lane *lane = data;

    lane_push(lane, (Job){ 0 });
    g_thread_join(lane->thread);
    pthread_cond_destroy(&lane->filled);
    pthread_mutex_destroy(&lane->lock);
    g_free(lane);
}

static Lane *
lane_new(const char *name)
{
    Lane *lane = g_new0(Lane, 1);

    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->filled, NULL);
    g_queue_init(&lane->jobs);
    lane->thread = g_thread_new(name, run_lane, lane);
    return lane;
}

FakeLanes *
fake_lanes_new(void)
{
    FakeLanes *lanes = g_new0(FakeLanes, 1);

    lanes->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, lane_free);
    return lanes;
}

void
fake_lanes_free(FakeLanes *lanes)
{
    if (!lanes)
        return;
    g_hash_table_unref(lanes->by_name);
    g_free(lanes);
}

void
fake_lanes_push(FakeLanes *lanes, const char *name, void (*work)(KbntTask *, gpointer),
                KbntTask *task, gpointer data)
{
    Lane *lane = g_hash_table_lookup(lanes->by_name, name);

    if (!lane) {
        lane = lane_new(name);
        g_hash_table_insert(lanes->by_name, g_strdup(name), lane);
    }
    if (!lane_push(lane, (Job){ work, task, data }))
        kbnt_task_fail_literal(task, KBNT_ERROR_QUEUE_FULL, "the lane is full");
}

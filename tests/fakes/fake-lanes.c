/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lanes made on first use; the end of a lane is a piece of work without a function. */
#include "fake-lanes.h"

#define LANE_LIMIT 1024

typedef struct {
    void (*work)(KbntTask *task, gpointer data);
    KbntTask *task;
    gpointer data;
} Job;

typedef struct {
    GAsyncQueue *jobs;
    GThread *thread;
} Lane;

struct FakeLanes {
    GHashTable *by_name;
};

static gpointer
run_lane(gpointer data)
{
    GAsyncQueue *jobs = data;
    gboolean ended = FALSE;

    while (!ended) {
        g_autofree Job *job = g_async_queue_pop(jobs);

        ended = !job->work;
        if (job->work)
            job->work(job->task, job->data);
    }
    return NULL;
}

static void
lane_free(gpointer data)
{
    Lane *lane = data;

    g_async_queue_push(lane->jobs, g_new0(Job, 1));
    g_thread_join(lane->thread);
    g_async_queue_unref(lane->jobs);
    g_free(lane);
}

static Lane *
lane_new(const char *name)
{
    Lane *lane = g_new0(Lane, 1);

    lane->jobs = g_async_queue_new();
    lane->thread = g_thread_new(name, run_lane, lane->jobs);
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
    Job *job;

    if (!lane) {
        lane = lane_new(name);
        g_hash_table_insert(lanes->by_name, g_strdup(name), lane);
    }
    if (g_async_queue_length(lane->jobs) >= LANE_LIMIT) {
        kbnt_task_fail_literal(task, KBNT_ERROR_QUEUE_FULL, "the lane is full");
        return;
    }

    job = g_new0(Job, 1);
    job->work = work;
    job->task = task;
    job->data = data;
    g_async_queue_push(lane->jobs, job);
}

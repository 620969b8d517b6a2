/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* queue.c: owns the bounded line of tasks between the loop thread and a working thread. */
#include "queue.h"

#include <errno.h>
#include <pthread.h>

struct TaskQueue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    GQueue tasks;
    guint limit;
    gboolean closed;
};

TaskQueue *
task_queue_new(guint limit)
{
    TaskQueue *queue = g_new0(TaskQueue, 1);

    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->filled, NULL);
    g_queue_init(&queue->tasks);
    queue->limit = limit;
    return queue;
}

void
task_queue_free(TaskQueue *queue)
{
    if (!queue)
        return;
    g_assert(g_queue_is_empty(&queue->tasks));
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
    g_free(queue);
}

static void
refuse(KbntTask *task, gboolean closed)
{
    if (closed)
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "The store is stopped");
    else
        kbnt_task_fail_literal(task, KBNT_ERROR_QUEUE_FULL,
                               "The queue of the store is full; try again later");
}

void
task_queue_push(TaskQueue *queue, KbntTask *const *tasks, guint n_tasks)
{
    guint n_taken = 0;
    gboolean closed;

    pthread_mutex_lock(&queue->lock);
    closed = queue->closed;
    while (!closed && n_taken < n_tasks && queue->tasks.length < queue->limit)
        g_queue_push_tail(&queue->tasks, tasks[n_taken++]);
    pthread_mutex_unlock(&queue->lock);
    /* Behind the lock, or whoever wakes would wait for it. */
    pthread_cond_signal(&queue->filled);

    while (n_taken < n_tasks)
        refuse(tasks[n_taken++], closed);
}

/* With the lock held. Returns: whether waiting longer makes sense. */
static gboolean
wait_for_tasks(TaskQueue *queue, gint64 end_us)
{
    struct timespec end = { end_us / G_USEC_PER_SEC, end_us % G_USEC_PER_SEC * 1000 };

    if (end_us == 0)
        return pthread_cond_wait(&queue->filled, &queue->lock) == 0;
    return pthread_cond_clockwait(&queue->filled, &queue->lock, CLOCK_MONOTONIC, &end) !=
           ETIMEDOUT;
}

gboolean
task_queue_take(TaskQueue *queue, guint max, gint64 end_us, GPtrArray *ret_tasks)
{
    gboolean may_wait = TRUE;
    gboolean goes_on;

    pthread_mutex_lock(&queue->lock);
    while (may_wait && !queue->closed && !queue->tasks.length)
        may_wait = wait_for_tasks(queue, end_us);
    goes_on = !queue->closed || queue->tasks.length;
    while (ret_tasks->len < max && queue->tasks.length)
        g_ptr_array_add(ret_tasks, g_queue_pop_head(&queue->tasks));
    pthread_mutex_unlock(&queue->lock);
    return goes_on;
}

void
task_queue_close(TaskQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = TRUE;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}

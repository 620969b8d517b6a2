/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* queue.h: owns the bounded line of tasks between the loop thread and a working thread. */
#ifndef SQLITE_QUEUE_H
#define SQLITE_QUEUE_H

#include <kbnt/kbnt-host.h>

typedef struct TaskQueue TaskQueue;

TaskQueue *task_queue_new(guint limit);
/* No thread may be waiting. */
void task_queue_free(TaskQueue *queue);
/* Takes the tasks; those that find no room or a closed queue are failed. */
void task_queue_push(TaskQueue *queue, KbntTask *const *tasks, guint n_tasks);
/*
 * Waits for tasks, where @end_us is not 0 no longer than until then, and moves up to @max of
 * them to @ret_tasks. Returns: FALSE when the queue is closed and empty.
 */
gboolean task_queue_take(TaskQueue *queue, guint max, gint64 end_us, GPtrArray *ret_tasks);
/* From here on nothing comes in; what is in the line is still taken. */
void task_queue_close(TaskQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TaskQueue, task_queue_free)

#endif

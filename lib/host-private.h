/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host-private.h: owns the far side of KbntHost and KbntTask: what the core (or a test harness)
 * supplies so that the accessors of kbnt-host.h work. Not installed.
 */
#ifndef KBNT_HOST_PRIVATE_H
#define KBNT_HOST_PRIVATE_H

#include <kbnt/kbnt-host.h>

G_BEGIN_DECLS

/**
 * KbntHostServices:
 *
 * What stands behind the accessors of the same names; data is the one of kbnt_host_new().
 * invoke never calls the function inside itself, and never blocks the loop thread.
 */
typedef struct {
    void (*log)(gpointer data, KbntLogLevel level, const char *topic, const KbntValue *fields,
                const char *text);
    gint64 (*monotonic_us)(gpointer data);
    gint64 (*wall_ms)(gpointer data);
    GMainContext *(*context)(gpointer data);
    void (*run_blocking)(gpointer data, const char *lane,
                         void (*work)(KbntTask *task, gpointer work_data), KbntTask *task,
                         gpointer work_data);
    void (*invoke)(gpointer data, void (*function)(gpointer), gpointer function_data);
    void (*count)(gpointer data, const char *name, double delta);
    void (*gauge)(gpointer data, const char *name, double value);
    GBytes *(*secret)(gpointer data, const char *name, GError **error);
    void (*uuid)(gpointer data, char ret_uuid[37]);
} KbntHostServices;

/**
 * kbnt_host_new:
 * @services: (transfer none): lives as long as the host
 * @half: which half this instance serves
 * @state_dir: (transfer none): copied
 *
 * Returns: (transfer full): the core as one instance sees it.
 */
KbntHost *kbnt_host_new(const KbntHostServices *services, gpointer data, KbntHalf half,
                        const char *state_dir);

/**
 * kbnt_host_free:
 * @host: (transfer full) (nullable): no task of it may be open
 */
void kbnt_host_free(KbntHost *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntHost, kbnt_host_free)

/**
 * KbntTaskDone:
 * @result: (transfer none) (nullable): what came out
 * @error: (nullable): why nothing did
 *
 * Hears of the end of a task, once, on the loop thread.
 */
typedef void (*KbntTaskDone)(KbntValue *result, const GError *error, gpointer data);

/**
 * kbnt_task_new:
 * @host: the instance that will get the task; its invoke brings the completion home
 * @verb: of the op's table, or 0
 * @argument: (transfer none) (nullable)
 * @done: (nullable)
 *
 * Returns: (transfer full): a task without key and deadline, to be handed to one op.
 */
KbntTask *kbnt_task_new(KbntHost *host, guint32 verb, KbntValue *argument, KbntTaskDone done,
                        gpointer data);

/**
 * kbnt_task_set_key: (nullable): names the work for idempotency; before the task is handed over
 */
void kbnt_task_set_key(KbntTask *task, const char *key);

/**
 * kbnt_task_set_deadline_us: on the monotonic clock; before the task is handed over
 */
void kbnt_task_set_deadline_us(KbntTask *task, gint64 deadline_us);

/**
 * kbnt_task_ref:
 *
 * Returns: (transfer full): a reference by which an asker can cancel.
 */
KbntTask *kbnt_task_ref(KbntTask *task);

/**
 * kbnt_task_unref:
 * @task: (transfer full) (nullable): the last reference to go fails an open task with INTERNAL
 */
void kbnt_task_unref(KbntTask *task);

/**
 * kbnt_task_cancel:
 *
 * Says that the work is no longer wanted. The task still ends, in whatever way the op finds.
 */
void kbnt_task_cancel(KbntTask *task);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntTask, kbnt_task_unref)

G_END_DECLS

#endif

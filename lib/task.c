/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * task.c: owns KbntTask, one piece of work that ends exactly once.
 *
 * Whoever ends a task, on whatever thread, gives up a reference; it travels with the invoke to
 * the loop thread, where the asker hears of the end and the reference is dropped.
 */
#include "host-private.h"

struct KbntTask {
    gint n_references;
    gint cancelled;
    gint ended;
    KbntHost *host;
    guint32 verb;
    KbntValue *argument;
    char *key;
    gint64 deadline_us;
    KbntTaskDone done;
    gpointer data;
    KbntValue *result;
    GError *error;
};

KbntTask *
kbnt_task_new(KbntHost *host, guint32 verb, KbntValue *argument, KbntTaskDone done,
              gpointer data)
{
    KbntTask *task = g_new0(KbntTask, 1);

    task->n_references = 1;
    task->host = host;
    task->verb = verb;
    task->argument = argument ? kbnt_value_ref(argument) : NULL;
    task->done = done;
    task->data = data;
    return task;
}

void
kbnt_task_set_key(KbntTask *task, const char *key)
{
    g_return_if_fail(task);

    g_free(task->key);
    task->key = g_strdup(key);
}

void
kbnt_task_set_deadline_us(KbntTask *task, gint64 deadline_us)
{
    g_return_if_fail(task);
    task->deadline_us = deadline_us;
}

KbntTask *
kbnt_task_ref(KbntTask *task)
{
    g_return_val_if_fail(task, NULL);

    g_atomic_int_inc(&task->n_references);
    return task;
}

static void
free_task(KbntTask *task)
{
    kbnt_value_unref(task->argument);
    kbnt_value_unref(task->result);
    g_clear_error(&task->error);
    g_free(task->key);
    g_free(task);
}

/* A dropped task gets its reference back, and with it the end that nobody gave it. */
static void
fail_dropped_task(KbntTask *task)
{
    g_atomic_int_inc(&task->n_references);
    kbnt_host_log(task->host, KBNT_LOG_ERROR, "task", NULL,
                  "A task was dropped without an end, failing it with INTERNAL");
    kbnt_task_fail_literal(task, KBNT_ERROR_INTERNAL, "The task was dropped without an end");
}

void
kbnt_task_unref(KbntTask *task)
{
    if (!task || !g_atomic_int_dec_and_test(&task->n_references))
        return;
    if (g_atomic_int_get(&task->ended))
        free_task(task);
    else
        fail_dropped_task(task);
}

void
kbnt_task_cancel(KbntTask *task)
{
    g_return_if_fail(task);
    g_atomic_int_set(&task->cancelled, TRUE);
}

guint32
kbnt_task_verb(const KbntTask *task)
{
    g_return_val_if_fail(task, 0);
    return task->verb;
}

KbntValue *
kbnt_task_argument(const KbntTask *task)
{
    g_return_val_if_fail(task, NULL);
    return task->argument;
}

const char *
kbnt_task_key(const KbntTask *task)
{
    g_return_val_if_fail(task, NULL);
    return task->key;
}

gint64
kbnt_task_deadline_us(const KbntTask *task)
{
    g_return_val_if_fail(task, 0);
    return task->deadline_us;
}

gboolean
kbnt_task_is_cancelled(const KbntTask *task)
{
    g_return_val_if_fail(task, FALSE);
    return g_atomic_int_get(&task->cancelled);
}

static void
deliver(gpointer data)
{
    KbntTask *task = data;

    if (task->done)
        task->done(task->result, task->error, task->data);
    kbnt_task_unref(task);
}

/*
 * Ends the task once. A second end is refused and takes no reference with it: the caller gave
 * its own away with the first.
 */
static void
end_task(KbntTask *task, KbntValue *result, GError *error)
{
    if (!g_atomic_int_compare_and_exchange(&task->ended, FALSE, TRUE)) {
        kbnt_host_log(task->host, KBNT_LOG_ERROR, "task", NULL,
                      "A task was ended twice, keeping the first end");
        kbnt_value_unref(result);
        g_clear_error(&error);
        return;
    }
    task->result = result;
    task->error = error;
    kbnt_host_invoke(task->host, deliver, task);
}

void
kbnt_task_complete(KbntTask *task, KbntValue *result)
{
    g_return_if_fail(task);
    end_task(task, result, NULL);
}

/* Returns: (transfer full): an error that may leave a plugin. */
static GError *
of_our_domain(GError *error)
{
    GError *wrapped;

    if (error && error->domain == KBNT_ERROR)
        return error;
    wrapped = g_error_new(KBNT_ERROR, KBNT_ERROR_INTERNAL,
                          "A task failed outside KBNT_ERROR: %s",
                          error ? error->message : "no error was given");
    g_clear_error(&error);
    return wrapped;
}

void
kbnt_task_fail(KbntTask *task, GError *error)
{
    g_return_if_fail(task);
    end_task(task, NULL, of_our_domain(error));
}

void
kbnt_task_fail_literal(KbntTask *task, KbntErrorCode code, const char *message)
{
    kbnt_task_fail(task, g_error_new_literal(KBNT_ERROR, (gint)code, message));
}

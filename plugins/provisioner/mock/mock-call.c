/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-call.c: owns the way of one call: planted fault, latency, effect, answer.
 *
 * The effect comes at the end of the latency, and only where the task is still wanted and its
 * deadline has not passed.
 */
#include "mock.h"

#include <math.h>
#include <unistd.h>

/* One call on its way: what it will do, and what was planted for it. */
typedef struct {
    MockEffect effect;
    MockFault fault;
} Work;

/* An answer that waits for its line to reach the disk. */
typedef struct {
    int descriptor;
    KbntValue *result;
} Flush;

static void
flush(KbntTask *task, gpointer data)
{
    Flush *answer = data;
    gboolean is_flushed = fdatasync(answer->descriptor) == 0;

    close(answer->descriptor);
    if (is_flushed)
        kbnt_task_complete(task, answer->result);
    else
        kbnt_task_fail_literal(task, KBNT_ERROR_PROVISIONER_UNAVAILABLE,
                               "the world's file cannot be flushed");
    if (!is_flushed)
        kbnt_value_unref(answer->result);
    g_free(answer);
}

static void
complete(Mock *mock, KbntTask *task, KbntValue *result)
{
    Flush *answer;

    if (!mock->config->sync) {
        kbnt_task_complete(task, result);
        return;
    }
    answer = g_new0(Flush, 1);
    answer->descriptor = mock_world_duplicate_descriptor(mock->world);
    answer->result = result;
    kbnt_host_run_blocking(mock->host, MOCK_LANE, flush, task, answer);
}

static void
fail_planted(KbntTask *task, const MockFault *fault)
{
    KbntValue *argument = kbnt_task_argument(task);
    const char *step = kbnt_enum_name(KBNT_TYPE_STEP,
                                      kbnt_value_get_int(argument, KBNT_FIELD_STEP));

    kbnt_task_fail(task, g_error_new(KBNT_ERROR, fault->code, "planted fault of step '%s'%s",
                                     step ? step : "",
                                     fault->comes_after ? ", after its effect" : ""));
}

static void
take_effect(Mock *mock, KbntTask *task, const Work *work)
{
    KbntValue *result = NULL;
    GError *error = NULL;

    if (work->fault.code && !work->fault.comes_after) {
        fail_planted(task, &work->fault);
        return;
    }
    if (!work->effect(mock, task, &result, &error)) {
        kbnt_task_fail(task, error);
        return;
    }
    if (work->fault.code) {
        kbnt_value_unref(result);
        fail_planted(task, &work->fault);
        return;
    }
    complete(mock, task, result);
}

static void
give_up(Mock *mock, KbntTask *task)
{
    if (!mock->is_running)
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "provisioner 'mock' is stopped");
    else if (kbnt_task_is_cancelled(task))
        kbnt_task_fail_literal(task, KBNT_ERROR_CANCELLED, "cancelled before its effect");
    else
        kbnt_task_fail_literal(task, KBNT_ERROR_TIMED_OUT,
                               "the deadline passed before its effect");
}

void
mock_call_ended(KbntTask *task, gpointer data, gboolean is_due, gpointer mock)
{
    g_autofree Work *work = data;

    if (is_due)
        take_effect(mock, task, work);
    else
        give_up(mock, task);
}

static gboolean
is_late(const Mock *mock, const KbntTask *task)
{
    gint64 deadline_us = kbnt_task_deadline_us(task);

    return deadline_us > 0 && kbnt_host_monotonic_us(mock->host) >= deadline_us;
}

static gint64
latency_of(const Mock *mock, KbntStep step)
{
    return llround((double)mock->config->latency_ms[step] * mock->config->latency_factor);
}

void
mock_call(Mock *mock, KbntTask *task, MockEffect effect, KbntStep step)
{
    Work work = { .effect = effect, .fault = mock_faults_next(mock->faults, step) };
    gint64 wait_ms = work.fault.hangs ? G_MAXINT64 : latency_of(mock, step);

    if (!mock->is_running || kbnt_task_is_cancelled(task) || is_late(mock, task))
        give_up(mock, task);
    else if (wait_ms == 0)
        take_effect(mock, task, &work);
    else
        mock_wait_add(mock->wait, task, g_memdup2(&work, sizeof work), wait_ms);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-undo.c: owns the way back: what a failed run may have left is taken away, last first.
 */
#include "run-private.h"

/* How often an undo is tried before it becomes a cleanup debt. */
#define UNDO_ATTEMPTS 8

/* How long the way back may take: a request has ended a minute after its deadline. */
#define UNDO_MS 40000

/* What each step may take at least, however late it is. */
#define LEAST_MS 1000

static void
undo_begun(KbntRun *run, KbntValue *result, const GError *error)
{
    (void)result;
    if (error != NULL)
        kbnt_run_failed(run, NULL, error);
    else
        kbnt_run_undo(run);
}

static KbntInboxState
end_state(const KbntRun *run)
{
    return run->debt ? KBNT_INBOX_STATE_DEBT : KBNT_INBOX_STATE_ENDED;
}

/* The fault is written, with the intent of the first undo or, where there is none, the end. */
void
kbnt_run_turn_round(KbntRun *run)
{
    gint first = kbnt_plan_undo_from(run->steps, (gint)run->index);
    KbntInboxState state = first < 0 ? KBNT_INBOX_STATE_ENDED : KBNT_INBOX_STATE_UNDOING;
    KbntValue *command = kbnt_run_command(run, state);
    KbntStep step = kbnt_run_step(run)->step;

    kbnt_run_tell_step(run, step, "failed");
    kbnt_run_history(run, kbnt_enum_name(KBNT_TYPE_STEP, step), KBNT_HISTORY_STATUS_FAILED,
                     run->failure->message);
    kbnt_run_journal(run, command, step, KBNT_PHASE_FAULT);
    run->attempts = 0;
    if (first < 0) {
        kbnt_run_end_failed(run, command);
        return;
    }
    kbnt_transition_fail(run->state, run->failure, run->failed_step);
    kbnt_value_set_int(run->state, KBNT_FIELD_OUTCOME, KBNT_OUTCOME_IN_PROGRESS);
    run->undoing = TRUE;
    run->index = (guint)first;
    kbnt_run_journal(run, command, run->steps[first].step, KBNT_PHASE_UNDO_INTENT);
    kbnt_run_commit(run, KBNT_STORE_ADVANCE, command, undo_begun);
}

void
kbnt_run_undo(KbntRun *run)
{
    const KbntWorldPort *world = &run->context->ports->world;

    run->step_us = world->monotonic_us(world->data);
    if (run->undo_deadline_us == 0)
        run->undo_deadline_us = run->step_us + UNDO_MS * 1000;
    kbnt_run_ask(run, kbnt_run_step(run)->undo,
                 MAX(run->undo_deadline_us, run->step_us + LEAST_MS * 1000));
}

static gboolean
may_try_again(const KbntRun *run)
{
    const KbntWorldPort *world = &run->context->ports->world;

    return run->attempts + 1 < UNDO_ATTEMPTS &&
           world->monotonic_us(world->data) < run->undo_deadline_us;
}

void
kbnt_run_undo_done(KbntRun *run, const GError *error)
{
    const KbntPlanStep *step = kbnt_run_step(run);
    gint next = kbnt_plan_undo_from(run->steps, (gint)run->index - 1);

    if (error != NULL && may_try_again(run)) {
        kbnt_run_try_again(run, error);
        return;
    }
    if (error != NULL) {
        run->debt = TRUE;
        kbnt_run_set_status(run, KBNT_RESOURCE_STATUS_QUARANTINED);
    }
    KbntValue *command = kbnt_run_command(run,
                                          next < 0 ? end_state(run) : KBNT_INBOX_STATE_UNDOING);
    kbnt_run_tell_step(run, step->step, error != NULL ? "failed" : "compensated");
    kbnt_run_history(run, kbnt_enum_name(KBNT_TYPE_STEP, step->step),
                     error != NULL ? KBNT_HISTORY_STATUS_FAILED
                                   : KBNT_HISTORY_STATUS_COMPENSATED,
                     error != NULL ? error->message : NULL);
    kbnt_run_journal(run, command, step->step,
                     error != NULL ? KBNT_PHASE_FAULT : KBNT_PHASE_UNDO_RESULT);
    kbnt_run_emit(run, command, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPENSATED);
    run->attempts = 0;
    if (next < 0) {
        kbnt_run_end_failed(run, command);
        return;
    }
    run->index = (guint)next;
    kbnt_run_journal(run, command, run->steps[next].step, KBNT_PHASE_UNDO_INTENT);
    kbnt_run_commit(run, KBNT_STORE_ADVANCE, command, undo_begun);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.c: owns the way of one message through its steps.
 *
 * RESULT n and INTENT n+1 are one commit, with the event that tells of it. A failure turns the
 * run round: FAULT n and UNDO_INTENT are one commit, and from there each step that may have
 * left something, the failed one included, is undone in reverse. A run that an elder
 * incarnation left behind is claimed and goes on with the step or undo that its row names: all
 * ops find what is there already.
 */
#include "run-private.h"

#include "backoff.h"
#include "volumes.h"

static const KbntField identity_fields[] = {
    KBNT_FIELD_MESSAGE_ID,  KBNT_FIELD_REQUEST_ID,          KBNT_FIELD_CORRELATION_ID,
    KBNT_FIELD_USER_ID,     KBNT_FIELD_REQUEST_TYPE,        KBNT_FIELD_PRIORITY,
    KBNT_FIELD_HISTORY,     KBNT_FIELD_VIRTUAL_RESOURCE_ID, KBNT_FIELD_RESOURCE_TYPE,
    KBNT_FIELD_RESOURCE_ID,
};

static void go_on(KbntRun *run);

KbntRequestType
kbnt_run_verb(const KbntRun *run)
{
    return kbnt_value_get_int(run->request, KBNT_FIELD_REQUEST_TYPE);
}

const char *
kbnt_run_message_id(const KbntRun *run)
{
    return run->message_id;
}

static KbntValue *
first_state(const KbntRun *run, const KbntValue *row)
{
    KbntValue *state = kbnt_value_new();
    KbntValue *specification = kbnt_value_get_value(run->request, KBNT_FIELD_SPECIFICATION);

    for (guint i = 0; i < G_N_ELEMENTS(identity_fields); i++)
        kbnt_value_copy_field(state, run->request, identity_fields[i]);
    kbnt_value_copy_field(state, row, KBNT_FIELD_VM_ID);
    kbnt_value_set_int(state, KBNT_FIELD_CREATED_AT,
                       kbnt_value_get_int(run->request, KBNT_FIELD_TIMESTAMP));
    kbnt_value_set_int(state, KBNT_FIELD_OUTCOME, KBNT_OUTCOME_IN_PROGRESS);
    if (kbnt_plan_creates(kbnt_run_verb(run))) {
        kbnt_value_set_int(state, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_PENDING);
        if (specification != NULL)
            kbnt_value_take_value(state, KBNT_FIELD_RESOURCE_SPECS,
                                  kbnt_specification_without_secrets(specification));
    }
    return state;
}

/* Where an elder incarnation left the run: the step, and whether it was being undone. */
static void
find_place(KbntRun *run)
{
    KbntStep step = kbnt_value_get_int(run->state, KBNT_FIELD_STEP);
    KbntPhase phase = kbnt_value_get_int(run->state, KBNT_FIELD_PHASE);
    KbntValue *error = kbnt_value_get_value(run->state, KBNT_FIELD_ERROR);

    run->resumed = TRUE;
    for (guint i = 0; i < run->n_steps; i++)
        if (run->steps[i].step == step)
            run->index = i;
    run->undoing = phase == KBNT_PHASE_UNDO_INTENT || phase == KBNT_PHASE_FAULT;
    run->debt = kbnt_value_get_int(run->state, KBNT_FIELD_RESOURCE_STATUS) ==
                KBNT_RESOURCE_STATUS_QUARANTINED;
    if (!run->undoing)
        return;
    gint code = error ? kbnt_error_code_from_name(kbnt_value_get_string(error, KBNT_FIELD_CODE))
                      : 0;
    const char *cause = error ? kbnt_value_get_string(error, KBNT_FIELD_CAUSE) : NULL;
    run->failure = g_error_new_literal(KBNT_ERROR, code != 0 ? code : KBNT_ERROR_INTERNAL,
                                       cause != NULL ? cause : "the reason was not kept");
    run->failed_step = error ? kbnt_value_get_int(error, KBNT_FIELD_STEP) : step;
}

KbntRun *
kbnt_run_new(const KbntRunContext *context, const KbntValue *row)
{
    const KbntWorldPort *world = &context->ports->world;
    KbntRun *run = g_new0(KbntRun, 1);
    KbntValue *data = kbnt_value_get_value(row, KBNT_FIELD_DATA);
    gint64 now_us = world->monotonic_us(world->data);

    run->context = context;
    run->message_id = g_strdup(kbnt_value_get_string(row, KBNT_FIELD_MESSAGE_ID));
    run->request = kbnt_value_ref(kbnt_value_get_value(row, KBNT_FIELD_REQUEST));
    run->intake_us = now_us;
    run->deadline_us = now_us + kbnt_value_get_int(row, KBNT_FIELD_REMAINING_MS) * 1000;
    run->expected_sequence = kbnt_value_get_int(row, KBNT_FIELD_SEQUENCE);
    run->steps = kbnt_plan_steps_of(run->request, &run->n_steps);
    if (kbnt_value_get_int(row, KBNT_FIELD_CANCEL_REQUESTED) != 0)
        run->cancel = kbnt_value_get_int(row, KBNT_FIELD_CANCEL_REASON);
    kbnt_stream_load(&run->stream, row);
    run->state = data != NULL ? kbnt_value_copy(data) : first_state(run, row);
    if (data != NULL)
        find_place(run);
    return run;
}

static void
forget_timer(KbntRun *run, guint64 *timer)
{
    const KbntWorldPort *world = &run->context->ports->world;

    if (*timer != 0)
        world->forget(world->data, *timer);
    *timer = 0;
}

void
kbnt_run_free(KbntRun *run)
{
    if (run == NULL)
        return;
    forget_timer(run, &run->deadline_timer);
    forget_timer(run, &run->retry_timer);
    kbnt_value_unref(run->request);
    kbnt_value_unref(run->state);
    kbnt_value_unref(run->wishes);
    kbnt_value_unref(run->command);
    g_clear_error(&run->failure);
    g_free(run->message_id);
    g_free(run);
}

/* Forward: one step after the other. */

static void
advanced(KbntRun *run, KbntValue *result, const GError *error)
{
    (void)result;
    if (error != NULL) {
        kbnt_run_step_done(NULL, error, run);
        return;
    }
    kbnt_run_tell_step(run, kbnt_run_step(run)->step, "success");
    if (kbnt_run_step(run)->act == KBNT_ACT_PLACE)
        kbnt_run_tell(run, kbnt_run_transition(run, KBNT_TRANSITION_ALLOCATION_CLAIMED, 0));
    run->index++;
    run->attempts = 0;
    go_on(run);
}

/* The capacity that a placed request claims, in the commit that records its place. */
static void
set_claim(KbntRun *run, KbntValue *command)
{
    static const KbntField fields[] = { KBNT_FIELD_VIRTUAL_RESOURCE_ID, KBNT_FIELD_HOST };
    KbntValue *specs = kbnt_value_get_value(run->state, KBNT_FIELD_RESOURCE_SPECS);
    KbntValue *claim = kbnt_value_new();
    gint64 disk_mb = kbnt_value_get_int(specs, KBNT_FIELD_DISK_MB);

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(claim, run->state, fields[i]);
    kbnt_value_set_int(claim, KBNT_FIELD_CPU, kbnt_value_get_int(specs, KBNT_FIELD_CPU));
    kbnt_value_set_int(claim, KBNT_FIELD_MEMORY_MB,
                       kbnt_value_get_int(specs, KBNT_FIELD_MEMORY_MB));
    kbnt_value_set_int(claim, KBNT_FIELD_DISK_MB,
                       disk_mb + kbnt_value_get_int(specs, KBNT_FIELD_SIZE_MB));
    kbnt_value_take_value(command, KBNT_FIELD_CLAIM, claim);
}

static void
advance(KbntRun *run)
{
    const KbntPlanStep *step = kbnt_run_step(run);

    if (run->index + 1 == run->n_steps) {
        kbnt_run_complete(run);
        return;
    }
    run->index++;
    KbntValue *command = kbnt_run_command(run, KBNT_INBOX_STATE_RUNNING);
    run->index--;
    const char *operation = step->step == KBNT_STEP_PLAN
                                ? "plan-allocation"
                                : kbnt_enum_name(KBNT_TYPE_STEP, step->step);
    kbnt_run_history(run, operation, KBNT_HISTORY_STATUS_SUCCESS, NULL);
    kbnt_value_set_int(run->state, KBNT_FIELD_PERCENT, step->percent);
    kbnt_run_journal(run, command, step->step, KBNT_PHASE_RESULT);
    kbnt_run_emit(run, command, KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED);
    if (step->act == KBNT_ACT_PLACE)
        set_claim(run, command);
    run->attempts = 0;
    kbnt_run_journal(run, command, step[1].step, KBNT_PHASE_INTENT);
    kbnt_run_commit(run, KBNT_STORE_ADVANCE, command, advanced);
}

static void
retry(gpointer data)
{
    KbntRun *run = data;

    run->retry_timer = 0;
    if (run->undoing)
        kbnt_run_undo(run);
    else
        go_on(run);
}

void
kbnt_run_try_again(KbntRun *run, const GError *error)
{
    const KbntWorldPort *world = &run->context->ports->world;
    KbntValue *transition = kbnt_run_transition(run, KBNT_TRANSITION_STEP_RETRIED,
                                                kbnt_run_step(run)->step);

    run->attempts++;
    kbnt_value_set_string(transition, KBNT_FIELD_CODE, kbnt_error_code_name(error->code));
    kbnt_value_set_string(transition, KBNT_FIELD_DETAIL, error->message);
    kbnt_value_set_int(transition, KBNT_FIELD_ATTEMPTS, run->attempts);
    kbnt_run_tell(run, transition);
    run->retry_timer = world->after(world->data, kbnt_backoff_ms(world, run->attempts), retry,
                                    run);
}

static void
fail(KbntRun *run, GError *error)
{
    run->failure = error;
    run->failed_step = kbnt_run_step(run)->step;
    kbnt_run_turn_round(run);
}

/* A delete that has begun to take things away goes on: there is no way back. */
static gboolean
may_cancel(const KbntRun *run)
{
    return run->cancel == KBNT_CANCEL_REASON_DEADLINE || run->index == 0 ||
           kbnt_run_verb(run) != KBNT_REQUEST_TYPE_DELETE_RESOURCE;
}

static GError *
cancel_error(const KbntRun *run)
{
    return run->cancel == KBNT_CANCEL_REASON_DEADLINE
               ? g_error_new_literal(KBNT_ERROR, KBNT_ERROR_DEADLINE_EXCEEDED,
                                     "the request was not done by its deadline")
               : g_error_new_literal(KBNT_ERROR, KBNT_ERROR_CANCELLED, "the user cancelled");
}

void
kbnt_run_step_done(KbntValue *result, const GError *answer, gpointer data)
{
    KbntRun *run = data;
    const KbntPlanStep *step = kbnt_run_step(run);
    g_autoptr(GError) error = NULL;
    KbntAct act = run->undoing ? step->undo : step->act;
    gboolean succeeded = kbnt_step_succeeded(step, act, result, answer, &error);

    run->asking = FALSE;
    if (g_error_matches(answer, KBNT_ERROR, KBNT_ERROR_STOPPED)) {
        /* The daemon ends, not the request: its row names the step to go on with. */
        run->context->ended(run, run->context->data);
        return;
    }
    if (run->undoing) {
        kbnt_run_undo_done(run, error);
        return;
    }
    if (succeeded)
        kbnt_step_merge(run->state, result);
    if (run->cancel != 0 && may_cancel(run))
        fail(run, cancel_error(run));
    else if (succeeded)
        advance(run);
    else if (kbnt_error_class(error) == KBNT_CLASS_RETRY && run->attempts + 1 < step->attempts)
        kbnt_run_try_again(run, error);
    else
        fail(run, g_steal_pointer(&error));
}

void
kbnt_run_ask(KbntRun *run, KbntAct act, gint64 limit_us)
{
    const KbntRunContext *context = run->context;

    run->asking = TRUE;
    kbnt_volumes_ask(context->ports, context->relay, kbnt_run_step(run), act, run->request,
                     run->state, run->epoch, limit_us, kbnt_run_step_done, run);
}

static void
go_on(KbntRun *run)
{
    const KbntWorldPort *world = &run->context->ports->world;

    if (run->cancel != 0 && may_cancel(run)) {
        fail(run, cancel_error(run));
        return;
    }
    run->step_us = world->monotonic_us(world->data);
    switch (kbnt_run_step(run)->act) {
    case KBNT_ACT_PLACE:
        kbnt_run_place(run);
        break;
    case KBNT_ACT_FIND:
        kbnt_run_find(run);
        break;
    default:
        kbnt_run_ask(run, kbnt_run_step(run)->act, G_MAXINT64);
    }
}

/* The beginning. */

static void
deadline_passed(gpointer data)
{
    KbntRun *run = data;

    run->deadline_timer = 0;
    kbnt_run_cancel(run, KBNT_CANCEL_REASON_DEADLINE);
}

static void
claimed(KbntRun *run, KbntValue *result, const GError *error)
{
    const KbntWorldPort *world = &run->context->ports->world;
    gint64 left_us = run->deadline_us - world->monotonic_us(world->data);

    if (error != NULL) {
        world->report(world->data, error, run->state, "the row waits for another claim");
        run->context->ended(run, run->context->data);
        return;
    }
    run->epoch = kbnt_value_get_int(result, KBNT_FIELD_EPOCH);
    if (kbnt_value_get_int(result, KBNT_FIELD_CANCEL_REQUESTED) != 0)
        run->cancel = kbnt_value_get_int(result, KBNT_FIELD_CANCEL_REASON);
    if (run->undoing) {
        kbnt_run_undo(run);
        return;
    }
    if (run->cancel == 0 && left_us <= 0)
        run->cancel = KBNT_CANCEL_REASON_DEADLINE;
    run->deadline_timer = world->after(world->data, MAX(left_us / 1000, 0), deadline_passed,
                                       run);
    go_on(run);
}

void
kbnt_run_begin(KbntRun *run)
{
    KbntInboxState state = run->undoing ? KBNT_INBOX_STATE_UNDOING : KBNT_INBOX_STATE_RUNNING;
    KbntValue *command = kbnt_run_command(run, state);

    kbnt_value_set_string(command, KBNT_FIELD_OWNER, run->context->owner);
    kbnt_value_set_int(command, KBNT_FIELD_EXPECTED_SEQUENCE, run->expected_sequence);
    if (!run->resumed) {
        kbnt_run_journal(run, command, kbnt_run_step(run)->step, KBNT_PHASE_INTENT);
        kbnt_run_emit(run, command, KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    }
    kbnt_run_commit(run, KBNT_STORE_CLAIM, command, claimed);
}

void
kbnt_run_cancel(KbntRun *run, KbntCancelReason reason)
{
    if (run->cancel != 0 || run->undoing)
        return;
    run->cancel = reason;
    if (!may_cancel(run))
        return;
    if (run->asking)
        kbnt_volumes_cancel(run->context->ports, kbnt_run_step(run), run->request, run->state);
    else if (run->retry_timer != 0 && run->command == NULL) {
        forget_timer(run, &run->retry_timer);
        go_on(run);
    }
}

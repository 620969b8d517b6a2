/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-end.c: owns how a run ends: what is told, kept and given back, for better or worse.
 */
#include "run-private.h"

static double
seconds_since(KbntRun *run, gint64 then_us)
{
    const KbntWorldPort *world = &run->context->ports->world;

    return (double)(world->monotonic_us(world->data) - then_us) / G_USEC_PER_SEC;
}

void
kbnt_run_tell_step(KbntRun *run, KbntStep step, const char *outcome)
{
    KbntValue *transition = kbnt_run_transition(run, KBNT_TRANSITION_STEP_ENDED, step);

    kbnt_value_set_string(transition, KBNT_FIELD_OUTCOME_LABEL, outcome);
    kbnt_value_set_number(transition, KBNT_FIELD_SECONDS, seconds_since(run, run->step_us));
    kbnt_run_tell(run, transition);
}

void
kbnt_run_tell_end(KbntRun *run, const char *outcome)
{
    KbntValue *transition = kbnt_run_transition(run, KBNT_TRANSITION_REQUEST_ENDED, 0);

    kbnt_value_set_string(transition, KBNT_FIELD_OUTCOME_LABEL, outcome);
    kbnt_value_set_number(transition, KBNT_FIELD_SECONDS, seconds_since(run, run->intake_us));
    if (run->failure != NULL)
        kbnt_value_set_string(transition, KBNT_FIELD_CODE,
                              kbnt_error_code_name(run->failure->code));
    kbnt_run_tell(run, transition);
}

static gboolean
is_gone(const KbntRun *run)
{
    return kbnt_value_get_int(run->state, KBNT_FIELD_RESOURCE_STATUS) ==
           KBNT_RESOURCE_STATUS_DELETED;
}

static void
tell_resource(KbntRun *run)
{
    KbntTransition kind = KBNT_TRANSITION_RESOURCE_CHANGED;

    if (kbnt_plan_creates(kbnt_run_verb(run)))
        kind = KBNT_TRANSITION_RESOURCE_CREATED;
    else if (is_gone(run))
        kind = KBNT_TRANSITION_RESOURCE_REMOVED;
    KbntValue *transition = kbnt_run_transition(run, kind, 0);
    KbntValue *metrics = kbnt_value_get_value(run->state, KBNT_FIELD_METRICS);

    kbnt_value_copy_field(transition, run->state, KBNT_FIELD_RESOURCE_STATUS);
    kbnt_value_copy_field(transition, run->state, KBNT_FIELD_METRICS);
    if (metrics != NULL)
        kbnt_value_copy_field(transition, metrics, KBNT_FIELD_COST_PER_HOUR_USD);
    kbnt_run_tell(run, transition);
}

static void
completed(KbntRun *run, KbntValue *result, const GError *error)
{
    const KbntWorldPort *world = &run->context->ports->world;

    (void)result;
    if (error != NULL)
        world->report(world->data, error, run->state,
                      "the run is left to the next incarnation");
    else {
        kbnt_run_tell_step(run, run->steps[run->n_steps - 1].step, "success");
        tell_resource(run);
        kbnt_run_tell_end(run, "success");
    }
    run->context->ended(run, run->context->data);
}

/* What the store keeps of the resource itself. */
static void
set_resource(KbntRun *run, KbntValue *command)
{
    static const KbntField fields[] = {
        KBNT_FIELD_VIRTUAL_RESOURCE_ID,
        KBNT_FIELD_RESOURCE_TYPE,
        KBNT_FIELD_RESOURCE_STATUS,
        KBNT_FIELD_HOST,
        KBNT_FIELD_REGION,
        KBNT_FIELD_HYPERVISOR,
        KBNT_FIELD_ENDPOINTS,
        KBNT_FIELD_HEALTH,
        KBNT_FIELD_METRICS,
        KBNT_FIELD_ATTACHED_TO,
    };
    static const KbntField created_fields[] = {
        KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_REQUEST_ID,  KBNT_FIELD_USER_ID,
        KBNT_FIELD_VM_ID,      KBNT_FIELD_RESOURCE_ID, KBNT_FIELD_CREATED_AT,
    };
    KbntValue *resource = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (kbnt_value_has(run->state, fields[i]))
            kbnt_value_copy_field(resource, run->state, fields[i]);
    if (kbnt_plan_creates(kbnt_run_verb(run))) {
        for (guint i = 0; i < G_N_ELEMENTS(created_fields); i++)
            kbnt_value_copy_field(resource, run->state, created_fields[i]);
        kbnt_value_set_value(resource, KBNT_FIELD_SPECIFICATION,
                             kbnt_value_get_value(run->state, KBNT_FIELD_RESOURCE_SPECS));
    }
    kbnt_value_take_value(command, KBNT_FIELD_RESOURCE, resource);
}

static void
set_final_metrics(KbntRun *run)
{
    KbntValue *before = kbnt_value_get_value(run->state, KBNT_FIELD_METRICS);
    KbntValue *specs = kbnt_value_get_value(run->state, KBNT_FIELD_RESOURCE_SPECS);
    KbntValue *metrics = before != NULL ? kbnt_value_copy(before) : kbnt_value_new();

    if (kbnt_value_has(run->state, KBNT_FIELD_BOOT_SECONDS))
        kbnt_value_copy_field(metrics, run->state, KBNT_FIELD_BOOT_SECONDS);
    kbnt_value_set_number(metrics, KBNT_FIELD_PROVISIONING_SECONDS,
                          seconds_since(run, run->intake_us));
    if (specs != NULL && kbnt_plan_creates(kbnt_run_verb(run)))
        kbnt_value_set_number(
            metrics, KBNT_FIELD_COST_PER_HOUR_USD,
            kbnt_cost_per_hour(run->context->prices, kbnt_run_verb(run), specs));
    kbnt_value_take_value(run->state, KBNT_FIELD_METRICS, metrics);
}

static void
release_claim(KbntRun *run, KbntValue *command)
{
    kbnt_value_set_int(command, KBNT_FIELD_UNCLAIM, TRUE);
    kbnt_value_copy_field(command, run->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
}

void
kbnt_run_complete(KbntRun *run)
{
    KbntResourceType type = kbnt_value_get_int(run->state, KBNT_FIELD_RESOURCE_TYPE);
    KbntValue *command = kbnt_run_command(run, KBNT_INBOX_STATE_ENDED);

    set_final_metrics(run);
    kbnt_run_history(run, "provision", KBNT_HISTORY_STATUS_SUCCESS, NULL);
    kbnt_run_history(run, "health-verification", KBNT_HISTORY_STATUS_SUCCESS, NULL);
    kbnt_run_history(run, "event-publication", KBNT_HISTORY_STATUS_SUCCESS, NULL);
    kbnt_run_set_status(run, kbnt_plan_final_status(kbnt_run_verb(run), type));
    if (kbnt_run_verb(run) == KBNT_REQUEST_TYPE_DETACH_STORAGE)
        kbnt_value_set_string(run->state, KBNT_FIELD_ATTACHED_TO, "");
    kbnt_value_set_int(run->state, KBNT_FIELD_OUTCOME, KBNT_OUTCOME_SUCCESS);
    kbnt_value_set_int(run->state, KBNT_FIELD_PERCENT, 100);
    kbnt_run_journal(run, command, kbnt_run_step(run)->step, KBNT_PHASE_RESULT);
    kbnt_run_emit(run, command, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    set_resource(run, command);
    if (is_gone(run))
        release_claim(run, command);
    kbnt_run_commit(run, KBNT_STORE_ADVANCE, command, completed);
}

static void
tell_debt(KbntRun *run)
{
    KbntValue *transition = kbnt_run_transition(run, KBNT_TRANSITION_DEBT_LEFT, 0);

    if (kbnt_plan_creates(kbnt_run_verb(run)))
        kbnt_value_copy_field(transition, run->state, KBNT_FIELD_RESOURCE_STATUS);
    kbnt_run_tell(run, transition);
}

void
kbnt_run_failed(KbntRun *run, KbntValue *result, const GError *error)
{
    const KbntWorldPort *world = &run->context->ports->world;
    gboolean cancelled = g_error_matches(run->failure, KBNT_ERROR, KBNT_ERROR_CANCELLED);

    (void)result;
    if (error != NULL)
        world->report(world->data, error, run->state,
                      "the run is left to the next incarnation");
    else {
        if (run->debt)
            tell_debt(run);
        kbnt_run_tell_end(run, cancelled ? "cancelled" : "failed");
    }
    run->context->ended(run, run->context->data);
}

/* What the resource is after a request that failed; 0 where it is what it was before. */
static KbntResourceStatus
failed_status(const KbntRun *run)
{
    if (run->debt)
        return KBNT_RESOURCE_STATUS_QUARANTINED;
    if (kbnt_plan_creates(kbnt_run_verb(run)))
        return KBNT_RESOURCE_STATUS_DELETED;
    if (kbnt_run_verb(run) == KBNT_REQUEST_TYPE_DELETE_RESOURCE &&
        run->failed_step != KBNT_STEP_PLAN)
        return KBNT_RESOURCE_STATUS_QUARANTINED;
    return 0;
}

static void
set_failed_resource(KbntRun *run, KbntValue *command)
{
    KbntResourceStatus status = failed_status(run);

    if (status == 0) {
        kbnt_value_clear(run->state, KBNT_FIELD_RESOURCE_STATUS);
        return;
    }
    kbnt_run_set_status(run, status);
    if (status == KBNT_RESOURCE_STATUS_QUARANTINED)
        set_resource(run, command);
    else
        release_claim(run, command);
}

/* A failure that might pass is one only once its attempts are used up: an operator may want to
 * ask for it again. */
static void
keep_exhausted(KbntRun *run, KbntValue *command)
{
    KbntValue *letter;

    if (kbnt_error_class(run->failure) != KBNT_CLASS_RETRY)
        return;
    letter = kbnt_value_new();
    kbnt_value_set_string(letter, KBNT_FIELD_REASON,
                          kbnt_error_code_name(KBNT_ERROR_EXHAUSTED));
    kbnt_value_set_string(letter, KBNT_FIELD_DETAIL, run->failure->message);
    kbnt_value_set_int(letter, KBNT_FIELD_STEP, run->failed_step);
    for (guint i = 0; i < run->n_steps; i++)
        if (run->steps[i].step == run->failed_step)
            kbnt_value_set_int(letter, KBNT_FIELD_ATTEMPTS, run->steps[i].attempts);
    kbnt_value_take_value(command, KBNT_FIELD_DEAD_LETTER, letter);
}

void
kbnt_run_end_failed(KbntRun *run, KbntValue *command)
{
    keep_exhausted(run, command);
    if (run->debt) {
        g_prefix_error(&run->failure, "%s: ", kbnt_error_code_name(run->failure->code));
        run->failure->code = KBNT_ERROR_COMPENSATION_INCOMPLETE;
    }
    set_failed_resource(run, command);
    kbnt_value_set_int(run->state, KBNT_FIELD_PERCENT, 100);
    KbntEventType type = kbnt_transition_fail(run->state, run->failure, run->failed_step);
    kbnt_run_history(run, "provision", KBNT_HISTORY_STATUS_FAILED, run->failure->message);
    kbnt_run_history(run, "event-publication", KBNT_HISTORY_STATUS_SUCCESS, NULL);
    kbnt_run_emit(run, command, type);
    kbnt_run_commit(run, KBNT_STORE_ADVANCE, command, kbnt_run_failed);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-commit.c: owns how a run writes its journal: one command a move, fenced by its epoch.
 */
#include "backoff.h"
#include "resource-state.h"
#include "run-private.h"

const KbntPlanStep *
kbnt_run_step(const KbntRun *run)
{
    g_assert(run->index < run->n_steps);
    return &run->steps[run->index];
}

KbntValue *
kbnt_run_command(KbntRun *run, KbntInboxState inbox_state)
{
    const KbntWorldPort *world = &run->context->ports->world;
    KbntValue *command = kbnt_value_new();
    gint64 left_us = run->deadline_us - world->monotonic_us(world->data);

    run->next_stream = run->stream;
    kbnt_value_set_string(command, KBNT_FIELD_MESSAGE_ID, run->message_id);
    kbnt_value_set_int(command, KBNT_FIELD_EPOCH, run->epoch);
    kbnt_value_set_int(command, KBNT_FIELD_INBOX_STATE, inbox_state);
    kbnt_value_set_int(command, KBNT_FIELD_REMAINING_MS, MAX(left_us / 1000, 0));
    if (run->index < run->n_steps)
        kbnt_value_set_int(command, KBNT_FIELD_LEASE_MS,
                           kbnt_step_lease_ms(&run->steps[run->index]));
    return command;
}

void
kbnt_run_journal(KbntRun *run, KbntValue *command, KbntStep step, KbntPhase phase)
{
    kbnt_value_take_item(
        command, KBNT_FIELD_JOURNAL,
        kbnt_journal_line(run->context->ports, step, phase, run->attempts + 1));
    kbnt_value_set_int(run->state, KBNT_FIELD_STEP, step);
    kbnt_value_set_int(run->state, KBNT_FIELD_PHASE, phase);
}

void
kbnt_run_set_status(KbntRun *run, KbntResourceStatus status)
{
    const KbntWorldPort *world = &run->context->ports->world;
    KbntResourceStatus known = kbnt_value_get_int(run->state, KBNT_FIELD_RESOURCE_STATUS);
    KbntResourceStatus before = known != 0 ? known : run->found_status;
    g_autoptr(GError) error = NULL;

    kbnt_value_set_int(run->state, KBNT_FIELD_RESOURCE_STATUS, status);
    if (before == 0 || before == status || kbnt_resource_state_may(before, status))
        return;
    error = g_error_new(KBNT_ERROR, KBNT_ERROR_INTERNAL, "a resource moved from '%s' to '%s'",
                        kbnt_enum_name(KBNT_TYPE_RESOURCE_STATUS, before),
                        kbnt_enum_name(KBNT_TYPE_RESOURCE_STATUS, status));
    world->report(world->data, error, run->state, "it stays where its request put it");
}

void
kbnt_run_history(KbntRun *run, const char *operation, KbntHistoryStatus status,
                 const char *detail)
{
    kbnt_value_take_item(run->state, KBNT_FIELD_HISTORY,
                         kbnt_history_entry(run->context->ports, KBNT_SERVICE_CONSUMER,
                                            KBNT_LAYER_APPLICATION, operation, status, detail));
}

void
kbnt_run_emit(KbntRun *run, KbntValue *command, KbntEventType type)
{
    const KbntPorts *ports = run->context->ports;
    g_autoptr(GError) error = NULL;

    if (!kbnt_transition_emit(ports, &run->next_stream, type, run->state, command, &error))
        ports->world.report(ports->world.data, error, run->state,
                            "the event is missing from its stream, the request goes on");
}

static void submit(gpointer data);

static void
push_records(KbntRun *run, KbntValue *result)
{
    guint n_records = kbnt_value_length(result, KBNT_FIELD_RECORDS);

    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(run->context->relay,
                        kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
}

/* Another worker has the row, or the store has stopped: nothing of the run is ours any more. */
static gboolean
is_over(const GError *error)
{
    return g_error_matches(error, KBNT_ERROR, KBNT_ERROR_LEASE_LOST) ||
           g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STORE_CONFLICT) ||
           g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STOPPED);
}

static void
commit_ended(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    const KbntWorldPort *world = &run->context->ports->world;

    if (is_over(error)) {
        run->context->ended(run, run->context->data);
        return;
    }
    if (error != NULL && kbnt_error_class(error) == KBNT_CLASS_RETRY &&
        !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NO_CAPACITY)) {
        run->retry_timer = world->after(
            world->data, kbnt_backoff_ms(world, run->commit_attempts++), submit, run);
        return;
    }
    run->commit_attempts = 0;
    if (error == NULL) {
        run->stream = run->next_stream;
        push_records(run, result);
    }
    g_clear_pointer(&run->command, kbnt_value_unref);
    run->committed(run, result, error);
}

static void
submit(gpointer data)
{
    KbntRun *run = data;
    const KbntStorePort *store = &run->context->ports->store;

    run->retry_timer = 0;
    store->submit(store->data, run->verb, run->command, commit_ended, run);
}

void
kbnt_run_commit(KbntRun *run, KbntStoreVerb verb, KbntValue *command,
                void (*committed)(KbntRun *run, KbntValue *result, const GError *error))
{
    kbnt_value_take_value(command, KBNT_FIELD_DATA, kbnt_value_copy(run->state));
    kbnt_value_copy_field(command, run->state, KBNT_FIELD_STEP);
    kbnt_stream_save(&run->next_stream, command);
    run->command = command;
    run->verb = verb;
    run->committed = committed;
    submit(run);
}

KbntValue *
kbnt_run_transition(KbntRun *run, KbntTransition transition, KbntStep step)
{
    KbntValue *value = kbnt_transition_new(run->context->ports, transition,
                                           KBNT_SERVICE_CONSUMER, run->state);

    if (step != 0)
        kbnt_value_set_int(value, KBNT_FIELD_STEP, step);
    return value;
}

void
kbnt_run_tell(KbntRun *run, KbntValue *transition)
{
    const KbntWorldPort *world = &run->context->ports->world;

    world->observe(world->data, transition);
}

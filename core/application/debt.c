/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debt.c: owns the payment of one cleanup debt.
 *
 * The row is claimed, so that its epoch outranks that of whoever made the parts, and stays a
 * debt. All that the request may have left is taken away again, last first: each removal is
 * announced in the journal before it happens, under a lease that outlasts it. With the last one
 * the row ends, and in the same commit the resource is DELETED and its claim free, or, where
 * it was the attachment of a volume, that is as it was before; and the event says so. A payment
 * that fails gives the row back for the next round.
 */
#include "debt.h"

#include "backoff.h"
#include "resource-event.h"
#include "step.h"
#include "transition.h"
#include "volumes.h"

/* How often a removal is tried in one payment. */
#define ATTEMPTS 3

#define LEASE_MS (KBNT_UPKEEP_CALL_MS + 3000)

struct KbntDebt {
    const KbntUpkeep *upkeep;
    KbntValue *row;
    KbntValue *request;
    KbntValue *state; /* DATA of the row: where the parts are, and what they are called */
    const KbntPlanStep *steps;
    gint index; /* the step being undone; below 0 when all are */
    guint attempts;
    gint64 epoch;
    guint64 timer;
    GError *failure;
    KbntResourceStatus status; /* of its resource from now on, 0 where that stays as it is */
    KbntDone done;
    gpointer data;
};

const char *
kbnt_debt_host(const KbntValue *row)
{
    const KbntValue *state = kbnt_value_get_value(row, KBNT_FIELD_DATA);

    return state != NULL ? kbnt_value_get_string(state, KBNT_FIELD_HOST) : NULL;
}

void
kbnt_debt_free(KbntDebt *debt)
{
    if (debt == NULL)
        return;
    const KbntWorldPort *world = &debt->upkeep->ports->world;
    if (debt->timer != 0)
        world->forget(world->data, debt->timer);
    kbnt_value_unref(debt->row);
    g_clear_error(&debt->failure);
    g_free(debt);
}

static KbntValue *
new_command(const KbntDebt *debt)
{
    KbntValue *command = kbnt_value_new();

    kbnt_value_copy_field(command, debt->row, KBNT_FIELD_MESSAGE_ID);
    kbnt_value_set_int(command, KBNT_FIELD_EPOCH, debt->epoch);
    kbnt_value_set_int(command, KBNT_FIELD_LEASE_MS, LEASE_MS);
    return command;
}

/* Adds a line of the journal about the step under way, if there is one. */
static void
note(const KbntDebt *debt, KbntValue *command, KbntPhase phase)
{
    if (debt->index < 0)
        return;
    kbnt_value_set_int(command, KBNT_FIELD_STEP, debt->steps[debt->index].step);
    kbnt_value_take_item(command, KBNT_FIELD_JOURNAL,
                         kbnt_journal_line(debt->upkeep->ports, debt->steps[debt->index].step,
                                           phase, debt->attempts + 1));
}

static void
submit(KbntDebt *debt, KbntStoreVerb verb, KbntValue *command, KbntDone done)
{
    const KbntStorePort *store = &debt->upkeep->ports->store;

    store->submit(store->data, verb, command, done, debt);
}

static void
given_back(KbntValue *result, const GError *error, gpointer data)
{
    KbntDebt *debt = data;

    (void)result;
    (void)error;
    debt->done(NULL, debt->failure, debt->data);
}

/* The row is free for the next payment; a store that fails lets its lease run out. */
static void
give_back(KbntDebt *debt, const GError *error)
{
    g_autoptr(KbntValue) command = new_command(debt);

    debt->failure = g_error_copy(error);
    kbnt_value_set_int(command, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_DEBT);
    note(debt, command, KBNT_PHASE_FAULT);
    submit(debt, KBNT_STORE_ADVANCE, command, given_back);
}

static void
paid(KbntValue *result, const GError *error, gpointer data)
{
    KbntDebt *debt = data;
    const KbntPorts *ports = debt->upkeep->ports;

    if (error != NULL) {
        give_back(debt, error);
        return;
    }
    kbnt_relay_push_all(debt->upkeep->relay, result);
    KbntValue *transition = kbnt_transition_new(ports, KBNT_TRANSITION_DEBT_PAID,
                                                KBNT_SERVICE_CONSUMER, debt->state);
    if (debt->status != 0)
        kbnt_value_set_int(transition, KBNT_FIELD_RESOURCE_STATUS, debt->status);
    ports->world.observe(ports->world.data, transition);
    debt->done(NULL, NULL, debt->data);
}

static gboolean
is_of_a_create(const KbntDebt *debt)
{
    return kbnt_plan_creates(kbnt_value_get_int(debt->request, KBNT_FIELD_REQUEST_TYPE));
}

/* Returns: (transfer full): what the store keeps of the resource from now on. */
static KbntValue *
resource_after(const KbntDebt *debt)
{
    KbntValue *resource = kbnt_value_new();

    kbnt_value_copy_field(resource, debt->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, debt->status);
    if (!is_of_a_create(debt))
        kbnt_value_set_string(resource, KBNT_FIELD_ATTACHED_TO, "");
    return resource;
}

/* @event: (nullable): the command with the event of what becomes of the resource. */
static void
end(KbntDebt *debt, const KbntValue *event)
{
    g_autoptr(KbntValue) command = new_command(debt);

    kbnt_value_copy_field(command, debt->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_set_int(command, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    if (is_of_a_create(debt))
        kbnt_value_set_int(command, KBNT_FIELD_UNCLAIM, TRUE);
    if (event != NULL) {
        kbnt_value_merge(command, event);
        kbnt_value_take_value(command, KBNT_FIELD_RESOURCE, resource_after(debt));
    }
    submit(debt, KBNT_STORE_ADVANCE, command, paid);
}

static void
event_made(KbntValue *event, const GError *error, gpointer data)
{
    if (error != NULL)
        give_back(data, error);
    else
        end(data, event);
}

/* A create that is undone leaves nothing, an attachment that is undone the volume as it was. */
static KbntResourceStatus
status_after(const KbntDebt *debt, const KbntValue *resource)
{
    KbntResourceStatus status = kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS);

    if (is_of_a_create(debt))
        return status == KBNT_RESOURCE_STATUS_DELETED ? 0 : KBNT_RESOURCE_STATUS_DELETED;
    return status == KBNT_RESOURCE_STATUS_QUARANTINED ? KBNT_RESOURCE_STATUS_ALLOCATED : 0;
}

static void
make_event(KbntDebt *debt, const KbntValue *found)
{
    g_autoptr(KbntValue) resource = kbnt_value_copy(found);
    KbntEventType type = is_of_a_create(debt) ? KBNT_EVENT_TYPE_RESOURCE_DELETED
                                              : KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED;

    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, debt->status);
    kbnt_resource_event_make(debt->upkeep->ports, type, resource, event_made, debt);
}

static void
resource_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntDebt *debt = data;
    KbntValue *found = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE) : NULL;

    if (error != NULL && !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND)) {
        give_back(debt, error);
        return;
    }
    debt->status = found != NULL ? status_after(debt, found) : 0;
    if (debt->status != 0)
        make_event(debt, found);
    else
        end(debt, NULL);
}

/* Nothing is left on the hypervisor. */
static void
finish(KbntDebt *debt)
{
    const KbntStorePort *store = &debt->upkeep->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_copy_field(argument, debt->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    store->query(store->data, KBNT_STORE_RESOURCE, argument, resource_found, debt);
}

static void ask(gpointer data);

static void
advanced(KbntValue *result, const GError *error, gpointer data)
{
    KbntDebt *debt = data;

    (void)result;
    if (error != NULL)
        give_back(debt, error);
    else if (debt->index < 0)
        finish(debt);
    else
        ask(debt);
}

static void
removed(KbntDebt *debt)
{
    g_autoptr(KbntValue) command = new_command(debt);

    note(debt, command, KBNT_PHASE_UNDO_RESULT);
    debt->index = kbnt_plan_undo_from(debt->steps, debt->index - 1);
    debt->attempts = 0;
    note(debt, command, KBNT_PHASE_UNDO_INTENT);
    submit(debt, KBNT_STORE_ADVANCE, command, advanced);
}

static void
answered(KbntValue *result, const GError *answer, gpointer data)
{
    KbntDebt *debt = data;
    const KbntWorldPort *world = &debt->upkeep->ports->world;
    const KbntPlanStep *step = &debt->steps[debt->index];
    g_autoptr(GError) error = NULL;

    if (kbnt_step_succeeded(step, step->undo, result, answer, &error))
        removed(debt);
    else if (kbnt_error_class(error) == KBNT_CLASS_RETRY && ++debt->attempts < ATTEMPTS)
        debt->timer = world->after(world->data, kbnt_backoff_ms(world, debt->attempts), ask,
                                   debt);
    else
        give_back(debt, error);
}

static void
ask(gpointer data)
{
    KbntDebt *debt = data;
    const KbntPorts *ports = debt->upkeep->ports;
    const KbntPlanStep *step = &debt->steps[debt->index];
    gint64 limit_us = ports->world.monotonic_us(ports->world.data) +
                      KBNT_UPKEEP_CALL_MS * (gint64)1000;

    debt->timer = 0;
    kbnt_volumes_ask(ports, debt->upkeep->relay, step, step->undo, debt->request, debt->state,
                     debt->epoch, limit_us, answered, debt);
}

static void
claimed(KbntValue *result, const GError *error, gpointer data)
{
    KbntDebt *debt = data;

    if (error != NULL) {
        debt->done(NULL, error, debt->data);
        return;
    }
    debt->epoch = kbnt_value_get_int(result, KBNT_FIELD_EPOCH);
    advanced(result, NULL, debt);
}

static void
claim(KbntDebt *debt)
{
    g_autoptr(KbntValue) command = new_command(debt);

    kbnt_value_set_string(command, KBNT_FIELD_OWNER, debt->upkeep->owner);
    kbnt_value_set_int(command, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_DEBT);
    kbnt_value_set_int(command, KBNT_FIELD_EXPECTED_SEQUENCE,
                       kbnt_value_get_int(debt->row, KBNT_FIELD_SEQUENCE));
    note(debt, command, KBNT_PHASE_UNDO_INTENT);
    submit(debt, KBNT_STORE_CLAIM, command, claimed);
}

KbntDebt *
kbnt_debt_pay(const KbntUpkeep *upkeep, const KbntValue *row, KbntDone done, gpointer data)
{
    KbntDebt *debt = g_new0(KbntDebt, 1);
    guint n_steps;

    debt->upkeep = upkeep;
    debt->row = kbnt_value_copy(row);
    debt->request = kbnt_value_get_value(debt->row, KBNT_FIELD_REQUEST);
    debt->state = kbnt_value_get_value(debt->row, KBNT_FIELD_DATA);
    debt->done = done;
    debt->data = data;
    debt->steps = kbnt_plan_steps_of(debt->request, &n_steps);
    debt->index = kbnt_plan_undo_from(debt->steps, (gint)n_steps - 1);
    claim(debt);
    return debt;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * volumes.c: owns the volumes that a new machine is given, or gives back.
 *
 * They are resources of their own with streams of their own, so what becomes of each is told as
 * soon as the hypervisor has it so: a machine that cannot be undone leaves IN_USE exactly those
 * that it still holds. The commits are those of the message's row, and fenced by its epoch.
 */
#include "volumes.h"

#include "resource-event.h"
#include "transition.h"

typedef struct {
    const KbntPorts *ports;
    KbntRelay *relay;
    const KbntPlanStep *step;
    KbntAct act; /* on each */
    KbntValue *request;
    KbntValue *state;  /* as the step of the volume under way sees it */
    KbntValue *volume; /* the resource as it becomes */
    guint index;
    gint64 epoch;
    gint64 limit_us;
    KbntDone done;
    gpointer data;
} Move;

static void
end(Move *move, const GError *error)
{
    move->done(NULL, error, move->data);
    kbnt_value_unref(move->request);
    kbnt_value_unref(move->state);
    kbnt_value_unref(move->volume);
    g_free(move);
}

static void next(Move *move);

static void
committed(KbntValue *result, const GError *error, gpointer data)
{
    Move *move = data;
    const KbntWorldPort *world = &move->ports->world;

    if (error != NULL) {
        end(move, error);
        return;
    }
    kbnt_relay_push_all(move->relay, result);
    world->observe(world->data,
                   kbnt_transition_new(move->ports, KBNT_TRANSITION_RESOURCE_CHANGED,
                                       KBNT_SERVICE_CONSUMER, move->volume));
    next(move);
}

static void
event_made(KbntValue *command, const GError *error, gpointer data)
{
    static const KbntField fields[] = { KBNT_FIELD_VIRTUAL_RESOURCE_ID,
                                        KBNT_FIELD_RESOURCE_STATUS, KBNT_FIELD_ATTACHED_TO };
    Move *move = data;
    const KbntStorePort *store = &move->ports->store;
    KbntValue *resource;

    if (error != NULL) {
        end(move, error);
        return;
    }
    resource = kbnt_value_new();
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(resource, move->volume, fields[i]);
    kbnt_value_take_value(command, KBNT_FIELD_RESOURCE, resource);
    kbnt_value_copy_field(command, move->request, KBNT_FIELD_MESSAGE_ID);
    kbnt_value_set_int(command, KBNT_FIELD_EPOCH, move->epoch);
    kbnt_value_set_int(command, KBNT_FIELD_LEASE_MS, kbnt_step_lease_ms(move->step));
    store->submit(store->data, KBNT_STORE_ADVANCE, command, committed, move);
}

/* Whether the volume is recorded as the hypervisor now has it. */
static gboolean
is_recorded(const Move *move, const KbntValue *volume)
{
    gboolean is_ours = g_strcmp0(kbnt_value_get_string(volume, KBNT_FIELD_ATTACHED_TO),
                                 kbnt_value_get_string(move->state,
                                                       KBNT_FIELD_VIRTUAL_RESOURCE_ID)) == 0;

    return is_ours == (move->act == KBNT_ACT_ATTACH);
}

static void
found(KbntValue *result, const GError *error, gpointer data)
{
    Move *move = data;
    gboolean attaches = move->act == KBNT_ACT_ATTACH;
    const KbntValue *volume = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE)
                                            : NULL;

    if (error != NULL) {
        end(move, error);
        return;
    }
    if (is_recorded(move, volume)) {
        next(move);
        return;
    }
    kbnt_value_unref(move->volume);
    move->volume = kbnt_value_copy(volume);
    kbnt_value_set_int(move->volume, KBNT_FIELD_RESOURCE_STATUS,
                       attaches ? KBNT_RESOURCE_STATUS_IN_USE : KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_value_set_string(
        move->volume, KBNT_FIELD_ATTACHED_TO,
        attaches ? kbnt_value_get_string(move->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID) : "");
    kbnt_resource_event_make(move->ports, KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED, move->volume,
                             event_made, move);
}

static KbntValue *
nth_volume(const Move *move)
{
    return kbnt_value_nth_value(move->state, KBNT_FIELD_RESOURCES, move->index);
}

static void
answered(KbntValue *result, const GError *answer, gpointer data)
{
    Move *move = data;
    const KbntStorePort *store = &move->ports->store;
    g_autoptr(KbntValue) argument = NULL;
    g_autoptr(GError) error = NULL;

    if (!kbnt_step_succeeded(move->step, move->act, result, answer, &error)) {
        end(move, error);
        return;
    }
    argument = kbnt_value_new();
    kbnt_value_copy_field(argument, nth_volume(move), KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    move->index++;
    store->query(store->data, KBNT_STORE_RESOURCE, argument, found, move);
}

static void
next(Move *move)
{
    if (move->index == kbnt_value_length(move->state, KBNT_FIELD_RESOURCES)) {
        end(move, NULL);
        return;
    }
    kbnt_value_set_string(move->state, KBNT_FIELD_TARGET_MESSAGE_ID,
                          kbnt_value_get_string(nth_volume(move), KBNT_FIELD_MESSAGE_ID));
    kbnt_step_ask(move->ports, move->step, move->act, move->request, move->state, move->epoch,
                  move->limit_us, answered, move);
}

void
kbnt_volumes_ask(const KbntPorts *ports, KbntRelay *relay, const KbntPlanStep *step,
                 KbntAct act, const KbntValue *request, const KbntValue *state, gint64 epoch,
                 gint64 limit_us, KbntDone done, gpointer data)
{
    Move *move;

    if (act != KBNT_ACT_PLUG && act != KBNT_ACT_UNPLUG) {
        kbnt_step_ask(ports, step, act, request, state, epoch, limit_us, done, data);
        return;
    }
    move = g_new0(Move, 1);
    move->ports = ports;
    move->relay = relay;
    move->step = step;
    move->act = act == KBNT_ACT_PLUG ? KBNT_ACT_ATTACH : KBNT_ACT_DETACH;
    move->request = kbnt_value_copy(request);
    move->state = kbnt_value_copy(state);
    move->epoch = epoch;
    move->limit_us = limit_us;
    move->done = done;
    move->data = data;
    kbnt_value_set_string(move->state, KBNT_FIELD_MACHINE_MESSAGE_ID,
                          kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID));
    next(move);
}

void
kbnt_volumes_cancel(const KbntPorts *ports, const KbntPlanStep *step, const KbntValue *request,
                    const KbntValue *state)
{
    g_autoptr(KbntValue) each = NULL;

    if (step->act != KBNT_ACT_PLUG) {
        kbnt_step_cancel(ports, step, step->act, request, state);
        return;
    }
    each = kbnt_value_copy(state);
    for (guint i = 0; i < kbnt_value_length(state, KBNT_FIELD_RESOURCES); i++) {
        const KbntValue *volume = kbnt_value_nth_value(state, KBNT_FIELD_RESOURCES, i);

        kbnt_value_set_string(each, KBNT_FIELD_TARGET_MESSAGE_ID,
                              kbnt_value_get_string(volume, KBNT_FIELD_MESSAGE_ID));
        kbnt_step_cancel(ports, step, KBNT_ACT_ATTACH, request, each);
    }
}

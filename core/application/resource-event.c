/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resource-event.c: owns the events of a resource outside any request.
 *
 * The owner of the resource is the key of their records, so that they share a partition with
 * the events of his requests and come in the order in which they were written; the request and
 * its message are absent.
 */
#include "resource-event.h"

#include "transition.h"

static const KbntField state_fields[] = {
    KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_VM_ID,
    KBNT_FIELD_USER_ID,
    KBNT_FIELD_RESOURCE_TYPE,
    KBNT_FIELD_RESOURCE_STATUS,
    KBNT_FIELD_ENDPOINTS,
    KBNT_FIELD_HEALTH,
    KBNT_FIELD_METRICS,
    KBNT_FIELD_HOST,
    KBNT_FIELD_REGION,
    KBNT_FIELD_HYPERVISOR,
    KBNT_FIELD_ATTACHED_TO,
};

typedef struct {
    const KbntPorts *ports;
    KbntEventType type;
    KbntValue *state;
    char stream_id[37];
    KbntDone made;
    gpointer data;
} Making;

static KbntValue *
state_of(const KbntValue *resource)
{
    KbntValue *state = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(state_fields); i++)
        if (kbnt_value_has(resource, state_fields[i]))
            kbnt_value_copy_field(state, resource, state_fields[i]);
    if (kbnt_value_has(resource, KBNT_FIELD_SPECIFICATION))
        kbnt_value_set_value(state, KBNT_FIELD_RESOURCE_SPECS,
                             kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION));
    kbnt_value_set_int(state, KBNT_FIELD_OUTCOME, KBNT_OUTCOME_SUCCESS);
    return state;
}

static void
stream_found(KbntValue *result, const GError *error, gpointer data)
{
    g_autofree Making *making = data;
    g_autoptr(KbntValue) state = making->state;
    g_autoptr(KbntValue) command = kbnt_value_new();
    g_autoptr(GError) failure = NULL;
    KbntStream stream;

    if (error != NULL) {
        making->made(NULL, error, making->data);
        return;
    }
    g_autoptr(KbntValue) row = kbnt_value_copy(result);
    kbnt_value_set_string(row, KBNT_FIELD_STREAM_ID, making->stream_id);
    kbnt_stream_load(&stream, row);
    if (!kbnt_transition_emit(making->ports, &stream, making->type, state, command, &failure)) {
        making->made(NULL, failure, making->data);
        return;
    }
    kbnt_stream_save(&stream, command);
    making->made(command, NULL, making->data);
}

void
kbnt_resource_event_make(const KbntPorts *ports, KbntEventType type, const KbntValue *resource,
                         KbntDone made, gpointer data)
{
    const KbntStorePort *store = &ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();
    Making *making = g_new0(Making, 1);

    making->ports = ports;
    making->type = type;
    making->state = state_of(resource);
    making->made = made;
    making->data = data;
    kbnt_uuid_name("stream", kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                   making->stream_id);
    kbnt_value_set_string(argument, KBNT_FIELD_STREAM_ID, making->stream_id);
    store->query(store->data, KBNT_STORE_STREAM, argument, stream_found, making);
}

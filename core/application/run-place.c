/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-place.c: owns the first step of a run: a host for what is new, the resource for what is
 * there already.
 */
#include "placement.h"
#include "run-private.h"

static void
placed(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    g_autoptr(GError) refusal = NULL;

    if (error != NULL) {
        kbnt_run_step_done(NULL, error, run);
        return;
    }
    const KbntValue *host = kbnt_placement_choose(result, run->request, &refusal);
    if (host == NULL) {
        kbnt_run_step_done(NULL, refusal, run);
        return;
    }
    char mac[18];
    kbnt_mac_address(run->message_id, mac);
    kbnt_value_set_string(run->state, KBNT_FIELD_MAC, mac);
    kbnt_value_copy_field(run->state, host, KBNT_FIELD_HOST);
    kbnt_value_copy_field(run->state, host, KBNT_FIELD_REGION);
    kbnt_value_copy_field(run->state, host, KBNT_FIELD_HYPERVISOR);
    kbnt_run_step_done(NULL, NULL, run);
}

void
kbnt_run_place(KbntRun *run)
{
    const KbntStorePort *store = &run->context->ports->store;

    store->query(store->data, KBNT_STORE_HOSTS, NULL, placed, run);
}

static void
query_resource(KbntRun *run, const char *id, KbntDone done)
{
    const KbntStorePort *store = &run->context->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    store->query(store->data, KBNT_STORE_RESOURCE, argument, done, run);
}

/* The other end of an attachment: the machine, whose parts have the owner of its own create. */
static void
machine_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;

    if (error != NULL) {
        kbnt_run_step_done(NULL, error, run);
        return;
    }
    KbntValue *machine = kbnt_value_get_value(result, KBNT_FIELD_RESOURCE);
    kbnt_value_set_string(run->state, KBNT_FIELD_MACHINE_MESSAGE_ID,
                          kbnt_value_get_string(machine, KBNT_FIELD_MESSAGE_ID));
    kbnt_value_set_string(run->state, KBNT_FIELD_ATTACHED_TO,
                          kbnt_value_get_string(machine, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    kbnt_run_step_done(NULL, NULL, run);
}

static void
volumes_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    g_autoptr(GError) refusal = NULL;
    KbntValue *first = error ? NULL : kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, 0);

    if (first != NULL)
        g_set_error(&refusal, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                    "'%s' is attached to the machine, detach it first",
                    kbnt_value_get_string(first, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    kbnt_run_step_done(NULL, error != NULL ? error : refusal, run);
}

static void
query_volumes(KbntRun *run, const char *machine_id)
{
    const KbntStorePort *store = &run->context->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_ATTACHED_TO, machine_id);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, 1);
    store->query(store->data, KBNT_STORE_RESOURCES, argument, volumes_known, run);
}

static void
look_further(KbntRun *run, KbntValue *resource)
{
    KbntValue *specification = kbnt_value_get_value(run->request, KBNT_FIELD_SPECIFICATION);
    KbntRequestType verb = kbnt_run_verb(run);
    gboolean is_machine = kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_TYPE) ==
                          KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE;

    if (verb == KBNT_REQUEST_TYPE_ATTACH_STORAGE || verb == KBNT_REQUEST_TYPE_DETACH_STORAGE)
        query_resource(run,
                       kbnt_value_get_string(specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       machine_found);
    else if (verb == KBNT_REQUEST_TYPE_DELETE_RESOURCE && is_machine)
        query_volumes(run, kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    else
        kbnt_run_step_done(NULL, NULL, run);
}

static void
found(KbntValue *result, const GError *error, gpointer data)
{
    static const KbntField fields[] = {
        KBNT_FIELD_HOST,  KBNT_FIELD_REGION,    KBNT_FIELD_HYPERVISOR,
        KBNT_FIELD_VM_ID, KBNT_FIELD_ENDPOINTS,
    };
    KbntRun *run = data;

    if (error != NULL) {
        kbnt_run_step_done(NULL, error, run);
        return;
    }
    KbntValue *resource = kbnt_value_get_value(result, KBNT_FIELD_RESOURCE);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(run->state, resource, fields[i]);
    kbnt_value_set_string(run->state, KBNT_FIELD_TARGET_MESSAGE_ID,
                          kbnt_value_get_string(resource, KBNT_FIELD_MESSAGE_ID));
    kbnt_value_copy_field(run->state, resource, KBNT_FIELD_RESOURCE_TYPE);
    kbnt_value_set_value(run->state, KBNT_FIELD_RESOURCE_SPECS,
                         kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION));
    if (kbnt_run_verb(run) == KBNT_REQUEST_TYPE_DELETE_RESOURCE)
        kbnt_value_set_int(run->state, KBNT_FIELD_RESOURCE_STATUS,
                           KBNT_RESOURCE_STATUS_DELETING);
    look_further(run, resource);
}

void
kbnt_run_find(KbntRun *run)
{
    query_resource(run, kbnt_value_get_string(run->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                   found);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-place.c: owns the first step of a run: a host for what is new, the resource for what is
 * there already.
 */
#include "placement.h"
#include "run-private.h"

/* Machines that are looked at in one query. */
#define PAGE 500

/* The hosts as the placement judges them: with what the request wants to be near or far from.
 */
static KbntValue *
with_wishes(const KbntRun *run, const KbntValue *hosts)
{
    KbntValue *judged = kbnt_value_copy(hosts);

    if (run->wishes != NULL)
        kbnt_value_merge(judged, run->wishes);
    return judged;
}

static void
placed(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    g_autoptr(KbntValue) hosts = NULL;
    g_autoptr(GError) refusal = NULL;

    if (error != NULL) {
        kbnt_run_step_done(NULL, error, run);
        return;
    }
    hosts = with_wishes(run, result);
    const KbntValue *host = kbnt_placement_choose(hosts, run->request, &refusal);
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

static void
query_resource(KbntRun *run, const char *id, KbntDone done)
{
    const KbntStorePort *store = &run->context->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    store->query(store->data, KBNT_STORE_RESOURCE, argument, done, run);
}

static void
query_hosts(KbntRun *run)
{
    const KbntStorePort *store = &run->context->ports->store;

    store->query(store->data, KBNT_STORE_HOSTS, NULL, placed, run);
}

static GError *
volume_refusal(const KbntRun *run, const KbntValue *volume)
{
    const char *id = kbnt_value_get_string(volume, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *host = kbnt_value_get_string(volume, KBNT_FIELD_HOST);
    const char *wish = kbnt_value_get_string(run->wishes, KBNT_FIELD_HOST);

    if (kbnt_value_get_int(volume, KBNT_FIELD_RESOURCE_STATUS) !=
        KBNT_RESOURCE_STATUS_ALLOCATED)
        return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                           "'%s' is not ALLOCATED, so that no new machine can have it", id);
    if (g_strcmp0(kbnt_value_get_string(volume, KBNT_FIELD_USER_ID),
                  kbnt_value_get_string(run->request, KBNT_FIELD_USER_ID)) != 0)
        return g_error_new(KBNT_ERROR, KBNT_ERROR_PERMISSION_DENIED,
                           "'%s' belongs to another user than the machine", id);
    if (wish != NULL && g_strcmp0(host, wish) != 0)
        return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                           "'%s' is on host '%s', and the rest of the machine on '%s'", id,
                           host, wish);
    return NULL;
}

static void look_for_volume(KbntRun *run);

/* A machine goes where its volumes live. */
static void
volume_found(KbntValue *result, const GError *error, gpointer data)
{
    static const KbntField fields[] = { KBNT_FIELD_VIRTUAL_RESOURCE_ID, KBNT_FIELD_MESSAGE_ID };
    KbntRun *run = data;
    KbntValue *volume = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE)
                                      : NULL;
    g_autoptr(GError) refusal = volume != NULL ? volume_refusal(run, volume) : NULL;

    if (error != NULL || refusal != NULL) {
        kbnt_run_step_done(NULL, error != NULL ? error : refusal, run);
        return;
    }
    KbntValue *found = kbnt_value_new();
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(found, volume, fields[i]);
    kbnt_value_take_item(run->state, KBNT_FIELD_RESOURCES, found);
    kbnt_value_copy_field(run->wishes, volume, KBNT_FIELD_HOST);
    look_for_volume(run);
}

/* The state remembers those that have been found, and so which is next. */
static void
look_for_volume(KbntRun *run)
{
    KbntValue *specification = kbnt_value_get_value(run->request, KBNT_FIELD_SPECIFICATION);
    guint n_found = kbnt_value_length(run->state, KBNT_FIELD_RESOURCES);

    if (n_found < kbnt_value_length(specification, KBNT_FIELD_VOLUMES))
        query_resource(run, kbnt_value_nth_string(specification, KBNT_FIELD_VOLUMES, n_found),
                       volume_found);
    else
        query_hosts(run);
}

static GError *
network_refusal(const KbntValue *network)
{
    if (kbnt_value_get_int(network, KBNT_FIELD_RESOURCE_STATUS) == KBNT_RESOURCE_STATUS_ACTIVE)
        return NULL;
    return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                       "'%s' is no longer ACTIVE, so that no new machine can be on it",
                       kbnt_value_get_string(network, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
}

/* A machine goes where its network lives. */
static void
network_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    KbntValue *network = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE)
                                       : NULL;
    g_autoptr(GError) refusal = network != NULL ? network_refusal(network) : NULL;

    if (error != NULL || refusal != NULL) {
        kbnt_run_step_done(NULL, error != NULL ? error : refusal, run);
        return;
    }
    kbnt_value_copy_field(run->wishes, network, KBNT_FIELD_HOST);
    look_for_volume(run);
}

static void
look_for_network(KbntRun *run)
{
    KbntValue *specification = kbnt_value_get_value(run->request, KBNT_FIELD_SPECIFICATION);
    const char *network = kbnt_value_get_string(specification, KBNT_FIELD_NETWORK);

    if (network != NULL && kbnt_specification_type_of_id(network) != 0)
        query_resource(run, network, network_found);
    else
        look_for_volume(run);
}

static void
machines_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;

    if (error != NULL) {
        kbnt_run_step_done(NULL, error, run);
        return;
    }
    guint n_items = kbnt_value_length(result, KBNT_FIELD_ITEMS);
    for (guint i = 0; i < n_items; i++)
        kbnt_value_append_value(run->wishes, KBNT_FIELD_RESOURCES,
                                kbnt_value_nth_value(result, KBNT_FIELD_ITEMS, i));
    look_for_network(run);
}

void
kbnt_run_place(KbntRun *run)
{
    const KbntStorePort *store = &run->context->ports->store;
    KbntValue *specification = kbnt_value_get_value(run->request, KBNT_FIELD_SPECIFICATION);
    g_autoptr(KbntValue) filter = NULL;

    kbnt_value_unref(run->wishes);
    run->wishes = kbnt_value_new();
    kbnt_value_clear(run->state, KBNT_FIELD_RESOURCES);
    if (!kbnt_value_has(specification, KBNT_FIELD_ANTI_AFFINITY)) {
        look_for_network(run);
        return;
    }
    filter = kbnt_placement_neighbours(kbnt_value_get_string(run->request, KBNT_FIELD_USER_ID));
    store->query(store->data, KBNT_STORE_RESOURCES, filter, machines_found, run);
}

/* Returns: (transfer full) (nullable): why the storage cannot be part of the machine. */
static GError *
attachment_refusal(const KbntRun *run, const KbntValue *machine)
{
    const char *id = kbnt_value_get_string(machine, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *host = kbnt_value_get_string(machine, KBNT_FIELD_HOST);
    const char *attached_to = kbnt_value_get_string(run->state, KBNT_FIELD_ATTACHED_TO);

    if (attached_to != NULL && *attached_to != '\0' && !g_str_equal(attached_to, id))
        return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                           "the storage is attached to '%s'", attached_to);
    if (kbnt_run_verb(run) == KBNT_REQUEST_TYPE_ATTACH_STORAGE &&
        g_strcmp0(host, kbnt_value_get_string(run->state, KBNT_FIELD_HOST)) != 0)
        return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                           "'%s' is on host '%s', the storage is not", id, host);
    return NULL;
}

/* The other end of an attachment: the machine, whose parts have the owner of its own create. */
static void
machine_found(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    const KbntValue *machine = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE)
                                             : NULL;
    g_autoptr(GError) refusal = machine != NULL ? attachment_refusal(run, machine) : NULL;

    if (error != NULL || refusal != NULL) {
        kbnt_run_step_done(NULL, error != NULL ? error : refusal, run);
        return;
    }
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

/* Returns: (transfer full) (nullable): why the network cannot be deleted. */
static GError *
refusal_by_machines(const KbntRun *run, const KbntValue *machines)
{
    const char *id = kbnt_value_get_string(run->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID);

    for (guint i = 0; i < kbnt_value_length(machines, KBNT_FIELD_ITEMS); i++) {
        const KbntValue *machine = kbnt_value_nth_value(machines, KBNT_FIELD_ITEMS, i);
        const KbntValue *specification = kbnt_value_get_value(machine,
                                                              KBNT_FIELD_SPECIFICATION);

        if (specification != NULL &&
            g_strcmp0(kbnt_value_get_string(specification, KBNT_FIELD_NETWORK), id) == 0)
            return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                               "the machine '%s' is on the network, delete it first",
                               kbnt_value_get_string(machine, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    }
    return NULL;
}

static void query_machines(KbntRun *run, const char *cursor);

static void
machines_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntRun *run = data;
    g_autoptr(GError) refusal = error == NULL ? refusal_by_machines(run, result) : NULL;
    const char *cursor = error == NULL ? kbnt_value_get_string(result, KBNT_FIELD_NEXT_CURSOR)
                                       : NULL;

    if (refusal == NULL && cursor != NULL)
        query_machines(run, cursor);
    else
        kbnt_run_step_done(NULL, error != NULL ? error : refusal, run);
}

/* A network and the machines on it are on one host. */
static void
query_machines(KbntRun *run, const char *cursor)
{
    const KbntStorePort *store = &run->context->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_copy_field(argument, run->state, KBNT_FIELD_HOST);
    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, PAGE);
    kbnt_value_set_string(argument, KBNT_FIELD_CURSOR, cursor);
    store->query(store->data, KBNT_STORE_RESOURCES, argument, machines_known, run);
}

static void
look_for_dependants(KbntRun *run, const KbntValue *resource)
{
    switch (kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_TYPE)) {
    case KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE:
        query_volumes(run, kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
        break;
    case KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK:
        query_machines(run, NULL);
        break;
    default:
        kbnt_run_step_done(NULL, NULL, run);
    }
}

static void
look_further(KbntRun *run, KbntValue *resource)
{
    KbntValue *specification = kbnt_value_get_value(run->request, KBNT_FIELD_SPECIFICATION);
    KbntRequestType verb = kbnt_run_verb(run);

    if (verb == KBNT_REQUEST_TYPE_ATTACH_STORAGE || verb == KBNT_REQUEST_TYPE_DETACH_STORAGE)
        query_resource(run,
                       kbnt_value_get_string(specification, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       machine_found);
    else if (verb == KBNT_REQUEST_TYPE_DELETE_RESOURCE)
        look_for_dependants(run, resource);
    else
        kbnt_run_step_done(NULL, NULL, run);
}

/* Returns: (transfer full) (nullable): why nothing can be done: a debt was paid before its
 * resource could be deleted, or a machine was given the volume first. */
static GError *
refusal_of(const KbntRun *run, const KbntValue *resource)
{
    const char *id = kbnt_value_get_string(run->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    KbntResourceStatus status = kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS);

    if (status == KBNT_RESOURCE_STATUS_DELETED)
        return g_error_new(KBNT_ERROR, KBNT_ERROR_NOT_FOUND, "'%s' is gone already", id);
    if (status == KBNT_RESOURCE_STATUS_IN_USE &&
        kbnt_run_verb(run) == KBNT_REQUEST_TYPE_DELETE_RESOURCE)
        return g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                           "'%s' is attached to '%s', detach it first", id,
                           kbnt_value_get_string(resource, KBNT_FIELD_ATTACHED_TO));
    return NULL;
}

static void
found(KbntValue *result, const GError *error, gpointer data)
{
    static const KbntField fields[] = {
        KBNT_FIELD_HOST,  KBNT_FIELD_REGION,    KBNT_FIELD_HYPERVISOR,
        KBNT_FIELD_VM_ID, KBNT_FIELD_ENDPOINTS, KBNT_FIELD_ATTACHED_TO,
    };
    KbntRun *run = data;
    KbntValue *resource = error == NULL ? kbnt_value_get_value(result, KBNT_FIELD_RESOURCE)
                                        : NULL;
    g_autoptr(GError) refusal = resource != NULL ? refusal_of(run, resource) : NULL;

    if (error != NULL || refusal != NULL) {
        kbnt_run_step_done(NULL, error != NULL ? error : refusal, run);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(run->state, resource, fields[i]);
    kbnt_value_set_string(run->state, KBNT_FIELD_TARGET_MESSAGE_ID,
                          kbnt_value_get_string(resource, KBNT_FIELD_MESSAGE_ID));
    kbnt_value_copy_field(run->state, resource, KBNT_FIELD_RESOURCE_TYPE);
    kbnt_value_set_value(run->state, KBNT_FIELD_RESOURCE_SPECS,
                         kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION));
    run->found_status = kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS);
    if (kbnt_run_verb(run) == KBNT_REQUEST_TYPE_DELETE_RESOURCE)
        kbnt_run_set_status(run, KBNT_RESOURCE_STATUS_DELETING);
    look_further(run, resource);
}

void
kbnt_run_find(KbntRun *run)
{
    query_resource(run, kbnt_value_get_string(run->state, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                   found);
}

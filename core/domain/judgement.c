/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* judgement.c: owns the order in which the rules are asked, and what they say of resources. */
#include "judgement.h"

#include "resource-state.h"
#include "specification.h"

#include <string.h>

static KbntRequestType
verb_of(const KbntValue *request)
{
    return (KbntRequestType)kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE);
}

const char *
kbnt_judgement_owner(const KbntCaller *caller, const KbntValue *request)
{
    const char *written = kbnt_value_get_string(request, KBNT_FIELD_USER_ID);

    return written ? written : caller->user_id;
}

const char *const *
kbnt_judgement_groups(const KbntCaller *caller, const KbntValue *request)
{
    const char *owner = kbnt_judgement_owner(caller, request);

    return g_strcmp0(owner, caller->user_id) == 0 ? caller->groups : NULL;
}

static void
judge_caller(const KbntCase *judged, const KbntValue *request, KbntValue *verdict)
{
    const KbntCaller *caller = judged->caller;
    const char *owner = kbnt_judgement_owner(caller, request);

    if (g_strcmp0(owner, caller->user_id) != 0 && !caller->administrator)
        kbnt_fault_add(verdict, KBNT_ERROR_PERMISSION_DENIED, KBNT_FAULT_PERMISSION,
                       "/metadata/userId", "'%s' may not ask in the name of '%s'",
                       caller->user_id, owner);
    else if (kbnt_permission_deed(verb_of(request)) == KBNT_DEED_CREATE &&
             !kbnt_permission_allows(caller, KBNT_DEED_CREATE, owner))
        kbnt_fault_add(verdict, KBNT_ERROR_PERMISSION_DENIED, KBNT_FAULT_PERMISSION, "/type",
                       "'%s' has no role that may create", caller->user_id);
}

static void
judge_cost(const KbntCase *judged, const KbntValue *request, KbntValue *verdict)
{
    const KbntRules *rules = judged->rules;
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    KbntRequestType verb = verb_of(request);
    double cost_per_hour = kbnt_cost_per_hour(&rules->prices, verb, specification);

    kbnt_value_set_number(verdict, KBNT_FIELD_COST_PER_HOUR_USD, cost_per_hour);
    kbnt_quota_charge(rules->quotas, kbnt_judgement_owner(judged->caller, request),
                      kbnt_judgement_groups(judged->caller, request), verb, specification,
                      cost_per_hour, judged->ledger, verdict);
    kbnt_quota_judge(verdict, verdict);
    kbnt_value_take_value(verdict, KBNT_FIELD_BUDGET,
                          kbnt_quota_budget(verdict, cost_per_hour));
}

static gboolean
host_has_image(const KbntValue *host, const char *image)
{
    for (guint i = 0; i < kbnt_value_length(host, KBNT_FIELD_IMAGES); i++) {
        const KbntValue *known = kbnt_value_nth_value(host, KBNT_FIELD_IMAGES, i);

        if (g_strcmp0(kbnt_value_get_string(known, KBNT_FIELD_NAME), image) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
judge_image(const KbntCase *judged, const KbntValue *specification, KbntValue *verdict)
{
    const char *image = kbnt_value_get_string(specification, KBNT_FIELD_IMAGE);
    guint n_hosts = judged->hosts ? kbnt_value_length(judged->hosts, KBNT_FIELD_HOSTS) : 0;

    if (!image || n_hosts == 0)
        return;
    for (guint i = 0; i < n_hosts; i++) {
        if (host_has_image(kbnt_value_nth_value(judged->hosts, KBNT_FIELD_HOSTS, i), image))
            return;
    }
    kbnt_fault_add(
        verdict, KBNT_ERROR_IMAGE_UNKNOWN, KBNT_FAULT_SPECIFICATION, "",
        "No host has reported the image '%s', GET /api/v1/images lists what there is", image);
}

/* Returns: (nullable): a resource that the caller may know of. */
static const KbntValue *
find_visible(const KbntCase *judged, const char *id)
{
    guint n_known = judged->known ? kbnt_value_length(judged->known, KBNT_FIELD_RESOURCES) : 0;

    for (guint i = 0; i < n_known; i++) {
        const KbntValue *known = kbnt_value_nth_value(judged->known, KBNT_FIELD_RESOURCES, i);

        if (g_strcmp0(kbnt_value_get_string(known, KBNT_FIELD_VIRTUAL_RESOURCE_ID), id) != 0)
            continue;
        return kbnt_permission_allows(judged->caller, KBNT_DEED_LOOK,
                                      kbnt_value_get_string(known, KBNT_FIELD_USER_ID))
                   ? known
                   : NULL;
    }
    return NULL;
}

/* Returns: (nullable): the resource of an id, after a fault where there is none to work on. */
static const KbntValue *
find_permitted(const KbntCase *judged, const char *id, KbntDeed deed, KbntValue *verdict)
{
    const KbntValue *resource = find_visible(judged, id);

    if (!resource) {
        kbnt_fault_add(verdict, KBNT_ERROR_NOT_FOUND, KBNT_FAULT_RESOURCE, "",
                       "There is no resource '%s'", id);
        return NULL;
    }
    if (!kbnt_permission_allows(judged->caller, deed,
                                kbnt_value_get_string(resource, KBNT_FIELD_USER_ID))) {
        kbnt_fault_add(verdict, KBNT_ERROR_PERMISSION_DENIED, KBNT_FAULT_PERMISSION, "",
                       "'%s' has no role that may do this to '%s'", judged->caller->user_id,
                       id);
        return NULL;
    }
    return resource;
}

static KbntResourceStatus
status_of(const KbntValue *resource)
{
    return (KbntResourceStatus)kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS);
}

static void
add_conflict(const KbntValue *resource, const char *wanted, KbntValue *verdict)
{
    kbnt_fault_add(verdict, KBNT_ERROR_STATE_CONFLICT, KBNT_FAULT_RESOURCE, "",
                   "'%s' is %s, %s",
                   kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                   kbnt_enum_name(KBNT_TYPE_RESOURCE_STATUS, status_of(resource)), wanted);
}

static void
add_refusal(const KbntValue *resource, KbntValue *verdict)
{
    const char *machine = kbnt_value_get_string(resource, KBNT_FIELD_ATTACHED_TO);
    g_autofree char *wanted = machine ? g_strdup_printf("attached to '%s', detach it first",
                                                        machine)
                                      : g_strdup("which does not allow this");

    add_conflict(resource, wanted, verdict);
}

/* Whether the resource is a machine that is made with volumes. */
static gboolean
gets_volumes(const KbntValue *resource)
{
    const KbntValue *specification = kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION);

    return specification && kbnt_value_length(specification, KBNT_FIELD_VOLUMES) > 0;
}

/* Only a delete may come before the request that still works on a resource has ended, and only
 * behind the one that makes it: a machine that is to get a volume is not to lose it again, and
 * has to give it back before it can be deleted. */
static gboolean
may_follow_open(KbntRequestType verb, const KbntValue *resource)
{
    return verb == KBNT_REQUEST_TYPE_DELETE_RESOURCE && !gets_volumes(resource) &&
           g_strcmp0(kbnt_value_get_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID),
                     kbnt_value_get_string(resource, KBNT_FIELD_MESSAGE_ID)) == 0;
}

static void
judge_busy(KbntRequestType verb, const KbntValue *resource, KbntValue *verdict)
{
    const char *open = kbnt_value_get_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID);

    if (open && !may_follow_open(verb, resource))
        kbnt_fault_add(verdict, KBNT_ERROR_RESOURCE_BUSY, KBNT_FAULT_RESOURCE, "",
                       "'%s' is worked on by the request '%s', wait for its end or cancel it",
                       kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID), open);
}

/* A request that could not be undone has failed, but its message ends with the debt it left; a
 * delete leaves none. */
static gboolean
may_owe(const KbntValue *resource)
{
    return status_of(resource) == KBNT_RESOURCE_STATUS_QUARANTINED &&
           verb_of(resource) != KBNT_REQUEST_TYPE_DELETE_RESOURCE;
}

/* Returns: (nullable): the message that has to end first. One that has ended is not named: a
 * consumer may have forgotten it, and would wait for it to come. */
static const char *
awaited_of(const KbntValue *resource)
{
    return kbnt_value_get_string(resource, may_owe(resource) ? KBNT_FIELD_LAST_MESSAGE_ID
                                                             : KBNT_FIELD_OPEN_MESSAGE_ID);
}

/* The store looks again, in its transaction, that nobody has touched it since. */
static void
touch(const KbntValue *resource, KbntValue *verdict)
{
    const char *awaited = awaited_of(resource);
    KbntValue *touched = kbnt_value_new();

    kbnt_value_copy_field(touched, resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_copy_field(touched, resource, KBNT_FIELD_LAST_MESSAGE_ID);
    kbnt_value_take_item(verdict, KBNT_FIELD_TOUCHES, touched);
    if (awaited)
        kbnt_value_append_string(verdict, KBNT_FIELD_DEPENDS_ON, awaited);
}

/* A machine gives its volumes back before it is deleted: whose they then are is its owner's
 * choice, not a side effect. */
static void
judge_attached(KbntRequestType verb, const KbntValue *target, KbntValue *verdict)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint n_attached = kbnt_value_length(target, KBNT_FIELD_RESOURCES);

    if (verb != KBNT_REQUEST_TYPE_DELETE_RESOURCE || n_attached == 0)
        return;
    for (guint i = 0; i < n_attached; i++)
        g_string_append_printf(
            names, "%s'%s'", i > 0 ? ", " : "",
            kbnt_value_get_string(kbnt_value_nth_value(target, KBNT_FIELD_RESOURCES, i),
                                  KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    kbnt_fault_add(verdict, KBNT_ERROR_STATE_CONFLICT, KBNT_FAULT_RESOURCE, "",
                   "'%s' has %s attached, which have to be detached first",
                   kbnt_value_get_string(target, KBNT_FIELD_VIRTUAL_RESOURCE_ID), names->str);
}

/* Judges the resource whose state the verb moves. */
static const KbntValue *
judge_target(const KbntCase *judged, KbntRequestType verb, const char *id, KbntValue *verdict)
{
    const KbntValue *target = find_permitted(judged, id, kbnt_permission_deed(verb), verdict);

    if (!target)
        return NULL;
    if (kbnt_value_has(target, KBNT_FIELD_OPEN_MESSAGE_ID))
        judge_busy(verb, target, verdict);
    else if (!kbnt_resource_state_allows(verb, status_of(target)))
        add_refusal(target, verdict);
    else
        judge_attached(verb, target, verdict);
    touch(target, verdict);
    return target;
}

/* Judges the machine at the other end of an attachment. */
static const KbntValue *
judge_machine(const KbntCase *judged, KbntRequestType verb, const char *id, KbntValue *verdict)
{
    const KbntValue *machine = find_permitted(judged, id, KBNT_DEED_OPERATE, verdict);

    if (!machine)
        return NULL;
    if (kbnt_value_has(machine, KBNT_FIELD_OPEN_MESSAGE_ID))
        judge_busy(verb, machine, verdict);
    else if (status_of(machine) != KBNT_RESOURCE_STATUS_RUNNING &&
             status_of(machine) != KBNT_RESOURCE_STATUS_STOPPED)
        add_conflict(machine, "it must be RUNNING or STOPPED", verdict);
    touch(machine, verdict);
    return machine;
}

/* A machine can be on one host only, so all that it is connected with has to be there. */
static const KbntValue *
judge_place(const KbntValue *before, const KbntValue *resource, KbntValue *verdict)
{
    const char *host = resource ? kbnt_value_get_string(resource, KBNT_FIELD_HOST) : NULL;
    const char *host_before = before ? kbnt_value_get_string(before, KBNT_FIELD_HOST) : NULL;

    if (!host || !host_before)
        return host ? resource : before;
    if (!g_str_equal(host, host_before))
        kbnt_fault_add(verdict, KBNT_ERROR_STATE_CONFLICT, KBNT_FAULT_RESOURCE, "",
                       "'%s' is on host '%s' and '%s' on '%s', both have to be on one",
                       kbnt_value_get_string(before, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       host_before,
                       kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID), host);
    return before;
}

static void
judge_attachment(const KbntCase *judged, const KbntValue *request, KbntValue *verdict)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    const char *machine_id = kbnt_value_get_string(specification,
                                                   KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *storage_id = kbnt_value_get_string(specification, KBNT_FIELD_STORAGE_ID);
    const KbntValue *storage = NULL;
    const KbntValue *machine = NULL;

    if (storage_id)
        storage = judge_target(judged, verb_of(request), storage_id, verdict);
    if (machine_id)
        machine = judge_machine(judged, verb_of(request), machine_id, verdict);
    if (verb_of(request) == KBNT_REQUEST_TYPE_ATTACH_STORAGE)
        judge_place(storage, machine, verdict);
    if (storage && machine_id && verb_of(request) == KBNT_REQUEST_TYPE_DETACH_STORAGE &&
        status_of(storage) == KBNT_RESOURCE_STATUS_IN_USE &&
        kbnt_value_has(storage, KBNT_FIELD_ATTACHED_TO) &&
        !g_str_equal(kbnt_value_get_string(storage, KBNT_FIELD_ATTACHED_TO), machine_id))
        add_conflict(storage, "but by another machine", verdict);
}

/* Many machines may want one network at a time, so it is not touched; but what works on one
 * that is ACTIVE is a delete. */
static const KbntValue *
judge_network(const KbntCase *judged, const KbntValue *request, const char *id,
              KbntValue *verdict)
{
    const KbntValue *network = find_permitted(judged, id, KBNT_DEED_OPERATE, verdict);

    if (network && status_of(network) != KBNT_RESOURCE_STATUS_ACTIVE)
        add_conflict(network, "a machine needs one that is ACTIVE", verdict);
    else if (network)
        judge_busy(verb_of(request), network, verdict);
    return network;
}

static const KbntValue *
judge_volume(const KbntCase *judged, const KbntValue *request, const char *id,
             KbntValue *verdict)
{
    const KbntValue *volume = find_permitted(judged, id, KBNT_DEED_OPERATE, verdict);
    const char *owner = kbnt_judgement_owner(judged->caller, request);

    if (!volume)
        return NULL;
    if (g_strcmp0(kbnt_value_get_string(volume, KBNT_FIELD_USER_ID), owner) != 0)
        kbnt_fault_add(verdict, KBNT_ERROR_PERMISSION_DENIED, KBNT_FAULT_PERMISSION, "",
                       "'%s' does not belong to '%s', whose machine it would be part of", id,
                       owner);
    if (kbnt_value_has(volume, KBNT_FIELD_OPEN_MESSAGE_ID))
        judge_busy(verb_of(request), volume, verdict);
    else if (status_of(volume) != KBNT_RESOURCE_STATUS_ALLOCATED)
        add_conflict(volume, "a new machine takes one that is ALLOCATED", verdict);
    touch(volume, verdict);
    return volume;
}

/* What a new machine is to be connected with must be there. */
static void
judge_connections(const KbntCase *judged, const KbntValue *request, KbntValue *verdict)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    const char *network = kbnt_value_get_string(specification, KBNT_FIELD_NETWORK);
    const KbntValue *place = NULL;

    if (network && kbnt_specification_type_of_id(network))
        place = judge_network(judged, request, network, verdict);
    for (guint i = 0; i < kbnt_value_length(specification, KBNT_FIELD_VOLUMES); i++) {
        const char *id = kbnt_value_nth_string(specification, KBNT_FIELD_VOLUMES, i);

        place = judge_place(place, judge_volume(judged, request, id, verdict), verdict);
    }
}

static void
judge_resources(const KbntCase *judged, const KbntValue *request, KbntValue *verdict)
{
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    const char *target = kbnt_value_get_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    KbntRequestType verb = verb_of(request);

    switch (kbnt_permission_deed(verb)) {
    case KBNT_DEED_CREATE:
        judge_cost(judged, request, verdict);
        judge_image(judged, specification, verdict);
        judge_connections(judged, request, verdict);
        break;
    default:
        if (verb == KBNT_REQUEST_TYPE_ATTACH_STORAGE ||
            verb == KBNT_REQUEST_TYPE_DETACH_STORAGE)
            judge_attachment(judged, request, verdict);
        else if (target)
            judge_target(judged, verb, target, verdict);
        kbnt_value_take_value(verdict, KBNT_FIELD_BUDGET, kbnt_quota_budget(verdict, 0));
        break;
    }
}

gboolean
kbnt_judgement_pass(const KbntCase *judged, const KbntValue *request, KbntValue *verdict)
{
    judge_caller(judged, request, verdict);
    if (kbnt_value_has(request, KBNT_FIELD_SPECIFICATION))
        judge_resources(judged, request, verdict);
    kbnt_policy_judge(judged->rules->policy, judged->caller, request, judged->minute_of_day,
                      verdict);

    if (kbnt_fault_count(verdict) == 0)
        return TRUE;
    kbnt_value_set_string(verdict, KBNT_FIELD_CODE,
                          kbnt_error_code_name((gint)kbnt_fault_leading_code(verdict)));
    return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * step.c: owns one step on the provisioner: what it is asked, and what its answer means.
 */
#include "step.h"

/* The lease outlasts the call's deadline by this. */
#define LEASE_MARGIN_MS 3000

/* What every op is told of the request, and of what earlier steps gave. */
static const KbntField request_fields[] = {
    KBNT_FIELD_REQUEST_ID,
    KBNT_FIELD_USER_ID,
    KBNT_FIELD_REQUEST_TYPE,
    KBNT_FIELD_SPECIFICATION,
};

static const KbntField state_fields[] = {
    KBNT_FIELD_HOST, KBNT_FIELD_VIRTUAL_RESOURCE_ID, KBNT_FIELD_RESOURCE_TYPE,
    KBNT_FIELD_MAC,  KBNT_FIELD_NETWORK_ID,          KBNT_FIELD_VM_ID,
    KBNT_FIELD_VLAN,
};

/* What an answer adds to the state. */
static const KbntField answer_fields[] = {
    KBNT_FIELD_ENDPOINTS,  KBNT_FIELD_HEALTH,         KBNT_FIELD_METRICS,
    KBNT_FIELD_HYPERVISOR, KBNT_FIELD_RESOURCE_SPECS, KBNT_FIELD_MAC,
    KBNT_FIELD_NETWORK_ID, KBNT_FIELD_BOOT_SECONDS,
};

static KbntAction
action_of(KbntAct act)
{
    switch (act) {
    case KBNT_ACT_ENSURE:
        return KBNT_ACTION_ENSURE;
    case KBNT_ACT_REMOVE:
        return KBNT_ACTION_REMOVE;
    case KBNT_ACT_START:
    case KBNT_ACT_HALT:
    case KBNT_ACT_POWER:
        return KBNT_ACTION_POWER;
    case KBNT_ACT_ATTACH:
        return KBNT_ACTION_ATTACH;
    case KBNT_ACT_DETACH:
        return KBNT_ACTION_DETACH;
    case KBNT_ACT_PROBE:
        return KBNT_ACTION_PROBE;
    case KBNT_ACT_INSPECT:
    case KBNT_ACT_ABSENT:
        return KBNT_ACTION_INSPECT;
    default:
        return KBNT_ACTION_NONE;
    }
}

static KbntPower
power_of(KbntAct act, KbntRequestType verb)
{
    if (act == KBNT_ACT_HALT || verb == KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE)
        return KBNT_POWER_STOP;
    return verb == KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE ? KBNT_POWER_REBOOT
                                                            : KBNT_POWER_START;
}

static void
set_power(KbntValue *argument, KbntAct act, const KbntValue *request)
{
    KbntRequestType verb = kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE);
    KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    gboolean forced = act == KBNT_ACT_HALT ||
                      (specification != NULL &&
                       kbnt_value_get_int(specification, KBNT_FIELD_FORCE) != 0);

    kbnt_value_set_int(argument, KBNT_FIELD_POWER_ACTION, power_of(act, verb));
    kbnt_value_set_int(argument, KBNT_FIELD_FORCE, forced);
}

/* The parts of an attachment have two owners: the machine's create and the volume's. */
static const char *
owner_of(const KbntPlanStep *step, const KbntValue *state)
{
    const char *machine = kbnt_value_get_string(state, KBNT_FIELD_MACHINE_MESSAGE_ID);
    const char *owner = kbnt_value_get_string(state, KBNT_FIELD_TARGET_MESSAGE_ID);

    if (machine != NULL && step->part == KBNT_PART_MACHINE)
        return machine;
    return owner != NULL ? owner : kbnt_value_get_string(state, KBNT_FIELD_MESSAGE_ID);
}

static KbntValue *
make_argument(const KbntPlanStep *step, KbntAct act, const KbntValue *request,
              const KbntValue *state)
{
    KbntValue *argument = kbnt_value_new();
    const char *owner = owner_of(step, state);
    char part_id[37];

    for (guint i = 0; i < G_N_ELEMENTS(request_fields); i++)
        kbnt_value_copy_field(argument, request, request_fields[i]);
    for (guint i = 0; i < G_N_ELEMENTS(state_fields); i++)
        kbnt_value_copy_field(argument, state, state_fields[i]);
    kbnt_uuid_name("resource", owner, part_id);
    kbnt_value_set_int(argument, KBNT_FIELD_PART, step->part);
    kbnt_value_set_string(argument, KBNT_FIELD_PART_ID, part_id);
    kbnt_value_set_string(argument, KBNT_FIELD_MESSAGE_ID, owner);
    kbnt_value_set_int(argument, KBNT_FIELD_STEP, step->step);
    if (action_of(act) == KBNT_ACTION_POWER)
        set_power(argument, act, request);
    if (act == KBNT_ACT_ATTACH || act == KBNT_ACT_DETACH)
        kbnt_value_set_string(argument, KBNT_FIELD_STORAGE_ID,
                              kbnt_value_get_string(state, KBNT_FIELD_TARGET_MESSAGE_ID));
    return argument;
}

/* A step of many volumes is one call for each. */
static char *
key_of(const KbntPlanStep *step, KbntAct act, const KbntValue *request, const KbntValue *state)
{
    const char *volume = act == KBNT_ACT_ATTACH || act == KBNT_ACT_DETACH
                             ? kbnt_value_get_string(state, KBNT_FIELD_TARGET_MESSAGE_ID)
                             : NULL;

    return g_strdup_printf("%s:%s:%d%s%s",
                           kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID),
                           kbnt_enum_name(KBNT_TYPE_STEP, step->step), act,
                           volume != NULL ? ":" : "", volume != NULL ? volume : "");
}

gint64
kbnt_step_lease_ms(const KbntPlanStep *step)
{
    return step->deadline_ms + LEASE_MARGIN_MS;
}

void
kbnt_step_ask(const KbntPorts *ports, const KbntPlanStep *step, KbntAct act,
              const KbntValue *request, const KbntValue *state, gint64 epoch, gint64 limit_us,
              KbntDone done, gpointer data)
{
    const KbntProvisionerPort *provisioner = &ports->provisioner;
    g_autoptr(KbntValue) argument = make_argument(step, act, request, state);
    g_autofree char *key = key_of(step, act, request, state);
    gint64 now_us = ports->world.monotonic_us(ports->world.data);

    kbnt_value_set_int(argument, KBNT_FIELD_EPOCH, epoch);
    kbnt_value_set_string(argument, KBNT_FIELD_VERSION, ports->version);
    provisioner->call(provisioner->data, action_of(act), argument, key,
                      MIN(now_us + step->deadline_ms * 1000, limit_us), done, data);
}

void
kbnt_step_cancel(const KbntPorts *ports, const KbntPlanStep *step, KbntAct act,
                 const KbntValue *request, const KbntValue *state)
{
    g_autofree char *key = key_of(step, act, request, state);

    if (action_of(act) != KBNT_ACTION_NONE)
        ports->provisioner.cancel(ports->provisioner.data, key);
}

void
kbnt_step_merge(KbntValue *state, const KbntValue *result)
{
    if (result == NULL)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(answer_fields); i++)
        if (kbnt_value_has(result, answer_fields[i]))
            kbnt_value_copy_field(state, result, answer_fields[i]);
}

static gboolean
is_healthy(const KbntPlanStep *step, const KbntValue *result, GError **error)
{
    KbntValue *health = result ? kbnt_value_get_value(result, KBNT_FIELD_HEALTH) : NULL;

    if (step->step != KBNT_STEP_VERIFY || health == NULL ||
        kbnt_value_get_int(health, KBNT_FIELD_HEALTH_STATUS) != KBNT_HEALTH_UNHEALTHY)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_VERIFICATION_FAILED,
                "only %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " health checks passed",
                kbnt_value_get_int(health, KBNT_FIELD_PASSED),
                kbnt_value_get_int(health, KBNT_FIELD_TOTAL));
    return FALSE;
}

gboolean
kbnt_step_succeeded(const KbntPlanStep *step, KbntAct act, const KbntValue *result,
                    const GError *answer, GError **error)
{
    gboolean missing = g_error_matches(answer, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
    gboolean goes_away = act == KBNT_ACT_REMOVE || act == KBNT_ACT_HALT ||
                         act == KBNT_ACT_ABSENT || act == KBNT_ACT_DETACH;

    if (missing && goes_away)
        return TRUE;
    if (answer != NULL) {
        if (error != NULL)
            *error = g_error_copy(answer);
        return FALSE;
    }
    if (act == KBNT_ACT_ABSENT) {
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_VERIFICATION_FAILED,
                            "the part is still there after it was removed");
        return FALSE;
    }
    return is_healthy(step, result, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.c: owns which steps a verb takes, in order, as data.
 */
#include "plan.h"

#define S(step, act, undo, part, seconds, attempts, percent) \
    { \
        KBNT_STEP_##step, KBNT_ACT_##act, KBNT_ACT_##undo, part, (seconds)*1000, attempts, \
            percent \
    }

/* clang-format off */
#define MACHINE_IS_MADE \
    S(PLAN, PLACE, NONE, 0, 30, 5, 5), \
    S(NETWORK, ENSURE, REMOVE, KBNT_PART_NETWORK, 30, 4, 15), \
    S(VOLUME, ENSURE, REMOVE, KBNT_PART_VOLUME, 180, 4, 35), \
    S(SEED, ENSURE, REMOVE, KBNT_PART_SEED, 30, 4, 40), \
    S(FILTER, ENSURE, REMOVE, KBNT_PART_FILTER, 30, 4, 45), \
    S(MACHINE, ENSURE, REMOVE, KBNT_PART_MACHINE, 60, 4, 55)

#define MACHINE_STARTS \
    S(BOOT, START, HALT, KBNT_PART_MACHINE, 120, 4, 75), \
    S(AGENT, PROBE, NONE, KBNT_PART_MACHINE, 180, 4, 90), \
    S(VERIFY, PROBE, NONE, KBNT_PART_MACHINE, 60, 4, 100)
/* clang-format on */

static const KbntPlanStep create_machine[] = {
    MACHINE_IS_MADE,
    MACHINE_STARTS,
};

static const KbntPlanStep create_machine_with_volumes[] = {
    MACHINE_IS_MADE,
    S(ATTACH, PLUG, UNPLUG, KBNT_PART_MACHINE, 60, 4, 60),
    MACHINE_STARTS,
};

static const KbntPlanStep create_storage[] = {
    S(PLAN, PLACE, NONE, 0, 30, 5, 10),
    S(VOLUME, ENSURE, REMOVE, KBNT_PART_VOLUME, 180, 4, 80),
    S(VERIFY, INSPECT, NONE, KBNT_PART_VOLUME, 60, 4, 100),
};

static const KbntPlanStep create_network[] = {
    S(PLAN, PLACE, NONE, 0, 30, 5, 10),
    S(NETWORK, ENSURE, REMOVE, KBNT_PART_NETWORK, 60, 4, 80),
    S(VERIFY, INSPECT, NONE, KBNT_PART_NETWORK, 60, 4, 100),
};

static const KbntPlanStep delete_machine[] = {
    S(PLAN, FIND, NONE, 0, 30, 5, 5),
    S(BOOT, HALT, NONE, KBNT_PART_MACHINE, 120, 6, 20),
    S(MACHINE, REMOVE, NONE, KBNT_PART_MACHINE, 60, 6, 40),
    S(FILTER, REMOVE, NONE, KBNT_PART_FILTER, 30, 6, 50),
    S(SEED, REMOVE, NONE, KBNT_PART_SEED, 30, 6, 60),
    S(VOLUME, REMOVE, NONE, KBNT_PART_VOLUME, 180, 6, 80),
    S(NETWORK, REMOVE, NONE, KBNT_PART_NETWORK, 30, 6, 90),
    S(VERIFY, ABSENT, NONE, KBNT_PART_MACHINE, 60, 6, 100),
};

static const KbntPlanStep delete_storage[] = {
    S(PLAN, FIND, NONE, 0, 30, 5, 10),
    S(VOLUME, REMOVE, NONE, KBNT_PART_VOLUME, 180, 6, 80),
    S(VERIFY, ABSENT, NONE, KBNT_PART_VOLUME, 60, 6, 100),
};

static const KbntPlanStep delete_network[] = {
    S(PLAN, FIND, NONE, 0, 30, 5, 10),
    S(NETWORK, REMOVE, NONE, KBNT_PART_NETWORK, 60, 6, 80),
    S(VERIFY, ABSENT, NONE, KBNT_PART_NETWORK, 60, 6, 100),
};

static const KbntPlanStep power[] = {
    S(PLAN, FIND, NONE, 0, 30, 5, 10),
    S(POWER, POWER, NONE, KBNT_PART_MACHINE, 180, 4, 80),
    S(VERIFY, INSPECT, NONE, KBNT_PART_MACHINE, 60, 4, 100),
};

static const KbntPlanStep attach[] = {
    S(PLAN, FIND, NONE, 0, 30, 5, 10),
    S(ATTACH, ATTACH, DETACH, KBNT_PART_MACHINE, 60, 4, 80),
    S(VERIFY, INSPECT, NONE, KBNT_PART_VOLUME, 60, 4, 100),
};

static const KbntPlanStep detach[] = {
    S(PLAN, FIND, NONE, 0, 30, 5, 10),
    S(DETACH, DETACH, NONE, KBNT_PART_MACHINE, 60, 4, 80),
    S(VERIFY, INSPECT, NONE, KBNT_PART_VOLUME, 60, 4, 100),
};

/* A verb, the type of its resource (0: any), its steps, and what the resource then is. */
static const struct {
    KbntRequestType verb;
    KbntResourceType type;
    const KbntPlanStep *steps;
    guint n_steps;
    KbntResourceStatus final_status;
} plans[] = {
#define P(verb, type, steps, status) \
    { \
        KBNT_REQUEST_TYPE_##verb, type, steps, G_N_ELEMENTS(steps), \
            KBNT_RESOURCE_STATUS_##status \
    }
    P(CREATE_VIRTUAL_MACHINE, 0, create_machine, RUNNING),
    P(ALLOCATE_STORAGE, 0, create_storage, ALLOCATED),
    P(CREATE_NETWORK, 0, create_network, ACTIVE),
    P(DELETE_RESOURCE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, delete_machine, DELETED),
    P(DELETE_RESOURCE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE, delete_storage, DELETED),
    P(DELETE_RESOURCE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK, delete_network, DELETED),
    P(START_VIRTUAL_MACHINE, 0, power, RUNNING),
    P(STOP_VIRTUAL_MACHINE, 0, power, STOPPED),
    P(REBOOT_VIRTUAL_MACHINE, 0, power, RUNNING),
    P(ATTACH_STORAGE, 0, attach, IN_USE),
    P(DETACH_STORAGE, 0, detach, ALLOCATED),
#undef P
};

static gint
find_plan(KbntRequestType verb, KbntResourceType type)
{
    for (guint i = 0; i < G_N_ELEMENTS(plans); i++)
        if (plans[i].verb == verb && (plans[i].type == 0 || plans[i].type == type))
            return (gint)i;
    return -1;
}

const KbntPlanStep *
kbnt_plan_steps(KbntRequestType verb, KbntResourceType type, guint *ret_n_steps)
{
    gint plan = find_plan(verb, type);

    *ret_n_steps = plan < 0 ? 0 : plans[plan].n_steps;
    return plan < 0 ? NULL : plans[plan].steps;
}

gint
kbnt_plan_undo_from(const KbntPlanStep *steps, gint index)
{
    while (index >= 0 && steps[index].undo == KBNT_ACT_NONE)
        index--;
    return index;
}

const KbntPlanStep *
kbnt_plan_steps_of(const KbntValue *request, guint *ret_n_steps)
{
    KbntRequestType verb = (KbntRequestType)kbnt_value_get_int(request,
                                                               KBNT_FIELD_REQUEST_TYPE);
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);

    if (verb == KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE && specification &&
        kbnt_value_length(specification, KBNT_FIELD_VOLUMES) > 0) {
        *ret_n_steps = G_N_ELEMENTS(create_machine_with_volumes);
        return create_machine_with_volumes;
    }
    return kbnt_plan_steps(
        verb, (KbntResourceType)kbnt_value_get_int(request, KBNT_FIELD_RESOURCE_TYPE),
        ret_n_steps);
}

KbntResourceStatus
kbnt_plan_final_status(KbntRequestType verb, KbntResourceType type)
{
    gint plan = find_plan(verb, type);

    return plan < 0 ? 0 : plans[plan].final_status;
}

gboolean
kbnt_plan_creates(KbntRequestType verb)
{
    return verb == KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE ||
           verb == KBNT_REQUEST_TYPE_ALLOCATE_STORAGE ||
           verb == KBNT_REQUEST_TYPE_CREATE_NETWORK;
}

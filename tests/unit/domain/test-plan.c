/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the steps of each verb. */
#include "plan.h"
#include "runner.h"

/* What a client may ask for, and of which type. */
static const struct {
    KbntRequestType verb;
    KbntResourceType type;
} verbs[] = {
    { KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE },
    { KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE },
    { KBNT_REQUEST_TYPE_CREATE_NETWORK, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK },
    { KBNT_REQUEST_TYPE_DELETE_RESOURCE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE },
    { KBNT_REQUEST_TYPE_DELETE_RESOURCE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE },
    { KBNT_REQUEST_TYPE_DELETE_RESOURCE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK },
    { KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE },
    { KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE },
    { KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE },
    { KBNT_REQUEST_TYPE_ATTACH_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE },
    { KBNT_REQUEST_TYPE_DETACH_STORAGE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE },
};

static void
every_verb_begins_with_plan_and_ends_with_verify(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        guint n_steps = 0;
        const KbntPlanStep *steps = kbnt_plan_steps(verbs[i].verb, verbs[i].type, &n_steps);

        CU_ASSERT_FATAL(n_steps >= 3);
        kbnt_assert_int(steps[0].step, KBNT_STEP_PLAN);
        kbnt_assert_int(steps[n_steps - 1].step, KBNT_STEP_VERIFY);
        kbnt_assert_int(steps[n_steps - 1].percent, 100);
    }
}

static void
percent_only_grows_and_every_step_has_a_deadline_and_an_attempt(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        guint n_steps = 0;
        const KbntPlanStep *steps = kbnt_plan_steps(verbs[i].verb, verbs[i].type, &n_steps);

        for (guint step = 0; step < n_steps; step++) {
            CU_ASSERT(steps[step].percent > (step ? steps[step - 1].percent : 0));
            CU_ASSERT(steps[step].deadline_ms > 0 && steps[step].attempts > 0);
        }
    }
}

static void
a_machine_is_made_in_the_order_of_the_design(void)
{
    static const KbntStep order[] = { KBNT_STEP_PLAN, KBNT_STEP_NETWORK, KBNT_STEP_VOLUME,
                                      KBNT_STEP_SEED, KBNT_STEP_FILTER,  KBNT_STEP_MACHINE,
                                      KBNT_STEP_BOOT, KBNT_STEP_AGENT,   KBNT_STEP_VERIFY };
    guint n_steps = 0;
    const KbntPlanStep *steps = kbnt_plan_steps(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, &n_steps);

    kbnt_assert_int(n_steps, G_N_ELEMENTS(order));
    for (guint i = 0; i < n_steps; i++)
        kbnt_assert_int(steps[i].step, order[i]);
}

static void
whatever_a_create_makes_its_undoing_and_its_delete_take_away_in_reverse(void)
{
    for (KbntResourceType type = KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE;
         type <= KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK; type++) {
        guint n_steps = 0;
        guint n_removals = 0;
        const KbntPlanStep *steps = kbnt_plan_steps((KbntRequestType)type, type, &n_steps);
        const KbntPlanStep *removals = kbnt_plan_steps(KBNT_REQUEST_TYPE_DELETE_RESOURCE, type,
                                                       &n_removals);
        guint at = 0;

        for (guint i = n_steps; i > 0; i--) {
            if (steps[i - 1].act != KBNT_ACT_ENSURE)
                continue;
            kbnt_assert_int(steps[i - 1].undo, KBNT_ACT_REMOVE);
            while (at < n_removals && removals[at].act != KBNT_ACT_REMOVE)
                at++;
            CU_ASSERT_FATAL(at < n_removals);
            kbnt_assert_int(removals[at].part, steps[i - 1].part);
            at++;
        }
    }
}

static void
verbs_end_in_the_states_of_the_contract(void)
{
    static const KbntResourceStatus ends[] = {
        KBNT_RESOURCE_STATUS_RUNNING,   KBNT_RESOURCE_STATUS_ALLOCATED,
        KBNT_RESOURCE_STATUS_ACTIVE,    KBNT_RESOURCE_STATUS_DELETED,
        KBNT_RESOURCE_STATUS_DELETED,   KBNT_RESOURCE_STATUS_DELETED,
        KBNT_RESOURCE_STATUS_RUNNING,   KBNT_RESOURCE_STATUS_STOPPED,
        KBNT_RESOURCE_STATUS_RUNNING,   KBNT_RESOURCE_STATUS_IN_USE,
        KBNT_RESOURCE_STATUS_ALLOCATED,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        kbnt_assert_int(kbnt_plan_final_status(verbs[i].verb, verbs[i].type), ends[i]);
}

static void
only_a_machine_with_volumes_attaches_them_and_does_so_before_it_boots(void)
{
    g_autoptr(KbntValue) request = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();
    guint n_without = 0;
    guint n_steps = 0;
    const KbntPlanStep *steps;

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_plan_steps_of(request, &n_without);
    kbnt_value_append_string(specification, KBNT_FIELD_VOLUMES, "STOR-64DE90EF");
    steps = kbnt_plan_steps_of(request, &n_steps);

    kbnt_assert_int(n_steps, n_without + 1);
    kbnt_assert_int(steps[5].step, KBNT_STEP_MACHINE);
    kbnt_assert_int(steps[6].act, KBNT_ACT_PLUG);
    kbnt_assert_int(steps[6].undo, KBNT_ACT_UNPLUG);
    kbnt_assert_int(steps[7].step, KBNT_STEP_BOOT);
    CU_ASSERT(steps[6].percent > steps[5].percent && steps[6].percent < steps[7].percent);
}

static void
a_verb_without_plan_has_no_steps(void)
{
    guint n_steps = 1;

    CU_ASSERT_PTR_NULL(kbnt_plan_steps(KBNT_REQUEST_TYPE_CANCEL_REQUEST, 0, &n_steps));
    kbnt_assert_int(n_steps, 0);
    kbnt_assert_int(kbnt_plan_final_status(KBNT_REQUEST_TYPE_CANCEL_REQUEST, 0), 0);
}

static void
three_verbs_create(void)
{
    guint n_creating = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        n_creating += kbnt_plan_creates(verbs[i].verb);

    kbnt_assert_int(n_creating, 3);
}

static const KbntTest tests[] = {
    KBNT_TEST(every_verb_begins_with_plan_and_ends_with_verify),
    KBNT_TEST(percent_only_grows_and_every_step_has_a_deadline_and_an_attempt),
    KBNT_TEST(a_machine_is_made_in_the_order_of_the_design),
    KBNT_TEST(whatever_a_create_makes_its_undoing_and_its_delete_take_away_in_reverse),
    KBNT_TEST(verbs_end_in_the_states_of_the_contract),
    KBNT_TEST(only_a_machine_with_volumes_attaches_them_and_does_so_before_it_boots),
    KBNT_TEST(a_verb_without_plan_has_no_steps),
    KBNT_TEST(three_verbs_create),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/plan", argc, argv, tests, G_N_ELEMENTS(tests));
}

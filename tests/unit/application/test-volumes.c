/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the volumes that a new machine is given, or gives back. */
#include "run-rig.h"
#include "runner.h"
#include "sample-messages.h"

/* The store knows the volume that it is asked for. */
static void
answer_volume(RunRig *rig, KbntResourceStatus status, const char *attached_to)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *volume = kbnt_value_new();

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_RESOURCE);
    kbnt_value_set_string(volume, KBNT_FIELD_VIRTUAL_RESOURCE_ID, RUN_RIG_STORAGE);
    kbnt_value_set_string(volume, KBNT_FIELD_MESSAGE_ID, SAMPLE_OTHER_ID);
    kbnt_value_set_string(volume, KBNT_FIELD_USER_ID, "user-789");
    kbnt_value_set_string(volume, KBNT_FIELD_HOST, "host-1");
    kbnt_value_set_string(volume, KBNT_FIELD_ATTACHED_TO, attached_to);
    kbnt_value_set_int(volume, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_set_int(volume, KBNT_FIELD_RESOURCE_STATUS, status);
    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, volume);
    fake_calls_complete(rig->queries, result);
}

/* Returns: (transfer full): a machine that is to have one volume, which is looked for. */
static RunRig *
claimed_machine(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    KbntValue *specification = kbnt_value_get_value(
        kbnt_value_get_value(row, KBNT_FIELD_REQUEST), KBNT_FIELD_SPECIFICATION);
    RunRig *rig;

    kbnt_value_clear(specification, KBNT_FIELD_ANTI_AFFINITY);
    kbnt_value_append_string(specification, KBNT_FIELD_VOLUMES, RUN_RIG_STORAGE);
    rig = run_rig_new(row);
    run_rig_claim(rig);
    return rig;
}

/* Returns: (transfer full): likewise, made as far as to be given its volume. */
static RunRig *
made_machine(void)
{
    RunRig *rig = claimed_machine();

    answer_volume(rig, KBNT_RESOURCE_STATUS_ALLOCATED, "");
    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->commands, NULL);
    for (guint i = 0; i < 5; i++)
        run_rig_step(rig);
    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_ATTACH);
    return rig;
}

/* Returns: (transfer full): likewise, with its volume recorded, at the power switch. */
static RunRig *
plugged_machine(void)
{
    RunRig *rig = made_machine();

    fake_calls_complete(rig->actions, NULL);
    answer_volume(rig, KBNT_RESOURCE_STATUS_ALLOCATED, "");
    fake_calls_complete(rig->queries, NULL);
    fake_calls_complete(rig->commands, NULL);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_POWER);
    return rig;
}

static void
a_volume_is_in_use_as_soon_as_the_machine_has_it(void)
{
    g_autoptr(RunRig) rig = made_machine();

    fake_calls_complete(rig->actions, NULL);
    answer_volume(rig, KBNT_RESOURCE_STATUS_ALLOCATED, "");
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_STREAM);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_ADVANCE);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_EPOCH), RUN_RIG_EPOCH);
    kbnt_assert_int(kbnt_value_get_int(run_rig_resource(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_IN_USE);
    kbnt_assert_string(kbnt_value_get_string(run_rig_resource(rig), KBNT_FIELD_ATTACHED_TO),
                       RUN_RIG_MACHINE);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED);
    kbnt_assert_string(kbnt_value_get_string(run_rig_event(rig), KBNT_FIELD_ATTACHED_TO),
                       RUN_RIG_MACHINE);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_RESOURCE_CHANGED), 1);
}

static void
a_volume_that_was_recorded_before_is_left_as_it_is(void)
{
    g_autoptr(RunRig) rig = made_machine();
    g_autofree char *journal = NULL;

    fake_calls_complete(rig->actions, NULL);
    answer_volume(rig, KBNT_RESOURCE_STATUS_IN_USE, RUN_RIG_MACHINE);
    journal = run_rig_journal(rig);

    kbnt_assert_string(journal, "RESULT ATTACH, INTENT BOOT");
}

static void
a_volume_that_the_hypervisor_refuses_turns_the_run_round(void)
{
    g_autoptr(RunRig) rig = made_machine();

    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_UNDOING);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_DETACH);
}

static void
a_volume_is_given_back_when_its_machine_fails(void)
{
    g_autoptr(RunRig) rig = plugged_machine();

    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);
    fake_calls_complete(rig->commands, NULL);
    run_rig_step(rig);
    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_DETACH);
    fake_calls_complete(rig->actions, NULL);
    answer_volume(rig, KBNT_RESOURCE_STATUS_IN_USE, RUN_RIG_MACHINE);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(kbnt_value_get_int(run_rig_resource(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_assert_string(kbnt_value_get_string(run_rig_resource(rig), KBNT_FIELD_ATTACHED_TO),
                       "");
}

static void
a_volume_that_the_machine_never_had_is_left_as_it_is(void)
{
    g_autoptr(RunRig) rig = made_machine();
    g_autofree char *journal = NULL;

    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);
    fake_calls_complete(rig->commands, NULL);
    fake_calls_fail(rig->actions, KBNT_ERROR_NOT_FOUND);
    answer_volume(rig, KBNT_RESOURCE_STATUS_ALLOCATED, "");
    journal = run_rig_journal(rig);

    kbnt_assert_string(journal, "UNDO_RESULT ATTACH, UNDO_INTENT MACHINE");
}

static void
a_volume_that_cannot_be_looked_up_or_recorded_is_tried_again(void)
{
    g_autoptr(RunRig) rig = made_machine();

    fake_calls_complete(rig->actions, NULL);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(rig->fake, 10);
    fake_calls_complete(rig->actions, NULL);
    answer_volume(rig, KBNT_RESOURCE_STATUS_ALLOCATED, "");
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(rig->fake, 10);
    fake_calls_complete(rig->actions, NULL);
    answer_volume(rig, KBNT_RESOURCE_STATUS_ALLOCATED, "");
    fake_calls_complete(rig->queries, NULL);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_ATTACH);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED), 3);
}

static void
a_cancel_cuts_the_plugging_short(void)
{
    g_autoptr(RunRig) rig = made_machine();

    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);

    kbnt_assert_contains(fake_ports_cut_short(rig->fake), ":ATTACH:");
}

static void
a_machine_is_not_given_what_is_not_free(void)
{
    g_autoptr(RunRig) rig = claimed_machine();

    answer_volume(rig, KBNT_RESOURCE_STATUS_IN_USE, "VM-0BADCAFE");

    kbnt_assert_string(run_rig_event_code(rig), "STATE_CONFLICT");
}

static void
a_machine_is_not_given_what_is_another_s(void)
{
    g_autoptr(RunRig) rig = claimed_machine();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *volume = kbnt_value_new();

    kbnt_value_set_string(volume, KBNT_FIELD_USER_ID, "user-1");
    kbnt_value_set_int(volume, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, volume);
    fake_calls_complete(rig->queries, result);

    kbnt_assert_string(run_rig_event_code(rig), "PERMISSION_DENIED");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_volume_is_in_use_as_soon_as_the_machine_has_it),
    KBNT_TEST(a_volume_that_was_recorded_before_is_left_as_it_is),
    KBNT_TEST(a_volume_that_the_hypervisor_refuses_turns_the_run_round),
    KBNT_TEST(a_volume_is_given_back_when_its_machine_fails),
    KBNT_TEST(a_volume_that_the_machine_never_had_is_left_as_it_is),
    KBNT_TEST(a_volume_that_cannot_be_looked_up_or_recorded_is_tried_again),
    KBNT_TEST(a_cancel_cuts_the_plugging_short),
    KBNT_TEST(a_machine_is_not_given_what_is_not_free),
    KBNT_TEST(a_machine_is_not_given_what_is_another_s),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/volumes", argc, argv, tests, G_N_ELEMENTS(tests));
}

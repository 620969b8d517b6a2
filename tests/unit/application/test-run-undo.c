/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the way back of a run that failed. */
#include "run-rig.h"
#include "runner.h"

/* Returns: (transfer full): an attachment that the hypervisor has made and does not verify. */
static RunRig *
failed_attachment(void)
{
    RunRig *rig = run_rig_claimed(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                  KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ALLOCATED);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    fake_calls_complete(rig->commands, NULL);
    run_rig_step(rig);
    fake_calls_fail(rig->actions, KBNT_ERROR_VERIFICATION_FAILED);
    fake_calls_complete(rig->commands, NULL);
    return rig;
}

static void
a_volume_whose_attachment_cannot_be_undone_is_set_apart(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_DETACH);
    run_rig_fail_undo(rig);

    kbnt_assert_int(kbnt_value_get_int(run_rig_command(rig), KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_DEBT);
    kbnt_assert_string(
        kbnt_value_get_string(run_rig_resource(rig), KBNT_FIELD_VIRTUAL_RESOURCE_ID),
        RUN_RIG_STORAGE);
    kbnt_assert_int(kbnt_value_get_int(run_rig_resource(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
    kbnt_assert_int(kbnt_value_get_int(run_rig_event(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
}

/* Returns: (transfer full): a machine whose guest does not answer, its fault written. */
static RunRig *
failed_machine(void)
{
    RunRig *rig = run_rig_claimed(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                  KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    fake_calls_complete(rig->queries, NULL);
    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->commands, NULL);
    for (guint i = 0; i < 6; i++)
        run_rig_step(rig);
    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_PROBE);
    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);
    return rig;
}

static void
an_attachment_that_is_undone_leaves_the_volume_as_it_was(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    CU_ASSERT(run_rig_resource(rig) == NULL);
    CU_ASSERT(!kbnt_value_has(run_rig_event(rig), KBNT_FIELD_RESOURCE_STATUS));
}

static void
the_debt_of_an_attachment_is_of_no_new_resource(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    run_rig_fail_undo(rig);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_DEBT_LEFT), 1);
    CU_ASSERT(!kbnt_value_has(fake_ports_told(rig->fake, KBNT_TRANSITION_DEBT_LEFT),
                              KBNT_FIELD_RESOURCE_STATUS));
}

static void
a_fault_is_written_before_anything_is_undone(void)
{
    g_autoptr(RunRig) rig = failed_machine();
    g_autofree char *journal = run_rig_journal(rig);

    kbnt_assert_string(journal, "FAULT AGENT, UNDO_INTENT BOOT");
    kbnt_assert_int(fake_calls_length(rig->actions), 0);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_POWER);
}

static void
what_was_made_is_taken_away_last_part_first(void)
{
    static const KbntPart expected[] = {
        KBNT_PART_MACHINE, KBNT_PART_MACHINE, KBNT_PART_FILTER,
        KBNT_PART_SEED,    KBNT_PART_VOLUME,  KBNT_PART_NETWORK
    };
    g_autoptr(RunRig) rig = failed_machine();

    fake_calls_complete(rig->commands, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        kbnt_assert_int(
            kbnt_value_get_int(fake_calls_argument(rig->actions, 0), KBNT_FIELD_PART),
            expected[i]);
        fake_calls_complete(rig->actions, NULL);
        if (i + 1 < G_N_ELEMENTS(expected))
            fake_calls_complete(rig->commands, NULL);
    }

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_UNCLAIM), TRUE);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_DELETED);
}

static void
a_part_that_is_not_there_is_undone_already(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    fake_calls_fail(rig->actions, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
}

static void
an_undo_that_fails_is_tried_eight_times(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    for (guint i = 0; i < 7; i++) {
        fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);
        kbnt_assert_int(fake_calls_length(rig->commands), 0);
        fake_ports_pass_ms(rig->fake, 10);
    }
    kbnt_assert_int(fake_calls_length(rig->actions), 1);
    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_DEBT);
}

static void
the_way_back_has_an_end_however_slow_its_steps_are(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    fake_ports_pass_ms(rig->fake, 40000);
    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_DEBT);
}

static void
what_follows_an_undo_that_gave_up_is_undone_all_the_same(void)
{
    g_autoptr(RunRig) rig = failed_machine();
    g_autofree char *journal = NULL;

    fake_calls_complete(rig->commands, NULL);
    run_rig_fail_undo(rig);
    journal = run_rig_journal(rig);

    kbnt_assert_string(journal, "FAULT BOOT, UNDO_INTENT MACHINE");
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_REMOVE);
}

static void
a_create_that_leaves_a_debt_keeps_its_claim_and_says_so(void)
{
    g_autoptr(RunRig) rig = failed_machine();

    fake_calls_complete(rig->commands, NULL);
    run_rig_fail_undo(rig);
    fake_calls_complete(rig->commands, NULL);
    for (guint i = 0; i < 5; i++) {
        fake_calls_complete(rig->actions, NULL);
        if (i < 4)
            fake_calls_complete(rig->commands, NULL);
    }

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_DEBT);
    CU_ASSERT(!kbnt_value_has(run_rig_command(rig), KBNT_FIELD_UNCLAIM));
    kbnt_assert_string(run_rig_event_code(rig), "COMPENSATION_INCOMPLETE");
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(kbnt_value_get_int(fake_ports_told(rig->fake, KBNT_TRANSITION_DEBT_LEFT),
                                       KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
}

static void
a_store_that_refuses_an_undo_leaves_the_run_to_the_next_incarnation(void)
{
    g_autoptr(RunRig) rig = failed_machine();

    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_CORRUPT);

    kbnt_assert_int(rig->n_ended, 1);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
    kbnt_assert_int(fake_calls_length(rig->actions), 0);
}

static void
a_cancel_on_the_way_back_changes_nothing(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);
    kbnt_assert_string(fake_ports_cut_short(rig->fake), "");
    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_string(run_rig_event_code(rig), "VERIFICATION_FAILED");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_volume_whose_attachment_cannot_be_undone_is_set_apart),
    KBNT_TEST(an_attachment_that_is_undone_leaves_the_volume_as_it_was),
    KBNT_TEST(the_debt_of_an_attachment_is_of_no_new_resource),
    KBNT_TEST(a_fault_is_written_before_anything_is_undone),
    KBNT_TEST(what_was_made_is_taken_away_last_part_first),
    KBNT_TEST(a_part_that_is_not_there_is_undone_already),
    KBNT_TEST(an_undo_that_fails_is_tried_eight_times),
    KBNT_TEST(the_way_back_has_an_end_however_slow_its_steps_are),
    KBNT_TEST(what_follows_an_undo_that_gave_up_is_undone_all_the_same),
    KBNT_TEST(a_create_that_leaves_a_debt_keeps_its_claim_and_says_so),
    KBNT_TEST(a_store_that_refuses_an_undo_leaves_the_run_to_the_next_incarnation),
    KBNT_TEST(a_cancel_on_the_way_back_changes_nothing),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/run-undo", argc, argv, tests, G_N_ELEMENTS(tests));
}

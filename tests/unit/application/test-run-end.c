/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of how a run ends: what is told, kept and given back. */
#include "run-rig.h"
#include "runner.h"

/* Returns: (transfer full): storage whose last step has been asked for. */
static RunRig *
storage_before_its_end(void)
{
    RunRig *rig = run_rig_claimed(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                  KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->commands, NULL);
    run_rig_step(rig);
    return rig;
}

/* Returns: (transfer full): a verb on what is @status, with its last step asked for. */
static RunRig *
verb_before_its_end(KbntRequestType verb, KbntResourceType type, KbntResourceStatus status)
{
    RunRig *rig = run_rig_claimed(verb, type);

    run_rig_find(rig, status);
    if (fake_calls_length(rig->queries) > 0)
        run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    fake_calls_complete(rig->commands, NULL);
    run_rig_step(rig);
    return rig;
}

static RunRig *
delete_before_its_end(void)
{
    return verb_before_its_end(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                               KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                               KBNT_RESOURCE_STATUS_ALLOCATED);
}

static const char *
outcome_told(RunRig *rig)
{
    return kbnt_value_get_string(fake_ports_told(rig->fake, KBNT_TRANSITION_REQUEST_ENDED),
                                 KBNT_FIELD_OUTCOME_LABEL);
}

static void
what_was_made_is_kept_with_who_asked_for_it(void)
{
    g_autoptr(RunRig) rig = storage_before_its_end();
    const KbntValue *resource;

    fake_calls_complete(rig->actions, NULL);
    resource = run_rig_resource(rig);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_USER_ID), "user-789");
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_HOST), "host-1");
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION),
                                       KBNT_FIELD_SIZE_MB),
                    512000);
}

static void
the_last_event_says_that_all_is_done(void)
{
    g_autoptr(RunRig) rig = storage_before_its_end();

    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_PERCENT), 100);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_OUTCOME), KBNT_OUTCOME_SUCCESS);
}

static void
an_end_is_told_only_once_it_is_committed(void)
{
    g_autoptr(RunRig) rig = storage_before_its_end();

    fake_calls_complete(rig->actions, NULL);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_REQUEST_ENDED), 0);
    kbnt_assert_int(rig->n_ended, 0);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_string(outcome_told(rig), "success");
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_RESOURCE_CREATED), 1);
    kbnt_assert_int(rig->n_ended, 1);
}

static void
a_new_machine_tells_its_price_and_how_long_it_took(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) booted = kbnt_value_new();
    const KbntValue *metrics;

    kbnt_value_set_number(booted, KBNT_FIELD_BOOT_SECONDS, 4.5);
    fake_calls_complete(rig->queries, NULL);
    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->commands, NULL);
    for (guint i = 0; i < 7; i++) {
        fake_calls_complete(rig->actions, booted);
        fake_calls_complete(rig->commands, NULL);
    }
    fake_ports_pass_ms(rig->fake, 2000);
    fake_calls_complete(rig->actions, NULL);
    metrics = kbnt_value_get_value(run_rig_event(rig), KBNT_FIELD_METRICS);

    CU_ASSERT_DOUBLE_EQUAL(kbnt_value_get_number(metrics, KBNT_FIELD_COST_PER_HOUR_USD), 0.02,
                           1e-9);
    CU_ASSERT_DOUBLE_EQUAL(kbnt_value_get_number(metrics, KBNT_FIELD_PROVISIONING_SECONDS), 2,
                           1e-9);
    CU_ASSERT_DOUBLE_EQUAL(kbnt_value_get_number(metrics, KBNT_FIELD_BOOT_SECONDS), 4.5, 1e-9);
    fake_calls_complete(rig->commands, NULL);
    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(fake_ports_told(rig->fake, KBNT_TRANSITION_RESOURCE_CREATED),
                              KBNT_FIELD_COST_PER_HOUR_USD),
        0.02, 1e-9);
}

static void
what_is_deleted_gives_its_room_back(void)
{
    g_autoptr(RunRig) rig = delete_before_its_end();

    fake_calls_fail(rig->actions, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_UNCLAIM), TRUE);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_DELETED);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_RESOURCE_REMOVED), 1);
}

static void
what_is_still_there_after_its_delete_is_set_apart(void)
{
    g_autoptr(RunRig) rig = delete_before_its_end();

    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_string(run_rig_event_code(rig), "VERIFICATION_FAILED");
    kbnt_assert_int(kbnt_value_get_int(run_rig_resource(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
    CU_ASSERT(!kbnt_value_has(run_rig_command(rig), KBNT_FIELD_UNCLAIM));
}

static void
a_volume_that_is_attached_says_to_what(void)
{
    g_autoptr(RunRig) rig = verb_before_its_end(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                                                KBNT_RESOURCE_STATUS_ALLOCATED);

    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_int(kbnt_value_get_int(run_rig_resource(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_IN_USE);
    kbnt_assert_string(kbnt_value_get_string(run_rig_resource(rig), KBNT_FIELD_ATTACHED_TO),
                       RUN_RIG_MACHINE);
    kbnt_assert_string(kbnt_value_get_string(run_rig_event(rig), KBNT_FIELD_ATTACHED_TO),
                       RUN_RIG_MACHINE);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_RESOURCE_CHANGED), 1);
}

static void
a_volume_that_is_detached_belongs_to_no_machine(void)
{
    g_autoptr(RunRig) rig = verb_before_its_end(KBNT_REQUEST_TYPE_DETACH_STORAGE,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                                                KBNT_RESOURCE_STATUS_IN_USE);

    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_string(kbnt_value_get_string(run_rig_resource(rig), KBNT_FIELD_ATTACHED_TO),
                       "");
    CU_ASSERT(!kbnt_value_has(run_rig_event(rig), KBNT_FIELD_ATTACHED_TO));
}

static void
a_verb_that_fails_leaves_its_resource_as_it_was(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    fake_calls_complete(rig->commands, NULL);
    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    CU_ASSERT(run_rig_resource(rig) == NULL);
    CU_ASSERT(!kbnt_value_has(run_rig_event(rig), KBNT_FIELD_RESOURCE_STATUS));
}

static void
a_failure_is_told_with_its_code(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_string(outcome_told(rig), "failed");
    kbnt_assert_string(
        kbnt_value_get_string(fake_ports_told(rig->fake, KBNT_TRANSITION_REQUEST_ENDED),
                              KBNT_FIELD_CODE),
        "NOT_FOUND");
}

static void
what_its_user_cancelled_is_told_as_cancelled(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_CREATE_NETWORK,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    g_autoptr(RunRig) rig = run_rig_new(row);

    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);
    run_rig_claim(rig);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_string(outcome_told(rig), "cancelled");
}

static void
a_failure_that_might_have_passed_leaves_a_dead_letter(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_CREATE_NETWORK,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    const KbntValue *letter;

    for (guint i = 0; i < 5; i++) {
        run_rig_place(rig, FALSE);
        fake_ports_pass_ms(rig->fake, 10);
    }
    letter = kbnt_value_get_value(run_rig_command(rig), KBNT_FIELD_DEAD_LETTER);

    kbnt_assert_string(kbnt_value_get_string(letter, KBNT_FIELD_REASON), "EXHAUSTED");
    kbnt_assert_int(kbnt_value_get_int(letter, KBNT_FIELD_STEP), KBNT_STEP_PLAN);
    kbnt_assert_int(kbnt_value_get_int(letter, KBNT_FIELD_ATTEMPTS), 5);
}

static void
a_failure_that_will_not_pass_leaves_no_dead_letter(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);

    CU_ASSERT(!kbnt_value_has(run_rig_command(rig), KBNT_FIELD_DEAD_LETTER));
}

static void
an_end_that_the_store_refuses_is_left_to_the_next_incarnation(void)
{
    g_autoptr(RunRig) done = storage_before_its_end();
    g_autoptr(RunRig) failed = run_rig_claimed(KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE,
                                               KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    fake_calls_complete(done->actions, NULL);
    fake_calls_fail(done->commands, KBNT_ERROR_STORE_CORRUPT);
    fake_calls_fail(failed->queries, KBNT_ERROR_NOT_FOUND);
    fake_calls_fail(failed->commands, KBNT_ERROR_STORE_CORRUPT);

    kbnt_assert_int(fake_ports_n_reports(done->fake), 1);
    kbnt_assert_int(done->n_ended, 1);
    kbnt_assert_int(fake_ports_n_told(done->fake, KBNT_TRANSITION_REQUEST_ENDED), 0);
    kbnt_assert_int(fake_ports_n_reports(failed->fake), 1);
    kbnt_assert_int(failed->n_ended, 1);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_was_made_is_kept_with_who_asked_for_it),
    KBNT_TEST(the_last_event_says_that_all_is_done),
    KBNT_TEST(an_end_is_told_only_once_it_is_committed),
    KBNT_TEST(a_new_machine_tells_its_price_and_how_long_it_took),
    KBNT_TEST(what_is_deleted_gives_its_room_back),
    KBNT_TEST(what_is_still_there_after_its_delete_is_set_apart),
    KBNT_TEST(a_volume_that_is_attached_says_to_what),
    KBNT_TEST(a_volume_that_is_detached_belongs_to_no_machine),
    KBNT_TEST(a_verb_that_fails_leaves_its_resource_as_it_was),
    KBNT_TEST(a_failure_is_told_with_its_code),
    KBNT_TEST(what_its_user_cancelled_is_told_as_cancelled),
    KBNT_TEST(a_failure_that_might_have_passed_leaves_a_dead_letter),
    KBNT_TEST(a_failure_that_will_not_pass_leaves_no_dead_letter),
    KBNT_TEST(an_end_that_the_store_refuses_is_left_to_the_next_incarnation),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/run-end", argc, argv, tests, G_N_ELEMENTS(tests));
}

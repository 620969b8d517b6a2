/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of one message's way through its steps. */
#include "run-rig.h"
#include "runner.h"

static RunRig *
claimed_storage(void)
{
    return run_rig_claimed(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
}

/* Returns: (transfer full): storage whose volume the provisioner is asked for. */
static RunRig *
placed_storage(void)
{
    RunRig *rig = claimed_storage();

    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->commands, NULL);
    return rig;
}

/* Returns: (transfer full): the deletion of storage, of which a volume is being removed. */
static RunRig *
begun_delete(void)
{
    RunRig *rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                  KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ALLOCATED);
    fake_calls_complete(rig->commands, NULL);
    return rig;
}

/* The fault is written, and the volume taken away again. */
static void
undo_volume(RunRig *rig)
{
    fake_calls_complete(rig->commands, NULL);
    fake_calls_complete(rig->actions, NULL);
}

static void
a_claim_announces_the_first_step_and_tells_that_it_has_begun(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(RunRig) rig = run_rig_new(row);
    g_autofree char *journal = run_rig_journal(rig);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CLAIM);
    kbnt_assert_string(kbnt_value_get_string(run_rig_command(rig), KBNT_FIELD_OWNER),
                       "worker-1");
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_EXPECTED_SEQUENCE), 1);
    kbnt_assert_string(journal, "INTENT PLAN");
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_PENDING);
    kbnt_assert_string(kbnt_run_message_id(rig->run),
                       kbnt_value_get_string(row, KBNT_FIELD_MESSAGE_ID));
}

static void
a_row_that_another_worker_has_is_left_to_him(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(RunRig) rig = run_rig_new(row);

    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_CONFLICT);

    kbnt_assert_int(rig->n_ended, 1);
    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
}

static void
a_claim_that_the_store_refuses_is_reported(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(RunRig) rig = run_rig_new(row);

    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_CORRUPT);

    kbnt_assert_int(rig->n_ended, 1);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
the_result_of_a_step_and_the_intent_of_the_next_are_one_commit(void)
{
    g_autoptr(RunRig) rig = claimed_storage();
    g_autofree char *journal = NULL;

    run_rig_place(rig, TRUE);
    journal = run_rig_journal(rig);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_ADVANCE);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_EPOCH), RUN_RIG_EPOCH);
    kbnt_assert_string(journal, "RESULT PLAN, INTENT VOLUME");
    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED);
    kbnt_assert_int(fake_calls_length(rig->actions), 0);
}

static void
what_is_placed_claims_its_room_in_the_same_commit(void)
{
    g_autoptr(RunRig) rig = claimed_storage();
    const KbntValue *claim;

    run_rig_place(rig, TRUE);
    claim = kbnt_value_get_value(run_rig_command(rig), KBNT_FIELD_CLAIM);

    kbnt_assert_string(kbnt_value_get_string(claim, KBNT_FIELD_HOST), "host-1");
    kbnt_assert_int(kbnt_value_get_int(claim, KBNT_FIELD_DISK_MB), 512000);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_ALLOCATION_CLAIMED), 1);
}

static void
a_lease_outlasts_the_call_that_it_covers(void)
{
    g_autoptr(RunRig) rig = claimed_storage();

    run_rig_place(rig, TRUE);

    CU_ASSERT(run_rig_command_int(rig, KBNT_FIELD_LEASE_MS) > 180000);
}

static void
a_machine_is_made_part_by_part(void)
{
    static const KbntAction expected[] = { KBNT_ACTION_ENSURE, KBNT_ACTION_ENSURE,
                                           KBNT_ACTION_ENSURE, KBNT_ACTION_ENSURE,
                                           KBNT_ACTION_ENSURE, KBNT_ACTION_POWER,
                                           KBNT_ACTION_PROBE,  KBNT_ACTION_PROBE };
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    fake_calls_complete(rig->queries, NULL);
    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->commands, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        kbnt_assert_int(fake_calls_verb(rig->actions, 0), expected[i]);
        run_rig_step(rig);
    }

    kbnt_assert_int(rig->n_ended, 1);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_STEP_ENDED), 9);
}

static void
what_a_step_gives_is_kept_for_the_next(void)
{
    g_autoptr(RunRig) rig = placed_storage();
    g_autoptr(KbntValue) answer = kbnt_value_new();

    kbnt_value_set_string(answer, KBNT_FIELD_HYPERVISOR, "mock");
    fake_calls_complete(rig->actions, answer);

    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_get_value(run_rig_command(rig), KBNT_FIELD_DATA),
                              KBNT_FIELD_HYPERVISOR),
        "mock");
}

static void
a_step_that_fails_for_now_is_tried_again(void)
{
    g_autoptr(RunRig) rig = placed_storage();
    const KbntValue *retried;

    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
    kbnt_assert_int(fake_calls_length(rig->actions), 0);
    fake_ports_pass_ms(rig->fake, 10);
    retried = fake_ports_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_ENSURE);
    kbnt_assert_string(kbnt_value_get_string(retried, KBNT_FIELD_CODE),
                       "PROVISIONER_UNAVAILABLE");
    kbnt_assert_int(kbnt_value_get_int(retried, KBNT_FIELD_ATTEMPTS), 1);
}

static void
a_step_whose_attempts_are_used_up_turns_the_run_round(void)
{
    g_autoptr(RunRig) rig = placed_storage();
    g_autofree char *journal = NULL;

    for (guint i = 0; i < 4; i++) {
        kbnt_assert_int(fake_calls_length(rig->commands), 0);
        fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
        fake_ports_pass_ms(rig->fake, 10);
    }
    journal = run_rig_journal(rig);

    kbnt_assert_int(fake_calls_length(rig->actions), 0);
    kbnt_assert_string(journal, "FAULT VOLUME, UNDO_INTENT VOLUME");
}

static void
a_failure_that_will_not_pass_is_not_tried_again(void)
{
    g_autoptr(RunRig) rig = placed_storage();

    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_FAILED);

    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED), 0);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_UNDOING);
}

static void
a_machine_whose_checks_fail_is_not_what_was_asked_for(void)
{
    g_autoptr(RunRig) rig = placed_storage();
    g_autoptr(KbntValue) answer = kbnt_value_new();
    KbntValue *health = kbnt_value_new();

    kbnt_value_set_int(health, KBNT_FIELD_HEALTH_STATUS, KBNT_HEALTH_UNHEALTHY);
    kbnt_value_take_value(answer, KBNT_FIELD_HEALTH, health);
    run_rig_step(rig);
    fake_calls_complete(rig->actions, answer);
    undo_volume(rig);

    kbnt_assert_string(run_rig_event_code(rig), "VERIFICATION_FAILED");
}

static void
a_daemon_that_stops_leaves_the_run_where_its_row_says(void)
{
    g_autoptr(RunRig) rig = placed_storage();

    fake_calls_fail(rig->actions, KBNT_ERROR_STOPPED);

    kbnt_assert_int(rig->n_ended, 1);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
}

static void
a_cancel_cuts_the_step_short_and_undoes_it_once_it_has_answered(void)
{
    g_autoptr(RunRig) rig = placed_storage();

    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);
    kbnt_assert_contains(fake_ports_cut_short(rig->fake), ":VOLUME:");
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_UNDOING);
    undo_volume(rig);
    kbnt_assert_string(run_rig_event_code(rig), "CANCELLED");
}

static void
a_cancel_between_two_attempts_does_not_wait_for_the_next(void)
{
    g_autoptr(RunRig) rig = placed_storage();

    fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_UNDOING);
    fake_ports_pass_ms(rig->fake, 10);
    kbnt_assert_int(fake_calls_length(rig->actions), 0);
}

static void
a_second_cancel_changes_nothing(void)
{
    g_autoptr(RunRig) rig = placed_storage();

    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);
    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_DEADLINE);
    fake_calls_complete(rig->actions, NULL);
    undo_volume(rig);

    kbnt_assert_string(run_rig_event_code(rig), "CANCELLED");
}

static void
a_request_that_is_not_done_by_its_deadline_is_ended(void)
{
    g_autoptr(RunRig) rig = placed_storage();

    fake_ports_pass_ms(rig->fake, 60000);
    kbnt_assert_contains(fake_ports_cut_short(rig->fake), ":VOLUME:");
    fake_calls_fail(rig->actions, KBNT_ERROR_CANCELLED);
    undo_volume(rig);

    kbnt_assert_string(run_rig_event_code(rig), "DEADLINE_EXCEEDED");
}

static void
a_request_without_time_begins_nothing(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(RunRig) rig = NULL;

    kbnt_value_set_int(row, KBNT_FIELD_REMAINING_MS, 0);
    rig = run_rig_new(row);
    run_rig_claim(rig);

    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_string(run_rig_event_code(rig), "DEADLINE_EXCEEDED");
}

static void
a_delete_that_has_begun_to_take_away_goes_on_whatever_its_user_wants(void)
{
    g_autoptr(RunRig) rig = begun_delete();

    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);
    kbnt_assert_string(fake_ports_cut_short(rig->fake), "");
    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_RUNNING);
}

static void
a_request_that_was_cancelled_before_its_turn_ends_with_the_claim(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(RunRig) rig = NULL;

    kbnt_value_set_int(row, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
    kbnt_value_set_int(row, KBNT_FIELD_CANCEL_REASON, KBNT_CANCEL_REASON_USER);
    rig = run_rig_new(row);
    run_rig_claim(rig);

    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_string(run_rig_event_code(rig), "CANCELLED");
}

static void
a_claim_tells_of_a_cancel_that_the_row_did_not_know(void)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(RunRig) rig = run_rig_new(row);
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
    kbnt_value_set_int(result, KBNT_FIELD_CANCEL_REASON, KBNT_CANCEL_REASON_DEADLINE);
    fake_calls_complete(rig->commands, result);

    kbnt_assert_string(run_rig_event_code(rig), "DEADLINE_EXCEEDED");
}

static void
a_run_that_was_left_behind_goes_on_with_the_step_that_its_row_names(void)
{
    g_autoptr(KbntValue) row = run_rig_left_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                                                KBNT_STEP_VERIFY, KBNT_PHASE_INTENT);
    g_autoptr(RunRig) rig = run_rig_new(row);

    kbnt_assert_int(kbnt_value_length(run_rig_command(rig), KBNT_FIELD_JOURNAL), 0);
    kbnt_assert_int(kbnt_value_length(run_rig_command(rig), KBNT_FIELD_RECORDS), 0);
    run_rig_claim(rig);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_INSPECT);
}

static void
a_run_that_was_left_on_its_way_back_goes_on_there_and_knows_why(void)
{
    g_autoptr(KbntValue) row = run_rig_left_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                                                KBNT_STEP_VOLUME, KBNT_PHASE_UNDO_INTENT);
    KbntValue *error = kbnt_value_new();
    g_autoptr(RunRig) rig = NULL;

    kbnt_value_set_string(error, KBNT_FIELD_CODE, "HOST_LOST");
    kbnt_value_set_string(error, KBNT_FIELD_CAUSE, "host-1 burns");
    kbnt_value_take_value(kbnt_value_get_value(row, KBNT_FIELD_DATA), KBNT_FIELD_ERROR, error);
    rig = run_rig_new(row);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_UNDOING);
    run_rig_claim(rig);
    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_REMOVE);
    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_string(run_rig_event_code(rig), "HOST_LOST");
}

static void
a_way_back_whose_reason_was_not_kept_ends_as_an_internal_failure(void)
{
    g_autoptr(KbntValue) row = run_rig_left_row(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                                                KBNT_STEP_VOLUME, KBNT_PHASE_UNDO_INTENT);
    g_autoptr(RunRig) rig = run_rig_new(row);

    run_rig_claim(rig);
    fake_calls_complete(rig->actions, NULL);

    kbnt_assert_string(run_rig_event_code(rig), "INTERNAL");
}

static void
a_commit_that_fails_for_now_is_asked_for_again(void)
{
    g_autoptr(RunRig) rig = claimed_storage();

    run_rig_place(rig, TRUE);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_ADVANCE);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_calls_length(rig->actions), 1);
}

static void
a_cancel_while_the_store_fails_waits_for_the_commit(void)
{
    g_autoptr(RunRig) rig = claimed_storage();

    run_rig_place(rig, TRUE);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);
    kbnt_run_cancel(rig->run, KBNT_CANCEL_REASON_USER);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    fake_ports_pass_ms(rig->fake, 10);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_calls_length(rig->actions), 0);
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_UNDOING);
}

static void
a_lost_lease_ends_the_run_in_silence(void)
{
    g_autoptr(RunRig) rig = claimed_storage();

    run_rig_place(rig, TRUE);
    fake_calls_fail(rig->commands, KBNT_ERROR_LEASE_LOST);

    kbnt_assert_int(rig->n_ended, 1);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
    kbnt_assert_int(fake_calls_length(rig->actions), 0);
}

static void
a_host_that_is_full_by_the_commit_is_chosen_again(void)
{
    g_autoptr(RunRig) rig = claimed_storage();

    run_rig_place(rig, TRUE);
    fake_calls_fail(rig->commands, KBNT_ERROR_NO_CAPACITY);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_HOSTS);
}

static void
an_event_that_cannot_be_written_does_not_hold_its_request_up(void)
{
    g_autoptr(RunRig) rig = claimed_storage();

    fake_ports_break_codec(rig->fake, KBNT_ERROR_TOO_LARGE);
    run_rig_place(rig, TRUE);

    kbnt_assert_int(kbnt_value_length(run_rig_command(rig), KBNT_FIELD_RECORDS), 0);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
    fake_calls_complete(rig->commands, NULL);
    kbnt_assert_int(fake_calls_length(rig->actions), 1);
}

static void
the_events_of_a_commit_go_to_the_relay(void)
{
    g_autoptr(RunRig) rig = claimed_storage();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *record = kbnt_value_new();

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "events");
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, 7);
    kbnt_value_take_item(result, KBNT_FIELD_RECORDS, record);
    kbnt_relay_start(rig->relay);
    run_rig_place(rig, TRUE);
    fake_calls_complete(rig->queries, NULL);
    fake_calls_complete(rig->commands, result);

    kbnt_assert_string(fake_ports_sent(rig->fake), "7");
}

static void
a_move_that_no_table_has_is_reported(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_QUARANTINED);
    fake_calls_complete(rig->commands, NULL);
    run_rig_step(rig);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
    run_rig_step(rig);

    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_claim_announces_the_first_step_and_tells_that_it_has_begun),
    KBNT_TEST(a_row_that_another_worker_has_is_left_to_him),
    KBNT_TEST(a_claim_that_the_store_refuses_is_reported),
    KBNT_TEST(the_result_of_a_step_and_the_intent_of_the_next_are_one_commit),
    KBNT_TEST(what_is_placed_claims_its_room_in_the_same_commit),
    KBNT_TEST(a_lease_outlasts_the_call_that_it_covers),
    KBNT_TEST(a_machine_is_made_part_by_part),
    KBNT_TEST(what_a_step_gives_is_kept_for_the_next),
    KBNT_TEST(a_step_that_fails_for_now_is_tried_again),
    KBNT_TEST(a_step_whose_attempts_are_used_up_turns_the_run_round),
    KBNT_TEST(a_failure_that_will_not_pass_is_not_tried_again),
    KBNT_TEST(a_machine_whose_checks_fail_is_not_what_was_asked_for),
    KBNT_TEST(a_daemon_that_stops_leaves_the_run_where_its_row_says),
    KBNT_TEST(a_cancel_cuts_the_step_short_and_undoes_it_once_it_has_answered),
    KBNT_TEST(a_cancel_between_two_attempts_does_not_wait_for_the_next),
    KBNT_TEST(a_second_cancel_changes_nothing),
    KBNT_TEST(a_request_that_is_not_done_by_its_deadline_is_ended),
    KBNT_TEST(a_request_without_time_begins_nothing),
    KBNT_TEST(a_delete_that_has_begun_to_take_away_goes_on_whatever_its_user_wants),
    KBNT_TEST(a_request_that_was_cancelled_before_its_turn_ends_with_the_claim),
    KBNT_TEST(a_claim_tells_of_a_cancel_that_the_row_did_not_know),
    KBNT_TEST(a_run_that_was_left_behind_goes_on_with_the_step_that_its_row_names),
    KBNT_TEST(a_run_that_was_left_on_its_way_back_goes_on_there_and_knows_why),
    KBNT_TEST(a_way_back_whose_reason_was_not_kept_ends_as_an_internal_failure),
    KBNT_TEST(a_commit_that_fails_for_now_is_asked_for_again),
    KBNT_TEST(a_cancel_while_the_store_fails_waits_for_the_commit),
    KBNT_TEST(a_lost_lease_ends_the_run_in_silence),
    KBNT_TEST(a_host_that_is_full_by_the_commit_is_chosen_again),
    KBNT_TEST(an_event_that_cannot_be_written_does_not_hold_its_request_up),
    KBNT_TEST(the_events_of_a_commit_go_to_the_relay),
    KBNT_TEST(a_move_that_no_table_has_is_reported),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/run", argc, argv, tests, G_N_ELEMENTS(tests));
}

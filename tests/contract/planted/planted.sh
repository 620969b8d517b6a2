#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Proves that the contract suites can fail: each planted fault must fail the test in its row, and
# the same plugin without a fault must pass it.
set -u

folder=$KBNT_TEST_BUILDDIR/tests/contract
# A test that fails leaves its folders behind, and here most do.
TMPDIR=$(mktemp -d) || exit 1
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
passed=0
failed=0

# check KIND TEST: runs one test on the planted plugin; the fault is in the environment.
check()
{
    "$folder/kbnt-plugin-check" "$folder/planted/.libs/kbnt-$1-planted.so" --test "$2" 2>&1
}

# expect KIND FAULT TEST
expect()
{
    if ! output=$(KBNT_PLANTED_FAULT=none check "$1" "$3"); then
        printf '  FAIL  %s without a fault fails %s:\n%s\n' "$1" "$3" "$output"
        failed=$((failed + 1))
    elif output=$(KBNT_CONTRACT_TIMEOUT_MS=1000 KBNT_PLANTED_FAULT=$2 check "$1" "$3"); then
        printf '  FAIL  %s that %s passes %s\n' "$1" "$2" "$3"
        failed=$((failed + 1))
    else
        printf '  ok    %s that %s fails %s\n' "$1" "$2" "$3"
        passed=$((passed + 1))
    fi
}

expect transport leaks-a-descriptor a_hundred_lives_leave_no_descriptor
expect transport leaves-a-source stopped_it_leaves_no_source
expect transport ends-twice two_instances_live_side_by_side
expect transport has-no-health started_it_tells_its_health
expect transport forgets-a-record records_of_a_key_arrive_in_order_and_each_once
expect transport delivers-twice every_group_gets_every_record
expect transport delivers-backwards records_of_a_key_arrive_in_order_and_each_once
expect transport drops-headers headers_arrive_in_their_order
expect transport assigns-in-silence a_lone_member_is_assigned_all_partitions
expect transport ignores-the-window no_more_than_the_window_is_in_flight
expect transport never-leaves nothing_comes_after_unsubscribe
expect transport forgets-acknowledgements lag_counts_what_was_published
expect transport acknowledges-too-much an_acknowledgement_stands_for_all_before_it
expect transport ignores-pause a_paused_partition_is_silent
expect transport settles-early a_record_that_nobody_reads_does_not_settle
expect transport forgets-the-cursor a_cursor_is_not_found_until_it_has_gone_out
expect transport moves-the-cursor-alone records_with_a_cursor_arrive_in_their_order_and_each_once
expect transport moves-the-cursor-alone records_with_a_cursor_are_confirmed_like_any_other
expect transport publishes-unread nothing_goes_out_before_the_cursor_was_read
expect transport moves-the-cursor-first a_topic_that_nobody_has_ensured_takes_no_record_and_moves_no_cursor
expect transport keeps-cursors-to-itself a_cursor_outlives_its_holder
expect transport lets-the-elder-publish whoever_reads_a_cursor_last_holds_it_and_the_elder_hears_of_it
expect provisioner has-no-hosts hosts_are_reported
expect provisioner makes-nothing each_kind_of_part_is_made_found_and_removed
expect provisioner never-removes each_kind_of_part_is_made_found_and_removed
expect provisioner gives-secrets-away no_answer_carries_a_secret
expect provisioner ends-twice ensuring_twice_is_finding_what_is_there
expect provisioner ignores-the-epoch an_elder_epoch_may_do_nothing_to_a_part
expect provisioner forgets-its-world parts_outlive_a_restart
expect provisioner forgets-its-world what_completed_outlives_a_kill
expect provisioner owns-nothing what_is_owned_on_a_host_is_listed
expect provisioner only-says-that-it-runs a_new_machine_is_off_until_it_is_started
expect provisioner has-no-health the_health_of_a_guest_is_its_five_checks
expect provisioner attaches-nothing a_volume_is_in_use_while_it_is_attached
expect store forgets-debts debts_are_listed_page_by_page_each_once
expect store lists-from-the-start debts_are_listed_page_by_page_each_once
expect store works-on-debts a_debt_that_is_claimed_stays_one_and_is_nobody_elses
expect store is-never-paid a_debt_is_paid_with_an_event_of_another_stream_and_its_own_stays
expect store keeps-one-stream a_debt_is_paid_with_an_event_of_another_stream_and_its_own_stays
expect store mends-sequences an_event_that_does_not_continue_the_other_stream_pays_nothing
expect store forgets-what-is-deleted what_is_deleted_is_not_brought_back_by_an_event
expect store lists-too-few what_is_in_work_is_listed_whoever_holds_it
expect store forgets-dead-letters the_end_of_an_exhausted_message_leaves_its_dead_letter_and_keeps_its_secrets
expect store keeps-dead-letters a_dead_letter_that_is_pruned_lets_the_secrets_go
# Time is not judged under sanitizers.
if [ "${KBNT_TEST_SANITIZERS:-no}" = no ]; then
    expect transport blocks-the-loop a_confirmation_carries_the_time_of_now
    expect provisioner blocks-the-loop a_part_tells_its_owner
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

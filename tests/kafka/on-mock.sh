#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the contract suite of FILE.so on librdkafka's mock cluster. It leaves out what the mock cannot
# do: it describes no groups, makes each topic that it is asked about, keeps no offset of a
# transaction, fences nobody, and confirms each record with the same made-up time. "make check-kafka"
# runs all of it on real brokers.
set -eu

plugin=$1
tests=$KBNT_TEST_BUILDDIR/tests
set --
for name in \
    an_unknown_topic_is_not_found_by_describe \
    a_confirmation_carries_the_time_of_now \
    a_record_arrives_with_the_position_that_was_confirmed \
    an_acknowledgement_stands_for_all_before_it \
    acknowledging_a_lost_partition_does_nothing \
    describe_tells_members_and_lag_of_a_group \
    lag_counts_what_was_published_and_not_acknowledged \
    every_op_may_be_called_inside_a_callback \
    a_cursor_is_not_found_until_it_has_gone_out \
    cursors_of_two_owners_stand_apart \
    a_cursor_outlives_its_holder \
    whoever_reads_a_cursor_last_holds_it_and_the_elder_hears_of_it \
    of_a_holder_that_was_replaced_nothing_arrives_twice; do
    set -- "$@" --except "$name"
done

# The mock waits 3 s for the members of each new group.
export KBNT_CONTRACT_TIMEOUT_MS="${KBNT_CONTRACT_TIMEOUT_MS:-30000}" KBNT_TEST_TIMEOUT_S=120
exec "$tests/kafka/mock-cluster" sh -c 'exec "$@" "bootstrap.servers=$KBNT_TEST_KAFKA"' sh \
    "$tests/contract/kbnt-plugin-check" "$plugin" replicas=1 check_topics=false \
    static_membership=false heartbeat.interval.ms=300 session.timeout.ms=6000 "$@"

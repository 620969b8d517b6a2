/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the way from the outbox to the transport. */
#include "relay-rig.h"
#include "runner.h"

static void
records_are_sent_in_the_order_of_their_positions(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(TRUE, FALSE, NULL);

    kbnt_relay_start(rig->relay);
    relay_rig_outbox(rig, 1, 2);
    relay_rig_push(rig, 3, 4);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 4");
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 4);
}

static void
the_backlog_counts_what_only_the_outbox_has(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(TRUE, FALSE, NULL);

    kbnt_relay_recall(rig->relay, 2);
    relay_rig_push(rig, 3, 4);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 4);
    kbnt_relay_start(rig->relay);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 4);
    relay_rig_outbox(rig, 1, 4);

    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 4);
    relay_rig_confirm(rig, 4);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 0);
}

static void
the_backlog_counts_what_memory_does_not_hold(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 20000);

    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 20000);
}

static void
what_is_pushed_before_the_start_is_sent_with_the_outbox(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(TRUE, FALSE, NULL);

    relay_rig_push(rig, 1, 2);
    kbnt_relay_start(rig->relay);
    relay_rig_outbox(rig, 1, 2);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2");
}

static void
what_is_confirmed_leaves_the_backlog_and_is_told_once(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 3);
    relay_rig_confirm(rig, 2);

    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 1);
    kbnt_assert_int(rig->n_confirmed, 2);
}

static void
after_a_failure_all_behind_it_is_sent_again_in_order_and_none_before(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 4);
    relay_rig_confirm(rig, 1);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    relay_rig_confirm(rig, 2);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 4 2 3 4");
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
what_was_confirmed_behind_a_failure_stays_until_it_is_confirmed_again(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 2);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    relay_rig_confirm(rig, 1);
    fake_ports_pass_ms(rig->fake, 10);
    relay_rig_confirm(rig, 1);

    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 1);
}

static void
a_failure_of_what_was_confirmed_before_is_where_it_starts_again(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 3);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    relay_rig_confirm(rig, 2);
    fake_ports_pass_ms(rig->fake, 10);
    relay_rig_confirm(rig, 1);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    relay_rig_confirm(rig, 1);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 1 2 3 2 3");
}

static void
a_failure_on_one_topic_holds_up_no_other(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);
    g_autoptr(KbntValue) other = relay_rig_record(2);

    kbnt_value_set_string(other, KBNT_FIELD_TOPIC, "dead-letters");
    relay_rig_push(rig, 1, 1);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    kbnt_relay_push(rig->relay, other);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2");
    kbnt_assert_int(fake_calls_length(rig->publishes), 1);
}

static void
what_is_confirmed_again_behind_a_failure_is_no_news(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 2);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    relay_rig_confirm(rig, 1);
    fake_ports_pass_ms(rig->fake, 10);
    relay_rig_confirm(rig, 2);

    kbnt_assert_int(rig->n_confirmed, 2);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 0);
}

static void
nothing_is_sent_again_before_all_under_way_has_come_back(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 2);
    fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    fake_ports_pass_ms(rig->fake, 60000);
    relay_rig_push(rig, 3, 3);

    CU_ASSERT(kbnt_relay_is_stalled(rig->relay));
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2");

    relay_rig_confirm(rig, 1);
    fake_ports_pass_ms(rig->fake, 10);

    CU_ASSERT(!kbnt_relay_is_stalled(rig->relay));
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 1 2 3");
}

static void
the_window_bounds_what_is_under_way(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 6);

    kbnt_assert_int(fake_calls_length(rig->publishes), RELAY_RIG_WINDOW);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 4");

    relay_rig_confirm(rig, 1);

    kbnt_assert_int(fake_calls_length(rig->publishes), RELAY_RIG_WINDOW);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 4 5");
}

static void
a_push_while_the_outbox_is_read_is_found_there_and_sent_once(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(TRUE, FALSE, NULL);

    kbnt_relay_start(rig->relay);
    relay_rig_push(rig, 2, 3);
    kbnt_assert_string(fake_ports_sent(rig->fake), "");
    relay_rig_outbox(rig, 1, 2);

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_OUTBOX);
    KbntValue *question = fake_calls_argument(rig->queries, 0);
    kbnt_assert_int(kbnt_value_get_int(question, KBNT_FIELD_POSITION), 2);
    relay_rig_outbox(rig, 3, 3);
    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3");
}

static void
an_outbox_that_cannot_be_read_is_read_again_in_a_second(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(TRUE, FALSE, NULL);

    kbnt_relay_start(rig->relay);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(rig->fake, 999);
    kbnt_assert_int(fake_calls_length(rig->queries), 0);
    fake_ports_pass_ms(rig->fake, 1);
    relay_rig_outbox(rig, 1, 1);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1");
}

static void
a_durable_transport_confirms_and_settles_in_one_command(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 7, 7);
    relay_rig_confirm(rig, 1);

    kbnt_assert_int(fake_calls_length(rig->commands), 1);
    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CONFIRM);
    KbntValue *argument = fake_calls_argument(rig->commands, 0);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), 7);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_SETTLED), TRUE);
}

static void
assert_settles(RelayRig *rig, guint index, gint64 position, gint64 count)
{
    KbntValue *argument = fake_calls_argument(rig->commands, index);

    kbnt_assert_int(fake_calls_verb(rig->commands, index), KBNT_STORE_SETTLE);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), position);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_COUNT), count);
}

static void
a_transport_that_forgets_settles_only_when_it_is_done_with_the_record(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(FALSE);
    g_autoptr(KbntValue) record = relay_rig_record(7);

    kbnt_relay_push(rig->relay, record);
    relay_rig_confirm(rig, 1);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    kbnt_relay_settled(rig->relay, record);
    fake_ports_pass_ms(rig->fake, 50);

    assert_settles(rig, 0, 7, 1);
    kbnt_assert_int(fake_calls_length(rig->commands), 1);
}

static void
records_that_are_done_with_are_settled_together_by_runs(void)
{
    static const gint64 positions[] = { 3, 9, 1, 2, 8, 5 };
    g_autoptr(RelayRig) rig = relay_rig_running(FALSE);

    for (guint i = 0; i < G_N_ELEMENTS(positions); i++) {
        g_autoptr(KbntValue) record = relay_rig_record(positions[i]);

        kbnt_relay_settled(rig->relay, record);
        fake_ports_pass_ms(rig->fake, 8);
    }
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    fake_ports_pass_ms(rig->fake, 2);

    kbnt_assert_int(fake_calls_length(rig->commands), 3);
    assert_settles(rig, 0, 1, 3);
    assert_settles(rig, 1, 5, 1);
    assert_settles(rig, 2, 8, 2);
}

static void
a_relay_that_stops_settles_what_is_done_with(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(FALSE);
    g_autoptr(KbntValue) first = relay_rig_record(1);
    g_autoptr(KbntValue) second = relay_rig_record(2);

    kbnt_relay_settled(rig->relay, first);
    kbnt_relay_stop(rig->relay);
    kbnt_relay_settled(rig->relay, second);

    kbnt_assert_int(fake_calls_length(rig->commands), 2);
    assert_settles(rig, 0, 1, 1);
    assert_settles(rig, 1, 2, 1);
}

static void
an_owner_that_describes_has_each_confirmation_written(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(FALSE, TRUE, NULL);

    kbnt_relay_start(rig->relay);
    relay_rig_outbox(rig, 7, 7);
    relay_rig_confirm(rig, 1);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CONFIRM);
    KbntValue *argument = fake_calls_argument(rig->commands, 0);
    kbnt_assert_string(kbnt_value_get_string(argument, KBNT_FIELD_MESSAGE_ID), "message-7");
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_SETTLED), FALSE);
}

static void
a_store_that_fails_for_now_is_asked_again(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 7, 7);
    relay_rig_confirm(rig, 1);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CONFIRM);
    KbntValue *argument = fake_calls_argument(rig->commands, 0);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), 7);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
}

static void
a_store_that_refuses_for_good_is_reported_and_not_asked_again(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 7, 7);
    relay_rig_confirm(rig, 1);
    fake_calls_fail(rig->commands, KBNT_ERROR_NOT_SUPPORTED);
    fake_ports_pass_ms(rig->fake, 60000);

    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
a_stopped_relay_sends_nothing_more(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 1, 5);
    kbnt_relay_stop(rig->relay);
    relay_rig_confirm(rig, RELAY_RIG_WINDOW);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 4");
    kbnt_assert_int(rig->n_confirmed, RELAY_RIG_WINDOW);
}

static void
a_store_that_fails_while_the_relay_stops_is_asked_once_more_and_no_timer_is_left(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 7, 7);
    relay_rig_confirm(rig, 1);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);
    kbnt_relay_stop(rig->relay);
    kbnt_assert_int(fake_calls_length(rig->commands), 1);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(fake_ports_n_timers(rig->fake), 0);
    kbnt_assert_int(fake_calls_length(rig->commands), 0);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
what_waits_for_the_store_goes_with_the_relay(void)
{
    g_autoptr(RelayRig) rig = relay_rig_running(TRUE);

    relay_rig_push(rig, 7, 8);
    relay_rig_confirm(rig, 2);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);
    kbnt_relay_free(g_steal_pointer(&rig->relay));
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(fake_ports_n_timers(rig->fake), 0);
}

static void
a_relay_that_stops_reads_its_outbox_no_more(void)
{
    g_autoptr(RelayRig) rig = relay_rig_new(TRUE, FALSE, NULL);

    kbnt_relay_start(rig->relay);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_timers(rig->fake), 1);
    kbnt_relay_stop(rig->relay);

    kbnt_assert_int(fake_ports_n_timers(rig->fake), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(records_are_sent_in_the_order_of_their_positions),
    KBNT_TEST(the_backlog_counts_what_only_the_outbox_has),
    KBNT_TEST(the_backlog_counts_what_memory_does_not_hold),
    KBNT_TEST(what_is_pushed_before_the_start_is_sent_with_the_outbox),
    KBNT_TEST(what_is_confirmed_leaves_the_backlog_and_is_told_once),
    KBNT_TEST(after_a_failure_all_behind_it_is_sent_again_in_order_and_none_before),
    KBNT_TEST(what_was_confirmed_behind_a_failure_stays_until_it_is_confirmed_again),
    KBNT_TEST(a_failure_of_what_was_confirmed_before_is_where_it_starts_again),
    KBNT_TEST(a_failure_on_one_topic_holds_up_no_other),
    KBNT_TEST(what_is_confirmed_again_behind_a_failure_is_no_news),
    KBNT_TEST(nothing_is_sent_again_before_all_under_way_has_come_back),
    KBNT_TEST(the_window_bounds_what_is_under_way),
    KBNT_TEST(a_push_while_the_outbox_is_read_is_found_there_and_sent_once),
    KBNT_TEST(an_outbox_that_cannot_be_read_is_read_again_in_a_second),
    KBNT_TEST(a_durable_transport_confirms_and_settles_in_one_command),
    KBNT_TEST(a_transport_that_forgets_settles_only_when_it_is_done_with_the_record),
    KBNT_TEST(records_that_are_done_with_are_settled_together_by_runs),
    KBNT_TEST(a_relay_that_stops_settles_what_is_done_with),
    KBNT_TEST(an_owner_that_describes_has_each_confirmation_written),
    KBNT_TEST(a_store_that_fails_for_now_is_asked_again),
    KBNT_TEST(a_store_that_refuses_for_good_is_reported_and_not_asked_again),
    KBNT_TEST(a_stopped_relay_sends_nothing_more),
    KBNT_TEST(a_store_that_fails_while_the_relay_stops_is_asked_once_more_and_no_timer_is_left),
    KBNT_TEST(what_waits_for_the_store_goes_with_the_relay),
    KBNT_TEST(a_relay_that_stops_reads_its_outbox_no_more),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/relay", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the records that go out with the cursor of their store. */
#include "relay-rig.h"
#include "runner.h"

static void
answer_meta(RelayRig *rig, gint64 position)
{
    g_autoptr(KbntValue) meta = kbnt_value_new();

    kbnt_value_set_string(meta, KBNT_FIELD_STORE_ID, "store-1");
    kbnt_value_set_int(meta, KBNT_FIELD_POSITION, position);
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_META);
    fake_calls_complete(rig->queries, meta);
}

static void
answer_cursor(RelayRig *rig, gint64 position)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_POSITION, position);
    fake_calls_complete(fake_ports_cursors(rig->fake), result);
}

/* Returns: (transfer full): a relay whose store has given no position above @highest, and whose
 * outbox has the records from @first to @last; the cursor has been asked for. */
static RelayRig *
atomic_fixture(gint64 highest, gint64 first, gint64 last)
{
    RelayRig *rig = relay_rig_new(TRUE, FALSE, "requests");

    kbnt_relay_start(rig->relay);
    answer_meta(rig, highest);
    relay_rig_outbox(rig, first, last);
    return rig;
}

static void
fail_all(RelayRig *rig)
{
    while (fake_calls_length(rig->publishes) > 0)
        fake_calls_fail(rig->publishes, KBNT_ERROR_TRANSPORT_FAILED);
}

static void
with_a_cursor_nothing_is_sent_until_it_is_known(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 3);
    FakeCalls *cursors = fake_ports_cursors(rig->fake);
    KbntValue *question = fake_calls_argument(cursors, 0);

    kbnt_assert_string(kbnt_value_get_string(question, KBNT_FIELD_OWNER),
                       "kbnt-events-store-1");
    kbnt_assert_string(kbnt_value_get_string(question, KBNT_FIELD_TOPIC), "requests");
    CU_ASSERT(kbnt_relay_is_stalled(rig->relay));
    kbnt_assert_string(fake_ports_sent(rig->fake), "");

    fake_calls_fail(cursors, KBNT_ERROR_NOT_FOUND);

    CU_ASSERT(!kbnt_relay_is_stalled(rig->relay));
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 3 /3");
}

static void
what_the_cursor_has_passed_is_confirmed_and_not_sent(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 5);

    answer_cursor(rig, 3);

    kbnt_assert_string(fake_ports_sent(rig->fake), "4 5 /5");
    kbnt_assert_int(rig->n_confirmed, 3);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 2);
    kbnt_assert_int(fake_calls_length(rig->commands), 3);
}

static void
one_batch_with_a_cursor_is_under_way_at_a_time(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 0);

    fake_calls_fail(fake_ports_cursors(rig->fake), KBNT_ERROR_NOT_FOUND);
    relay_rig_push(rig, 1, 3);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 /1");
    relay_rig_confirm(rig, 1);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 /1 2 3 /3");
}

static void
after_a_failure_the_cursor_tells_where_it_goes_on(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 2);

    answer_cursor(rig, 0);
    fail_all(rig);
    relay_rig_push(rig, 3, 3);
    CU_ASSERT(kbnt_relay_is_stalled(rig->relay));
    fake_ports_pass_ms(rig->fake, 10);
    CU_ASSERT(kbnt_relay_is_stalled(rig->relay));
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2");

    answer_cursor(rig, 2);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2 3 /3");
    kbnt_assert_int(rig->n_confirmed, 2);
    relay_rig_confirm(rig, 1);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 0);
}

static void
a_batch_that_has_not_gone_out_is_sent_again_whole(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 2);

    answer_cursor(rig, 0);
    fail_all(rig);
    fake_ports_pass_ms(rig->fake, 10);
    answer_cursor(rig, 0);
    relay_rig_confirm(rig, 2);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2 1 2 /2");
    kbnt_assert_int(rig->n_confirmed, 2);
    kbnt_assert_int(kbnt_relay_backlog(rig->relay), 0);
}

static void
a_cursor_that_is_not_told_is_asked_for_again_and_reported_once(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 1);
    FakeCalls *cursors = fake_ports_cursors(rig->fake);

    for (guint i = 0; i < 3; i++) {
        fake_calls_fail(cursors, KBNT_ERROR_TRANSPORT_UNAVAILABLE);
        fake_ports_pass_ms(rig->fake, 10);
    }
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
    answer_cursor(rig, 0);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 /1");
}

static void
a_holder_that_was_replaced_sends_nothing(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 2);

    answer_cursor(rig, 0);
    fail_all(rig);
    for (guint i = 0; i < 3; i++) {
        fake_ports_pass_ms(rig->fake, 10);
        fake_calls_fail(fake_ports_cursors(rig->fake), KBNT_ERROR_IN_USE);
    }

    CU_ASSERT(kbnt_relay_is_stalled(rig->relay));
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2");
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 2);
}

static void
the_cursor_of_a_life_that_a_backup_has_lost_passes_nothing(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 2);

    answer_cursor(rig, 5000);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2");
    fail_all(rig);
    fake_ports_pass_ms(rig->fake, 10);
    answer_cursor(rig, 5000);
    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2 1 2 /2");
    fail_all(rig);
    fake_ports_pass_ms(rig->fake, 10);
    answer_cursor(rig, 2);

    kbnt_assert_string(fake_ports_sent(rig->fake), "1 2 /2 1 2 /2");
    kbnt_assert_int(rig->n_confirmed, 2);
}

static void
other_topics_wait_for_no_cursor(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 0);
    g_autoptr(KbntValue) other = relay_rig_record(2);

    kbnt_value_set_string(other, KBNT_FIELD_TOPIC, "dead-letters");
    relay_rig_push(rig, 1, 1);
    kbnt_relay_push(rig->relay, other);

    kbnt_assert_string(fake_ports_sent(rig->fake), "2");
}

static void
a_stopped_relay_asks_for_no_cursor(void)
{
    g_autoptr(RelayRig) rig = atomic_fixture(9, 1, 1);

    fake_calls_fail(fake_ports_cursors(rig->fake), KBNT_ERROR_TRANSPORT_UNAVAILABLE);
    kbnt_relay_stop(rig->relay);
    fake_ports_pass_ms(rig->fake, 60000);

    kbnt_assert_int(fake_calls_length(fake_ports_cursors(rig->fake)), 0);
    CU_ASSERT(!kbnt_relay_is_stalled(rig->relay));
}

static const KbntTest tests[] = {
    KBNT_TEST(with_a_cursor_nothing_is_sent_until_it_is_known),
    KBNT_TEST(what_the_cursor_has_passed_is_confirmed_and_not_sent),
    KBNT_TEST(one_batch_with_a_cursor_is_under_way_at_a_time),
    KBNT_TEST(after_a_failure_the_cursor_tells_where_it_goes_on),
    KBNT_TEST(a_batch_that_has_not_gone_out_is_sent_again_whole),
    KBNT_TEST(a_cursor_that_is_not_told_is_asked_for_again_and_reported_once),
    KBNT_TEST(a_holder_that_was_replaced_sends_nothing),
    KBNT_TEST(the_cursor_of_a_life_that_a_backup_has_lost_passes_nothing),
    KBNT_TEST(other_topics_wait_for_no_cursor),
    KBNT_TEST(a_stopped_relay_asks_for_no_cursor),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/relay-cursor", argc, argv, tests, G_N_ELEMENTS(tests));
}

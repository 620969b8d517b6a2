/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the way from the outbox to the transport. */
#include "fake-ports.h"
#include "relay.h"
#include "runner.h"

#define WINDOW 4

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *publishes;
    KbntRelay *relay;
    guint n_confirmed;
} Fixture;

static void
count_confirmed(KbntValue *record, KbntValue *result, gpointer data)
{
    (void)record;
    (void)result;
    ((Fixture *)data)->n_confirmed++;
}

static void
describe(KbntValue *confirm, KbntValue *record, KbntValue *result, gpointer data)
{
    (void)result;
    (void)data;
    kbnt_value_copy_field(confirm, record, KBNT_FIELD_MESSAGE_ID);
}

static Fixture *
fixture_new_atomic(gboolean durable, gboolean describes, const char *atomic_topic)
{
    Fixture *fixture = g_new0(Fixture, 1);
    KbntRelayHooks hooks = { .data = fixture,
                             .atomic_topic = atomic_topic,
                             .confirmed = count_confirmed,
                             .describe = describes ? describe : NULL };

    fixture->fake = fake_ports_new(durable);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->queries = fake_ports_queries(fixture->fake);
    fixture->publishes = fake_ports_publishes(fixture->fake);
    fixture->relay = kbnt_relay_new(fake_ports_get(fixture->fake), KBNT_SERVICE_PRODUCER, 1,
                                    WINDOW, &hooks);
    return fixture;
}

static Fixture *
fixture_new(gboolean durable, gboolean describes)
{
    return fixture_new_atomic(durable, describes, NULL);
}

static void
fixture_free(Fixture *fixture)
{
    while (fake_calls_length(fixture->commands) > 0)
        fake_calls_complete(fixture->commands, NULL);
    kbnt_relay_free(fixture->relay);
    fake_ports_free(fixture->fake);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static KbntValue *
sample_record(gint64 position)
{
    KbntValue *record = kbnt_value_new();
    g_autofree char *message_id = g_strdup_printf("message-%" G_GINT64_FORMAT, position);

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "requests");
    kbnt_value_set_string(record, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, position);
    return record;
}

static void
push(Fixture *fixture, gint64 first, gint64 last)
{
    for (gint64 position = first; position <= last; position++) {
        g_autoptr(KbntValue) record = sample_record(position);

        kbnt_relay_push(fixture->relay, record);
    }
}

/* Answers the query of the outbox with the records from @first to @last; none below @first. */
static void
answer_outbox(Fixture *fixture, gint64 first, gint64 last)
{
    g_autoptr(KbntValue) page = kbnt_value_new();

    kbnt_value_set_empty_list(page, KBNT_FIELD_ITEMS);
    for (gint64 position = first; position <= last; position++)
        kbnt_value_take_item(page, KBNT_FIELD_ITEMS, sample_record(position));
    fake_calls_complete(fixture->queries, page);
}

/* Returns: (transfer full): a relay that runs, with nothing in its outbox. */
static Fixture *
running_fixture(gboolean durable)
{
    Fixture *fixture = fixture_new(durable, FALSE);

    kbnt_relay_start(fixture->relay);
    answer_outbox(fixture, 1, 0);
    return fixture;
}

static void
confirm(Fixture *fixture, guint n_records)
{
    for (guint i = 0; i < n_records; i++)
        fake_calls_complete(fixture->publishes, NULL);
}

static void
records_are_sent_in_the_order_of_their_positions(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE, FALSE);

    kbnt_relay_start(fixture->relay);
    answer_outbox(fixture, 1, 2);
    push(fixture, 3, 4);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 4");
    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 4);
}

static void
what_is_confirmed_leaves_the_backlog_and_is_told_once(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 3);
    confirm(fixture, 2);

    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 1);
    kbnt_assert_int(fixture->n_confirmed, 2);
}

static void
after_a_failure_all_behind_it_is_sent_again_in_order_and_none_before(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 4);
    confirm(fixture, 1);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    confirm(fixture, 2);
    fake_ports_pass_ms(fixture->fake, 10);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 4 2 3 4");
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
}

static void
what_was_confirmed_behind_a_failure_stays_until_it_is_confirmed_again(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 2);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    confirm(fixture, 1);
    fake_ports_pass_ms(fixture->fake, 10);
    confirm(fixture, 1);

    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 1);
}

static void
a_failure_of_what_was_confirmed_before_is_where_it_starts_again(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 3);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    confirm(fixture, 2);
    fake_ports_pass_ms(fixture->fake, 10);
    confirm(fixture, 1);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    confirm(fixture, 1);
    fake_ports_pass_ms(fixture->fake, 10);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 1 2 3 2 3");
}

static void
a_failure_on_one_topic_holds_up_no_other(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);
    g_autoptr(KbntValue) other = sample_record(2);

    kbnt_value_set_string(other, KBNT_FIELD_TOPIC, "dead-letters");
    push(fixture, 1, 1);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    kbnt_relay_push(fixture->relay, other);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2");
    kbnt_assert_int(fake_calls_length(fixture->publishes), 1);
}

static void
what_is_confirmed_again_behind_a_failure_is_no_news(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 2);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    confirm(fixture, 1);
    fake_ports_pass_ms(fixture->fake, 10);
    confirm(fixture, 2);

    kbnt_assert_int(fixture->n_confirmed, 2);
    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 0);
}

static void
nothing_is_sent_again_before_all_under_way_has_come_back(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 2);
    fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
    fake_ports_pass_ms(fixture->fake, 60000);
    push(fixture, 3, 3);

    CU_ASSERT(kbnt_relay_is_stalled(fixture->relay));
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2");

    confirm(fixture, 1);
    fake_ports_pass_ms(fixture->fake, 10);

    CU_ASSERT(!kbnt_relay_is_stalled(fixture->relay));
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 1 2 3");
}

static void
the_window_bounds_what_is_under_way(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 6);

    kbnt_assert_int(fake_calls_length(fixture->publishes), WINDOW);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 4");

    confirm(fixture, 1);

    kbnt_assert_int(fake_calls_length(fixture->publishes), WINDOW);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 4 5");
}

static void
a_push_while_the_outbox_is_read_is_found_there_and_sent_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE, FALSE);

    kbnt_relay_start(fixture->relay);
    push(fixture, 2, 3);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "");
    answer_outbox(fixture, 1, 2);

    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_OUTBOX);
    KbntValue *question = fake_calls_argument(fixture->queries, 0);
    kbnt_assert_int(kbnt_value_get_int(question, KBNT_FIELD_POSITION), 2);
    answer_outbox(fixture, 3, 3);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3");
}

static void
an_outbox_that_cannot_be_read_is_read_again_in_a_second(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE, FALSE);

    kbnt_relay_start(fixture->relay);
    fake_calls_fail(fixture->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(fixture->fake, 999);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
    fake_ports_pass_ms(fixture->fake, 1);
    answer_outbox(fixture, 1, 1);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1");
}

static void
a_durable_transport_confirms_and_settles_in_one_command(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 7, 7);
    confirm(fixture, 1);

    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_CONFIRM);
    KbntValue *argument = fake_calls_argument(fixture->commands, 0);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), 7);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_SETTLED), TRUE);
}

static void
assert_settles(Fixture *fixture, guint index, gint64 position, gint64 count)
{
    KbntValue *argument = fake_calls_argument(fixture->commands, index);

    kbnt_assert_int(fake_calls_verb(fixture->commands, index), KBNT_STORE_SETTLE);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), position);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_COUNT), count);
}

static void
a_transport_that_forgets_settles_only_when_it_is_done_with_the_record(void)
{
    g_autoptr(Fixture) fixture = running_fixture(FALSE);
    g_autoptr(KbntValue) record = sample_record(7);

    kbnt_relay_push(fixture->relay, record);
    confirm(fixture, 1);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_relay_settled(fixture->relay, record);
    fake_ports_pass_ms(fixture->fake, 50);

    assert_settles(fixture, 0, 7, 1);
    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
}

static void
records_that_are_done_with_are_settled_together_by_runs(void)
{
    static const gint64 positions[] = { 3, 9, 1, 2, 8, 5 };
    g_autoptr(Fixture) fixture = running_fixture(FALSE);

    for (guint i = 0; i < G_N_ELEMENTS(positions); i++) {
        g_autoptr(KbntValue) record = sample_record(positions[i]);

        kbnt_relay_settled(fixture->relay, record);
        fake_ports_pass_ms(fixture->fake, 8);
    }
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    fake_ports_pass_ms(fixture->fake, 2);

    kbnt_assert_int(fake_calls_length(fixture->commands), 3);
    assert_settles(fixture, 0, 1, 3);
    assert_settles(fixture, 1, 5, 1);
    assert_settles(fixture, 2, 8, 2);
}

static void
a_relay_that_stops_settles_what_is_done_with(void)
{
    g_autoptr(Fixture) fixture = running_fixture(FALSE);
    g_autoptr(KbntValue) first = sample_record(1);
    g_autoptr(KbntValue) second = sample_record(2);

    kbnt_relay_settled(fixture->relay, first);
    kbnt_relay_stop(fixture->relay);
    kbnt_relay_settled(fixture->relay, second);

    kbnt_assert_int(fake_calls_length(fixture->commands), 2);
    assert_settles(fixture, 0, 1, 1);
    assert_settles(fixture, 1, 2, 1);
}

static void
an_owner_that_describes_has_each_confirmation_written(void)
{
    g_autoptr(Fixture) fixture = fixture_new(FALSE, TRUE);

    kbnt_relay_start(fixture->relay);
    answer_outbox(fixture, 7, 7);
    confirm(fixture, 1);

    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_CONFIRM);
    KbntValue *argument = fake_calls_argument(fixture->commands, 0);
    kbnt_assert_string(kbnt_value_get_string(argument, KBNT_FIELD_MESSAGE_ID), "message-7");
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_SETTLED), FALSE);
}

static void
a_store_that_fails_for_now_is_asked_again(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 7, 7);
    confirm(fixture, 1);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    fake_ports_pass_ms(fixture->fake, 10);

    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_CONFIRM);
    KbntValue *argument = fake_calls_argument(fixture->commands, 0);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), 7);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 0);
}

static void
a_store_that_refuses_for_good_is_reported_and_not_asked_again(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 7, 7);
    confirm(fixture, 1);
    fake_calls_fail(fixture->commands, KBNT_ERROR_NOT_SUPPORTED);
    fake_ports_pass_ms(fixture->fake, 60000);

    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
}

static void
a_stopped_relay_sends_nothing_more(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 1, 5);
    kbnt_relay_stop(fixture->relay);
    confirm(fixture, WINDOW);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 4");
    kbnt_assert_int(fixture->n_confirmed, WINDOW);
}

static void
a_store_that_fails_while_the_relay_stops_is_asked_once_more_and_no_timer_is_left(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 7, 7);
    confirm(fixture, 1);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);
    kbnt_relay_stop(fixture->relay);
    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(fake_ports_n_timers(fixture->fake), 0);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
}

static void
what_waits_for_the_store_goes_with_the_relay(void)
{
    g_autoptr(Fixture) fixture = running_fixture(TRUE);

    push(fixture, 7, 8);
    confirm(fixture, 2);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);
    kbnt_relay_free(g_steal_pointer(&fixture->relay));
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(fake_ports_n_timers(fixture->fake), 0);
}

static void
a_relay_that_stops_reads_its_outbox_no_more(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE, FALSE);

    kbnt_relay_start(fixture->relay);
    fake_calls_fail(fixture->queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_timers(fixture->fake), 1);
    kbnt_relay_stop(fixture->relay);

    kbnt_assert_int(fake_ports_n_timers(fixture->fake), 0);
}

/* With the cursor of the store. */

static void
answer_meta(Fixture *fixture, gint64 position)
{
    g_autoptr(KbntValue) meta = kbnt_value_new();

    kbnt_value_set_string(meta, KBNT_FIELD_STORE_ID, "store-1");
    kbnt_value_set_int(meta, KBNT_FIELD_POSITION, position);
    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_META);
    fake_calls_complete(fixture->queries, meta);
}

static void
answer_cursor(Fixture *fixture, gint64 position)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_POSITION, position);
    fake_calls_complete(fake_ports_cursors(fixture->fake), result);
}

/* Returns: (transfer full): a relay whose store has given no position above @highest, and whose
 * outbox has the records from @first to @last; the cursor has been asked for. */
static Fixture *
atomic_fixture(gint64 highest, gint64 first, gint64 last)
{
    Fixture *fixture = fixture_new_atomic(TRUE, FALSE, "requests");

    kbnt_relay_start(fixture->relay);
    answer_meta(fixture, highest);
    answer_outbox(fixture, first, last);
    return fixture;
}

static void
fail_all(Fixture *fixture)
{
    while (fake_calls_length(fixture->publishes) > 0)
        fake_calls_fail(fixture->publishes, KBNT_ERROR_TRANSPORT_FAILED);
}

static void
with_a_cursor_nothing_is_sent_until_it_is_known(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 3);
    FakeCalls *cursors = fake_ports_cursors(fixture->fake);
    KbntValue *question = fake_calls_argument(cursors, 0);

    kbnt_assert_string(kbnt_value_get_string(question, KBNT_FIELD_OWNER),
                       "kbnt-events-store-1");
    kbnt_assert_string(kbnt_value_get_string(question, KBNT_FIELD_TOPIC), "requests");
    CU_ASSERT(kbnt_relay_is_stalled(fixture->relay));
    kbnt_assert_string(fake_ports_sent(fixture->fake), "");

    fake_calls_fail(cursors, KBNT_ERROR_NOT_FOUND);

    CU_ASSERT(!kbnt_relay_is_stalled(fixture->relay));
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 3 /3");
}

static void
what_the_cursor_has_passed_is_confirmed_and_not_sent(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 5);

    answer_cursor(fixture, 3);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "4 5 /5");
    kbnt_assert_int(fixture->n_confirmed, 3);
    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 2);
    kbnt_assert_int(fake_calls_length(fixture->commands), 3);
}

static void
one_batch_with_a_cursor_is_under_way_at_a_time(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 0);

    fake_calls_fail(fake_ports_cursors(fixture->fake), KBNT_ERROR_NOT_FOUND);
    push(fixture, 1, 3);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 /1");
    confirm(fixture, 1);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 /1 2 3 /3");
}

static void
after_a_failure_the_cursor_tells_where_it_goes_on(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 2);

    answer_cursor(fixture, 0);
    fail_all(fixture);
    push(fixture, 3, 3);
    CU_ASSERT(kbnt_relay_is_stalled(fixture->relay));
    fake_ports_pass_ms(fixture->fake, 10);
    CU_ASSERT(kbnt_relay_is_stalled(fixture->relay));
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2");

    answer_cursor(fixture, 2);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2 3 /3");
    kbnt_assert_int(fixture->n_confirmed, 2);
    confirm(fixture, 1);
    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 0);
}

static void
a_batch_that_has_not_gone_out_is_sent_again_whole(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 2);

    answer_cursor(fixture, 0);
    fail_all(fixture);
    fake_ports_pass_ms(fixture->fake, 10);
    answer_cursor(fixture, 0);
    confirm(fixture, 2);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2 1 2 /2");
    kbnt_assert_int(fixture->n_confirmed, 2);
    kbnt_assert_int(kbnt_relay_backlog(fixture->relay), 0);
}

static void
a_cursor_that_is_not_told_is_asked_for_again_and_reported_once(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 1);
    FakeCalls *cursors = fake_ports_cursors(fixture->fake);

    for (guint i = 0; i < 3; i++) {
        fake_calls_fail(cursors, KBNT_ERROR_TRANSPORT_UNAVAILABLE);
        fake_ports_pass_ms(fixture->fake, 10);
    }
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
    answer_cursor(fixture, 0);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 /1");
}

static void
a_holder_that_was_replaced_sends_nothing(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 2);

    answer_cursor(fixture, 0);
    fail_all(fixture);
    for (guint i = 0; i < 3; i++) {
        fake_ports_pass_ms(fixture->fake, 10);
        fake_calls_fail(fake_ports_cursors(fixture->fake), KBNT_ERROR_IN_USE);
    }

    CU_ASSERT(kbnt_relay_is_stalled(fixture->relay));
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2");
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 2);
}

static void
the_cursor_of_a_life_that_a_backup_has_lost_passes_nothing(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 2);

    answer_cursor(fixture, 5000);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2");
    fail_all(fixture);
    fake_ports_pass_ms(fixture->fake, 10);
    answer_cursor(fixture, 5000);
    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2 1 2 /2");
    fail_all(fixture);
    fake_ports_pass_ms(fixture->fake, 10);
    answer_cursor(fixture, 2);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "1 2 /2 1 2 /2");
    kbnt_assert_int(fixture->n_confirmed, 2);
}

static void
other_topics_wait_for_no_cursor(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 0);
    g_autoptr(KbntValue) other = sample_record(2);

    kbnt_value_set_string(other, KBNT_FIELD_TOPIC, "dead-letters");
    push(fixture, 1, 1);
    kbnt_relay_push(fixture->relay, other);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "2");
}

static void
a_stopped_relay_asks_for_no_cursor(void)
{
    g_autoptr(Fixture) fixture = atomic_fixture(9, 1, 1);

    fake_calls_fail(fake_ports_cursors(fixture->fake), KBNT_ERROR_TRANSPORT_UNAVAILABLE);
    kbnt_relay_stop(fixture->relay);
    fake_ports_pass_ms(fixture->fake, 60000);

    kbnt_assert_int(fake_calls_length(fake_ports_cursors(fixture->fake)), 0);
    CU_ASSERT(!kbnt_relay_is_stalled(fixture->relay));
}

static const KbntTest tests[] = {
    KBNT_TEST(records_are_sent_in_the_order_of_their_positions),
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
    return kbnt_test_main("application/relay", argc, argv, tests, G_N_ELEMENTS(tests));
}

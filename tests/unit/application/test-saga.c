/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of which messages are worked on, when. */
#include "fake-ports.h"
#include "runner.h"
#include "saga.h"
#include "sample-messages.h"

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    KbntPrices prices;
    KbntRelay *relay;
    KbntSaga *saga;
} Fixture;

/* Returns: (transfer full): a saga of one slot that looks into the inbox. */
static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntRelayHooks hooks = { 0 };
    const KbntPorts *ports;

    fixture->fake = fake_ports_new(TRUE);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->queries = fake_ports_queries(fixture->fake);
    ports = fake_ports_get(fixture->fake);
    fixture->relay = kbnt_relay_new(ports, KBNT_SERVICE_CONSUMER, 1, 4, &hooks);
    fixture->saga = kbnt_saga_new(ports, fixture->relay, &fixture->prices, "worker-1", 1);
    kbnt_saga_start(fixture->saga);
    return fixture;
}

/* Returns: (transfer full): likewise, with nothing in the inbox. */
static Fixture *
idle_fixture(void)
{
    Fixture *fixture = fixture_new();

    fake_calls_complete(fixture->queries, NULL);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_saga_free(fixture->saga);
    kbnt_relay_free(fixture->relay);
    fake_ports_free(fixture->fake);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* Returns: (transfer full): the row of a network that is to be made. */
static KbntValue *
row_of(const char *message_id)
{
    KbntValue *row = kbnt_value_new();
    KbntValue *request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);

    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    kbnt_value_set_string(row, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_string(row, KBNT_FIELD_STREAM_ID, message_id);
    kbnt_value_set_string(row, KBNT_FIELD_USER_ID, "user-1");
    kbnt_value_set_int(row, KBNT_FIELD_REMAINING_MS, 60000);
    kbnt_value_set_int(row, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    return row;
}

static void
offer(Fixture *fixture, const char *message_id)
{
    g_autoptr(KbntValue) row = row_of(message_id);

    kbnt_saga_offer(fixture->saga, row);
}

static void
answer_look(Fixture *fixture, const char *message_id)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_WAITING);
    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, row_of(message_id));
    fake_calls_complete(fixture->queries, result);
}

static const char *
claimed_message(Fixture *fixture, guint index)
{
    kbnt_assert_int(fake_calls_verb(fixture->commands, index), KBNT_STORE_CLAIM);
    return kbnt_value_get_string(fake_calls_argument(fixture->commands, index),
                                 KBNT_FIELD_MESSAGE_ID);
}

static void
what_was_left_in_the_inbox_is_begun_at_start(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_look(fixture, "message-1");

    kbnt_assert_string(claimed_message(fixture, 0), "message-1");
}

static void
an_inbox_that_cannot_be_read_is_read_a_second_later(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    fake_calls_fail(fixture->queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
    fake_ports_pass_ms(fixture->fake, 1000);
    answer_look(fixture, "message-1");

    kbnt_assert_string(claimed_message(fixture, 0), "message-1");
}

static void
no_more_is_begun_than_there_are_slots(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer(fixture, "message-1");
    offer(fixture, "message-2");

    kbnt_assert_int(fake_calls_length(fixture->commands), 1);
    kbnt_assert_int(kbnt_saga_n_running(fixture->saga), 1);
    kbnt_assert_int(kbnt_saga_n_waiting(fixture->saga, KBNT_PRIORITY_NORMAL), 1);
}

static void
the_end_of_one_is_the_turn_of_the_next(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer(fixture, "message-1");
    offer(fixture, "message-2");
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_CONFLICT);

    kbnt_assert_string(claimed_message(fixture, 0), "message-2");
    kbnt_assert_int(kbnt_saga_n_waiting(fixture->saga, KBNT_PRIORITY_NORMAL), 0);
}

static void
a_row_that_is_known_is_not_taken_twice(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer(fixture, "message-1");
    offer(fixture, "message-1");
    offer(fixture, "message-2");
    offer(fixture, "message-2");

    kbnt_assert_int(kbnt_saga_n_waiting(fixture->saga, KBNT_PRIORITY_NORMAL), 1);
}

/* Offers message-2, for which the store has no leave yet. */
static void
offer_dependant(Fixture *fixture)
{
    g_autoptr(KbntValue) row = row_of("message-2");

    kbnt_value_append_string(row, KBNT_FIELD_DEPENDS_ON, "message-1");
    kbnt_saga_offer(fixture->saga, row);
    fake_calls_complete(fixture->queries, NULL);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
}

static void
a_row_that_depends_on_another_waits_until_the_store_says_that_it_may(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer_dependant(fixture);
    offer(fixture, "message-1");
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_CONFLICT);
    answer_look(fixture, "message-2");

    kbnt_assert_string(claimed_message(fixture, 0), "message-2");
}

static void
one_that_is_refused_lets_what_has_overtaken_it_go_on(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();
    g_autoptr(KbntValue) refused = row_of("message-1");

    offer_dependant(fixture);
    kbnt_saga_refused(fixture->saga, refused);
    answer_look(fixture, "message-2");

    kbnt_assert_string(claimed_message(fixture, 0), "message-2");
}

static void
a_row_that_waits_for_others_when_its_time_is_up_is_ended(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *row = row_of("message-2");

    offer_dependant(fixture);
    kbnt_value_set_int(row, KBNT_FIELD_REMAINING_MS, 0);
    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, row);
    fake_ports_pass_ms(fixture->fake, 1000);
    fake_calls_complete(fixture->queries, result);
    kbnt_assert_string(claimed_message(fixture, 0), "message-2");
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_INBOX_STATE),
        KBNT_INBOX_STATE_ENDED);
}

static void
leases_are_renewed_while_there_is_work(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    fake_ports_pass_ms(fixture->fake, 1000);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    offer(fixture, "message-1");
    fake_ports_pass_ms(fixture->fake, 1000);

    kbnt_assert_int(fake_calls_verb(fixture->commands, 1), KBNT_STORE_RENEW);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(fixture->commands, 1), KBNT_FIELD_OWNER),
        "worker-1");
}

static void
leases_that_cannot_be_renewed_are_reported(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer(fixture, "message-1");
    fake_ports_pass_ms(fixture->fake, 2000);
    fake_calls_complete(fixture->commands, NULL);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STOPPED);

    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
}

static void
a_message_that_is_cancelled_before_its_turn_ends_with_its_claim(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer(fixture, "message-1");
    offer(fixture, "message-2");
    kbnt_saga_cancel(fixture->saga, "message-2", KBNT_CANCEL_REASON_USER);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_CONFLICT);
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_INBOX_STATE),
        KBNT_INBOX_STATE_ENDED);
}

static void
a_message_that_is_cancelled_in_work_is_ended(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    offer(fixture, "message-1");
    kbnt_saga_cancel(fixture->saga, "message-1", KBNT_CANCEL_REASON_USER);
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_INBOX_STATE),
        KBNT_INBOX_STATE_ENDED);
}

static void
a_cancel_of_what_memory_does_not_hold_looks_into_the_inbox(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    kbnt_saga_cancel(fixture->saga, "message-1", KBNT_CANCEL_REASON_USER);

    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_WAITING);
}

static void
a_cancel_lets_what_waits_for_others_end(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *row = row_of("message-2");

    offer_dependant(fixture);
    kbnt_saga_cancel(fixture->saga, "message-2", KBNT_CANCEL_REASON_USER);
    kbnt_value_set_int(row, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
    kbnt_value_set_int(row, KBNT_FIELD_CANCEL_REASON, KBNT_CANCEL_REASON_USER);
    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, row);
    fake_calls_complete(fixture->queries, result);
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_INBOX_STATE),
        KBNT_INBOX_STATE_ENDED);
}

static void
more_than_memory_holds_stays_in_the_store(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    for (guint i = 0; i < 4200; i++) {
        g_autofree char *message_id = g_strdup_printf("message-%u", i);

        offer(fixture, message_id);
    }

    kbnt_assert_int(kbnt_saga_n_waiting(fixture->saga, KBNT_PRIORITY_NORMAL), 4096);
}

static void
a_saga_that_is_held_begins_nothing_until_it_is_let_go(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    kbnt_saga_hold(fixture->saga, TRUE);
    offer(fixture, "message-1");
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_saga_hold(fixture->saga, FALSE);

    kbnt_assert_string(claimed_message(fixture, 0), "message-1");
}

static void
a_saga_that_has_stopped_begins_nothing(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();

    kbnt_saga_stop(fixture->saga);
    offer(fixture, "message-1");
    fake_ports_pass_ms(fixture->fake, 5000);

    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
}

static void
what_was_refused_at_the_intake_is_told_as_failed(void)
{
    g_autoptr(Fixture) fixture = idle_fixture();
    g_autoptr(KbntValue) row = row_of("message-1");

    kbnt_saga_refused(fixture->saga, row);

    kbnt_assert_string(
        kbnt_value_get_string(fake_ports_told(fixture->fake, KBNT_TRANSITION_REQUEST_ENDED),
                              KBNT_FIELD_OUTCOME_LABEL),
        "failed");
}

static void
a_new_price_counts_for_what_ends_after_it(void)
{
    static const KbntPrices dear = { .network = 7 };
    g_autoptr(Fixture) fixture = idle_fixture();
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    offer(fixture, "message-1");
    fake_calls_complete(fixture->commands, NULL);
    kbnt_value_take_item(hosts, KBNT_FIELD_HOSTS, kbnt_sample_host());
    fake_calls_complete(fixture->queries, hosts);
    fake_calls_complete(fixture->commands, NULL);
    kbnt_saga_set_prices(fixture->saga, &dear);
    for (guint i = 0; i < 2; i++) {
        fake_calls_complete(fake_ports_actions(fixture->fake), NULL);
        fake_calls_complete(fixture->commands, NULL);
    }

    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(fake_ports_told(fixture->fake, KBNT_TRANSITION_RESOURCE_CREATED),
                              KBNT_FIELD_COST_PER_HOUR_USD),
        7, 1e-9);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_was_left_in_the_inbox_is_begun_at_start),
    KBNT_TEST(an_inbox_that_cannot_be_read_is_read_a_second_later),
    KBNT_TEST(no_more_is_begun_than_there_are_slots),
    KBNT_TEST(the_end_of_one_is_the_turn_of_the_next),
    KBNT_TEST(a_row_that_is_known_is_not_taken_twice),
    KBNT_TEST(a_row_that_depends_on_another_waits_until_the_store_says_that_it_may),
    KBNT_TEST(one_that_is_refused_lets_what_has_overtaken_it_go_on),
    KBNT_TEST(a_row_that_waits_for_others_when_its_time_is_up_is_ended),
    KBNT_TEST(leases_are_renewed_while_there_is_work),
    KBNT_TEST(leases_that_cannot_be_renewed_are_reported),
    KBNT_TEST(a_message_that_is_cancelled_before_its_turn_ends_with_its_claim),
    KBNT_TEST(a_message_that_is_cancelled_in_work_is_ended),
    KBNT_TEST(a_cancel_of_what_memory_does_not_hold_looks_into_the_inbox),
    KBNT_TEST(a_cancel_lets_what_waits_for_others_end),
    KBNT_TEST(more_than_memory_holds_stays_in_the_store),
    KBNT_TEST(a_saga_that_is_held_begins_nothing_until_it_is_let_go),
    KBNT_TEST(a_saga_that_has_stopped_begins_nothing),
    KBNT_TEST(what_was_refused_at_the_intake_is_told_as_failed),
    KBNT_TEST(a_new_price_counts_for_what_ends_after_it),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/saga", argc, argv, tests, G_N_ELEMENTS(tests));
}

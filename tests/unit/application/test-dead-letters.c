/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what an operator may do with dead letters. */
#include "dead-letters.h"
#include "fake-ports.h"
#include "runner.h"
#include "sample-rules.h"

#define OLD_ID "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    SampleRules rules;
    KbntRelay *relay;
    KbntExpectation *expectation;
    KbntRoster *roster;
    KbntLedgerCache *ledger_cache;
    KbntAccept *accept;
    KbntDeadLetters *letters;
    guint n_answers;
    gint code;
    KbntValue *result;
} Fixture;

static void
answered(KbntValue *result, const GError *error, gpointer data)
{
    Fixture *fixture = data;

    fixture->n_answers++;
    fixture->code = error != NULL ? error->code : 0;
    fixture->result = result != NULL ? kbnt_value_ref(result) : NULL;
}

static Fixture *
fixture_new(void)
{
    static const gint64 seconds[4] = { 30, 30, 10, 5 };
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntRelayHooks hooks = { 0 };
    const KbntPorts *ports;

    fixture->fake = fake_ports_new(TRUE);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->queries = fake_ports_queries(fixture->fake);
    sample_rules_init(&fixture->rules);
    ports = fake_ports_get(fixture->fake);
    fixture->relay = kbnt_relay_new(ports, KBNT_SERVICE_CONSUMER, 1, 4, &hooks);
    fixture->expectation = kbnt_expectation_new(seconds);
    fixture->roster = kbnt_roster_new();
    fixture->ledger_cache = kbnt_ledger_cache_new();
    const KbntAcceptSettings settings = { .rules = &fixture->rules.rules, .backlog = 10 };
    fixture->accept = kbnt_accept_new(ports, fixture->relay, fixture->expectation,
                                      fixture->roster, fixture->ledger_cache, &settings);
    fixture->letters = kbnt_dead_letters_new(ports, fixture->relay, KBNT_SERVICE_CONSUMER);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_dead_letters_free(fixture->letters);
    kbnt_accept_free(fixture->accept);
    kbnt_ledger_cache_free(fixture->ledger_cache);
    kbnt_roster_free(fixture->roster);
    kbnt_expectation_free(fixture->expectation);
    kbnt_relay_free(fixture->relay);
    sample_rules_clear(&fixture->rules);
    fake_ports_free(fixture->fake);
    kbnt_value_unref(fixture->result);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* Answers the query of the letter, which has @record (transfer full) (nullable). */
static void
answer_letter(Fixture *fixture, KbntValue *record)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *letter = kbnt_value_new();

    kbnt_value_set_int(letter, KBNT_FIELD_POSITION, 7);
    kbnt_value_set_string(letter, KBNT_FIELD_MESSAGE_ID, OLD_ID);
    kbnt_value_take_value(letter, KBNT_FIELD_RECORD, record);
    kbnt_value_take_value(result, KBNT_FIELD_RECORD, letter);
    fake_calls_complete(fixture->queries, result);
}

static void
answer_row(Fixture *fixture)
{
    g_autoptr(KbntValue) row = kbnt_value_new();
    KbntValue *request = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_int(specification, KBNT_FIELD_SIZE_MB, 1024);
    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_set_int(request, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_HIGH);
    kbnt_value_set_string(request, KBNT_FIELD_USER_ID, "user-1");
    kbnt_value_set_string(request, KBNT_FIELD_CORRELATION_ID, "corr-1");
    kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "STOR-0LD");
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    fake_calls_complete(fixture->queries, row);
}

static void
answer_accept(Fixture *fixture)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_copy_field(result, fake_calls_argument(fixture->commands, 0),
                          KBNT_FIELD_REQUEST);
    fake_calls_complete(fixture->commands, result);
}

/* Everything up to the command that stores the new request. */
static KbntValue *
redrive_up_to_the_request(Fixture *fixture)
{
    kbnt_dead_letters_set_accept(fixture->letters, fixture->accept);
    kbnt_dead_letters_redrive(fixture->letters, 7, answered, fixture);
    answer_letter(fixture, NULL);
    answer_row(fixture);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_ACCEPT);
    return kbnt_value_get_value(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_REQUEST);
}

static void
a_raw_record_is_published_again_as_it_was(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntValue *record = kbnt_value_new();

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "requests");
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, 12);
    kbnt_dead_letters_redrive(fixture->letters, 7, answered, fixture);
    answer_letter(fixture, record);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_EXHUME);
    record = kbnt_value_nth_value(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_RECORDS,
                                  0);

    kbnt_assert_string(kbnt_value_get_string(record, KBNT_FIELD_TOPIC), "requests");
    CU_ASSERT(!kbnt_value_has(record, KBNT_FIELD_OFFSET));
    fake_calls_complete(fixture->commands, NULL);
}

static void
an_exhausted_request_becomes_a_new_one_that_names_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntValue *request = redrive_up_to_the_request(fixture);

    kbnt_assert_string(kbnt_value_get_string(request, KBNT_FIELD_RETRY_OF), OLD_ID);
    kbnt_assert_string(kbnt_value_get_string(request, KBNT_FIELD_REQUEST_ID),
                       "redrive-" OLD_ID);
    kbnt_assert_string(kbnt_value_get_string(request, KBNT_FIELD_USER_ID), "user-1");
    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_PRIORITY), KBNT_PRIORITY_HIGH);
    CU_ASSERT(g_strcmp0(kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID), OLD_ID) != 0);
    CU_ASSERT(g_strcmp0(kbnt_value_get_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                        "STOR-0LD") != 0);
    answer_accept(fixture);
    fake_calls_complete(fixture->commands, NULL);
}

static void
the_letter_goes_once_the_request_is_stored(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    redrive_up_to_the_request(fixture);
    kbnt_assert_int(fixture->n_answers, 0);
    answer_accept(fixture);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_EXHUME);
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_POSITION), 7);
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(fixture->code, 0);
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_get_value(fixture->result, KBNT_FIELD_REQUEST),
                              KBNT_FIELD_RETRY_OF),
        OLD_ID);
}

static void
a_letter_that_went_meanwhile_is_no_failure(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    redrive_up_to_the_request(fixture);
    answer_accept(fixture);
    fake_calls_fail(fixture->commands, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_int(fixture->n_answers, 1);
    kbnt_assert_int(fixture->code, 0);
}

static void
a_request_that_is_refused_now_keeps_its_letter(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    redrive_up_to_the_request(fixture);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(fixture->code, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static void
without_a_producer_an_exhausted_request_is_not_made_anew(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_dead_letters_redrive(fixture->letters, 7, answered, fixture);
    answer_letter(fixture, NULL);

    kbnt_assert_int(fixture->code, KBNT_ERROR_NOT_SUPPORTED);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static void
the_letters_after_one_are_listed(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    const KbntValue *argument;

    kbnt_dead_letters_list(fixture->letters, 7, 20, answered, fixture);
    argument = fake_calls_argument(fixture->queries, 0);

    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_DEAD_LETTERS);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_POSITION), 7);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_MAX_ROWS), 20);
}

static void
a_letter_that_is_dropped_is_not_sent_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_dead_letters_drop(fixture->letters, 7, answered, fixture);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_EXHUME);
    kbnt_assert_int(
        kbnt_value_length(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_RECORDS), 0);
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(fixture->n_answers, 1);
}

static void
a_record_is_redriven_without_what_the_broker_had_put_on_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *record = kbnt_value_new();
    KbntValue *sent;

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "requests");
    kbnt_value_set_int(record, KBNT_FIELD_PARTITION, 2);
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, 41);
    kbnt_relay_start(fixture->relay);
    fake_calls_complete(fixture->queries, NULL);
    kbnt_dead_letters_redrive(fixture->letters, 7, answered, fixture);
    answer_letter(fixture, record);
    sent = kbnt_value_copy(
        kbnt_value_nth_value(fake_calls_argument(fixture->commands, 0), KBNT_FIELD_RECORDS, 0));
    kbnt_assert_string(kbnt_value_get_string(sent, KBNT_FIELD_TOPIC), "requests");
    CU_ASSERT(!kbnt_value_has(sent, KBNT_FIELD_PARTITION));
    CU_ASSERT(!kbnt_value_has(sent, KBNT_FIELD_OFFSET));
    kbnt_value_set_int(sent, KBNT_FIELD_POSITION, 9);
    kbnt_value_take_item(result, KBNT_FIELD_RECORDS, sent);
    fake_calls_complete(fixture->commands, result);

    kbnt_assert_string(fake_ports_sent(fixture->fake), "9");
    kbnt_assert_int(fixture->n_answers, 1);
}

static void
a_letter_that_is_not_there_is_not_redriven(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_dead_letters_redrive(fixture->letters, 7, answered, fixture);
    fake_calls_fail(fixture->queries, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_int(fixture->code, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static void
an_offset_of_a_transport_that_forgets_is_not_kept(void)
{
    g_autoptr(FakePorts) forgetful = fake_ports_new(FALSE);
    g_autoptr(FakePorts) durable = fake_ports_new(TRUE);
    g_autoptr(KbntValue) record = kbnt_value_new();
    g_autoptr(KbntValue) kept = NULL;
    g_autoptr(KbntValue) kept_whole = NULL;

    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, 41);
    kept = kbnt_dead_letters_record(fake_ports_get(forgetful), record);
    kept_whole = kbnt_dead_letters_record(fake_ports_get(durable), record);

    CU_ASSERT(!kbnt_value_has(kept, KBNT_FIELD_OFFSET));
    kbnt_assert_int(kbnt_value_get_int(kept_whole, KBNT_FIELD_OFFSET), 41);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_raw_record_is_published_again_as_it_was),
    KBNT_TEST(an_exhausted_request_becomes_a_new_one_that_names_it),
    KBNT_TEST(the_letter_goes_once_the_request_is_stored),
    KBNT_TEST(a_letter_that_went_meanwhile_is_no_failure),
    KBNT_TEST(a_request_that_is_refused_now_keeps_its_letter),
    KBNT_TEST(without_a_producer_an_exhausted_request_is_not_made_anew),
    KBNT_TEST(the_letters_after_one_are_listed),
    KBNT_TEST(a_letter_that_is_dropped_is_not_sent_again),
    KBNT_TEST(a_record_is_redriven_without_what_the_broker_had_put_on_it),
    KBNT_TEST(a_letter_that_is_not_there_is_not_redriven),
    KBNT_TEST(an_offset_of_a_transport_that_forgets_is_not_kept),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/dead-letters", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of a record's way into the consumer's inbox, or among the dead letters. */
#include "consumer-rig.h"
#include "intake.h"
#include "runner.h"
#include "sample-messages.h"

#include <string.h>

typedef struct {
    ConsumerRig rig;
    KbntSaga *saga;
    KbntIntakeConfig config;
    KbntIntake *intake;
} Fixture;

static const KbntPrices prices;

/* Returns: (transfer full): an intake that has joined its group, before a saga that runs. */
static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntPorts *ports;

    consumer_rig_init(&fixture->rig);
    ports = fixture->rig.ports;
    fixture->saga = kbnt_saga_new(ports, fixture->rig.relay, &prices, "worker-1", 1);
    fixture->config = (KbntIntakeConfig){
        .source = { .topic = "requests",
                    .group = "group",
                    .window = 8,
                    .session_timeout_ms = 30000,
                    .commit_interval_ms = 1000,
                    .poll_timeout_ms = 5000 },
        .dead_topic = "dead",
    };
    fixture->intake = kbnt_intake_new(ports, fixture->rig.relay, fixture->saga,
                                      &fixture->config);
    kbnt_saga_start(fixture->saga);
    fake_calls_complete(fixture->rig.queries, NULL);
    kbnt_intake_start(fixture->intake, consumer_rig_done, &fixture->rig);
    fake_calls_complete(fixture->rig.subscriptions, NULL);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    consumer_rig_end_calls(&fixture->rig);
    kbnt_intake_free(fixture->intake);
    kbnt_saga_free(fixture->saga);
    consumer_rig_clear(&fixture->rig);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* Returns: (transfer full): a request that depends on nothing. */
static KbntValue *
request_of(KbntRequestType type)
{
    KbntValue *request = kbnt_sample_request(type);

    kbnt_value_clear(request, KBNT_FIELD_DEPENDS_ON);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    return request;
}

/* Hands over the record of @request (transfer full), which was sent at the time 0. */
static void
deliver_at(Fixture *fixture, gint64 offset, KbntValue *request)
{
    g_autoptr(KbntValue) record = kbnt_value_new();
    g_autoptr(GBytes) body = g_bytes_new_static("body", 4);

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "requests");
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, body);
    kbnt_value_set_int(record, KBNT_FIELD_PARTITION, 2);
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, offset);
    kbnt_value_take_value(record, KBNT_FIELD_REQUEST, request);
    fake_ports_deliver(fixture->rig.fake, record);
}

static void
deliver(Fixture *fixture, KbntValue *request)
{
    deliver_at(fixture, 41, request);
}

static void
deliver_storage(Fixture *fixture)
{
    deliver(fixture, request_of(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE));
}

static KbntValue *
command_of(Fixture *fixture)
{
    return fake_calls_argument(fixture->rig.commands, 0);
}

static KbntValue *
event_of(Fixture *fixture)
{
    return kbnt_value_get_value(
        kbnt_value_nth_value(command_of(fixture), KBNT_FIELD_RECORDS, 0), KBNT_FIELD_EVENT);
}

static void
a_message_is_taken_in_with_its_first_event(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntValue *row;

    deliver_storage(fixture);
    row = command_of(fixture);

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_IN);
    kbnt_assert_string(kbnt_value_get_string(row, KBNT_FIELD_MESSAGE_ID), SAMPLE_MESSAGE_ID);
    kbnt_assert_int(kbnt_value_get_int(row, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_WAITING);
    kbnt_assert_int(kbnt_value_get_int(row, KBNT_FIELD_SEQUENCE), 1);
    kbnt_assert_int((gint64)strlen(kbnt_value_get_string(row, KBNT_FIELD_BODY_HASH)), 64);
    kbnt_assert_int(kbnt_value_get_int(event_of(fixture), KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_VIRTUALIZATION_ACCEPTED);
}

static void
a_message_has_the_time_that_its_way_has_left_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver_storage(fixture);

    kbnt_assert_int(kbnt_value_get_int(command_of(fixture), KBNT_FIELD_REMAINING_MS), 899000);
}

static void
a_record_is_acknowledged_once_it_is_in_the_inbox_and_its_turn_comes(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver_storage(fixture);
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "2:41");
    kbnt_assert_int(fake_ports_n_told(fixture->rig.fake, KBNT_TRANSITION_MESSAGE_RECEIVED), 1);
    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_CLAIM);
}

static void
a_message_that_was_there_already_is_acknowledged_and_not_done_twice(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_DUPLICATE, TRUE);
    deliver_storage(fixture);
    fake_calls_complete(fixture->rig.commands, result);

    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "2:41");
    kbnt_assert_int(fake_ports_n_told(fixture->rig.fake, KBNT_TRANSITION_MESSAGE_REDELIVERED),
                    1);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
}

static void
a_message_that_comes_too_late_ends_at_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntValue *request = request_of(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);

    kbnt_value_set_int(request, KBNT_FIELD_TIMEOUT_MS, 400);
    deliver(fixture, request);
    kbnt_assert_int(kbnt_value_get_int(command_of(fixture), KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(kbnt_value_get_int(event_of(fixture), KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_string(
        kbnt_value_get_string(fake_ports_told(fixture->rig.fake, KBNT_TRANSITION_REQUEST_ENDED),
                              KBNT_FIELD_CODE),
        "DEADLINE_EXCEEDED");
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
}

static void
a_machine_gets_a_number_of_its_own_first(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(KbntValue) block = kbnt_value_new();

    kbnt_value_set_int(block, KBNT_FIELD_POSITION, 7);
    deliver(fixture, request_of(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE));
    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_SERIALS);
    fake_calls_complete(fixture->rig.commands, block);

    kbnt_assert_string(kbnt_value_get_string(command_of(fixture), KBNT_FIELD_VM_ID),
                       "VM-KBNT-20250830-007");
}

static void
a_machine_without_a_number_is_left_to_come_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver(fixture, request_of(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE));
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_CORRUPT);

    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 1);
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
}

static void
a_number_that_the_store_cannot_give_for_now_is_asked_for_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver(fixture, request_of(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE));
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    fake_ports_pass_ms(fixture->rig.fake, 10);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_SERIALS);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 0);
}

static void
a_message_whose_first_event_cannot_be_written_is_a_dead_letter(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver(fixture, request_of(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE));
    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_TOO_LARGE);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_BURY);
    kbnt_assert_string(kbnt_value_get_string(command_of(fixture), KBNT_FIELD_REASON),
                       "TOO_LARGE");
    kbnt_assert_string(kbnt_value_get_string(command_of(fixture), KBNT_FIELD_MESSAGE_ID),
                       SAMPLE_MESSAGE_ID);
}

static void
a_cancel_is_taken_in_with_the_event_that_ends_a_target_that_has_not_come(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver(fixture, request_of(KBNT_REQUEST_TYPE_CANCEL_REQUEST));

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_CANCEL);
    kbnt_assert_string(kbnt_value_get_string(command_of(fixture), KBNT_FIELD_TARGET_MESSAGE_ID),
                       SAMPLE_OTHER_ID);
    kbnt_assert_string(kbnt_value_get_string(event_of(fixture), KBNT_FIELD_STREAM_ID),
                       SAMPLE_OTHER_ID);
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_get_value(event_of(fixture), KBNT_FIELD_ERROR),
                              KBNT_FIELD_CODE),
        "DEADLINE_EXCEEDED");
}

static void
a_cancel_ends_its_target(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    KbntValue *target = request_of(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);

    kbnt_value_set_string(target, KBNT_FIELD_MESSAGE_ID, SAMPLE_OTHER_ID);
    deliver(fixture, target);
    fake_calls_complete(fixture->rig.commands, NULL);
    deliver(fixture, request_of(KBNT_REQUEST_TYPE_CANCEL_REQUEST));
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_calls_complete(fixture->rig.queries, NULL);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_ADVANCE);
    kbnt_assert_int(kbnt_value_get_int(command_of(fixture), KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_ENDED);
}

static void
what_cannot_be_read_is_a_dead_letter_with_a_copy_for_its_topic(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    const KbntValue *copy;

    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_UNDECODABLE);
    deliver_storage(fixture);
    copy = kbnt_value_nth_value(command_of(fixture), KBNT_FIELD_RECORDS, 0);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_BURY);
    kbnt_assert_string(kbnt_value_get_string(command_of(fixture), KBNT_FIELD_REASON),
                       "UNDECODABLE");
    kbnt_assert_string(kbnt_value_get_string(copy, KBNT_FIELD_TOPIC), "dead");
    kbnt_assert_int(kbnt_value_length(copy, KBNT_FIELD_HEADERS), 6);
}

static void
a_dead_letter_has_no_copy_where_there_is_no_topic_for_it(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    fixture->config.dead_topic = NULL;
    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_UNDECODABLE);
    deliver_storage(fixture);

    kbnt_assert_int(kbnt_value_length(command_of(fixture), KBNT_FIELD_RECORDS), 0);
}

static void
each_kind_of_dead_letter_is_told_by_its_own_name(void)
{
    static const struct {
        KbntErrorCode code;
        const char *reason;
    } rows[] = {
        { KBNT_ERROR_CHECKSUM_MISMATCH, "checksum-mismatch" },
        { KBNT_ERROR_UNSIGNED, "unsigned" },
        { KBNT_ERROR_SIGNATURE_INVALID, "signature-invalid" },
        { KBNT_ERROR_SCHEMA_UNKNOWN, "decode-failed" },
    };
    g_autoptr(Fixture) fixture = fixture_new();

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        fake_ports_break_codec(fixture->rig.fake, rows[i].code);
        deliver_storage(fixture);
        fake_calls_complete(fixture->rig.commands, NULL);
        kbnt_assert_string(kbnt_value_get_string(
                               fake_ports_told(fixture->rig.fake, KBNT_TRANSITION_MESSAGE_DEAD),
                               KBNT_FIELD_REASON),
                           rows[i].reason);
    }
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "2:41 2:41 2:41 2:41");
}

static void
a_second_message_under_a_known_id_is_a_dead_letter(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver_storage(fixture);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_ID_CONFLICT);
    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_BURY);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_string(
        kbnt_value_get_string(fake_ports_told(fixture->rig.fake, KBNT_TRANSITION_MESSAGE_DEAD),
                              KBNT_FIELD_REASON),
        "id-conflict");
}

static void
a_store_that_fails_for_now_is_asked_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver_storage(fixture);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    fake_ports_pass_ms(fixture->rig.fake, 10);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_IN);
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
}

static void
what_waits_for_the_store_is_left_when_the_intake_stops(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    guint n_timers = fake_ports_n_timers(fixture->rig.fake);

    deliver_storage(fixture);
    deliver_at(fixture, 42, request_of(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE));
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FULL);
    kbnt_assert_int(fake_ports_n_timers(fixture->rig.fake), n_timers + 1);
    kbnt_intake_stop(fixture->intake, consumer_rig_done, &fixture->rig);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FULL);

    kbnt_assert_int(fake_ports_n_timers(fixture->rig.fake), n_timers);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
}

static void
what_was_left_at_a_stop_is_taken_in_when_it_comes_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    deliver_storage(fixture);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FULL);
    kbnt_intake_stop(fixture->intake, consumer_rig_done, &fixture->rig);
    fake_calls_complete(fixture->rig.subscriptions, NULL);
    kbnt_intake_start(fixture->intake, consumer_rig_done, &fixture->rig);
    fake_calls_complete(fixture->rig.subscriptions, NULL);
    deliver_storage(fixture);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "2:41");
}

static void
a_record_that_comes_again_while_it_waits_for_the_store_is_taken_in_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    guint n_timers = fake_ports_n_timers(fixture->rig.fake);

    deliver_storage(fixture);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FULL);
    deliver_storage(fixture);

    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    kbnt_assert_int(fake_ports_n_timers(fixture->rig.fake), n_timers + 1);
}

static void
a_dead_letter_that_the_store_refuses_is_buried_when_it_comes_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_UNDECODABLE);
    deliver_storage(fixture);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_CORRUPT);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 1);
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
    deliver_storage(fixture);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "2:41");
}

static void
a_partition_that_has_left_is_not_acknowledged(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    fake_ports_move_partition(fixture->rig.fake, 2, TRUE);
    deliver_storage(fixture);
    fake_ports_move_partition(fixture->rig.fake, 2, FALSE);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
    CU_ASSERT(kbnt_intake_receipts(fixture->intake) != NULL);
}

static void
events_of_the_intake_go_to_the_relay(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *record = kbnt_value_new();

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "events");
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, 3);
    kbnt_value_take_item(result, KBNT_FIELD_RECORDS, record);
    kbnt_relay_start(fixture->rig.relay);
    fake_calls_complete(fixture->rig.queries, NULL);
    deliver_storage(fixture);
    fake_calls_complete(fixture->rig.commands, result);

    kbnt_assert_string(fake_ports_sent(fixture->rig.fake), "3");
}

static void
a_group_is_joined_with_the_times_that_are_set(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    const KbntSubscription *subscription = fake_ports_subscription(fixture->rig.fake);

    kbnt_assert_string(subscription->group, "group");
    kbnt_assert_int(subscription->session_timeout_ms, 30000);
    kbnt_assert_int(subscription->commit_interval_ms, 1000);
    kbnt_assert_int(subscription->poll_timeout_ms, 5000);
}

static void
an_intake_that_is_stopped_leaves_its_group(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_intake_stop(fixture->intake, consumer_rig_done, &fixture->rig);
    kbnt_assert_int(fake_calls_verb(fixture->rig.subscriptions, 0), FAKE_UNSUBSCRIBE);
    fake_calls_complete(fixture->rig.subscriptions, NULL);

    kbnt_assert_int(fixture->rig.n_done, 2);
}

/* Returns: (transfer none): the look-ups, of which the record of a foreign writer is one. */
static FakeCalls *
deliver_foreign(Fixture *fixture)
{
    FakeCalls *look_ups = fake_ports_look_ups(fixture->rig.fake);

    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_SCHEMA_UNKNOWN);
    deliver_storage(fixture);
    kbnt_assert_int(fake_calls_length(look_ups), 1);
    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    return look_ups;
}

static void
a_record_of_a_foreign_writer_is_taken_in_once_its_schema_is_known(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    FakeCalls *look_ups = deliver_foreign(fixture);

    fake_ports_break_codec(fixture->rig.fake, 0);
    fake_calls_complete(look_ups, NULL);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_IN);
}

static void
a_registry_that_is_away_is_asked_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    FakeCalls *look_ups = deliver_foreign(fixture);

    fake_calls_fail(look_ups, KBNT_ERROR_UNAVAILABLE);
    kbnt_assert_int(fake_calls_length(look_ups), 0);
    fake_ports_pass_ms(fixture->rig.fake, 10);
    kbnt_assert_int(fake_calls_length(look_ups), 1);
    fake_ports_break_codec(fixture->rig.fake, 0);
    fake_calls_complete(look_ups, NULL);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_TAKE_IN);
}

static void
a_schema_that_nobody_has_makes_a_dead_letter(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    FakeCalls *look_ups = deliver_foreign(fixture);

    fake_calls_fail(look_ups, KBNT_ERROR_SCHEMA_UNKNOWN);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_BURY);
    kbnt_assert_string(kbnt_value_get_string(command_of(fixture), KBNT_FIELD_REASON),
                       "SCHEMA_UNKNOWN");
}

static void
what_waits_for_a_schema_is_left_when_the_intake_stops(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    FakeCalls *look_ups = deliver_foreign(fixture);

    kbnt_intake_stop(fixture->intake, consumer_rig_done, &fixture->rig);
    fake_ports_break_codec(fixture->rig.fake, 0);
    fake_calls_complete(look_ups, NULL);

    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    kbnt_assert_string(fake_ports_acknowledged(fixture->rig.fake), "");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_message_is_taken_in_with_its_first_event),
    KBNT_TEST(a_message_has_the_time_that_its_way_has_left_it),
    KBNT_TEST(a_record_is_acknowledged_once_it_is_in_the_inbox_and_its_turn_comes),
    KBNT_TEST(a_message_that_was_there_already_is_acknowledged_and_not_done_twice),
    KBNT_TEST(a_message_that_comes_too_late_ends_at_once),
    KBNT_TEST(a_machine_gets_a_number_of_its_own_first),
    KBNT_TEST(a_machine_without_a_number_is_left_to_come_again),
    KBNT_TEST(a_number_that_the_store_cannot_give_for_now_is_asked_for_again),
    KBNT_TEST(a_message_whose_first_event_cannot_be_written_is_a_dead_letter),
    KBNT_TEST(a_cancel_is_taken_in_with_the_event_that_ends_a_target_that_has_not_come),
    KBNT_TEST(a_cancel_ends_its_target),
    KBNT_TEST(what_cannot_be_read_is_a_dead_letter_with_a_copy_for_its_topic),
    KBNT_TEST(a_dead_letter_has_no_copy_where_there_is_no_topic_for_it),
    KBNT_TEST(each_kind_of_dead_letter_is_told_by_its_own_name),
    KBNT_TEST(a_second_message_under_a_known_id_is_a_dead_letter),
    KBNT_TEST(a_store_that_fails_for_now_is_asked_again),
    KBNT_TEST(a_record_of_a_foreign_writer_is_taken_in_once_its_schema_is_known),
    KBNT_TEST(a_registry_that_is_away_is_asked_again),
    KBNT_TEST(a_schema_that_nobody_has_makes_a_dead_letter),
    KBNT_TEST(what_waits_for_a_schema_is_left_when_the_intake_stops),
    KBNT_TEST(what_waits_for_the_store_is_left_when_the_intake_stops),
    KBNT_TEST(what_was_left_at_a_stop_is_taken_in_when_it_comes_again),
    KBNT_TEST(a_record_that_comes_again_while_it_waits_for_the_store_is_taken_in_once),
    KBNT_TEST(a_dead_letter_that_the_store_refuses_is_buried_when_it_comes_again),
    KBNT_TEST(a_partition_that_has_left_is_not_acknowledged),
    KBNT_TEST(events_of_the_intake_go_to_the_relay),
    KBNT_TEST(a_group_is_joined_with_the_times_that_are_set),
    KBNT_TEST(an_intake_that_is_stopped_leaves_its_group),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/intake", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the consumer's half as a whole: in which order it starts and stops. */
#include "consumer-rig.h"
#include "consumer.h"
#include "runner.h"

typedef struct {
    ConsumerRig rig;
    KbntPrices prices;
    KbntConsumer *consumer;
} Fixture;

/* Returns: (transfer full): a consumer that asks for its hosts. */
static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntConsumerSettings settings = {
        .intake = { .source = { .topic = "requests", .group = "group", .window = 8 } },
        .prices = &fixture->prices,
        .region = "region-1",
        .retention = { .inbox_ms = 1000, .dead_letters_ms = 1000 },
        .n_partitions = 1,
        .publish_window = 4,
        .slots = 1,
        .host_interval_ms = 600000,
        .meter_interval_ms = 600000,
    };

    consumer_rig_init(&fixture->rig);
    fixture->consumer = kbnt_consumer_new(fixture->rig.ports, &settings);
    kbnt_consumer_start(fixture->consumer, consumer_rig_done, &fixture->rig);
    kbnt_assert_int(fake_calls_verb(fixture->rig.queries, 0), KBNT_STORE_TOTALS);
    fake_calls_complete(fixture->rig.queries, NULL);
    return fixture;
}

/* Returns: (transfer full): a consumer with an empty inbox and no hosts. */
static Fixture *
started(void)
{
    Fixture *fixture = fixture_new();

    fake_calls_fail(fixture->rig.actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
    while (fake_calls_length(fixture->rig.queries) > 0)
        fake_calls_complete(fixture->rig.queries, NULL);
    return fixture;
}

/* Returns: (transfer full): one that takes in records, too. */
static Fixture *
joined(void)
{
    Fixture *fixture = started();

    kbnt_consumer_join(fixture->consumer, consumer_rig_done, &fixture->rig);
    fake_calls_complete(fixture->rig.queries, NULL); /* nothing is in the outbox */
    fake_calls_complete(fixture->rig.subscriptions, NULL);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    consumer_rig_end_calls(&fixture->rig);
    kbnt_consumer_free(fixture->consumer);
    consumer_rig_clear(&fixture->rig);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static guint
n_pruned(Fixture *fixture)
{
    guint n = 0;

    for (guint i = 0; i < fake_calls_length(fixture->rig.commands); i++)
        if (fake_calls_verb(fixture->rig.commands, i) == KBNT_STORE_PRUNE)
            n++;
    return n;
}

static void
hosts_are_reported_before_it_has_started(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_assert_int(fake_calls_verb(fixture->rig.actions, 0), KBNT_ACTION_HOSTS);
    fake_calls_complete(fixture->rig.actions, NULL);
    kbnt_assert_int(fixture->rig.n_done, 0);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fake_calls_length(fixture->rig.subscriptions), 0);
}

static void
records_come_in_once_it_has_joined(void)
{
    g_autoptr(Fixture) fixture = started();

    kbnt_consumer_join(fixture->consumer, consumer_rig_done, &fixture->rig);
    kbnt_assert_int(fake_calls_verb(fixture->rig.subscriptions, 0), FAKE_SUBSCRIBE);
    kbnt_assert_int(fixture->rig.n_done, 1);
    fake_calls_complete(fixture->rig.subscriptions, NULL);

    kbnt_assert_int(fixture->rig.n_done, 2);
}

static void
a_store_that_cannot_be_read_is_why_it_does_not_start(void)
{
    g_autoptr(Fixture) fixture = started();

    kbnt_consumer_start(fixture->consumer, consumer_rig_done, &fixture->rig);
    fake_calls_fail(fixture->rig.queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_STORE_FAILED);
}

static void
a_consumer_that_was_drained_before_joins_its_group_when_it_is_resumed(void)
{
    g_autoptr(Fixture) fixture = started();
    KbntDrain *drain = kbnt_consumer_drain(fixture->consumer);

    kbnt_drain_set(drain, TRUE);
    kbnt_consumer_join(fixture->consumer, consumer_rig_done, &fixture->rig);
    kbnt_assert_int(fixture->rig.n_done, 2);
    kbnt_assert_int(fake_calls_length(fixture->rig.subscriptions), 0);
    kbnt_drain_set(drain, FALSE);

    kbnt_assert_int(fake_calls_verb(fixture->rig.subscriptions, 0), FAKE_SUBSCRIBE);
}

static void
a_consumer_that_has_not_joined_has_no_group_to_leave(void)
{
    g_autoptr(Fixture) fixture = started();

    kbnt_consumer_stop(fixture->consumer, consumer_rig_done, &fixture->rig);

    kbnt_assert_int(fixture->rig.n_done, 2);
    kbnt_assert_int(fake_calls_length(fixture->rig.subscriptions), 0);
}

static void
a_provisioner_that_is_away_is_no_reason_not_to_start(void)
{
    g_autoptr(Fixture) fixture = started();

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fixture->rig.code, 0);
}

static void
a_group_that_cannot_be_joined_is(void)
{
    g_autoptr(Fixture) fixture = started();

    kbnt_consumer_join(fixture->consumer, consumer_rig_done, &fixture->rig);
    fake_calls_fail(fixture->rig.subscriptions, KBNT_ERROR_TRANSPORT_UNAVAILABLE);

    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_TRANSPORT_UNAVAILABLE);
}

static void
a_consumer_stops_once_it_has_left_its_group(void)
{
    g_autoptr(Fixture) fixture = joined();

    kbnt_consumer_stop(fixture->consumer, consumer_rig_done, &fixture->rig);
    kbnt_assert_int(fake_calls_verb(fixture->rig.subscriptions, 0), FAKE_UNSUBSCRIBE);
    kbnt_assert_int(fixture->rig.n_done, 2);
    fake_calls_complete(fixture->rig.subscriptions, NULL);

    kbnt_assert_int(fixture->rig.n_done, 3);
}

static void
a_drained_consumer_has_left_already(void)
{
    g_autoptr(Fixture) fixture = joined();

    kbnt_drain_set(kbnt_consumer_drain(fixture->consumer), TRUE);
    fake_calls_complete(fixture->rig.subscriptions, NULL);
    kbnt_consumer_stop(fixture->consumer, consumer_rig_done, &fixture->rig);

    kbnt_assert_int(fixture->rig.n_done, 3);
    kbnt_assert_int(fake_calls_length(fixture->rig.subscriptions), 0);
}

static void
old_rows_of_the_inbox_are_pruned_each_minute(void)
{
    g_autoptr(Fixture) fixture = started();

    fake_ports_pass_ms(fixture->rig.fake, 59000);
    kbnt_assert_int(n_pruned(fixture), 0);
    fake_ports_pass_ms(fixture->rig.fake, 1000);

    kbnt_assert_int(n_pruned(fixture), 2);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(fixture->rig.commands, 0), KBNT_FIELD_NAME),
        "inbox");
}

static void
what_is_to_be_kept_for_ever_from_now_on_is_not_pruned(void)
{
    static const KbntRetention for_ever = { 0 };
    g_autoptr(Fixture) fixture = started();

    kbnt_consumer_set_settings(fixture->consumer, &fixture->prices, &for_ever);
    fake_ports_pass_ms(fixture->rig.fake, 60000);

    kbnt_assert_int(n_pruned(fixture), 0);
}

/* The broker confirms a record of the consumer's outbox, of that type of event. */
static void
confirm_record(Fixture *fixture, KbntEventType type)
{
    g_autoptr(KbntValue) record = kbnt_value_new();

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "events");
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, 1);
    kbnt_value_set_int(record, KBNT_FIELD_CREATED_AT, 500);
    if (type != 0)
        kbnt_value_set_int(record, KBNT_FIELD_EVENT_TYPE, type);
    kbnt_relay_push(kbnt_consumer_relay(fixture->consumer), record);
    fake_calls_complete(fake_ports_publishes(fixture->rig.fake), NULL);
}

static void
an_acknowledged_event_is_told_with_the_time_since_its_request(void)
{
    g_autoptr(Fixture) fixture = joined();

    confirm_record(fixture, KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);

    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(
            fake_ports_told(fixture->rig.fake, KBNT_TRANSITION_EVENT_ACKNOWLEDGED),
            KBNT_FIELD_SECONDS),
        0.5, 1e-9);
}

static void
a_record_that_is_no_event_is_not_told_as_one(void)
{
    g_autoptr(Fixture) fixture = joined();

    confirm_record(fixture, 0);

    kbnt_assert_int(fake_ports_n_told(fixture->rig.fake, KBNT_TRANSITION_EVENT_ACKNOWLEDGED),
                    0);
}

static void
its_parts_are_there_to_be_asked(void)
{
    g_autoptr(Fixture) fixture = started();

    kbnt_assert_int(kbnt_saga_n_running(kbnt_consumer_saga(fixture->consumer)), 0);
    CU_ASSERT(kbnt_consumer_intake(fixture->consumer) != NULL);
    CU_ASSERT(kbnt_consumer_dead_letters(fixture->consumer) != NULL);
    CU_ASSERT(kbnt_consumer_reconcile(fixture->consumer) != NULL);
}

static const KbntTest tests[] = {
    KBNT_TEST(hosts_are_reported_before_it_has_started),
    KBNT_TEST(records_come_in_once_it_has_joined),
    KBNT_TEST(a_store_that_cannot_be_read_is_why_it_does_not_start),
    KBNT_TEST(a_consumer_that_was_drained_before_joins_its_group_when_it_is_resumed),
    KBNT_TEST(a_consumer_that_has_not_joined_has_no_group_to_leave),
    KBNT_TEST(a_provisioner_that_is_away_is_no_reason_not_to_start),
    KBNT_TEST(a_group_that_cannot_be_joined_is),
    KBNT_TEST(a_consumer_stops_once_it_has_left_its_group),
    KBNT_TEST(a_drained_consumer_has_left_already),
    KBNT_TEST(old_rows_of_the_inbox_are_pruned_each_minute),
    KBNT_TEST(what_is_to_be_kept_for_ever_from_now_on_is_not_pruned),
    KBNT_TEST(an_acknowledged_event_is_told_with_the_time_since_its_request),
    KBNT_TEST(a_record_that_is_no_event_is_not_told_as_one),
    KBNT_TEST(its_parts_are_there_to_be_asked),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/consumer", argc, argv, tests, G_N_ELEMENTS(tests));
}

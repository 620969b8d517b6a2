/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of a consumer that takes no more work, and takes it up again. */
#include "drain.h"
#include "fake-ports.h"
#include "runner.h"

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *subscriptions;
    KbntRelay *relay;
    KbntSaga *saga;
    KbntIntake *intake;
    KbntDrain *drain;
} Fixture;

static const KbntPrices prices;
static const KbntIntakeConfig config = {
    .source = { .topic = "requests", .group = "group", .window = 8 }
};

static void
ignore(KbntValue *result, const GError *error, gpointer data)
{
    (void)result;
    (void)error;
    (void)data;
}

/* Returns: (transfer full): a consumer that has joined its group and found its inbox empty. */
static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntRelayHooks hooks = { 0 };
    const KbntPorts *ports;

    fixture->fake = fake_ports_new(TRUE);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->subscriptions = fake_ports_subscriptions(fixture->fake);
    ports = fake_ports_get(fixture->fake);
    fixture->relay = kbnt_relay_new(ports, KBNT_SERVICE_CONSUMER, 1, 4, &hooks);
    fixture->saga = kbnt_saga_new(ports, fixture->relay, &prices, "worker-1", 1);
    fixture->intake = kbnt_intake_new(ports, fixture->relay, fixture->saga, &config);
    fixture->drain = kbnt_drain_new(ports, fixture->intake, fixture->saga);
    kbnt_saga_start(fixture->saga);
    fake_calls_complete(fake_ports_queries(fixture->fake), NULL);
    kbnt_intake_start(fixture->intake, ignore, NULL);
    fake_calls_complete(fixture->subscriptions, NULL);
    kbnt_drain_begin(fixture->drain, TRUE);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_drain_free(fixture->drain);
    kbnt_intake_free(fixture->intake);
    kbnt_saga_free(fixture->saga);
    kbnt_relay_free(fixture->relay);
    fake_ports_free(fixture->fake);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static void
offer(Fixture *fixture)
{
    g_autoptr(KbntValue) row = kbnt_value_new();
    KbntValue *request = kbnt_value_new();

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_CREATE_NETWORK);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    kbnt_value_set_string(row, KBNT_FIELD_MESSAGE_ID, "message-1");
    kbnt_value_set_string(row, KBNT_FIELD_STREAM_ID, "message-1");
    kbnt_value_set_string(row, KBNT_FIELD_USER_ID, "user-1");
    kbnt_value_set_int(row, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    kbnt_saga_offer(fixture->saga, row);
}

static void
a_drained_consumer_leaves_its_group_and_claims_nothing(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_drain_set(fixture->drain, TRUE);
    offer(fixture);

    kbnt_assert_int(fake_calls_verb(fixture->subscriptions, 0), FAKE_UNSUBSCRIBE);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    CU_ASSERT(kbnt_drain_is_wanted(fixture->drain));
    CU_ASSERT(!kbnt_drain_has_left(fixture->drain));
    fake_calls_complete(fixture->subscriptions, NULL);
    CU_ASSERT(kbnt_drain_has_left(fixture->drain));
}

static void
what_is_in_work_goes_on(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    offer(fixture);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_CLAIM);
    kbnt_drain_set(fixture->drain, TRUE);

    kbnt_assert_int(kbnt_drain_n_working(fixture->drain), 1);
}

static void
a_resumed_consumer_joins_again_and_claims_what_waits(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_drain_set(fixture->drain, TRUE);
    fake_calls_complete(fixture->subscriptions, NULL);
    offer(fixture);
    kbnt_drain_set(fixture->drain, FALSE);

    kbnt_assert_int(fake_calls_verb(fixture->subscriptions, 0), FAKE_SUBSCRIBE);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_CLAIM);
}

static void
what_is_wanted_meanwhile_is_done_next(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_drain_set(fixture->drain, TRUE);
    kbnt_drain_set(fixture->drain, FALSE);
    kbnt_assert_int(fake_calls_length(fixture->subscriptions), 1);
    fake_calls_complete(fixture->subscriptions, NULL);

    kbnt_assert_int(fake_calls_verb(fixture->subscriptions, 0), FAKE_SUBSCRIBE);
}

static void
a_group_that_cannot_be_left_is_left_a_second_later(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_drain_set(fixture->drain, TRUE);
    fake_calls_fail(fixture->subscriptions, KBNT_ERROR_TRANSPORT_UNAVAILABLE);
    CU_ASSERT(!kbnt_drain_has_left(fixture->drain));
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
    fake_ports_pass_ms(fixture->fake, 1000);

    kbnt_assert_int(fake_calls_verb(fixture->subscriptions, 0), FAKE_UNSUBSCRIBE);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_drained_consumer_leaves_its_group_and_claims_nothing),
    KBNT_TEST(what_is_in_work_goes_on),
    KBNT_TEST(a_resumed_consumer_joins_again_and_claims_what_waits),
    KBNT_TEST(what_is_wanted_meanwhile_is_done_next),
    KBNT_TEST(a_group_that_cannot_be_left_is_left_a_second_later),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/drain", argc, argv, tests, G_N_ELEMENTS(tests));
}

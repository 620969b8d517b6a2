/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the comparison of one host, and of the second look at what seems amiss. */
#include "fake-ports.h"
#include "inspection.h"
#include "runner.h"

#define OWNER "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
#define STRANGER "7f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *actions;
    KbntRelay *relay;
    KbntUpkeep upkeep;
    KbntInspection *inspection;
    KbntValue *findings; /* NULL until it has ended */
    gint code;           /* of the error that it ended with */
} Fixture;

static void
ended(KbntValue *result, const GError *error, gpointer data)
{
    Fixture *fixture = data;

    fixture->findings = result != NULL ? kbnt_value_ref(result) : kbnt_value_new();
    fixture->code = error != NULL ? error->code : 0;
}

static Fixture *
fixture_new(gboolean is_alive)
{
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntRelayHooks hooks = { 0 };
    g_autoptr(KbntValue) host = kbnt_value_new();

    fixture->fake = fake_ports_new(TRUE);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->queries = fake_ports_queries(fixture->fake);
    fixture->actions = fake_ports_actions(fixture->fake);
    fixture->relay = kbnt_relay_new(fake_ports_get(fixture->fake), KBNT_SERVICE_CONSUMER, 1, 4,
                                    &hooks);
    fixture->upkeep = (KbntUpkeep){ fake_ports_get(fixture->fake), fixture->relay, "worker-1" };
    kbnt_value_set_string(host, KBNT_FIELD_HOST, "host-1");
    kbnt_value_set_int(host, KBNT_FIELD_ALIVE, is_alive);
    fixture->inspection = kbnt_inspection_begin(&fixture->upkeep, host, ended, fixture);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_inspection_free(fixture->inspection);
    kbnt_relay_free(fixture->relay);
    fake_ports_free(fixture->fake);
    kbnt_value_unref(fixture->findings);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static KbntValue *
network(const char *message_id, KbntResourceStatus status)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "NET-1");
    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_string(value, KBNT_FIELD_HOST, "host-1");
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_STATUS, status);
    return value;
}

static KbntValue *
part_of(const char *message_id, KbntResourceStatus status)
{
    KbntValue *value = network(message_id, status);
    char part_id[37];

    kbnt_uuid_name("resource", message_id, part_id);
    kbnt_value_set_int(value, KBNT_FIELD_PART, KBNT_PART_NETWORK);
    kbnt_value_set_string(value, KBNT_FIELD_PART_ID, part_id);
    return value;
}

/* Answers the eldest query or call with @item (transfer full) (nullable) in @field. */
static void
answer(FakeCalls *calls, KbntField field, KbntValue *item)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    if (field == KBNT_FIELD_RESOURCE)
        kbnt_value_take_value(result, field, item);
    else if (item != NULL)
        kbnt_value_take_item(result, field, item);
    else
        kbnt_value_set_empty_list(result, field);
    fake_calls_complete(calls, result);
}

/* Resources, then parts, then the turn of the first suspect. */
static void
compare(Fixture *fixture, KbntValue *resource, KbntValue *part)
{
    answer(fixture->queries, KBNT_FIELD_ITEMS, resource);
    answer(fixture->actions, KBNT_FIELD_PARTS, part);
    fake_ports_pass_ms(fixture->fake, 1);
}

static void
look_in_the_store(Fixture *fixture, KbntResourceStatus status)
{
    answer(fixture->queries, KBNT_FIELD_ITEMS, NULL);
    answer(fixture->queries, KBNT_FIELD_RESOURCE, network(OWNER, status));
}

static const KbntValue *
only_finding(Fixture *fixture, const char *name)
{
    fake_ports_pass_ms(fixture->fake, 1);
    kbnt_assert_int(fixture->code, 0);
    kbnt_assert_int(kbnt_value_length(fixture->findings, KBNT_FIELD_ITEMS), 1);
    const KbntValue *finding = kbnt_value_nth_value(fixture->findings, KBNT_FIELD_ITEMS, 0);
    kbnt_assert_string(kbnt_value_get_string(finding, KBNT_FIELD_REASON), name);
    return finding;
}

static void
finds_nothing(Fixture *fixture)
{
    fake_ports_pass_ms(fixture->fake, 1);
    kbnt_assert_int(fixture->code, 0);
    CU_ASSERT_FATAL(fixture->findings != NULL);
    kbnt_assert_int(kbnt_value_length(fixture->findings, KBNT_FIELD_ITEMS), 0);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static void
a_host_that_is_as_the_store_says_is_asked_no_further(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE),
            part_of(OWNER, KBNT_RESOURCE_STATUS_ACTIVE));

    finds_nothing(fixture);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
}

static void
an_orphan_is_reported_and_left_alone(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    const KbntValue *finding;

    compare(fixture, NULL, part_of(STRANGER, KBNT_RESOURCE_STATUS_ACTIVE));
    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_INBOX);
    fake_calls_fail(fixture->queries, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_RESOURCE);
    fake_calls_fail(fixture->queries, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_int(fake_calls_verb(fixture->actions, 0), KBNT_ACTION_INSPECT);
    fake_calls_complete(fixture->actions, NULL);
    finding = only_finding(fixture, "orphan");

    kbnt_assert_string(kbnt_value_get_string(finding, KBNT_FIELD_MESSAGE_ID), STRANGER);
    kbnt_assert_int(fake_calls_length(fixture->actions), 0);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static void
what_a_message_in_work_makes_is_no_orphan(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    g_autoptr(KbntValue) row = kbnt_value_new();

    kbnt_value_set_int(row, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_RUNNING);
    compare(fixture, NULL, part_of(STRANGER, KBNT_RESOURCE_STATUS_ACTIVE));
    fake_calls_complete(fixture->queries, row);

    finds_nothing(fixture);
}

static void
what_a_debt_has_left_is_no_orphan(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    g_autoptr(KbntValue) row = kbnt_value_new();

    kbnt_value_set_int(row, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_DEBT);
    compare(fixture, NULL, part_of(STRANGER, KBNT_RESOURCE_STATUS_ACTIVE));
    fake_calls_complete(fixture->queries, row);

    finds_nothing(fixture);
}

static void
what_was_created_meanwhile_is_no_orphan(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    g_autoptr(KbntValue) row = kbnt_value_new();

    kbnt_value_set_int(row, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    compare(fixture, NULL, part_of(STRANGER, KBNT_RESOURCE_STATUS_ACTIVE));
    fake_calls_complete(fixture->queries, row);
    answer(fixture->queries, KBNT_FIELD_RESOURCE,
           network(STRANGER, KBNT_RESOURCE_STATUS_ACTIVE));

    finds_nothing(fixture);
}

static void
what_is_missing_becomes_lost_with_an_event_of_its_own_stream(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    const KbntValue *event;
    KbntValue *emission;

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE), NULL);
    fake_calls_fail(fixture->actions, KBNT_ERROR_NOT_FOUND);
    look_in_the_store(fixture, KBNT_RESOURCE_STATUS_ACTIVE);
    fake_calls_complete(fixture->queries, NULL);
    emission = fake_calls_argument(fixture->commands, 0);
    event = kbnt_value_get_value(kbnt_value_nth_value(emission, KBNT_FIELD_RECORDS, 0),
                                 KBNT_FIELD_EVENT);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_EMIT);
    kbnt_assert_int(kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED);
    kbnt_assert_int(kbnt_value_get_int(event, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_LOST);

    fake_calls_complete(fixture->commands, NULL);
    kbnt_assert_int(
        kbnt_value_get_int(only_finding(fixture, "missing"), KBNT_FIELD_RESOURCE_STATUS),
        KBNT_RESOURCE_STATUS_LOST);
}

static void
what_is_lost_already_is_reported_without_an_event(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_LOST), NULL);
    fake_calls_fail(fixture->actions, KBNT_ERROR_NOT_FOUND);
    look_in_the_store(fixture, KBNT_RESOURCE_STATUS_LOST);

    CU_ASSERT(!kbnt_value_has(only_finding(fixture, "missing"), KBNT_FIELD_RESOURCE_STATUS));
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static void
what_is_being_deleted_is_not_missing(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    KbntValue *row = kbnt_value_new();

    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, network(STRANGER, 0));
    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE), NULL);
    fake_calls_fail(fixture->actions, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_WORKING);
    answer(fixture->queries, KBNT_FIELD_ITEMS, row);

    finds_nothing(fixture);
}

static void
what_was_deleted_meanwhile_is_not_missing(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE), NULL);
    fake_calls_fail(fixture->actions, KBNT_ERROR_NOT_FOUND);
    look_in_the_store(fixture, KBNT_RESOURCE_STATUS_DELETED);

    finds_nothing(fixture);
}

static void
what_is_there_after_all_is_not_missing(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE), NULL);
    fake_calls_complete(fixture->actions, NULL);

    finds_nothing(fixture);
}

static void
an_event_that_comes_too_late_changes_nothing(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE), NULL);
    fake_calls_fail(fixture->actions, KBNT_ERROR_NOT_FOUND);
    look_in_the_store(fixture, KBNT_RESOURCE_STATUS_ACTIVE);
    fake_calls_complete(fixture->queries, NULL);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_CONFLICT);

    finds_nothing(fixture);
}

static void
all_on_a_host_that_is_gone_is_lost(void)
{
    g_autoptr(Fixture) fixture = fixture_new(FALSE);

    answer(fixture->queries, KBNT_FIELD_ITEMS, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE));
    kbnt_assert_int(fake_calls_length(fixture->actions), 0);
    fake_ports_pass_ms(fixture->fake, 1);
    look_in_the_store(fixture, KBNT_RESOURCE_STATUS_ACTIVE);
    fake_calls_complete(fixture->queries, NULL);
    fake_calls_complete(fixture->commands, NULL);

    only_finding(fixture, "missing");
    kbnt_assert_int(fake_calls_length(fixture->actions), 0);
}

static void
what_is_back_takes_over_the_state_that_is_seen(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);
    g_autoptr(KbntValue) seen = part_of(OWNER, KBNT_RESOURCE_STATUS_ACTIVE);

    compare(fixture, network(OWNER, KBNT_RESOURCE_STATUS_LOST),
            part_of(OWNER, KBNT_RESOURCE_STATUS_ACTIVE));
    fake_calls_complete(fixture->actions, seen);
    look_in_the_store(fixture, KBNT_RESOURCE_STATUS_LOST);
    fake_calls_complete(fixture->queries, NULL);
    fake_calls_complete(fixture->commands, NULL);

    kbnt_assert_int(
        kbnt_value_get_int(only_finding(fixture, "changed"), KBNT_FIELD_RESOURCE_STATUS),
        KBNT_RESOURCE_STATUS_ACTIVE);
}

static void
a_host_that_cannot_be_listed_ends_with_the_reason(void)
{
    g_autoptr(Fixture) fixture = fixture_new(TRUE);

    answer(fixture->queries, KBNT_FIELD_ITEMS, network(OWNER, KBNT_RESOURCE_STATUS_ACTIVE));
    fake_calls_fail(fixture->actions, KBNT_ERROR_HOST_LOST);

    kbnt_assert_int(fixture->code, KBNT_ERROR_HOST_LOST);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_host_that_is_as_the_store_says_is_asked_no_further),
    KBNT_TEST(an_orphan_is_reported_and_left_alone),
    KBNT_TEST(what_a_message_in_work_makes_is_no_orphan),
    KBNT_TEST(what_a_debt_has_left_is_no_orphan),
    KBNT_TEST(what_was_created_meanwhile_is_no_orphan),
    KBNT_TEST(what_is_missing_becomes_lost_with_an_event_of_its_own_stream),
    KBNT_TEST(what_is_lost_already_is_reported_without_an_event),
    KBNT_TEST(what_is_being_deleted_is_not_missing),
    KBNT_TEST(what_was_deleted_meanwhile_is_not_missing),
    KBNT_TEST(what_is_there_after_all_is_not_missing),
    KBNT_TEST(an_event_that_comes_too_late_changes_nothing),
    KBNT_TEST(all_on_a_host_that_is_gone_is_lost),
    KBNT_TEST(what_is_back_takes_over_the_state_that_is_seen),
    KBNT_TEST(a_host_that_cannot_be_listed_ends_with_the_reason),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/inspection", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the rounds that hold store against hypervisor. */
#include "fake-ports.h"
#include "reconcile.h"
#include "runner.h"

#define INTERVAL_MS 60000

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *actions;
    KbntRelay *relay;
    KbntReconcile *reconcile;
    guint n_answers;
    gint code;
    KbntValue *result; /* of the last answer */
} Fixture;

static void
answered(KbntValue *result, const GError *error, gpointer data)
{
    Fixture *fixture = data;

    fixture->n_answers++;
    fixture->code = error != NULL ? error->code : 0;
    kbnt_value_unref(fixture->result);
    fixture->result = result != NULL ? kbnt_value_ref(result) : NULL;
}

static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);
    const KbntRelayHooks hooks = { 0 };

    fixture->fake = fake_ports_new(TRUE);
    fixture->commands = fake_ports_commands(fixture->fake);
    fixture->queries = fake_ports_queries(fixture->fake);
    fixture->actions = fake_ports_actions(fixture->fake);
    fixture->relay = kbnt_relay_new(fake_ports_get(fixture->fake), KBNT_SERVICE_CONSUMER, 1, 4,
                                    &hooks);
    fixture->reconcile = kbnt_reconcile_new(fake_ports_get(fixture->fake), fixture->relay,
                                            "worker-1");
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_reconcile_free(fixture->reconcile);
    kbnt_relay_free(fixture->relay);
    fake_ports_free(fixture->fake);
    kbnt_value_unref(fixture->result);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static KbntValue *
debt_on(const char *host)
{
    KbntValue *row = kbnt_value_new();
    KbntValue *request = kbnt_value_new();
    KbntValue *state = kbnt_value_new();

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_set_string(state, KBNT_FIELD_HOST, host);
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    kbnt_value_take_value(row, KBNT_FIELD_DATA, state);
    return row;
}

/* Answers the query of debts with one on each of @hosts, a full page where there is @position.
 */
static void
answer_debts(Fixture *fixture, const char *const *hosts, gint64 position)
{
    g_autoptr(KbntValue) page = kbnt_value_new();

    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_DEBTS);
    kbnt_value_set_empty_list(page, KBNT_FIELD_ITEMS);
    for (guint i = 0; hosts[i] != NULL; i++)
        kbnt_value_take_item(page, KBNT_FIELD_ITEMS, debt_on(hosts[i]));
    if (position != 0)
        kbnt_value_set_int(page, KBNT_FIELD_POSITION, position);
    fake_calls_complete(fixture->queries, page);
}

static void
answer_hosts(Fixture *fixture, const char *const *names)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_HOSTS);
    kbnt_value_set_empty_list(hosts, KBNT_FIELD_HOSTS);
    for (guint i = 0; names[i] != NULL; i++) {
        KbntValue *host = kbnt_value_new();

        kbnt_value_set_string(host, KBNT_FIELD_HOST, names[i]);
        kbnt_value_set_int(host, KBNT_FIELD_ALIVE, TRUE);
        kbnt_value_take_item(hosts, KBNT_FIELD_HOSTS, host);
    }
    fake_calls_complete(fixture->queries, hosts);
}

/* Lets the inspection of the next host, which must be @name, find nothing. */
static void
pass_host(Fixture *fixture, const char *name)
{
    kbnt_assert_int(fake_calls_verb(fixture->queries, 0), KBNT_STORE_RESOURCES);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(fixture->queries, 0), KBNT_FIELD_HOST), name);
    fake_calls_complete(fixture->queries, NULL);
    fake_calls_complete(fixture->actions, NULL);
    fake_ports_pass_ms(fixture->fake, 1);
}

static gint64
total(Fixture *fixture, const char *name)
{
    CU_ASSERT_FATAL(fixture->result != NULL);
    for (guint i = 0; i < kbnt_value_length(fixture->result, KBNT_FIELD_TOTALS); i++) {
        const KbntValue *one = kbnt_value_nth_value(fixture->result, KBNT_FIELD_TOTALS, i);

        if (g_strcmp0(kbnt_value_get_string(one, KBNT_FIELD_NAME), name) == 0)
            return kbnt_value_get_int(one, KBNT_FIELD_COUNT);
    }
    return -1;
}

static const char *const nowhere[] = { NULL };
static const char *const one_host[] = { "host-1", NULL };
static const char *const two_hosts[] = { "host-1", "host-2", NULL };

static void
a_round_pays_debts_and_then_looks_at_each_host(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, two_hosts);
    pass_host(fixture, "host-1");
    kbnt_assert_int(fixture->n_answers, 0);
    pass_host(fixture, "host-2");

    kbnt_assert_int(fixture->n_answers, 1);
    kbnt_assert_int(total(fixture, "hosts"), 2);
    kbnt_assert_int(total(fixture, "debts"), 0);
    kbnt_assert_int(total(fixture, "orphan"), 0);
}

static void
a_debt_that_cannot_be_paid_holds_up_no_other_page(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    answer_debts(fixture, one_host, 17);
    kbnt_assert_int(fake_calls_verb(fixture->commands, 0), KBNT_STORE_CLAIM);
    fake_calls_fail(fixture->commands, KBNT_ERROR_STORE_CONFLICT);
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->queries, 0), KBNT_FIELD_POSITION), 17);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, nowhere);

    kbnt_assert_int(total(fixture, "debts"), 1);
    kbnt_assert_int(total(fixture, "paid"), 0);
}

static void
a_round_of_one_host_leaves_the_others_alone(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, "host-2", answered, fixture);
    answer_debts(fixture, one_host, 0);
    answer_hosts(fixture, two_hosts);
    pass_host(fixture, "host-2");

    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
    kbnt_assert_int(total(fixture, "hosts"), 1);
    kbnt_assert_int(total(fixture, "debts"), 1);
}

static void
a_host_that_nobody_reports_is_not_found(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, "host-3", answered, fixture);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, two_hosts);

    kbnt_assert_int(fixture->n_answers, 1);
    kbnt_assert_int(fixture->code, KBNT_ERROR_NOT_FOUND);
}

static void
a_host_that_does_not_answer_is_skipped(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, two_hosts);
    fake_calls_complete(fixture->queries, NULL);
    fake_calls_fail(fixture->actions, KBNT_ERROR_HOST_LOST);
    pass_host(fixture, "host-2");

    kbnt_assert_int(total(fixture, "hosts"), 1);
    kbnt_assert_int(total(fixture, "skipped"), 1);
}

static void
a_round_that_runs_out_of_time_goes_on_where_it_was_in_the_next(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, two_hosts);
    fake_ports_pass_ms(fixture->fake, 15000);
    pass_host(fixture, "host-1");
    kbnt_assert_int(total(fixture, "skipped"), 1);

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, two_hosts);
    pass_host(fixture, "host-2");
    pass_host(fixture, "host-1");
    kbnt_assert_int(total(fixture, "hosts"), 2);
}

static void
a_round_that_is_asked_for_meanwhile_waits_for_the_one_under_way(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    kbnt_assert_int(fake_calls_length(fixture->queries), 1);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, nowhere);
    kbnt_assert_int(fixture->n_answers, 1);
    answer_debts(fixture, nowhere, 0);
    answer_hosts(fixture, nowhere);

    kbnt_assert_int(fixture->n_answers, 2);
}

static void
rounds_come_at_the_interval_one_after_the_other(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_start(fixture->reconcile, INTERVAL_MS);
    fake_ports_pass_ms(fixture->fake, 10000);
    answer_debts(fixture, nowhere, 0);
    fake_ports_pass_ms(fixture->fake, 2 * INTERVAL_MS);
    kbnt_assert_int(fake_calls_length(fixture->queries), 1);
    answer_hosts(fixture, nowhere);
    fake_ports_pass_ms(fixture->fake, INTERVAL_MS - 1);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
    fake_ports_pass_ms(fixture->fake, 1);

    kbnt_assert_int(fake_calls_length(fixture->queries), 1);
}

static void
without_an_interval_no_round_comes_by_itself(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_start(fixture->reconcile, 0);
    fake_ports_pass_ms(fixture->fake, 24 * 3600 * 1000);

    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
}

static void
a_round_that_is_stopped_says_so(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_reconcile_ask(fixture->reconcile, NULL, answered, fixture);
    kbnt_reconcile_stop(fixture->reconcile);
    answer_debts(fixture, one_host, 17);
    answer_hosts(fixture, two_hosts);

    kbnt_assert_int(fixture->code, KBNT_ERROR_STOPPED);
    kbnt_assert_int(fake_calls_length(fixture->commands), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_round_pays_debts_and_then_looks_at_each_host),
    KBNT_TEST(a_debt_that_cannot_be_paid_holds_up_no_other_page),
    KBNT_TEST(a_round_of_one_host_leaves_the_others_alone),
    KBNT_TEST(a_host_that_nobody_reports_is_not_found),
    KBNT_TEST(a_host_that_does_not_answer_is_skipped),
    KBNT_TEST(a_round_that_runs_out_of_time_goes_on_where_it_was_in_the_next),
    KBNT_TEST(a_round_that_is_asked_for_meanwhile_waits_for_the_one_under_way),
    KBNT_TEST(rounds_come_at_the_interval_one_after_the_other),
    KBNT_TEST(without_an_interval_no_round_comes_by_itself),
    KBNT_TEST(a_round_that_is_stopped_says_so),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/reconcile", argc, argv, tests, G_N_ELEMENTS(tests));
}

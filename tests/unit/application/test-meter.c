/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the price of what goes on existing. */
#include "fake-ports.h"
#include "meter.h"
#include "runner.h"

#define HOUR_MS ((gint64)3600 * 1000)

typedef struct {
    FakePorts *fake;
    FakeCalls *queries;
    KbntMeter *meter;
} Fixture;

/* Returns: (transfer full): a meter that has been read first after an hour and a half. */
static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->fake = fake_ports_new(TRUE);
    fixture->queries = fake_ports_queries(fixture->fake);
    fixture->meter = kbnt_meter_new(fake_ports_get(fixture->fake));
    kbnt_meter_start(fixture->meter, HOUR_MS * 3 / 2);
    fake_ports_pass_ms(fixture->fake, HOUR_MS * 3 / 2);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    kbnt_meter_free(fixture->meter);
    fake_ports_free(fixture->fake);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* The store knows one machine, made then, of that price; @cursor (nullable) says that there are
 * more. */
static void
answer_machine(Fixture *fixture, gint64 created_ms, double per_hour, const char *cursor)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *resource = kbnt_value_new();
    KbntValue *metrics = kbnt_value_new();

    kbnt_value_set_number(metrics, KBNT_FIELD_COST_PER_HOUR_USD, per_hour);
    kbnt_value_take_value(resource, KBNT_FIELD_METRICS, metrics);
    kbnt_value_set_int(resource, KBNT_FIELD_CREATED_AT, created_ms);
    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, resource);
    kbnt_value_set_string(result, KBNT_FIELD_NEXT_CURSOR, cursor);
    fake_calls_complete(fixture->queries, result);
}

/* Likewise, made as the meter started. */
static void
answer_page(Fixture *fixture, double per_hour, const char *cursor)
{
    answer_machine(fixture, 1000, per_hour, cursor);
}

static guint
n_charged(Fixture *fixture)
{
    return fake_ports_n_told(fixture->fake, KBNT_TRANSITION_RESOURCE_CHARGED);
}

static void
a_further_hour_begun_is_charged(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_page(fixture, 0.25, NULL);

    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(fake_ports_told(fixture->fake, KBNT_TRANSITION_RESOURCE_CHARGED),
                              KBNT_FIELD_COST),
        0.25, 1e-9);
}

static void
an_hour_is_charged_once(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_page(fixture, 0.25, NULL);
    fake_ports_pass_ms(fixture->fake, HOUR_MS * 3 / 2);
    answer_page(fixture, 0.25, NULL);

    kbnt_assert_int(n_charged(fixture), 2);
    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(fake_ports_told(fixture->fake, KBNT_TRANSITION_RESOURCE_CHARGED),
                              KBNT_FIELD_COST),
        0.25 * 2, 1e-9);
}

static void
an_hour_that_a_clock_goes_back_is_not_charged_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_page(fixture, 0.25, NULL);
    fake_ports_jump_ms(fixture->fake, -HOUR_MS * 3);
    for (guint i = 0; i < 2; i++) {
        fake_ports_pass_ms(fixture->fake, HOUR_MS * 3 / 2);
        answer_page(fixture, 0.25, NULL);
    }
    kbnt_assert_int(n_charged(fixture), 1);

    fake_ports_pass_ms(fixture->fake, HOUR_MS * 3 / 2);
    answer_page(fixture, 0.25, NULL);
    kbnt_assert_int(n_charged(fixture), 2);
}

static void
the_first_hour_was_charged_as_it_was_made(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_machine(fixture, HOUR_MS, 0.25, NULL);

    kbnt_assert_int(n_charged(fixture), 0);
}

static void
what_costs_nothing_is_not_charged(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_page(fixture, 0, NULL);

    kbnt_assert_int(n_charged(fixture), 0);
}

static void
all_pages_are_read(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_page(fixture, 0.25, "next");
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(fixture->queries, 0), KBNT_FIELD_CURSOR),
        "next");
    answer_page(fixture, 0.25, NULL);

    kbnt_assert_int(n_charged(fixture), 2);
    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
}

static void
a_reading_that_fails_is_made_good_by_the_next(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    fake_calls_fail(fixture->queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 1);
    fake_ports_pass_ms(fixture->fake, HOUR_MS * 3 / 2);
    answer_page(fixture, 0.25, NULL);

    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(fake_ports_told(fixture->fake, KBNT_TRANSITION_RESOURCE_CHARGED),
                              KBNT_FIELD_COST),
        0.25 * 3, 1e-9);
}

static void
a_meter_that_is_stopped_is_read_no_more(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_meter_stop(fixture->meter);
    fake_calls_fail(fixture->queries, KBNT_ERROR_STOPPED);
    fake_ports_pass_ms(fixture->fake, HOUR_MS * 3);

    kbnt_assert_int(fake_calls_length(fixture->queries), 0);
    kbnt_assert_int(fake_ports_n_reports(fixture->fake), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_further_hour_begun_is_charged),
    KBNT_TEST(an_hour_is_charged_once),
    KBNT_TEST(an_hour_that_a_clock_goes_back_is_not_charged_again),
    KBNT_TEST(the_first_hour_was_charged_as_it_was_made),
    KBNT_TEST(what_costs_nothing_is_not_charged),
    KBNT_TEST(all_pages_are_read),
    KBNT_TEST(a_reading_that_fails_is_made_good_by_the_next),
    KBNT_TEST(a_meter_that_is_stopped_is_read_no_more),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/meter", argc, argv, tests, G_N_ELEMENTS(tests));
}

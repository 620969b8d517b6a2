/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what a client is told to expect. */
#include "expectation.h"
#include "runner.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntExpectation, kbnt_expectation_free)

static KbntExpectation *
sample_expectation(void)
{
    static const gint64 first_seconds[4] = { 0, 120, 30, 0 };

    return kbnt_expectation_new(first_seconds);
}

static gint64
machine_seconds(const KbntExpectation *expectation)
{
    return kbnt_expectation_seconds(expectation, KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                    KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
}

static void
sample_machine(KbntExpectation *expectation, gint64 duration_ms)
{
    kbnt_expectation_sample(expectation, KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, duration_ms);
}

static void
before_anything_was_seen_the_first_guess_of_the_type_is_told(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    kbnt_assert_int(machine_seconds(expectation), 120);
    kbnt_assert_int(kbnt_expectation_seconds(expectation, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
                                             KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE),
                    30);
}

static void
a_guess_of_nothing_is_a_second(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    kbnt_assert_int(kbnt_expectation_seconds(expectation, KBNT_REQUEST_TYPE_CREATE_NETWORK,
                                             KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK),
                    1);
}

static void
the_first_sample_replaces_the_guess_and_is_rounded_up(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    sample_machine(expectation, 2001);

    kbnt_assert_int(machine_seconds(expectation), 3);
}

static void
a_later_sample_moves_the_average_by_a_fifth(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    sample_machine(expectation, 10000);
    sample_machine(expectation, 20000);

    kbnt_assert_int(machine_seconds(expectation), 12);
}

static void
a_sample_says_nothing_of_other_types(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    kbnt_expectation_sample(expectation, KBNT_REQUEST_TYPE_CREATE_NETWORK, 5000);

    kbnt_assert_int(machine_seconds(expectation), 120);
}

static void
a_place_counts_those_of_its_lane_and_itself(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    kbnt_assert_int(kbnt_expectation_entered(expectation, KBNT_PRIORITY_LOW), 1);
    kbnt_assert_int(kbnt_expectation_entered(expectation, KBNT_PRIORITY_LOW), 2);
    kbnt_assert_int(kbnt_expectation_entered(expectation, KBNT_PRIORITY_HIGH), 1);
}

static void
a_lane_that_is_left_too_often_stays_empty(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();

    kbnt_expectation_entered(expectation, KBNT_PRIORITY_NORMAL);
    kbnt_expectation_left(expectation, KBNT_PRIORITY_NORMAL);
    kbnt_expectation_left(expectation, KBNT_PRIORITY_NORMAL);

    kbnt_assert_int(kbnt_expectation_waiting(expectation, KBNT_PRIORITY_NORMAL), 0);
}

static void
add_total(KbntValue *totals, const char *name, KbntPriority priority, gint64 count)
{
    KbntValue *total = kbnt_value_new();

    kbnt_value_set_string(total, KBNT_FIELD_NAME, name);
    kbnt_value_set_int(total, KBNT_FIELD_PRIORITY, priority);
    kbnt_value_set_int(total, KBNT_FIELD_COUNT, count);
    kbnt_value_take_item(totals, KBNT_FIELD_TOTALS, total);
}

static void
at_the_start_a_lane_has_what_the_store_counts_as_unstarted(void)
{
    g_autoptr(KbntExpectation) expectation = sample_expectation();
    g_autoptr(KbntValue) totals = kbnt_value_new();

    add_total(totals, "unstarted", KBNT_PRIORITY_HIGH, 7);
    add_total(totals, "requests", KBNT_PRIORITY_HIGH, 9);
    kbnt_expectation_load(expectation, totals);

    kbnt_assert_int(kbnt_expectation_waiting(expectation, KBNT_PRIORITY_HIGH), 7);
    kbnt_assert_int(kbnt_expectation_entered(expectation, KBNT_PRIORITY_HIGH), 8);
    kbnt_assert_int(kbnt_expectation_waiting(expectation, KBNT_PRIORITY_LOW), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(before_anything_was_seen_the_first_guess_of_the_type_is_told),
    KBNT_TEST(a_guess_of_nothing_is_a_second),
    KBNT_TEST(the_first_sample_replaces_the_guess_and_is_rounded_up),
    KBNT_TEST(a_later_sample_moves_the_average_by_a_fifth),
    KBNT_TEST(a_sample_says_nothing_of_other_types),
    KBNT_TEST(a_place_counts_those_of_its_lane_and_itself),
    KBNT_TEST(a_lane_that_is_left_too_often_stays_empty),
    KBNT_TEST(at_the_start_a_lane_has_what_the_store_counts_as_unstarted),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/expectation", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of prices and of the hours that have begun. */
#include "cost.h"
#include "runner.h"
#include "sample-rules.h"

#define HOUR_MS G_GINT64_CONSTANT(3600000)

static double
price_of(KbntRequestType verb, const KbntValue *specification)
{
    g_auto(SampleRules) sample;

    sample_rules_init(&sample);
    return kbnt_cost_per_hour(&sample.rules.prices, verb, specification);
}

static void
the_machine_of_the_contract_costs_0_045_usd_an_hour(void)
{
    g_autoptr(KbntValue) machine = kbnt_value_new();

    kbnt_value_set_int(machine, KBNT_FIELD_CPU, 4);
    kbnt_value_set_int(machine, KBNT_FIELD_MEMORY_MB, 8192);
    kbnt_value_set_int(machine, KBNT_FIELD_DISK_MB, 102400);
    kbnt_value_set_int(machine, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_SSD);

    CU_ASSERT(price_of(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, machine) == 0.045);
}

static void
storage_is_priced_by_its_class(void)
{
    g_autoptr(KbntValue) storage = kbnt_value_new();

    kbnt_value_set_int(storage, KBNT_FIELD_SIZE_MB, 512000);
    CU_ASSERT(price_of(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, storage) == 0.025);
    kbnt_value_set_int(storage, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_SSD);
    CU_ASSERT(price_of(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE, storage) == 0.045);
}

static void
only_what_creates_has_a_price(void)
{
    g_autoptr(KbntValue) nothing = kbnt_value_new();

    CU_ASSERT(price_of(KBNT_REQUEST_TYPE_CREATE_NETWORK, nothing) == 0.001);
    CU_ASSERT(price_of(KBNT_REQUEST_TYPE_DELETE_RESOURCE, nothing) == 0);
    CU_ASSERT(price_of(KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE, nothing) == 0);
}

static void
an_hour_counts_when_it_begins(void)
{
    kbnt_assert_int(kbnt_cost_hours_begun(1000, 1000), 1);
    kbnt_assert_int(kbnt_cost_hours_begun(1000, 1000 + HOUR_MS - 1), 1);
    kbnt_assert_int(kbnt_cost_hours_begun(1000, 1000 + HOUR_MS), 2);
    kbnt_assert_int(kbnt_cost_hours_begun(1000, 1000 + 24 * HOUR_MS), 25);
}

static void
a_clock_that_went_back_still_counts_the_first_hour(void)
{
    kbnt_assert_int(kbnt_cost_hours_begun(5000, 1000), 1);
    CU_ASSERT(kbnt_cost_until(0.5, 5000, 1000) == 0.5);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_machine_of_the_contract_costs_0_045_usd_an_hour),
    KBNT_TEST(storage_is_priced_by_its_class),
    KBNT_TEST(only_what_creates_has_a_price),
    KBNT_TEST(an_hour_counts_when_it_begins),
    KBNT_TEST(a_clock_that_went_back_still_counts_the_first_hour),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/cost", argc, argv, tests, G_N_ELEMENTS(tests));
}

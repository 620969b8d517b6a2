/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the service level over a sliding window. */
#include "runner.h"
#include "service-level.h"

#define HOUR_MS G_GINT64_CONSTANT(3600000)
#define MINUTE_MS G_GINT64_CONSTANT(60000)

/* Returns: (transfer full): a window of an hour, with a target of 60 s for HIGH alone. */
static KbntServiceLevel *
sample_level(void)
{
    static const KbntServiceTargets targets = { .seconds = { [KBNT_PRIORITY_HIGH] = 60 } };

    return kbnt_service_level_new(HOUR_MS, &targets);
}

static void
an_empty_window_keeps_every_promise(void)
{
    g_autoptr(KbntServiceLevel) level = sample_level();

    CU_ASSERT(kbnt_service_level_success_rate(level, 0) == 1);
    CU_ASSERT(kbnt_service_level_compliance(level, 0, 0) == 1);
}

static void
the_rate_is_the_share_of_successes(void)
{
    g_autoptr(KbntServiceLevel) level = sample_level();

    for (guint i = 0; i < 3; i++)
        kbnt_service_level_record(level, HOUR_MS, KBNT_PRIORITY_NORMAL, TRUE, 1);
    kbnt_service_level_record(level, HOUR_MS, KBNT_PRIORITY_LOW, FALSE, 1);

    CU_ASSERT(kbnt_service_level_success_rate(level, HOUR_MS) == 0.75);
}

static void
late_success_keeps_the_rate_but_not_the_promise(void)
{
    g_autoptr(KbntServiceLevel) level = sample_level();

    kbnt_service_level_record(level, 0, KBNT_PRIORITY_HIGH, TRUE, 60);
    kbnt_service_level_record(level, 0, KBNT_PRIORITY_HIGH, TRUE, 61);
    kbnt_service_level_record(level, 0, KBNT_PRIORITY_NORMAL, TRUE, 9999);

    CU_ASSERT(kbnt_service_level_success_rate(level, 0) == 1);
    CU_ASSERT(kbnt_service_level_compliance(level, 0, KBNT_PRIORITY_HIGH) == 0.5);
    CU_ASSERT(kbnt_service_level_compliance(level, 0, KBNT_PRIORITY_NORMAL) == 1);
    CU_ASSERT(kbnt_service_level_compliance(level, 0, KBNT_PRIORITY_LOW) == 1);
    CU_ASSERT(ABS(kbnt_service_level_compliance(level, 0, 0) - 2.0 / 3) < 1e-9);
}

static void
a_failure_breaks_the_promise_however_fast_it_was(void)
{
    g_autoptr(KbntServiceLevel) level = sample_level();

    kbnt_service_level_record(level, 0, KBNT_PRIORITY_HIGH, FALSE, 0.1);

    CU_ASSERT(kbnt_service_level_compliance(level, 0, KBNT_PRIORITY_HIGH) == 0);
}

static void
what_ended_before_the_window_is_forgotten(void)
{
    g_autoptr(KbntServiceLevel) level = sample_level();

    kbnt_service_level_record(level, 0, KBNT_PRIORITY_NORMAL, FALSE, 1);
    kbnt_service_level_record(level, 30 * MINUTE_MS, KBNT_PRIORITY_NORMAL, TRUE, 1);

    CU_ASSERT(kbnt_service_level_success_rate(level, 59 * MINUTE_MS) == 0.5);
    CU_ASSERT(kbnt_service_level_success_rate(level, 60 * MINUTE_MS) == 1);
    CU_ASSERT(kbnt_service_level_success_rate(level, 1000 * HOUR_MS) == 1);
}

static void
a_slice_is_emptied_before_it_is_used_again(void)
{
    g_autoptr(KbntServiceLevel) level = sample_level();

    kbnt_service_level_record(level, 0, KBNT_PRIORITY_NORMAL, FALSE, 1);
    kbnt_service_level_record(level, HOUR_MS, KBNT_PRIORITY_NORMAL, TRUE, 1);

    CU_ASSERT(kbnt_service_level_success_rate(level, HOUR_MS) == 1);
}

static const KbntTest tests[] = {
    KBNT_TEST(an_empty_window_keeps_every_promise),
    KBNT_TEST(the_rate_is_the_share_of_successes),
    KBNT_TEST(late_success_keeps_the_rate_but_not_the_promise),
    KBNT_TEST(a_failure_breaks_the_promise_however_fast_it_was),
    KBNT_TEST(what_ended_before_the_window_is_forgotten),
    KBNT_TEST(a_slice_is_emptied_before_it_is_used_again),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/service-level", argc, argv, tests, G_N_ELEMENTS(tests));
}

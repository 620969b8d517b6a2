/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what a store needs now and then, at the producer. */
#include "producer-rig.h"
#include "runner.h"

/* The store knows one request whose deadline has passed. */
static void
answer_overdue(ProducerRig *rig)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_take_item(result, KBNT_FIELD_ITEMS,
                         producer_rig_stored(KBNT_REQUEST_STATUS_PROCESSING));
    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_OVERDUE);
    fake_calls_complete(rig->queries, result);
}

static void
what_is_overdue_is_cancelled_within_a_second(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_pass_ms(rig->fake, 1000);
    answer_overdue(rig);

    kbnt_assert_int(fake_calls_verb(rig->commands, 0), KBNT_STORE_CANCEL);
}

static void
one_look_is_open_at_a_time(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_pass_ms(rig->fake, 3000);
    kbnt_assert_int(fake_calls_length(rig->queries), 1);
    fake_calls_complete(rig->queries, NULL);
    fake_ports_pass_ms(rig->fake, 1000);

    kbnt_assert_int(fake_calls_length(rig->queries), 1);
}

static void
a_look_that_fails_is_reported_and_made_again(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_pass_ms(rig->fake, 1000);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
    fake_ports_pass_ms(rig->fake, 1000);

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_OVERDUE);
}

static void
an_overdue_request_that_has_just_ended_is_no_failure(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_pass_ms(rig->fake, 1000);
    answer_overdue(rig);
    fake_calls_fail(rig->commands, KBNT_ERROR_STATE_CONFLICT);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
    fake_ports_pass_ms(rig->fake, 1000);
    answer_overdue(rig);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
old_rows_are_pruned_each_minute(void)
{
    static const char *const names[] = { "requests", "events", "dead-letters" };
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_pass_ms(rig->fake, 60000);

    kbnt_assert_int(fake_calls_length(rig->commands), G_N_ELEMENTS(names));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const KbntValue *prune = fake_calls_argument(rig->commands, i);

        kbnt_assert_string(kbnt_value_get_string(prune, KBNT_FIELD_NAME), names[i]);
        kbnt_assert_int(kbnt_value_get_int(prune, KBNT_FIELD_BEFORE), 60000);
    }
}

static void
a_store_with_many_old_rows_is_asked_until_there_are_none(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) many = kbnt_value_new();

    kbnt_value_set_int(many, KBNT_FIELD_COUNT, 500);
    fake_ports_pass_ms(rig->fake, 60000);
    fake_calls_complete(rig->commands, many);
    kbnt_assert_int(fake_calls_length(rig->commands), 3);
    while (fake_calls_length(rig->commands) > 0)
        fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
}

static void
a_prune_that_fails_is_reported_unless_the_store_stops(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    fake_ports_pass_ms(rig->fake, 60000);
    fake_calls_fail(rig->commands, KBNT_ERROR_STOPPED);
    kbnt_assert_int(fake_ports_n_reports(rig->fake), 0);
    fake_calls_fail(rig->commands, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(fake_ports_n_reports(rig->fake), 1);
}

static void
what_is_kept_for_ever_is_not_pruned(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    rig->settings.retention = (KbntRetention){ 0 };
    kbnt_producer_set_settings(rig->producer, &rig->settings);
    fake_ports_pass_ms(rig->fake, 60000);

    kbnt_assert_int(fake_calls_length(rig->commands), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_is_overdue_is_cancelled_within_a_second),
    KBNT_TEST(one_look_is_open_at_a_time),
    KBNT_TEST(a_look_that_fails_is_reported_and_made_again),
    KBNT_TEST(an_overdue_request_that_has_just_ended_is_no_failure),
    KBNT_TEST(old_rows_are_pruned_each_minute),
    KBNT_TEST(a_store_with_many_old_rows_is_asked_until_there_are_none),
    KBNT_TEST(a_prune_that_fails_is_reported_unless_the_store_stops),
    KBNT_TEST(what_is_kept_for_ever_is_not_pruned),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/sweep", argc, argv, tests, G_N_ELEMENTS(tests));
}

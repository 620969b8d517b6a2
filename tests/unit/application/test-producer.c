/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the producer's half as a whole: in which order it starts and stops. */
#include "producer-rig.h"
#include "runner.h"

/* Returns: (transfer full): a producer that is not started yet. */
static KbntProducer *
new_producer(ProducerRig *rig, FakePorts *fake)
{
    return kbnt_producer_new(fake_ports_get(fake), &rig->settings);
}

/* Returns: (transfer full): one that has started, and asks next for what lives on the hosts. */
static KbntProducer *
started_producer(ProducerRig *rig, FakePorts *fake)
{
    KbntProducer *producer = new_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    kbnt_producer_start(producer, producer_rig_done, rig);
    for (guint i = 0; i < 2; i++)
        fake_calls_complete(queries, NULL);
    return producer;
}

static guint
n_asked_for_resources(FakeCalls *queries)
{
    guint n_asked = 0;

    for (guint i = 0; i < fake_calls_length(queries); i++)
        n_asked += fake_calls_verb(queries, i) == KBNT_STORE_RESOURCES;
    return n_asked;
}

static void
what_is_known_comes_before_requests(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    KbntProducer *producer = new_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    kbnt_producer_start(producer, producer_rig_done, rig);
    kbnt_assert_int(fake_calls_verb(queries, 0), KBNT_STORE_TOTALS);
    fake_calls_complete(queries, NULL);
    kbnt_assert_int(fake_calls_verb(queries, 0), KBNT_STORE_HOSTS);
    kbnt_assert_int(rig->n_answers, 0);
    fake_calls_complete(queries, NULL);

    kbnt_assert_int(rig->n_answers, 1);
    kbnt_assert_int(rig->code, 0);
    kbnt_producer_free(producer);
}

static void
requests_go_out_and_events_come_in_once_it_has_joined(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    KbntProducer *producer = started_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    fake_calls_complete(queries, NULL);
    kbnt_assert_int(fake_calls_length(queries), 0);
    kbnt_assert_int(fake_calls_length(fake_ports_subscriptions(fake)), 0);
    kbnt_producer_join(producer, producer_rig_done, rig);
    kbnt_assert_int(fake_calls_verb(queries, 0), KBNT_STORE_OUTBOX);
    kbnt_assert_int(rig->n_answers, 1);
    fake_calls_complete(fake_ports_subscriptions(fake), NULL);

    kbnt_assert_int(rig->n_answers, 2);
    kbnt_producer_free(producer);
}

static void
what_an_earlier_life_has_left_counts_in_the_backlog(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    g_autoptr(KbntValue) totals = kbnt_value_new();
    KbntValue *total = kbnt_value_new();
    KbntProducer *producer = new_producer(rig, fake);

    kbnt_value_set_string(total, KBNT_FIELD_NAME, "outbox");
    kbnt_value_set_int(total, KBNT_FIELD_COUNT, 3);
    kbnt_value_take_item(totals, KBNT_FIELD_TOTALS, total);
    kbnt_producer_start(producer, producer_rig_done, rig);
    fake_calls_complete(fake_ports_queries(fake), totals);

    kbnt_assert_int(kbnt_relay_backlog(kbnt_producer_relay(producer)), 3);
    fake_calls_fail(fake_ports_queries(fake), KBNT_ERROR_STORE_FAILED);
    kbnt_producer_free(producer);
}

static void
a_producer_that_has_not_joined_has_no_group_to_leave(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    KbntProducer *producer = started_producer(rig, fake);

    kbnt_producer_stop(producer, producer_rig_done, rig);

    kbnt_assert_int(rig->n_answers, 2);
    kbnt_assert_int(fake_calls_length(fake_ports_subscriptions(fake)), 0);
    fake_calls_complete(fake_ports_queries(fake), NULL);
    kbnt_producer_free(producer);
}

static void
what_lives_on_the_hosts_is_read_page_by_page_once_requests_are_accepted(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    g_autoptr(KbntValue) page = kbnt_value_new();
    KbntProducer *producer = started_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    kbnt_value_set_string(page, KBNT_FIELD_NEXT_CURSOR, "next");
    kbnt_assert_int(rig->n_answers, 1);
    kbnt_assert_int(fake_calls_verb(queries, 0), KBNT_STORE_RESOURCES);
    fake_calls_complete(queries, page);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(queries, 0), KBNT_FIELD_CURSOR), "next");
    fake_calls_complete(queries, NULL);

    kbnt_assert_int(fake_calls_length(queries), 0);
    kbnt_producer_free(producer);
}

static void
what_lives_on_the_hosts_is_read_again_where_the_store_fails(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    KbntProducer *producer = started_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    fake_calls_fail(queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_reports(fake), 1);
    kbnt_assert_int(fake_calls_length(queries), 0);
    fake_ports_pass_ms(fake, 999);
    kbnt_assert_int(n_asked_for_resources(queries), 0);
    fake_ports_pass_ms(fake, 1);

    kbnt_assert_int(n_asked_for_resources(queries), 1);
    kbnt_producer_free(producer);
}

static void
what_lives_on_the_hosts_is_no_longer_read_at_the_stop(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    g_autoptr(KbntValue) page = kbnt_value_new();
    KbntProducer *producer = started_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    kbnt_value_set_string(page, KBNT_FIELD_NEXT_CURSOR, "next");
    kbnt_producer_stop(producer, producer_rig_done, rig);
    fake_calls_complete(queries, page);

    kbnt_assert_int(fake_calls_length(queries), 0);
    kbnt_producer_free(producer);
}

static void
a_store_that_cannot_be_read_is_why_it_does_not_start(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(FakePorts) fake = fake_ports_new(TRUE);
    KbntProducer *producer = new_producer(rig, fake);
    FakeCalls *queries = fake_ports_queries(fake);

    kbnt_producer_start(producer, producer_rig_done, rig);
    fake_calls_fail(queries, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
    kbnt_producer_start(producer, producer_rig_done, rig);
    fake_calls_complete(queries, NULL);
    fake_calls_fail(queries, KBNT_ERROR_STORE_CORRUPT);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_CORRUPT);
    kbnt_producer_free(producer);
}

static void
a_producer_stops_once_it_has_left_its_group(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    FakeCalls *subscriptions = fake_ports_subscriptions(rig->fake);

    kbnt_producer_stop(rig->producer, producer_rig_done, rig);
    kbnt_assert_int(fake_calls_verb(subscriptions, 0), FAKE_UNSUBSCRIBE);
    kbnt_assert_int(rig->n_answers, 0);
    fake_calls_complete(subscriptions, NULL);
    kbnt_assert_int(rig->n_answers, 1);
    fake_ports_pass_ms(rig->fake, 5000);

    kbnt_assert_int(fake_calls_length(rig->queries), 0);
}

static void
new_rules_count_for_what_is_asked_after_them(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) request = producer_rig_request();
    const KbntSubmission submission = { .request = request, .caller = &producer_rig_user };
    KbntRules dear = rig->sample.rules;

    dear.prices.network = 7;
    rig->settings.accept.rules = &dear;
    kbnt_producer_set_settings(rig->producer, &rig->settings);
    kbnt_dry_run(kbnt_producer_dry_run(rig->producer), &submission, producer_rig_answer, rig);
    fake_calls_complete(rig->queries, NULL);

    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(kbnt_value_get_value(rig->answer, KBNT_FIELD_BUDGET),
                              KBNT_FIELD_COST_PER_HOUR_USD),
        7, 1e-9);
}

static void
its_parts_are_there_to_be_asked(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_assert_int(kbnt_relay_backlog(kbnt_producer_relay(rig->producer)), 0);
    CU_ASSERT(kbnt_producer_dead_letters(rig->producer) != NULL);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_is_known_comes_before_requests),
    KBNT_TEST(requests_go_out_and_events_come_in_once_it_has_joined),
    KBNT_TEST(what_an_earlier_life_has_left_counts_in_the_backlog),
    KBNT_TEST(a_producer_that_has_not_joined_has_no_group_to_leave),
    KBNT_TEST(what_lives_on_the_hosts_is_read_page_by_page_once_requests_are_accepted),
    KBNT_TEST(what_lives_on_the_hosts_is_read_again_where_the_store_fails),
    KBNT_TEST(what_lives_on_the_hosts_is_no_longer_read_at_the_stop),
    KBNT_TEST(a_store_that_cannot_be_read_is_why_it_does_not_start),
    KBNT_TEST(a_producer_stops_once_it_has_left_its_group),
    KBNT_TEST(new_rules_count_for_what_is_asked_after_them),
    KBNT_TEST(its_parts_are_there_to_be_asked),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/producer", argc, argv, tests, G_N_ELEMENTS(tests));
}

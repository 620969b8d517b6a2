/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what the consumer tells of its hosts. */
#include "consumer-rig.h"
#include "host-report.h"
#include "runner.h"
#include "sample-messages.h"

typedef struct {
    ConsumerRig rig;
    KbntHostReport *report;
} Fixture;

/* Returns: (transfer full): a report every minute, whose first round has asked. */
static Fixture *
fixture_new(void)
{
    Fixture *fixture = g_new0(Fixture, 1);

    consumer_rig_init(&fixture->rig);
    fixture->report = kbnt_host_report_new(fixture->rig.ports, fixture->rig.relay,
                                           "region-of-all");
    kbnt_host_report_start(fixture->report, 60000, consumer_rig_done, &fixture->rig);
    return fixture;
}

static void
fixture_free(Fixture *fixture)
{
    consumer_rig_end_calls(&fixture->rig);
    kbnt_host_report_free(fixture->report);
    consumer_rig_clear(&fixture->rig);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* The provisioner has one host, of that region (nullable). */
static void
answer_hosts(Fixture *fixture, const char *region)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *host = kbnt_sample_host();

    if (region != NULL)
        kbnt_value_set_string(host, KBNT_FIELD_REGION, region);
    else
        kbnt_value_clear(host, KBNT_FIELD_REGION);
    kbnt_value_take_item(result, KBNT_FIELD_HOSTS, host);
    fake_calls_complete(fixture->rig.actions, result);
}

static void
the_hosts_of_the_provisioner_are_kept(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    const KbntValue *host;

    kbnt_assert_int(fake_calls_verb(fixture->rig.actions, 0), KBNT_ACTION_HOSTS);
    answer_hosts(fixture, "region-1");
    host = kbnt_value_nth_value(fake_calls_argument(fixture->rig.commands, 0), KBNT_FIELD_HOSTS,
                                0);
    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_REPORT_HOSTS);
    kbnt_assert_string(kbnt_value_get_string(host, KBNT_FIELD_REGION), "region-1");
}

static void
a_round_has_ended_when_its_hosts_are_kept_and_told(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.queries, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    kbnt_assert_int(fixture->rig.n_done, 0);
    fake_calls_complete(fixture->rig.commands, NULL);

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fixture->rig.code, 0);
}

static void
hosts_that_cannot_be_kept_are_the_fault_of_the_round(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, "region-1");
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fixture->rig.n_done, 0);
    fake_calls_fail(fixture->rig.queries, KBNT_ERROR_STORE_CONFLICT);

    kbnt_assert_int(fixture->rig.n_done, 1);
    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_STORE_FAILED);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 2);
}

static void
a_host_that_names_no_region_is_in_the_one_of_the_configuration(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, NULL);

    kbnt_assert_string(kbnt_value_get_string(
                           kbnt_value_nth_value(fake_calls_argument(fixture->rig.commands, 0),
                                                KBNT_FIELD_HOSTS, 0),
                           KBNT_FIELD_REGION),
                       "region-of-all");
}

static void
each_host_is_told_of_where_its_stream_stands(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(KbntValue) stream = kbnt_value_new();
    const KbntValue *event;

    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.commands, NULL);
    kbnt_assert_int(fake_calls_verb(fixture->rig.queries, 0), KBNT_STORE_STREAM);
    kbnt_value_set_int(stream, KBNT_FIELD_SEQUENCE, 8);
    fake_calls_complete(fixture->rig.queries, stream);
    event = kbnt_value_get_value(
        kbnt_value_nth_value(fake_calls_argument(fixture->rig.commands, 0), KBNT_FIELD_RECORDS,
                             0),
        KBNT_FIELD_EVENT);

    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 0), KBNT_STORE_EMIT);
    kbnt_assert_int(kbnt_value_get_int(event, KBNT_FIELD_SEQUENCE), 9);
    kbnt_assert_int(kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE),
                    KBNT_EVENT_TYPE_HOST_REPORTED);
    CU_ASSERT(kbnt_value_has(event, KBNT_FIELD_HOST_REPORT));
}

static void
the_next_round_goes_on_with_the_stream_without_asking(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_calls_complete(fixture->rig.queries, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_ports_pass_ms(fixture->rig.fake, 60000);
    answer_hosts(fixture, "region-1");

    kbnt_assert_int(fake_calls_length(fixture->rig.queries), 0);
    kbnt_assert_int(fake_calls_verb(fixture->rig.commands, 1), KBNT_STORE_EMIT);
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(fixture->rig.commands, 1), KBNT_FIELD_SEQUENCE),
        2);
}

static void
an_event_that_the_store_refuses_asks_for_the_stream_again(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_calls_complete(fixture->rig.queries, NULL);
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_ports_pass_ms(fixture->rig.fake, 60000);
    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_calls_fail(fixture->rig.commands, KBNT_ERROR_STORE_CONFLICT);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 1);
    fake_ports_pass_ms(fixture->rig.fake, 60000);
    answer_hosts(fixture, "region-1");

    kbnt_assert_int(fake_calls_verb(fixture->rig.queries, 0), KBNT_STORE_STREAM);
}

static void
an_event_that_cannot_be_written_is_reported_and_tried_again_later(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_ports_break_codec(fixture->rig.fake, KBNT_ERROR_TOO_LARGE);
    fake_calls_complete(fixture->rig.queries, NULL);

    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 1);
}

static void
a_stream_that_cannot_be_read_is_reported(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    answer_hosts(fixture, "region-1");
    fake_calls_fail(fixture->rig.queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 1);
}

static void
the_events_go_to_the_relay(void)
{
    g_autoptr(Fixture) fixture = fixture_new();
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *record = kbnt_value_new();

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "events");
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, 4);
    kbnt_value_take_item(result, KBNT_FIELD_RECORDS, record);
    kbnt_relay_start(fixture->rig.relay);
    fake_calls_complete(fixture->rig.queries, NULL);
    answer_hosts(fixture, "region-1");
    fake_calls_complete(fixture->rig.commands, NULL);
    fake_calls_complete(fixture->rig.queries, NULL);
    fake_calls_complete(fixture->rig.commands, result);

    kbnt_assert_string(fake_ports_sent(fixture->rig.fake), "4");
}

static void
a_provisioner_that_does_not_answer_is_asked_again_at_the_interval(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    fake_calls_fail(fixture->rig.actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
    kbnt_assert_int(fixture->rig.code, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
    kbnt_assert_int(fake_ports_n_reports(fixture->rig.fake), 1);
    fake_ports_pass_ms(fixture->rig.fake, 59999);
    kbnt_assert_int(fake_calls_length(fixture->rig.actions), 0);
    fake_ports_pass_ms(fixture->rig.fake, 1);

    kbnt_assert_int(fake_calls_length(fixture->rig.actions), 1);
}

static void
a_report_that_is_stopped_asks_no_more_and_keeps_no_late_answer(void)
{
    g_autoptr(Fixture) fixture = fixture_new();

    kbnt_host_report_stop(fixture->report);
    answer_hosts(fixture, "region-1");
    fake_ports_pass_ms(fixture->rig.fake, 60000);

    kbnt_assert_int(fake_calls_length(fixture->rig.commands), 0);
    kbnt_assert_int(fake_calls_length(fixture->rig.actions), 0);
    kbnt_assert_int(fixture->rig.n_done, 1);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_hosts_of_the_provisioner_are_kept),
    KBNT_TEST(a_round_has_ended_when_its_hosts_are_kept_and_told),
    KBNT_TEST(hosts_that_cannot_be_kept_are_the_fault_of_the_round),
    KBNT_TEST(a_host_that_names_no_region_is_in_the_one_of_the_configuration),
    KBNT_TEST(each_host_is_told_of_where_its_stream_stands),
    KBNT_TEST(the_next_round_goes_on_with_the_stream_without_asking),
    KBNT_TEST(an_event_that_the_store_refuses_asks_for_the_stream_again),
    KBNT_TEST(an_event_that_cannot_be_written_is_reported_and_tried_again_later),
    KBNT_TEST(a_stream_that_cannot_be_read_is_reported),
    KBNT_TEST(the_events_go_to_the_relay),
    KBNT_TEST(a_provisioner_that_does_not_answer_is_asked_again_at_the_interval),
    KBNT_TEST(a_report_that_is_stopped_asks_no_more_and_keeps_no_late_answer),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/host-report", argc, argv, tests, G_N_ELEMENTS(tests));
}

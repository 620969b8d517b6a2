/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the views, and of who may see them. */
#include "producer-rig.h"
#include "runner.h"
#include "sample-messages.h"

static KbntQuery *
query_of(ProducerRig *rig)
{
    return kbnt_producer_query(rig->producer);
}

static void
answer_request(ProducerRig *rig, KbntRequestStatus status)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, producer_rig_stored(status));
    fake_calls_complete(rig->queries, result);
}

/* A resource of the user that costs 2 USD an hour and was made at the start. */
static KbntValue *
resource_of_user(void)
{
    KbntValue *resource = kbnt_value_new();
    KbntValue *metrics = kbnt_value_new();

    kbnt_value_set_number(metrics, KBNT_FIELD_COST_PER_HOUR_USD, 2);
    kbnt_value_take_value(resource, KBNT_FIELD_METRICS, metrics);
    kbnt_value_set_string(resource, KBNT_FIELD_USER_ID, producer_rig_user.user_id);
    kbnt_value_set_int(resource, KBNT_FIELD_CREATED_AT, 1000);
    return resource;
}

static void
answer_resource(ProducerRig *rig)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, resource_of_user());
    fake_calls_complete(rig->queries, result);
}

static void
a_request_is_found_by_its_own_id_in_the_scope_of_who_asks(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *argument;

    kbnt_query_request(query_of(rig), &producer_rig_user, "req-abc123", NULL, producer_rig_done,
                       rig);
    argument = fake_calls_argument(rig->queries, 0);
    kbnt_assert_string(kbnt_value_get_string(argument, KBNT_FIELD_SCOPE), "user-789");
    kbnt_assert_string(kbnt_value_get_string(argument, KBNT_FIELD_REQUEST_ID), "req-abc123");
    answer_request(rig, KBNT_REQUEST_STATUS_QUEUED);

    CU_ASSERT(kbnt_value_has(rig->answer, KBNT_FIELD_REQUEST));
}

static void
an_id_that_looks_like_a_message_s_is_looked_for_as_both(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_request(query_of(rig), &producer_rig_user, SAMPLE_MESSAGE_ID, NULL,
                       producer_rig_done, rig);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->queries, 0), KBNT_FIELD_MESSAGE_ID),
        SAMPLE_MESSAGE_ID);
    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->queries, 0), KBNT_FIELD_REQUEST_ID),
        SAMPLE_MESSAGE_ID);
    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
}

static void
what_another_may_not_see_does_not_exist_for_him(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_request(query_of(rig), &producer_rig_other, "req-abc123", NULL,
                       producer_rig_done, rig);
    answer_request(rig, KBNT_REQUEST_STATUS_QUEUED);
    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
    kbnt_query_resource(query_of(rig), &producer_rig_other, "VM-0909A693", producer_rig_done,
                        rig);
    answer_resource(rig);
    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
    kbnt_query_quota(query_of(rig), &producer_rig_other, "user-789", producer_rig_done, rig);

    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_int(rig->n_answers, 3);
}

static void
a_request_past_its_deadline_is_overdue_until_it_has_ended(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    static const struct {
        KbntRequestStatus status;
        gboolean overdue;
    } rows[] = { { KBNT_REQUEST_STATUS_PROCESSING, TRUE },
                 { KBNT_REQUEST_STATUS_COMPLETED, FALSE } };

    fake_ports_pass_ms(rig->fake, 999000);
    while (fake_calls_length(rig->queries) > 0)
        fake_calls_complete(rig->queries, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        kbnt_query_request(query_of(rig), &producer_rig_user, "req-abc123", NULL,
                           producer_rig_done, rig);
        answer_request(rig, rows[i].status);
        kbnt_assert_int(
            kbnt_value_get_int(kbnt_value_get_value(rig->answer, KBNT_FIELD_REQUEST),
                               KBNT_FIELD_OVERDUE),
            rows[i].overdue);
    }
}

static void
a_list_is_of_the_caller_s_own_unless_he_may_see_all(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) filter = kbnt_value_new();

    kbnt_value_set_int(filter, KBNT_FIELD_MAX_ROWS, 1000000);
    kbnt_query_requests(query_of(rig), &producer_rig_user, filter, producer_rig_done, rig);
    kbnt_query_resources(query_of(rig), &producer_rig_auditor, NULL, producer_rig_done, rig);

    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->queries, 0), KBNT_FIELD_USER_ID),
        "user-789");
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(rig->queries, 0), KBNT_FIELD_MAX_ROWS), 1000);
    CU_ASSERT(!kbnt_value_has(fake_calls_argument(rig->queries, 1), KBNT_FIELD_USER_ID));
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(rig->queries, 1), KBNT_FIELD_MAX_ROWS), 100);
}

static void
a_page_has_its_items_and_where_the_next_begins(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) page = kbnt_value_new();

    kbnt_value_take_item(page, KBNT_FIELD_ITEMS,
                         producer_rig_stored(KBNT_REQUEST_STATUS_QUEUED));
    kbnt_value_set_string(page, KBNT_FIELD_NEXT_CURSOR, "next");
    kbnt_query_requests(query_of(rig), &producer_rig_user, NULL, producer_rig_done, rig);
    fake_calls_complete(rig->queries, page);

    kbnt_assert_int(kbnt_value_length(rig->answer, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_string(kbnt_value_get_string(rig->answer, KBNT_FIELD_NEXT_CURSOR), "next");
}

static void
a_page_that_cannot_be_read_is_an_error(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_requests(query_of(rig), &producer_rig_user, NULL, producer_rig_done, rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_MALFORMED);

    kbnt_assert_int(rig->code, KBNT_ERROR_MALFORMED);
}

static void
a_resource_tells_what_it_has_cost_so_far(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_resource(query_of(rig), &producer_rig_user, "VM-0909A693", producer_rig_done,
                        rig);
    answer_resource(rig);

    CU_ASSERT_DOUBLE_EQUAL(
        kbnt_value_get_number(kbnt_value_get_value(rig->answer, KBNT_FIELD_RESOURCE),
                              KBNT_FIELD_COST),
        2, 1e-9);
}

static void
a_resource_that_cannot_be_found_is_an_error(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_resource(query_of(rig), &producer_rig_user, "VM-0909A693", producer_rig_done,
                        rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_int(rig->code, KBNT_ERROR_NOT_FOUND);
}

static void
hosts_are_for_everybody(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    kbnt_value_take_item(hosts, KBNT_FIELD_HOSTS, kbnt_sample_host());
    kbnt_query_hosts(query_of(rig), producer_rig_done, rig);
    fake_calls_complete(rig->queries, hosts);

    kbnt_assert_int(kbnt_value_length(rig->answer, KBNT_FIELD_HOSTS), 1);
}

static void
a_quota_shows_its_limits(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *first;

    sample_rules_limit(&rig->sample, "default.vms", "10");
    kbnt_query_quota(query_of(rig), &producer_rig_user, "user-789", producer_rig_done, rig);
    kbnt_assert_string(
        kbnt_value_get_string(
            kbnt_value_nth_value(fake_calls_argument(rig->queries, 0), KBNT_FIELD_ITEMS, 0),
            KBNT_FIELD_ACCOUNT),
        "user:user-789");
    fake_calls_complete(rig->queries, NULL);
    first = kbnt_value_nth_value(rig->answer, KBNT_FIELD_CHARGES, 0);

    CU_ASSERT_DOUBLE_EQUAL(kbnt_value_get_number(first, KBNT_FIELD_LIMIT), 10, 1e-9);
}

static void
a_quota_that_cannot_be_read_is_an_error(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_quota(query_of(rig), &producer_rig_user, "user-789", producer_rig_done, rig);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);

    kbnt_assert_int(rig->code, KBNT_ERROR_STORE_FAILED);
}

/* The store has one event of these, kept as a record. */
static void
answer_events(ProducerRig *rig)
{
    g_autoptr(KbntValue) page = kbnt_value_new();
    KbntValue *item = kbnt_value_new();
    KbntValue *record = kbnt_value_new();

    kbnt_value_take_value(record, KBNT_FIELD_EVENT,
                          kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED));
    kbnt_value_take_value(item, KBNT_FIELD_RECORD, record);
    kbnt_value_set_int(item, KBNT_FIELD_POSITION, 5);
    kbnt_value_take_item(page, KBNT_FIELD_ITEMS, item);
    fake_calls_complete(rig->queries, page);
}

static void
events_are_read_from_their_records(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();
    const KbntValue *item;

    kbnt_query_events(query_of(rig), &producer_rig_user, SAMPLE_MESSAGE_ID, 4, 10,
                      producer_rig_done, rig);
    kbnt_assert_int(
        kbnt_value_get_int(fake_calls_argument(rig->queries, 0), KBNT_FIELD_POSITION), 4);
    answer_events(rig);
    item = kbnt_value_nth_value(rig->answer, KBNT_FIELD_ITEMS, 0);

    kbnt_assert_int(kbnt_value_get_int(item, KBNT_FIELD_POSITION), 5);
    kbnt_assert_int(
        kbnt_value_get_int(kbnt_value_get_value(item, KBNT_FIELD_EVENT), KBNT_FIELD_EVENT_TYPE),
        KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED);
}

static void
an_event_that_cannot_be_read_any_more_is_left_out(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_events(query_of(rig), &producer_rig_user, SAMPLE_MESSAGE_ID, 0, 10,
                      producer_rig_done, rig);
    fake_ports_break_codec(rig->fake, KBNT_ERROR_UNDECODABLE);
    answer_events(rig);

    kbnt_assert_int(rig->code, 0);
    kbnt_assert_int(kbnt_value_length(rig->answer, KBNT_FIELD_ITEMS), 0);
}

static void
the_stream_of_all_events_is_of_the_caller_s_own(void)
{
    g_autoptr(ProducerRig) rig = producer_rig_new();

    kbnt_query_events(query_of(rig), &producer_rig_user, NULL, 0, 10, producer_rig_done, rig);
    kbnt_query_events(query_of(rig), &producer_rig_administrator, NULL, 0, 10,
                      producer_rig_done, rig);

    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->queries, 0), KBNT_FIELD_USER_ID),
        "user-789");
    CU_ASSERT(!kbnt_value_has(fake_calls_argument(rig->queries, 1), KBNT_FIELD_USER_ID));
}

static void
who_acts_for_another_looks_into_his_scope(void)
{
    const KbntCaller anonymous = { .user_id = "anonymous" };

    kbnt_assert_string(kbnt_query_scope(&producer_rig_administrator, "user-789"), "user-789");
    kbnt_assert_string(kbnt_query_scope(&producer_rig_user, NULL), "user-789");
    kbnt_assert_string(kbnt_query_scope(&anonymous, "user-789"), "");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_request_is_found_by_its_own_id_in_the_scope_of_who_asks),
    KBNT_TEST(an_id_that_looks_like_a_message_s_is_looked_for_as_both),
    KBNT_TEST(what_another_may_not_see_does_not_exist_for_him),
    KBNT_TEST(a_request_past_its_deadline_is_overdue_until_it_has_ended),
    KBNT_TEST(a_list_is_of_the_caller_s_own_unless_he_may_see_all),
    KBNT_TEST(a_page_has_its_items_and_where_the_next_begins),
    KBNT_TEST(a_page_that_cannot_be_read_is_an_error),
    KBNT_TEST(a_resource_tells_what_it_has_cost_so_far),
    KBNT_TEST(a_resource_that_cannot_be_found_is_an_error),
    KBNT_TEST(hosts_are_for_everybody),
    KBNT_TEST(a_quota_shows_its_limits),
    KBNT_TEST(a_quota_that_cannot_be_read_is_an_error),
    KBNT_TEST(events_are_read_from_their_records),
    KBNT_TEST(an_event_that_cannot_be_read_any_more_is_left_out),
    KBNT_TEST(the_stream_of_all_events_is_of_the_caller_s_own),
    KBNT_TEST(who_acts_for_another_looks_into_his_scope),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/query", argc, argv, tests, G_N_ELEMENTS(tests));
}

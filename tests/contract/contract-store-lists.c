/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of lists, totals, dead letters and pruning. */
#include "contract-store.h"

static Contract *
open_with_requests(guint n_requests)
{
    Contract *contract = contract_open();

    for (guint i = 1; i <= n_requests; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(i)));
    return contract;
}

static void
move_request(Contract *contract, guint number, KbntRequestStatus status)
{
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_PROJECT, store_event(number, 1, status)));
}

static void
complete_request(Contract *contract, guint number)
{
    move_request(contract, number, KBNT_REQUEST_STATUS_COMPLETED);
}

static KbntValue *
page_of(Contract *contract, KbntStoreVerb verb, const char *cursor)
{
    KbntValue *argument = store_value(KBNT_FIELD_MAX_ROWS, 3, KBNT_FIELD_USER_ID, "user-1", 0);

    kbnt_value_set_string(argument, KBNT_FIELD_CURSOR, cursor);
    return store_query(contract, verb, argument);
}

static const char *
nth_id(const KbntValue *page, guint index)
{
    return kbnt_value_get_string(kbnt_value_nth_value(page, KBNT_FIELD_ITEMS, index),
                                 KBNT_FIELD_MESSAGE_ID);
}

static void
pages_go_from_the_newest_to_the_eldest_whatever_comes_in(void)
{
    g_autoptr(Contract) contract = open_with_requests(5);
    g_autoptr(KbntValue) first = page_of(contract, KBNT_STORE_REQUESTS, NULL);
    g_autoptr(KbntValue) second = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(6)));
    second = page_of(contract, KBNT_STORE_REQUESTS,
                     kbnt_value_get_string(first, KBNT_FIELD_NEXT_CURSOR));

    kbnt_assert_int(kbnt_value_length(first, KBNT_FIELD_ITEMS), 3);
    kbnt_assert_string(nth_id(first, 0), store_id(5));
    kbnt_assert_string(nth_id(first, 2), store_id(3));
    kbnt_assert_int(kbnt_value_length(second, KBNT_FIELD_ITEMS), 2);
    kbnt_assert_string(nth_id(second, 0), store_id(2));
    CU_ASSERT(!kbnt_value_has(second, KBNT_FIELD_NEXT_CURSOR));
}

static void
a_cursor_that_was_not_given_is_malformed(void)
{
    g_autoptr(Contract) contract = open_with_requests(5);
    g_autoptr(Contract) other = open_with_requests(5);
    g_autoptr(KbntValue) page = page_of(contract, KBNT_STORE_REQUESTS, NULL);
    g_autoptr(KbntValue) foreign = page_of(other, KBNT_STORE_REQUESTS, NULL);
    g_autoptr(KbntValue) resources = page_of(contract, KBNT_STORE_RESOURCES, NULL);
    const char *cursors[] = {
        "3",
        "'; DROP TABLE requests; --",
        kbnt_value_get_string(foreign, KBNT_FIELD_NEXT_CURSOR),
        kbnt_value_get_string(resources, KBNT_FIELD_NEXT_CURSOR),
    };

    CU_ASSERT(kbnt_value_has(page, KBNT_FIELD_NEXT_CURSOR));
    for (gsize i = 0; i < G_N_ELEMENTS(cursors); i++)
        store_query_refused(contract, KBNT_STORE_REQUESTS,
                            store_value(KBNT_FIELD_CURSOR, cursors[i], 0),
                            KBNT_ERROR_MALFORMED);
}

static guint
count_requests(Contract *contract, KbntValue *filter)
{
    g_autoptr(KbntValue) page = store_query(contract, KBNT_STORE_REQUESTS, filter);

    return kbnt_value_length(page, KBNT_FIELD_ITEMS);
}

static void
requests_are_found_by_user_status_and_type(void)
{
    g_autoptr(Contract) contract = open_with_requests(3);
    KbntValue *other = store_accept(4);

    store_set_request(other, KBNT_FIELD_USER_ID, "user-2", 0);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, other));
    complete_request(contract, 1);

    kbnt_assert_int(count_requests(contract, store_value(KBNT_FIELD_USER_ID, "user-2", 0)), 1);
    kbnt_assert_int(count_requests(contract, store_value(KBNT_FIELD_REQUEST_STATUS,
                                                         KBNT_REQUEST_STATUS_COMPLETED, 0)),
                    1);
    kbnt_assert_int(count_requests(contract, store_value(KBNT_FIELD_USER_ID, "user-1",
                                                         KBNT_FIELD_REQUEST_STATUS,
                                                         KBNT_REQUEST_STATUS_QUEUED, 0)),
                    2);
    kbnt_assert_int(count_requests(contract, store_value(KBNT_FIELD_REQUEST_TYPE,
                                                         KBNT_REQUEST_TYPE_CREATE_NETWORK, 0)),
                    0);
}

/* Two pages of one row each: @newest, and the eldest behind it. */
static void
see_pages(Contract *contract, KbntRequestStatus status, guint newest, guint eldest)
{
    KbntValue *filter = store_value(KBNT_FIELD_REQUEST_STATUS, (int)status, KBNT_FIELD_MAX_ROWS,
                                    1, 0);
    KbntValue *behind = kbnt_value_copy(filter);
    g_autoptr(KbntValue) first = store_query(contract, KBNT_STORE_REQUESTS, filter);
    g_autoptr(KbntValue) second = NULL;

    kbnt_value_set_string(behind, KBNT_FIELD_CURSOR,
                          kbnt_value_get_string(first, KBNT_FIELD_NEXT_CURSOR));
    second = store_query(contract, KBNT_STORE_REQUESTS, behind);
    kbnt_assert_string(nth_id(first, 0), store_id(newest));
    kbnt_assert_int(kbnt_value_length(second, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_string(nth_id(second, 0), store_id(eldest));
    CU_ASSERT(!kbnt_value_has(second, KBNT_FIELD_NEXT_CURSOR));
}

static void
requests_of_each_status_go_from_the_newest_to_the_eldest(void)
{
    g_autoptr(Contract) contract = open_with_requests(12);

    for (guint status = KBNT_REQUEST_STATUS_PROCESSING; status <= KBNT_REQUEST_STATUS_CANCELLED;
         status++) {
        move_request(contract, status, status);
        move_request(contract, status + 6, status);
    }

    for (guint status = KBNT_REQUEST_STATUS_QUEUED; status <= KBNT_REQUEST_STATUS_CANCELLED;
         status++)
        see_pages(contract, status, status + 6, status);
}

static void
set_resource(Contract *contract, guint number, KbntResourceStatus status, const char *attached)
{
    KbntValue *event = store_event(number, 2, KBNT_REQUEST_STATUS_COMPLETED);

    kbnt_value_take_value(event, KBNT_FIELD_RESOURCE,
                          store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(number),
                                      KBNT_FIELD_RESOURCE_STATUS, (int)status, KBNT_FIELD_HOST,
                                      "host-1", KBNT_FIELD_ATTACHED_TO, attached, 0));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT, event));
}

static guint
count_resources(Contract *contract, KbntValue *filter)
{
    g_autoptr(KbntValue) page = store_query(contract, KBNT_STORE_RESOURCES, filter);

    return kbnt_value_length(page, KBNT_FIELD_ITEMS);
}

static void
resources_are_found_by_what_they_are_and_where(void)
{
    g_autoptr(Contract) contract = open_with_requests(3);

    set_resource(contract, 1, KBNT_RESOURCE_STATUS_RUNNING, NULL);
    set_resource(contract, 2, KBNT_RESOURCE_STATUS_IN_USE, store_resource_id(1));
    set_resource(contract, 3, KBNT_RESOURCE_STATUS_DELETED, NULL);

    kbnt_assert_int(count_resources(contract, kbnt_value_new()), 2);
    kbnt_assert_int(count_resources(contract, store_value(KBNT_FIELD_USER_ID, "user-1", 0)), 2);
    kbnt_assert_int(count_resources(contract, store_value(KBNT_FIELD_HOST, "host-1", 0)), 2);
    kbnt_assert_int(count_resources(contract, store_value(KBNT_FIELD_RESOURCE_STATUS,
                                                          KBNT_RESOURCE_STATUS_DELETED, 0)),
                    1);
    kbnt_assert_int(
        count_resources(contract, store_value(KBNT_FIELD_ATTACHED_TO, store_resource_id(1), 0)),
        1);
    kbnt_assert_int(count_resources(contract, store_value(KBNT_FIELD_USER_ID, "user-2", 0)), 0);
}

static KbntValue *
look_up(Contract *contract)
{
    return store_query(contract, KBNT_STORE_LOOKUP,
                       store_value(KBNT_FIELD_SCOPE, "all", KBNT_FIELD_REQUEST_ID, "req-1",
                                   KBNT_FIELD_RESOURCE_IDS, store_resource_id(1),
                                   KBNT_FIELD_RESOURCE_IDS, store_resource_id(9), 0));
}

static void
a_lookup_tells_what_is_known_and_who_works_on_it(void)
{
    g_autoptr(Contract) contract = open_with_requests(1);
    g_autoptr(KbntValue) found = look_up(contract);
    g_autoptr(KbntValue) missed = store_query(
        contract, KBNT_STORE_LOOKUP,
        store_value(KBNT_FIELD_SCOPE, "else", KBNT_FIELD_REQUEST_ID, "req-1", 0));

    CU_ASSERT(kbnt_value_has(found, KBNT_FIELD_REQUEST));
    kbnt_assert_int(kbnt_value_length(found, KBNT_FIELD_RESOURCES), 1);
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_nth_value(found, KBNT_FIELD_RESOURCES, 0),
                                       KBNT_FIELD_REQUEST_TYPE),
                    KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    CU_ASSERT(!kbnt_value_has(missed, KBNT_FIELD_REQUEST));
}

static void
a_lookup_tells_who_was_the_last_to_work_on_what_is_at_rest(void)
{
    g_autoptr(Contract) contract = open_with_requests(1);
    g_autoptr(KbntValue) found = NULL;

    complete_request(contract, 1);
    found = look_up(contract);

    kbnt_assert_int(kbnt_value_get_int(kbnt_value_nth_value(found, KBNT_FIELD_RESOURCES, 0),
                                       KBNT_FIELD_REQUEST_TYPE),
                    KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
}

static void
a_lookup_tells_what_is_attached(void)
{
    g_autoptr(Contract) contract = open_with_requests(3);
    g_autoptr(KbntValue) found = NULL;
    const KbntValue *machine;

    set_resource(contract, 1, KBNT_RESOURCE_STATUS_RUNNING, NULL);
    set_resource(contract, 2, KBNT_RESOURCE_STATUS_IN_USE, store_resource_id(1));
    set_resource(contract, 3, KBNT_RESOURCE_STATUS_DELETED, store_resource_id(1));
    found = look_up(contract);
    machine = kbnt_value_nth_value(found, KBNT_FIELD_RESOURCES, 0);

    kbnt_assert_int(kbnt_value_length(machine, KBNT_FIELD_RESOURCES), 1);
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_nth_value(machine, KBNT_FIELD_RESOURCES, 0),
                              KBNT_FIELD_VIRTUAL_RESOURCE_ID),
        store_resource_id(2));
}

static guint
count_overdue(Contract *contract, int before)
{
    g_autoptr(KbntValue) overdue = store_query(
        contract, KBNT_STORE_OVERDUE,
        store_value(KBNT_FIELD_BEFORE, before, KBNT_FIELD_MAX_ROWS, 10, 0));

    return kbnt_value_length(overdue, KBNT_FIELD_ITEMS);
}

static void
overdue_is_what_is_open_past_its_deadline_and_not_cancelled(void)
{
    g_autoptr(Contract) contract = open_with_requests(3);

    complete_request(contract, 1);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CANCEL,
                                  store_value(KBNT_FIELD_TARGET_MESSAGE_ID, store_id(2), 0)));

    kbnt_assert_int(count_overdue(contract, 4999), 0);
    kbnt_assert_int(count_overdue(contract, 5001), 1);
}

static void
totals_follow_every_change(void)
{
    g_autoptr(Contract) contract = open_with_requests(3);

    kbnt_assert_int(store_see_total(contract, "requests"), 3);
    kbnt_assert_int(store_see_total(contract, "unstarted"), 3);
    kbnt_assert_int(store_see_total(contract, "outbox"), 3);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(1, 1, KBNT_REQUEST_STATUS_PROCESSING)));
    complete_request(contract, 2);

    kbnt_assert_int(store_see_total(contract, "requests"), 2);
    kbnt_assert_int(store_see_total(contract, "unstarted"), 1);
}

static KbntValue *
letter(int offset)
{
    KbntValue *record = store_record("raw");

    kbnt_value_set_int(record, KBNT_FIELD_PARTITION, 1);
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, offset);
    return store_value(KBNT_FIELD_REASON, "UNDECODABLE", KBNT_FIELD_DETAIL, "no magic byte",
                       KBNT_FIELD_ATTEMPTS, 1, KBNT_FIELD_RECORD, record, KBNT_FIELD_RECORDS,
                       store_record("copy"), 0);
}

static void
a_dead_letter_is_kept_once_for_each_offset(void)
{
    g_autoptr(Contract) contract = contract_open_half(KBNT_HALF_CONSUMER, NULL);
    g_autoptr(KbntValue) first = store_submit(contract, KBNT_STORE_BURY, letter(7));
    g_autoptr(KbntValue) again = store_submit(contract, KBNT_STORE_BURY, letter(7));
    g_autoptr(KbntValue) list = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_BURY, letter(8)));
    list = store_query(contract, KBNT_STORE_DEAD_LETTERS,
                       store_value(KBNT_FIELD_MAX_ROWS, 10, 0));

    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_DUPLICATE));
    kbnt_assert_int(kbnt_value_get_int(again, KBNT_FIELD_POSITION),
                    kbnt_value_get_int(first, KBNT_FIELD_POSITION));
    kbnt_assert_int(kbnt_value_length(list, KBNT_FIELD_ITEMS), 2);
    kbnt_assert_string(kbnt_value_get_string(kbnt_value_nth_value(list, KBNT_FIELD_ITEMS, 0),
                                             KBNT_FIELD_REASON),
                       "UNDECODABLE");
    kbnt_assert_int(store_count_outbox(contract), 2);
    kbnt_assert_int(store_see_total(contract, "dead-letters"), 2);
}

static void
an_exhumed_letter_is_gone_and_its_copy_goes_out(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) buried = store_submit(contract, KBNT_STORE_BURY, letter(7));
    int position = (int)kbnt_value_get_int(buried, KBNT_FIELD_POSITION);
    g_autoptr(KbntValue) seen = store_query(contract, KBNT_STORE_DEAD_LETTER,
                                            store_value(KBNT_FIELD_POSITION, position, 0));
    g_autoptr(KbntValue) exhumed = store_submit(
        contract, KBNT_STORE_EXHUME,
        store_value(KBNT_FIELD_POSITION, position, KBNT_FIELD_RECORDS, store_record("new"), 0));

    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_get_value(seen, KBNT_FIELD_RECORD), KBNT_FIELD_DETAIL),
        "no magic byte");
    kbnt_assert_int(kbnt_value_length(exhumed, KBNT_FIELD_RECORDS), 1);
    kbnt_assert_int(store_count_outbox(contract), 2);
    kbnt_assert_int(store_see_total(contract, "dead-letters"), 0);
    store_refused(contract, KBNT_STORE_EXHUME, store_value(KBNT_FIELD_POSITION, position, 0),
                  KBNT_ERROR_NOT_FOUND);
    store_query_refused(contract, KBNT_STORE_DEAD_LETTER,
                        store_value(KBNT_FIELD_POSITION, position, 0), KBNT_ERROR_NOT_FOUND);
}

static gint64
prune(Contract *contract, const char *name, int before, int max_rows)
{
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_PRUNE,
                                               store_value(KBNT_FIELD_NAME, name,
                                                           KBNT_FIELD_BEFORE, before,
                                                           KBNT_FIELD_MAX_ROWS, max_rows, 0));

    return kbnt_value_get_int(result, KBNT_FIELD_COUNT);
}

static void
pruning_takes_what_ended_before_and_no_more_than_asked(void)
{
    g_autoptr(Contract) contract = open_with_requests(4);

    for (guint i = 1; i <= 3; i++)
        complete_request(contract, i);

    kbnt_assert_int(prune(contract, "requests", 1000, 10), 0);
    kbnt_assert_int(prune(contract, "requests", 9000, 2), 2);
    kbnt_assert_int(prune(contract, "requests", 9000, 2), 1);
    kbnt_assert_int(count_requests(contract, kbnt_value_new()), 1);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
a_request_that_holds_charges_is_not_pruned(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *accept = store_accept(1);

    store_add_charge(accept, "user:user-1", 1, 10);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept));
    complete_request(contract, 1);

    kbnt_assert_int(prune(contract, "requests", 9000, 10), 0);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 1);
}

static void
pruned_events_leave_the_newest_of_a_stream(void)
{
    g_autoptr(Contract) contract = open_with_requests(1);
    g_autoptr(KbntValue) again = NULL;

    for (gint64 i = 1; i <= 3; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                      store_event(1, i, KBNT_REQUEST_STATUS_PROCESSING)));
    kbnt_assert_int(prune(contract, "events", 9000, 10), 2);
    again = store_submit(contract, KBNT_STORE_PROJECT,
                         store_event(1, 3, KBNT_REQUEST_STATUS_PROCESSING));

    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_DUPLICATE));
}

static void
pruning_events_goes_on_where_it_stopped_and_spares_the_young(void)
{
    g_autoptr(Contract) contract = open_with_requests(3);
    gint64 n_pruned = 0;

    for (gint64 sequence = 1; sequence <= 5; sequence++)
        for (guint number = 1; number <= 3; number++)
            kbnt_value_unref(
                store_submit(contract, KBNT_STORE_PROJECT,
                             store_event(number, sequence, KBNT_REQUEST_STATUS_PROCESSING)));
    kbnt_assert_int(prune(contract, "events", 2001, 10), 0);
    for (guint i = 0; i < 4; i++)
        n_pruned += prune(contract, "events", 2004, 2);
    kbnt_assert_int(n_pruned, 8);
    for (guint i = 0; i < 10; i++)
        n_pruned += prune(contract, "events", 9000, 2);

    kbnt_assert_int(n_pruned, 12);
}

static void
the_inbox_and_dead_letters_are_pruned_too(void)
{
    g_autoptr(Contract) contract = contract_open_half(KBNT_HALF_CONSUMER, NULL);
    KbntValue *refused = store_message(1);

    fake_host_stop_clock(contract->host, 1000000, 1000);
    kbnt_value_set_int(refused, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, refused));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(2)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_BURY, letter(7)));

    kbnt_assert_int(prune(contract, "inbox", 9000, 10), 1);
    kbnt_assert_int(prune(contract, "dead-letters", 9000, 10), 1);
    kbnt_assert_int(store_count_waiting(contract), 1);
    store_refused(contract, KBNT_STORE_PRUNE, store_value(KBNT_FIELD_NAME, "requests", 0),
                  KBNT_ERROR_NOT_SUPPORTED);
}

static const KbntTest tests[] = {
    KBNT_TEST(pages_go_from_the_newest_to_the_eldest_whatever_comes_in),
    KBNT_TEST(a_cursor_that_was_not_given_is_malformed),
    KBNT_TEST(requests_are_found_by_user_status_and_type),
    KBNT_TEST(requests_of_each_status_go_from_the_newest_to_the_eldest),
    KBNT_TEST(resources_are_found_by_what_they_are_and_where),
    KBNT_TEST(a_lookup_tells_what_is_known_and_who_works_on_it),
    KBNT_TEST(a_lookup_tells_who_was_the_last_to_work_on_what_is_at_rest),
    KBNT_TEST(a_lookup_tells_what_is_attached),
    KBNT_TEST(overdue_is_what_is_open_past_its_deadline_and_not_cancelled),
    KBNT_TEST(totals_follow_every_change),
    KBNT_TEST(a_dead_letter_is_kept_once_for_each_offset),
    KBNT_TEST(an_exhumed_letter_is_gone_and_its_copy_goes_out),
    KBNT_TEST(pruning_takes_what_ended_before_and_no_more_than_asked),
    KBNT_TEST(a_request_that_holds_charges_is_not_pruned),
    KBNT_TEST(pruned_events_leave_the_newest_of_a_stream),
    KBNT_TEST(pruning_events_goes_on_where_it_stopped_and_spares_the_young),
    KBNT_TEST(the_inbox_and_dead_letters_are_pruned_too),
};

const ContractSuite contract_lists_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

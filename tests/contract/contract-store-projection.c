/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of CONFIRM, SETTLE, PROJECT and the ledger. */
#include "contract-store.h"

static gint64
status_of(Contract *contract, guint number)
{
    g_autoptr(KbntValue) request = store_see_request(contract, number);

    return kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS);
}

static Contract *
open_with_request(void)
{
    Contract *contract = contract_open();
    KbntValue *accept = store_accept(1);

    store_add_charge(accept, "user:user-1", 0.1, 10);
    store_add_charge(accept, "total", 0.2, 10);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept));
    return contract;
}

static KbntValue *
project(Contract *contract, gint64 sequence, KbntRequestStatus status)
{
    return store_submit(contract, KBNT_STORE_PROJECT, store_event(1, sequence, status));
}

static KbntValue *
confirmation(gint64 position, gboolean settled)
{
    KbntValue *publication = store_value(KBNT_FIELD_PARTITION, 2, KBNT_FIELD_OFFSET, 7, 0);
    KbntValue *entry = store_value(KBNT_FIELD_OPERATION, "amq-streams-publish", 0);

    return store_value(KBNT_FIELD_POSITION, (int)position, KBNT_FIELD_SETTLED, settled,
                       KBNT_FIELD_MESSAGE_ID, store_id(1), KBNT_FIELD_PUBLICATION, publication,
                       KBNT_FIELD_HISTORY, entry, 0);
}

static gint64
first_position(Contract *contract)
{
    g_autoptr(KbntValue) outbox = store_query(contract, KBNT_STORE_OUTBOX,
                                              store_value(KBNT_FIELD_MAX_ROWS, 1, 0));

    CU_ASSERT_FATAL(kbnt_value_length(outbox, KBNT_FIELD_ITEMS) == 1);
    return kbnt_value_get_int(kbnt_value_nth_value(outbox, KBNT_FIELD_ITEMS, 0),
                              KBNT_FIELD_POSITION);
}

static void
a_confirmed_request_is_processing_and_tells_its_publication(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_CONFIRM,
                                               confirmation(first_position(contract), FALSE));
    g_autoptr(KbntValue) request = store_see_request(contract, 1);

    kbnt_assert_int(kbnt_value_get_int(result, KBNT_FIELD_PREVIOUS_STATUS),
                    KBNT_REQUEST_STATUS_QUEUED);
    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(request, KBNT_FIELD_PUBLICATION),
                                       KBNT_FIELD_OFFSET),
                    7);
    kbnt_assert_int(kbnt_value_length(request, KBNT_FIELD_HISTORY), 2);
    kbnt_assert_int(store_count_outbox(contract), 1);
    kbnt_assert_int(store_see_total(contract, "outbox"), 0);
}

static void
a_confirmation_that_comes_twice_is_recorded_once(void)
{
    g_autoptr(Contract) contract = open_with_request();
    gint64 position = first_position(contract);
    g_autoptr(KbntValue) request = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM, confirmation(position, FALSE)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM, confirmation(position, TRUE)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM, confirmation(position, TRUE)));
    request = store_see_request(contract, 1);

    kbnt_assert_int(kbnt_value_length(request, KBNT_FIELD_HISTORY), 2);
    kbnt_assert_int(store_count_outbox(contract), 0);
    kbnt_assert_int(store_see_total(contract, "outbox"), 0);
}

static void
a_settled_record_is_gone_and_settling_it_again_is_success(void)
{
    g_autoptr(Contract) contract = open_with_request();
    gint64 position = first_position(contract);

    for (guint i = 0; i < 2; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_SETTLE,
                                      store_value(KBNT_FIELD_POSITION, (int)position, 0)));

    kbnt_assert_int(store_count_outbox(contract), 0);
    kbnt_assert_int(store_see_total(contract, "outbox"), 0);
}

static void
records_in_a_row_are_settled_in_one_command(void)
{
    g_autoptr(Contract) contract = open_with_request();
    gint64 position = first_position(contract);

    for (guint i = 2; i <= 4; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(i)));
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_SETTLE,
                     store_value(KBNT_FIELD_POSITION, (int)position, KBNT_FIELD_COUNT, 3, 0)));

    kbnt_assert_int(store_count_outbox(contract), 1);
    kbnt_assert_int(store_see_total(contract, "outbox"), 1);
}

static void
an_event_moves_the_request(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) result = project(contract, 1, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_assert_int(kbnt_value_get_int(result, KBNT_FIELD_PREVIOUS_STATUS),
                    KBNT_REQUEST_STATUS_QUEUED);
    kbnt_assert_int(kbnt_value_get_int(result, KBNT_FIELD_EXPECTED_SEQUENCE), 1);
    CU_ASSERT(kbnt_value_get_int(result, KBNT_FIELD_POSITION) > 0);
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(result, KBNT_FIELD_REQUEST),
                                       KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_assert_int(status_of(contract, 1), KBNT_REQUEST_STATUS_PROCESSING);
}

static void
an_event_that_comes_twice_changes_nothing(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) again = NULL;

    kbnt_value_unref(project(contract, 1, KBNT_REQUEST_STATUS_PROCESSING));
    again = project(contract, 1, KBNT_REQUEST_STATUS_COMPLETED);

    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_DUPLICATE));
    kbnt_assert_int(status_of(contract, 1), KBNT_REQUEST_STATUS_PROCESSING);
}

static void
an_event_behind_a_gap_is_applied_and_the_gap_is_told(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) result = project(contract, 5, KBNT_REQUEST_STATUS_COMPENSATING);

    kbnt_assert_int(kbnt_value_get_int(result, KBNT_FIELD_EXPECTED_SEQUENCE), 1);
    kbnt_assert_int(status_of(contract, 1), KBNT_REQUEST_STATUS_COMPENSATING);
}

static void
a_late_event_is_kept_for_replay_and_changes_nothing(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) late = NULL;
    g_autoptr(KbntValue) again = NULL;
    g_autoptr(KbntValue) events = NULL;

    kbnt_value_unref(project(contract, 3, KBNT_REQUEST_STATUS_COMPENSATING));
    late = project(contract, 2, KBNT_REQUEST_STATUS_PROCESSING);
    again = project(contract, 2, KBNT_REQUEST_STATUS_PROCESSING);
    events = store_query(contract, KBNT_STORE_EVENTS,
                         store_value(KBNT_FIELD_MESSAGE_ID, store_id(1), 0));

    CU_ASSERT(kbnt_value_get_int(late, KBNT_FIELD_POSITION) > 0);
    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_DUPLICATE));
    kbnt_assert_int(status_of(contract, 1), KBNT_REQUEST_STATUS_COMPENSATING);
    kbnt_assert_int(kbnt_value_length(events, KBNT_FIELD_ITEMS), 2);
}

static void
a_request_that_has_ended_never_moves_again(void)
{
    g_autoptr(Contract) contract = open_with_request();

    kbnt_value_unref(project(contract, 1, KBNT_REQUEST_STATUS_FAILED));
    kbnt_value_unref(project(contract, 2, KBNT_REQUEST_STATUS_PROCESSING));

    kbnt_assert_int(status_of(contract, 1), KBNT_REQUEST_STATUS_FAILED);
}

static void
an_end_that_overtakes_the_confirmation_stays(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) request = NULL;

    kbnt_value_unref(project(contract, 1, KBNT_REQUEST_STATUS_COMPLETED));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CONFIRM,
                                  confirmation(first_position(contract), TRUE)));
    request = store_see_request(contract, 1);

    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_COMPLETED);
    CU_ASSERT(kbnt_value_has(request, KBNT_FIELD_PUBLICATION));
}

static KbntValue *
event_with_history(gint64 sequence, guint n_entries)
{
    KbntValue *event = store_event(1, sequence, KBNT_REQUEST_STATUS_PROCESSING);
    KbntValue *request = kbnt_value_copy(kbnt_value_get_value(event, KBNT_FIELD_REQUEST));
    static const char *const operations[] = { "consume", "plan-allocation", "provision" };

    for (guint i = 0; i < n_entries; i++)
        kbnt_value_take_item(request, KBNT_FIELD_HISTORY,
                             store_value(KBNT_FIELD_OPERATION, operations[i], 0));
    kbnt_value_take_value(event, KBNT_FIELD_REQUEST, request);
    return event;
}

static void
history_grows_by_what_is_not_there_yet(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) request = NULL;

    for (guint i = 1; i <= 3; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT, event_with_history(i, i)));
    request = store_see_request(contract, 1);

    kbnt_assert_int(kbnt_value_length(request, KBNT_FIELD_HISTORY), 4);
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_nth_value(request, KBNT_FIELD_HISTORY, 3),
                              KBNT_FIELD_OPERATION),
        "provision");
}

static void
move_ledger(Contract *contract, gint64 sequence, KbntLedgerMove move)
{
    KbntValue *event = store_event(1, sequence, KBNT_REQUEST_STATUS_PROCESSING);

    kbnt_value_set_int(event, KBNT_FIELD_LEDGER_MOVE, move);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT, event));
}

static void
committed_charges_are_used_and_no_longer_reserved(void)
{
    g_autoptr(Contract) contract = open_with_request();

    move_ledger(contract, 1, KBNT_LEDGER_MOVE_COMMIT);
    move_ledger(contract, 2, KBNT_LEDGER_MOVE_COMMIT);

    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 0);
    CU_ASSERT_EQUAL(store_see_used(contract, "user:user-1"), 0.1);
    CU_ASSERT_EQUAL(store_see_used(contract, "total"), 0.2);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
a_release_gives_back_exactly_what_was_charged_and_once(void)
{
    g_autoptr(Contract) contract = open_with_request();

    move_ledger(contract, 1, KBNT_LEDGER_MOVE_COMMIT);
    move_ledger(contract, 2, KBNT_LEDGER_MOVE_RELEASE);
    move_ledger(contract, 3, KBNT_LEDGER_MOVE_RELEASE);
    move_ledger(contract, 4, KBNT_LEDGER_MOVE_COMMIT);

    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 0);
    CU_ASSERT_EQUAL(store_see_used(contract, "user:user-1"), 0);
    CU_ASSERT_EQUAL(store_see_used(contract, "total"), 0);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static gint64
resource_status_of(Contract *contract, guint number)
{
    g_autoptr(KbntValue) resource = store_see_resource(contract, number);

    return kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS);
}

static void
cancel(Contract *contract, guint number)
{
    KbntValue *event = store_event(number, 1, KBNT_REQUEST_STATUS_CANCELLED);

    kbnt_value_set_int(event, KBNT_FIELD_LEDGER_MOVE, KBNT_LEDGER_MOVE_RELEASE);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT, event));
}

static void
a_create_that_ends_before_it_began_leaves_no_resource(void)
{
    g_autoptr(Contract) contract = open_with_request();

    kbnt_assert_int(resource_status_of(contract, 1), KBNT_RESOURCE_STATUS_PENDING);
    cancel(contract, 1);

    kbnt_assert_int(resource_status_of(contract, 1), KBNT_RESOURCE_STATUS_DELETED);
}

static void
a_verb_that_ends_before_it_began_leaves_its_resource_as_it_is(void)
{
    g_autoptr(Contract) contract = open_with_request();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT,
                                  store_follow(2, KBNT_REQUEST_TYPE_DELETE_RESOURCE, 1)));
    cancel(contract, 2);

    kbnt_assert_int(resource_status_of(contract, 1), KBNT_RESOURCE_STATUS_PENDING);
}

static KbntValue *
resource_event(gint64 sequence, KbntResourceStatus status)
{
    return store_value(KBNT_FIELD_STREAM_ID, store_id(900), KBNT_FIELD_SEQUENCE, (int)sequence,
                       KBNT_FIELD_EVENT_TYPE, KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED,
                       KBNT_FIELD_TIMESTAMP, 3000, KBNT_FIELD_RESOURCE,
                       store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1),
                                   KBNT_FIELD_RESOURCE_STATUS, (int)status, KBNT_FIELD_HOST,
                                   "host-1", 0),
                       0);
}

static void
a_deleted_resource_releases_what_its_creator_charged(void)
{
    g_autoptr(Contract) contract = open_with_request();

    move_ledger(contract, 1, KBNT_LEDGER_MOVE_COMMIT);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  resource_event(1, KBNT_RESOURCE_STATUS_RUNNING)));
    CU_ASSERT_EQUAL(store_see_used(contract, "user:user-1"), 0.1);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  resource_event(2, KBNT_RESOURCE_STATUS_DELETED)));

    CU_ASSERT_EQUAL(store_see_used(contract, "user:user-1"), 0);
}

static void
the_id_of_a_deleted_resource_stays_taken(void)
{
    g_autoptr(Contract) contract = open_with_request();
    KbntValue *other = store_accept(2);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  resource_event(1, KBNT_RESOURCE_STATUS_DELETED)));
    store_set_request(other, KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1), 0);

    store_refused(contract, KBNT_STORE_ACCEPT, other, KBNT_ERROR_STORE_CONFLICT);
}

static void
a_request_that_ends_frees_all_that_it_touched(void)
{
    g_autoptr(Contract) contract = open_with_request();
    KbntValue *attach;
    g_autoptr(KbntValue) machine = NULL;
    g_autoptr(KbntValue) storage = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(2)));
    kbnt_value_unref(project(contract, 1, KBNT_REQUEST_STATUS_COMPLETED));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(2, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    attach = store_follow(3, KBNT_REQUEST_TYPE_ATTACH_STORAGE, 1);
    store_add_touch(attach, 2, store_id(2));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, attach));
    storage = store_see_resource(contract, 2);
    kbnt_assert_string(kbnt_value_get_string(storage, KBNT_FIELD_OPEN_MESSAGE_ID), store_id(3));
    g_clear_pointer(&storage, kbnt_value_unref);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(3, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    machine = store_see_resource(contract, 1);
    storage = store_see_resource(contract, 2);

    CU_ASSERT(!kbnt_value_has(machine, KBNT_FIELD_OPEN_MESSAGE_ID));
    CU_ASSERT(!kbnt_value_has(storage, KBNT_FIELD_OPEN_MESSAGE_ID));
    kbnt_assert_string(kbnt_value_get_string(storage, KBNT_FIELD_LAST_MESSAGE_ID), store_id(3));
}

static void
an_unknown_resource_appears_with_its_event(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *event = resource_event(1, KBNT_RESOURCE_STATUS_RUNNING);
    KbntValue *patch = kbnt_value_copy(kbnt_value_get_value(event, KBNT_FIELD_RESOURCE));
    gint64 told_at = kbnt_value_get_int(event, KBNT_FIELD_TIMESTAMP);
    g_autoptr(KbntValue) resource = NULL;

    kbnt_value_set_int(patch, KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    kbnt_value_take_value(event, KBNT_FIELD_RESOURCE, patch);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT, event));
    resource = store_see_resource(contract, 1);

    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_HOST), "host-1");
    kbnt_assert_int(kbnt_value_get_int(resource, KBNT_FIELD_CREATED_AT), told_at);
}

static void
a_host_report_replaces_the_last(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) hosts = NULL;
    const KbntValue *host;

    for (gint64 i = 1; i <= 2; i++)
        kbnt_value_unref(store_submit(
            contract, KBNT_STORE_PROJECT,
            store_value(KBNT_FIELD_STREAM_ID, store_id(900), KBNT_FIELD_SEQUENCE, (int)i,
                        KBNT_FIELD_EVENT_TYPE, KBNT_EVENT_TYPE_HOST_REPORTED,
                        KBNT_FIELD_TIMESTAMP, (int)(3000 + i), KBNT_FIELD_HOST_REPORT,
                        store_value(KBNT_FIELD_HOST, "host-1", KBNT_FIELD_CAPACITY,
                                    store_value(KBNT_FIELD_CPU, (int)(8 * i), 0), 0),
                        0)));
    hosts = store_query(contract, KBNT_STORE_HOSTS, kbnt_value_new());
    kbnt_assert_int(kbnt_value_length(hosts, KBNT_FIELD_HOSTS), 1);
    host = kbnt_value_nth_value(hosts, KBNT_FIELD_HOSTS, 0);

    kbnt_assert_int(kbnt_value_get_int(host, KBNT_FIELD_REPORTED_AT), 3002);
    kbnt_assert_int(
        kbnt_value_get_int(kbnt_value_get_value(host, KBNT_FIELD_CAPACITY), KBNT_FIELD_CPU),
        16);
}

static gint64
nth_position(const KbntValue *events, guint index)
{
    return kbnt_value_get_int(kbnt_value_nth_value(events, KBNT_FIELD_ITEMS, index),
                              KBNT_FIELD_POSITION);
}

static void
events_are_replayed_in_their_order_behind_a_position(void)
{
    g_autoptr(Contract) contract = open_with_request();
    g_autoptr(KbntValue) all = NULL;
    g_autoptr(KbntValue) rest = NULL;

    for (gint64 i = 1; i <= 3; i++)
        kbnt_value_unref(project(contract, i, KBNT_REQUEST_STATUS_PROCESSING));
    all = store_query(contract, KBNT_STORE_EVENTS,
                      store_value(KBNT_FIELD_USER_ID, "user-1", 0));
    kbnt_assert_int(kbnt_value_length(all, KBNT_FIELD_ITEMS), 3);
    rest = store_query(contract, KBNT_STORE_EVENTS,
                       store_value(KBNT_FIELD_POSITION, (int)nth_position(all, 0), 0));

    CU_ASSERT(nth_position(all, 0) < nth_position(all, 1));
    kbnt_assert_int(kbnt_value_length(rest, KBNT_FIELD_ITEMS), 2);
    kbnt_assert_int(nth_position(rest, 0), nth_position(all, 1));
    kbnt_assert_int(kbnt_value_get_int(all, KBNT_FIELD_POSITION), nth_position(all, 0));
    kbnt_assert_int(kbnt_value_get_int(all, KBNT_FIELD_COUNT), nth_position(all, 2));
    kbnt_assert_int(
        kbnt_value_get_int(kbnt_value_nth_value(all, KBNT_FIELD_ITEMS, 1), KBNT_FIELD_SEQUENCE),
        2);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_confirmed_request_is_processing_and_tells_its_publication),
    KBNT_TEST(a_confirmation_that_comes_twice_is_recorded_once),
    KBNT_TEST(a_settled_record_is_gone_and_settling_it_again_is_success),
    KBNT_TEST(records_in_a_row_are_settled_in_one_command),
    KBNT_TEST(an_event_moves_the_request),
    KBNT_TEST(an_event_that_comes_twice_changes_nothing),
    KBNT_TEST(an_event_behind_a_gap_is_applied_and_the_gap_is_told),
    KBNT_TEST(a_late_event_is_kept_for_replay_and_changes_nothing),
    KBNT_TEST(a_request_that_has_ended_never_moves_again),
    KBNT_TEST(an_end_that_overtakes_the_confirmation_stays),
    KBNT_TEST(history_grows_by_what_is_not_there_yet),
    KBNT_TEST(committed_charges_are_used_and_no_longer_reserved),
    KBNT_TEST(a_release_gives_back_exactly_what_was_charged_and_once),
    KBNT_TEST(a_create_that_ends_before_it_began_leaves_no_resource),
    KBNT_TEST(a_verb_that_ends_before_it_began_leaves_its_resource_as_it_is),
    KBNT_TEST(a_deleted_resource_releases_what_its_creator_charged),
    KBNT_TEST(the_id_of_a_deleted_resource_stays_taken),
    KBNT_TEST(a_request_that_ends_frees_all_that_it_touched),
    KBNT_TEST(an_unknown_resource_appears_with_its_event),
    KBNT_TEST(a_host_report_replaces_the_last),
    KBNT_TEST(events_are_replayed_in_their_order_behind_a_position),
};

const ContractSuite contract_projection_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of ACCEPT and CANCEL. */
#include "contract-store.h"

#define N_RACING 200

static void
an_accepted_request_is_seen_with_its_resource(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1));
    g_autoptr(KbntValue) request = store_see_request(contract, 1);
    g_autoptr(KbntValue) resource = store_see_resource(contract, 1);

    CU_ASSERT(kbnt_value_equal(request, kbnt_value_get_value(result, KBNT_FIELD_REQUEST)));
    kbnt_assert_string(kbnt_value_get_string(request, KBNT_FIELD_REQUEST_ID), "req-1");
    kbnt_assert_int(kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_PENDING);
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_MESSAGE_ID), store_id(1));
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID),
                       store_id(1));
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_USER_ID), "user-1");
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION),
                                       KBNT_FIELD_CPU),
                    4);
}

static void
a_record_comes_back_with_its_position_and_all_its_fields(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) first = store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1));
    g_autoptr(KbntValue) second = store_submit(contract, KBNT_STORE_ACCEPT, store_accept(2));
    g_autoptr(KbntValue) outbox = store_query(contract, KBNT_STORE_OUTBOX,
                                              store_value(KBNT_FIELD_MAX_ROWS, 10, 0));
    KbntValue *given = kbnt_value_nth_value(first, KBNT_FIELD_RECORDS, 0);
    KbntValue *kept = kbnt_value_nth_value(outbox, KBNT_FIELD_ITEMS, 0);
    KbntValue *next = kbnt_value_nth_value(second, KBNT_FIELD_RECORDS, 0);

    kbnt_assert_int(kbnt_value_length(outbox, KBNT_FIELD_ITEMS), 2);
    kbnt_assert_int(kbnt_value_get_int(kept, KBNT_FIELD_POSITION),
                    kbnt_value_get_int(given, KBNT_FIELD_POSITION));
    CU_ASSERT(kbnt_value_get_int(next, KBNT_FIELD_POSITION) >
              kbnt_value_get_int(given, KBNT_FIELD_POSITION));
    kbnt_assert_string(kbnt_value_get_string(kept, KBNT_FIELD_CORRELATION_ID), "corr-1");
    kbnt_assert_string(kbnt_value_get_string(kept, KBNT_FIELD_MESSAGE_ID), store_id(1));
    CU_ASSERT(g_bytes_equal(kbnt_value_get_bytes(kept, KBNT_FIELD_BODY),
                            kbnt_value_get_bytes(given, KBNT_FIELD_BODY)));
    kbnt_assert_int(kbnt_value_length(kept, KBNT_FIELD_HEADERS), 1);
}

static void
the_same_request_again_is_replayed_and_writes_nothing(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *again = store_accept(2);
    g_autoptr(KbntValue) first = store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1));
    g_autoptr(KbntValue) second = NULL;

    store_set_request(again, KBNT_FIELD_REQUEST_ID, "req-1", 0);
    store_set_request(again, KBNT_FIELD_BODY_HASH, "hash-1", 0);
    second = store_submit(contract, KBNT_STORE_ACCEPT, again);

    CU_ASSERT(kbnt_value_get_int(second, KBNT_FIELD_REPLAYED));
    kbnt_assert_string(kbnt_value_get_string(kbnt_value_get_value(second, KBNT_FIELD_REQUEST),
                                             KBNT_FIELD_MESSAGE_ID),
                       store_id(1));
    kbnt_assert_int(store_count_outbox(contract), 1);
    store_query_refused(contract, KBNT_STORE_RESOURCE,
                        store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(2), 0),
                        KBNT_ERROR_NOT_FOUND);
}

static void
a_request_id_with_another_body_is_refused(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *other = store_accept(2);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    store_set_request(other, KBNT_FIELD_REQUEST_ID, "req-1", 0);

    store_refused(contract, KBNT_STORE_ACCEPT, other, KBNT_ERROR_REQUEST_ID_REUSED);
}

static void
another_scope_may_use_the_same_request_id(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *other = store_accept(2);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    store_set_request(other, KBNT_FIELD_REQUEST_ID, "req-1", 0);
    store_set_request(other, KBNT_FIELD_SCOPE, "user-2", 0);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, other));
}

static KbntValue *
accept_with_key(guint number, const char *body_hash)
{
    KbntValue *accept = store_accept(number);

    store_set_request(accept, KBNT_FIELD_IDEMPOTENCY_KEY, "key-1", 0);
    store_set_request(accept, KBNT_FIELD_BODY_HASH, body_hash, 0);
    return accept;
}

static void
an_idempotency_key_is_replayed_under_any_request_id(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) second = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept_with_key(1, "same")));
    second = store_submit(contract, KBNT_STORE_ACCEPT, accept_with_key(2, "same"));

    CU_ASSERT(kbnt_value_get_int(second, KBNT_FIELD_REPLAYED));
    kbnt_assert_string(kbnt_value_get_string(kbnt_value_get_value(second, KBNT_FIELD_REQUEST),
                                             KBNT_FIELD_REQUEST_ID),
                       "req-1");
}

static void
an_idempotency_key_with_another_body_is_refused(void)
{
    g_autoptr(Contract) contract = contract_open();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept_with_key(1, "one")));

    store_refused(contract, KBNT_STORE_ACCEPT, accept_with_key(2, "other"),
                  KBNT_ERROR_IDEMPOTENCY_KEY_REUSED);
}

static KbntValue *
accept_charged(guint number, double limit)
{
    KbntValue *accept = store_accept(number);

    store_add_charge(accept, "user:user-1", 1, limit);
    return accept;
}

static void
a_replay_is_answered_though_the_quota_is_used_up(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) again = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept_charged(1, 1)));
    again = store_submit(contract, KBNT_STORE_ACCEPT, accept_charged(1, 1));

    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_REPLAYED));
    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 1);
}

static void
two_hundred_accepts_for_the_last_slot_give_exactly_one(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(StoreBatch) batch = store_batch_new(N_RACING);

    for (guint i = 0; i < N_RACING; i++)
        store_batch_add(batch, contract, KBNT_STORE_ACCEPT, accept_charged(i, 1));
    store_batch_run(batch, contract);

    kbnt_assert_int(store_batch_n_failed(batch, KBNT_ERROR_QUOTA_EXCEEDED), N_RACING - 1);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 1);
    kbnt_assert_int(store_see_total(contract, "requests"), 1);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
a_refused_command_leaves_nothing_and_harms_no_neighbour(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(StoreBatch) batch = store_batch_new(3);

    store_batch_add(batch, contract, KBNT_STORE_ACCEPT, accept_charged(1, 2));
    store_batch_add(batch, contract, KBNT_STORE_ACCEPT, accept_charged(2, 0));
    store_batch_add(batch, contract, KBNT_STORE_ACCEPT, accept_charged(3, 2));
    store_batch_run(batch, contract);

    kbnt_assert_no_error(batch->answers[0].error);
    kbnt_assert_error(batch->answers[1].error, KBNT_ERROR, KBNT_ERROR_QUOTA_EXCEEDED);
    kbnt_assert_no_error(batch->answers[2].error);
    kbnt_assert_int(store_count_outbox(contract), 2);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 2);
    store_query_refused(contract, KBNT_STORE_REQUEST,
                        store_value(KBNT_FIELD_MESSAGE_ID, store_id(2), 0),
                        KBNT_ERROR_NOT_FOUND);
}

static void
what_one_account_has_no_room_for_is_reserved_on_none(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *accept = accept_charged(1, 10);

    store_add_charge(accept, "total", 5, 4);
    store_refused(contract, KBNT_STORE_ACCEPT, accept, KBNT_ERROR_QUOTA_EXCEEDED);

    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 0);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "total"), 0);
}

static void
a_resource_that_is_worked_on_is_busy(void)
{
    g_autoptr(Contract) contract = contract_open();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));

    store_refused(contract, KBNT_STORE_ACCEPT,
                  store_follow(2, KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE, 1),
                  KBNT_ERROR_RESOURCE_BUSY);
}

static void
a_delete_may_follow_an_open_create(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) resource = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT,
                                  store_follow(2, KBNT_REQUEST_TYPE_DELETE_RESOURCE, 1)));
    resource = store_see_resource(contract, 1);

    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID),
                       store_id(2));
    kbnt_assert_string(kbnt_value_get_string(resource, KBNT_FIELD_LAST_MESSAGE_ID),
                       store_id(2));
}

static void
a_delete_does_not_follow_an_open_create_of_something_else(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *other = store_accept(2);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(1, 1, KBNT_REQUEST_STATUS_COMPLETED)));
    store_add_touch(other, 1, store_id(1));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, other));

    store_refused(contract, KBNT_STORE_ACCEPT,
                  store_follow(3, KBNT_REQUEST_TYPE_DELETE_RESOURCE, 1),
                  KBNT_ERROR_RESOURCE_BUSY);
}

static void
a_second_delete_finds_the_first_busy(void)
{
    g_autoptr(Contract) contract = contract_open();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT,
                                  store_follow(2, KBNT_REQUEST_TYPE_DELETE_RESOURCE, 1)));

    store_refused(contract, KBNT_STORE_ACCEPT,
                  store_follow(3, KBNT_REQUEST_TYPE_DELETE_RESOURCE, 1),
                  KBNT_ERROR_RESOURCE_BUSY);
}

static void
a_touched_resource_must_be_as_it_was_seen(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *stale = store_accept(2);
    KbntValue *unknown = store_accept(3);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    store_set_request(stale, KBNT_FIELD_REQUEST_TYPE, NULL, KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    store_add_touch(stale, 1, store_id(99));
    store_add_touch(unknown, 77, store_id(77));

    store_refused(contract, KBNT_STORE_ACCEPT, stale, KBNT_ERROR_STORE_CONFLICT);
    store_refused(contract, KBNT_STORE_ACCEPT, unknown, KBNT_ERROR_NOT_FOUND);
}

static void
a_taken_resource_id_is_a_conflict(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *other = store_accept(2);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    store_set_request(other, KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1), 0);

    store_refused(contract, KBNT_STORE_ACCEPT, other, KBNT_ERROR_STORE_CONFLICT);
}

static void
an_account_that_ends_in_a_colon_is_the_sum_of_all_that_begin_so(void)
{
    g_autoptr(Contract) contract = contract_open();
    KbntValue *accept = store_accept(1);

    store_add_charge(accept, "user:ann", 1.5, 10);
    store_add_charge(accept, "user:zoe", 2, 10);
    store_add_charge(accept, "group:lab", 4, 10);
    store_add_charge(accept, "total", 8, 10);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, accept));

    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:"), 3.5);
    CU_ASSERT_EQUAL(store_see_used(contract, "user:"), 0);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:ann"), 1.5);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "nobody:"), 0);
}

static KbntValue *
cancel_of(guint number)
{
    return store_value(KBNT_FIELD_TARGET_MESSAGE_ID, store_id(number), KBNT_FIELD_CANCEL_REASON,
                       KBNT_CANCEL_REASON_USER, KBNT_FIELD_RECORD, store_record("cancel"), 0);
}

static void
a_cancelled_request_says_so_and_its_message_goes_out_once(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) first = NULL;
    g_autoptr(KbntValue) again = NULL;
    g_autoptr(KbntValue) request = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    first = store_submit(contract, KBNT_STORE_CANCEL, cancel_of(1));
    again = store_submit(contract, KBNT_STORE_CANCEL, cancel_of(1));
    request = store_see_request(contract, 1);

    kbnt_assert_int(kbnt_value_length(first, KBNT_FIELD_RECORDS), 1);
    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_REPLAYED));
    CU_ASSERT(kbnt_value_get_int(request, KBNT_FIELD_CANCEL_REQUESTED));
    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_QUEUED);
    kbnt_assert_int(store_count_outbox(contract), 2);
}

static void
what_is_unknown_or_has_ended_cannot_be_cancelled(void)
{
    g_autoptr(Contract) contract = contract_open();

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_PROJECT,
                                  store_event(1, 1, KBNT_REQUEST_STATUS_COMPLETED)));

    store_refused(contract, KBNT_STORE_CANCEL, cancel_of(1), KBNT_ERROR_STATE_CONFLICT);
    store_refused(contract, KBNT_STORE_CANCEL, cancel_of(2), KBNT_ERROR_NOT_FOUND);
}

static void
an_unknown_verb_is_not_supported(void)
{
    g_autoptr(Contract) contract = contract_open();

    store_refused(contract, 99, kbnt_value_new(), KBNT_ERROR_NOT_SUPPORTED);
    store_query_refused(contract, 199, kbnt_value_new(), KBNT_ERROR_NOT_SUPPORTED);
    store_refused(contract, KBNT_STORE_TAKE_IN, store_message(1), KBNT_ERROR_NOT_SUPPORTED);
}

static const KbntTest tests[] = {
    KBNT_TEST(an_accepted_request_is_seen_with_its_resource),
    KBNT_TEST(a_record_comes_back_with_its_position_and_all_its_fields),
    KBNT_TEST(the_same_request_again_is_replayed_and_writes_nothing),
    KBNT_TEST(a_request_id_with_another_body_is_refused),
    KBNT_TEST(another_scope_may_use_the_same_request_id),
    KBNT_TEST(an_idempotency_key_is_replayed_under_any_request_id),
    KBNT_TEST(an_idempotency_key_with_another_body_is_refused),
    KBNT_TEST(a_replay_is_answered_though_the_quota_is_used_up),
    KBNT_TEST(two_hundred_accepts_for_the_last_slot_give_exactly_one),
    KBNT_TEST(a_refused_command_leaves_nothing_and_harms_no_neighbour),
    KBNT_TEST(what_one_account_has_no_room_for_is_reserved_on_none),
    KBNT_TEST(a_resource_that_is_worked_on_is_busy),
    KBNT_TEST(a_delete_may_follow_an_open_create),
    KBNT_TEST(a_delete_does_not_follow_an_open_create_of_something_else),
    KBNT_TEST(a_second_delete_finds_the_first_busy),
    KBNT_TEST(a_touched_resource_must_be_as_it_was_seen),
    KBNT_TEST(a_taken_resource_id_is_a_conflict),
    KBNT_TEST(an_account_that_ends_in_a_colon_is_the_sum_of_all_that_begin_so),
    KBNT_TEST(a_cancelled_request_says_so_and_its_message_goes_out_once),
    KBNT_TEST(what_is_unknown_or_has_ended_cannot_be_cancelled),
    KBNT_TEST(an_unknown_verb_is_not_supported),
};

const ContractSuite contract_accept_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of the inbox: TAKE_IN, TAKE_CANCEL, dependencies, secrets. */
#include "contract-store.h"

static Contract *
open_consumer(void)
{
    return contract_open_half(KBNT_HALF_CONSUMER, NULL);
}

static void
take_in(Contract *contract, guint number)
{
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(number)));
}

static gint64
claim(Contract *contract, guint number, gint64 sequence)
{
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_CLAIM,
                                               store_claim(number, "worker-1", sequence));

    return kbnt_value_get_int(result, KBNT_FIELD_EPOCH);
}

static void
move_to(Contract *contract, guint number, gint64 epoch, KbntInboxState state)
{
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_ADVANCE,
                     store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_EPOCH,
                                 (int)epoch, KBNT_FIELD_INBOX_STATE, (int)state, 0)));
}

static void
end_message(Contract *contract, guint number)
{
    move_to(contract, number, claim(contract, number, 1), KBNT_INBOX_STATE_ENDED);
}

static gint64
state_of(Contract *contract, guint number)
{
    g_autoptr(KbntValue) message = store_see_message(contract, number);

    return kbnt_value_get_int(message, KBNT_FIELD_INBOX_STATE);
}

static gboolean
has_secrets(Contract *contract, guint number)
{
    g_autoptr(KbntValue) message = store_see_message(contract, number);
    const KbntValue *request = kbnt_value_get_value(message, KBNT_FIELD_REQUEST);
    const KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);

    kbnt_assert_int(kbnt_value_get_int(specification, KBNT_FIELD_CPU), 4);
    return kbnt_value_has(specification, KBNT_FIELD_USER_DATA) ||
           kbnt_value_has(specification, KBNT_FIELD_SSH_KEYS);
}

static void
a_message_that_is_taken_in_can_be_claimed_with_all_it_says(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_TAKE_IN, store_message(1));
    g_autoptr(KbntValue) waiting = store_query(contract, KBNT_STORE_WAITING,
                                               store_value(KBNT_FIELD_MAX_ROWS, 10, 0));
    const KbntValue *message = kbnt_value_nth_value(waiting, KBNT_FIELD_ITEMS, 0);

    kbnt_assert_int(kbnt_value_get_int(result, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_WAITING);
    kbnt_assert_int(kbnt_value_length(result, KBNT_FIELD_RECORDS), 1);
    kbnt_assert_int(kbnt_value_length(waiting, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_string(kbnt_value_get_string(message, KBNT_FIELD_MESSAGE_ID), store_id(1));
    kbnt_assert_string(kbnt_value_get_string(message, KBNT_FIELD_VM_ID), "VM-KBNT-1");
    kbnt_assert_string(kbnt_value_get_string(message, KBNT_FIELD_PREVIOUS_CHECKSUM),
                       "sha256-1");
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_SEQUENCE), 1);
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_REMAINING_MS), 60000);
    CU_ASSERT(has_secrets(contract, 1));
}

static void
a_message_that_comes_twice_is_taken_in_once(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) again = NULL;

    take_in(contract, 1);
    again = store_submit(contract, KBNT_STORE_TAKE_IN, store_message(1));

    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_DUPLICATE));
    kbnt_assert_int(kbnt_value_get_int(again, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_WAITING);
    kbnt_assert_int(store_count_outbox(contract), 1);
}

static void
a_message_id_with_another_body_is_a_conflict(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *other = store_message(1);

    take_in(contract, 1);
    kbnt_value_set_string(other, KBNT_FIELD_BODY_HASH, "other");

    store_refused(contract, KBNT_STORE_TAKE_IN, other, KBNT_ERROR_ID_CONFLICT);
}

static void
a_message_that_is_refused_at_once_waits_for_nobody(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *refused = store_message(1);

    kbnt_value_set_int(refused, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, refused));

    kbnt_assert_int(store_count_waiting(contract), 0);
    kbnt_assert_int(store_see_total(contract, "inbox"), 0);
    CU_ASSERT(!has_secrets(contract, 1));
}

static void
a_message_waits_for_what_it_depends_on(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *dependant = store_message(3);

    take_in(contract, 1);
    take_in(contract, 2);
    kbnt_value_append_string(dependant, KBNT_FIELD_DEPENDS_ON, store_id(1));
    kbnt_value_append_string(dependant, KBNT_FIELD_DEPENDS_ON, store_id(2));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, dependant));
    kbnt_assert_int(store_count_waiting(contract), 2);
    end_message(contract, 1);
    kbnt_assert_int(store_count_waiting(contract), 1);
    end_message(contract, 2);

    kbnt_assert_int(store_count_waiting(contract), 1);
}

/* Returns: (transfer full): message 3, which depends on @other. */
static KbntValue *
dependant_of(guint other)
{
    KbntValue *dependant = store_message(3);

    kbnt_value_append_string(dependant, KBNT_FIELD_DEPENDS_ON, store_id(other));
    return dependant;
}

static void
take_in_dependant_of(Contract *contract, guint other)
{
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, dependant_of(other)));
}

static void
a_message_waits_for_nothing_that_has_ended(void)
{
    g_autoptr(Contract) contract = open_consumer();

    take_in(contract, 1);
    end_message(contract, 1);
    take_in_dependant_of(contract, 1);

    kbnt_assert_int(store_count_waiting(contract), 1);
}

static void
a_message_waits_for_one_that_it_has_overtaken(void)
{
    g_autoptr(Contract) contract = open_consumer();

    take_in_dependant_of(contract, 1);
    kbnt_assert_int(store_count_waiting(contract), 0);
    take_in(contract, 1);
    kbnt_assert_int(store_count_waiting(contract), 1);
    end_message(contract, 1);

    kbnt_assert_int(store_count_waiting(contract), 1);
    kbnt_assert_int(state_of(contract, 3), KBNT_INBOX_STATE_WAITING);
}

static void
a_message_waits_once_for_what_it_names_twice(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *dependant = dependant_of(1);

    kbnt_value_append_string(dependant, KBNT_FIELD_DEPENDS_ON, store_id(1));
    take_in(contract, 1);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, dependant));
    end_message(contract, 1);

    kbnt_assert_int(store_count_waiting(contract), 1);
}

static void
one_that_is_refused_at_once_frees_what_has_overtaken_it(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *refused = store_message(1);

    take_in_dependant_of(contract, 1);
    kbnt_value_set_int(refused, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, refused));

    kbnt_assert_int(store_count_waiting(contract), 1);
}

static void
a_message_that_is_refused_at_once_does_not_come_back_for_others(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *refused = dependant_of(1);

    kbnt_value_set_int(refused, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, refused));
    take_in(contract, 1);
    end_message(contract, 1);

    kbnt_assert_int(store_count_waiting(contract), 0);
    kbnt_assert_int(state_of(contract, 3), KBNT_INBOX_STATE_ENDED);
}

/* Returns: (transfer full): the one message that can be claimed now. */
static KbntValue *
see_waiting(Contract *contract)
{
    g_autoptr(KbntValue) waiting = store_query(contract, KBNT_STORE_WAITING,
                                               store_value(KBNT_FIELD_MAX_ROWS, 10, 0));

    CU_ASSERT_FATAL(kbnt_value_length(waiting, KBNT_FIELD_ITEMS) == 1);
    return kbnt_value_ref(kbnt_value_nth_value(waiting, KBNT_FIELD_ITEMS, 0));
}

static void
a_message_waits_for_others_no_longer_than_its_time(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *dependant = dependant_of(1);
    g_autoptr(KbntValue) waiting = NULL;

    kbnt_value_set_int(dependant, KBNT_FIELD_REMAINING_MS, 0);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, dependant));
    waiting = see_waiting(contract);
    end_message(contract, 3);

    kbnt_assert_string(kbnt_value_get_string(waiting, KBNT_FIELD_MESSAGE_ID), store_id(3));
    kbnt_assert_int(kbnt_value_get_int(waiting, KBNT_FIELD_REMAINING_MS), 0);
    kbnt_assert_int(store_count_waiting(contract), 0);
}

static void
a_message_that_is_claimed_without_time_waits_for_nobody_any_more(void)
{
    g_autoptr(Contract) contract = open_consumer();
    KbntValue *dependant = dependant_of(1);
    KbntValue *claim_of_3 = store_claim(3, "worker-1", 1);
    g_autoptr(KbntValue) waiting = NULL;

    kbnt_value_set_int(dependant, KBNT_FIELD_REMAINING_MS, 0);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, dependant));
    kbnt_value_set_int(claim_of_3, KBNT_FIELD_LEASE_MS, 0);
    kbnt_value_set_int(claim_of_3, KBNT_FIELD_REMAINING_MS, 700);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CLAIM, claim_of_3));
    waiting = see_waiting(contract);

    kbnt_assert_int(kbnt_value_get_int(waiting, KBNT_FIELD_REMAINING_MS), 700);
}

static void
a_wait_that_outlasts_the_process_ends_as_it_would_have(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(Contract) again = NULL;

    take_in_dependant_of(contract, 1);
    contract_stop(contract);
    again = contract_open_again(contract);
    kbnt_assert_int(store_count_waiting(again), 0);
    take_in(again, 1);
    end_message(again, 1);

    kbnt_assert_int(store_count_waiting(again), 1);
}

static KbntValue *
cancel_of(guint number, guint target)
{
    return store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_BODY_HASH, "cancel",
                       KBNT_FIELD_TARGET_MESSAGE_ID, store_id(target), KBNT_FIELD_CANCEL_REASON,
                       KBNT_CANCEL_REASON_DEADLINE, KBNT_FIELD_STREAM_ID, store_id(target),
                       KBNT_FIELD_SEQUENCE, 1, KBNT_FIELD_PREVIOUS_CHECKSUM, "sha256-9",
                       KBNT_FIELD_RECORDS, store_record("cancelled"), 0);
}

static void
a_cancel_reaches_the_worker_with_its_next_step(void)
{
    g_autoptr(Contract) contract = open_consumer();
    gint64 epoch;
    g_autoptr(KbntValue) cancelled = NULL;
    g_autoptr(KbntValue) advanced = NULL;

    take_in(contract, 1);
    epoch = claim(contract, 1, 1);
    cancelled = store_submit(contract, KBNT_STORE_TAKE_CANCEL, cancel_of(2, 1));
    advanced = store_submit(contract, KBNT_STORE_ADVANCE,
                            store_value(KBNT_FIELD_MESSAGE_ID, store_id(1), KBNT_FIELD_EPOCH,
                                        (int)epoch, KBNT_FIELD_STEP, KBNT_STEP_PLAN, 0));

    kbnt_assert_int(kbnt_value_get_int(cancelled, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_RUNNING);
    CU_ASSERT(kbnt_value_get_int(advanced, KBNT_FIELD_CANCEL_REQUESTED));
    kbnt_assert_int(kbnt_value_get_int(advanced, KBNT_FIELD_CANCEL_REASON),
                    KBNT_CANCEL_REASON_DEADLINE);
    kbnt_assert_int(store_count_outbox(contract), 1);
}

static void
a_cancel_that_comes_twice_is_taken_in_once(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) again = NULL;

    take_in(contract, 1);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_CANCEL, cancel_of(2, 1)));
    again = store_submit(contract, KBNT_STORE_TAKE_CANCEL, cancel_of(2, 1));

    CU_ASSERT(kbnt_value_get_int(again, KBNT_FIELD_DUPLICATE));
}

static void
a_cancel_that_overtakes_its_target_leaves_a_tombstone(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) cancelled = store_submit(contract, KBNT_STORE_TAKE_CANCEL,
                                                  cancel_of(2, 1));
    g_autoptr(KbntValue) late = store_submit(contract, KBNT_STORE_TAKE_IN, store_message(1));
    g_autoptr(KbntValue) stream = store_query(
        contract, KBNT_STORE_STREAM, store_value(KBNT_FIELD_STREAM_ID, store_id(1), 0));

    kbnt_assert_int(kbnt_value_get_int(cancelled, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_TOMBSTONE);
    kbnt_assert_int(kbnt_value_length(cancelled, KBNT_FIELD_RECORDS), 1);
    CU_ASSERT(kbnt_value_get_int(late, KBNT_FIELD_DUPLICATE));
    kbnt_assert_int(kbnt_value_get_int(late, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_TOMBSTONE);
    kbnt_assert_int(kbnt_value_get_int(stream, KBNT_FIELD_SEQUENCE), 1);
    kbnt_assert_string(kbnt_value_get_string(stream, KBNT_FIELD_PREVIOUS_CHECKSUM), "sha256-9");
    kbnt_assert_int(store_count_waiting(contract), 0);
}

static void
a_tombstone_frees_what_has_overtaken_its_target(void)
{
    g_autoptr(Contract) contract = open_consumer();

    take_in_dependant_of(contract, 1);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_CANCEL, cancel_of(2, 1)));

    kbnt_assert_int(store_count_waiting(contract), 1);
}

static void
a_cancel_ends_the_wait_for_others(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) waiting = NULL;

    take_in_dependant_of(contract, 1);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_CANCEL, cancel_of(2, 3)));
    waiting = see_waiting(contract);
    end_message(contract, 3);
    take_in(contract, 1);
    end_message(contract, 1);

    kbnt_assert_int(kbnt_value_get_int(waiting, KBNT_FIELD_CANCEL_REASON),
                    KBNT_CANCEL_REASON_DEADLINE);
    kbnt_assert_int(kbnt_value_get_int(waiting, KBNT_FIELD_REMAINING_MS), 60000);
    kbnt_assert_int(store_count_waiting(contract), 0);
}

static void
what_has_ended_is_not_cancelled(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) cancelled = NULL;
    g_autoptr(KbntValue) message = NULL;

    take_in(contract, 1);
    end_message(contract, 1);
    cancelled = store_submit(contract, KBNT_STORE_TAKE_CANCEL, cancel_of(2, 1));
    message = store_see_message(contract, 1);

    kbnt_assert_int(kbnt_value_get_int(cancelled, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_ENDED);
    CU_ASSERT(!kbnt_value_has(message, KBNT_FIELD_CANCEL_REQUESTED));
    kbnt_assert_int(state_of(contract, 1), KBNT_INBOX_STATE_ENDED);
}

static void
the_end_of_a_message_drops_its_secrets(void)
{
    g_autoptr(Contract) contract = open_consumer();

    take_in(contract, 1);
    end_message(contract, 1);

    CU_ASSERT(!has_secrets(contract, 1));
}

static void
a_debt_keeps_its_secrets_until_it_is_paid(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) debts = NULL;

    take_in(contract, 1);
    move_to(contract, 1, claim(contract, 1, 1), KBNT_INBOX_STATE_DEBT);
    debts = store_query(contract, KBNT_STORE_DEBTS, store_value(KBNT_FIELD_MAX_ROWS, 10, 0));
    kbnt_assert_int(kbnt_value_length(debts, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_int(store_count_waiting(contract), 0);
    CU_ASSERT(has_secrets(contract, 1));

    end_message(contract, 1);
    CU_ASSERT(!has_secrets(contract, 1));
}

static void
an_exhausted_message_keeps_its_secrets_until_it_is_exhumed(void)
{
    g_autoptr(Contract) contract = open_consumer();
    g_autoptr(KbntValue) buried = NULL;

    take_in(contract, 1);
    buried = store_submit(contract, KBNT_STORE_BURY,
                          store_value(KBNT_FIELD_REASON, "EXHAUSTED", KBNT_FIELD_MESSAGE_ID,
                                      store_id(1), KBNT_FIELD_RECORD, store_record("raw"), 0));
    end_message(contract, 1);
    CU_ASSERT(has_secrets(contract, 1));
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_EXHUME,
                     store_value(KBNT_FIELD_POSITION,
                                 (int)kbnt_value_get_int(buried, KBNT_FIELD_POSITION), 0)));

    CU_ASSERT(!has_secrets(contract, 1));
}

static const KbntTest tests[] = {
    KBNT_TEST(a_message_that_is_taken_in_can_be_claimed_with_all_it_says),
    KBNT_TEST(a_message_that_comes_twice_is_taken_in_once),
    KBNT_TEST(a_message_id_with_another_body_is_a_conflict),
    KBNT_TEST(a_message_that_is_refused_at_once_waits_for_nobody),
    KBNT_TEST(a_message_waits_for_what_it_depends_on),
    KBNT_TEST(a_message_waits_for_nothing_that_has_ended),
    KBNT_TEST(a_message_waits_for_one_that_it_has_overtaken),
    KBNT_TEST(a_message_waits_once_for_what_it_names_twice),
    KBNT_TEST(one_that_is_refused_at_once_frees_what_has_overtaken_it),
    KBNT_TEST(a_message_that_is_refused_at_once_does_not_come_back_for_others),
    KBNT_TEST(a_message_waits_for_others_no_longer_than_its_time),
    KBNT_TEST(a_message_that_is_claimed_without_time_waits_for_nobody_any_more),
    KBNT_TEST(a_wait_that_outlasts_the_process_ends_as_it_would_have),
    KBNT_TEST(a_cancel_reaches_the_worker_with_its_next_step),
    KBNT_TEST(a_cancel_that_comes_twice_is_taken_in_once),
    KBNT_TEST(a_cancel_that_overtakes_its_target_leaves_a_tombstone),
    KBNT_TEST(a_tombstone_frees_what_has_overtaken_its_target),
    KBNT_TEST(a_cancel_ends_the_wait_for_others),
    KBNT_TEST(what_has_ended_is_not_cancelled),
    KBNT_TEST(the_end_of_a_message_drops_its_secrets),
    KBNT_TEST(a_debt_keeps_its_secrets_until_it_is_paid),
    KBNT_TEST(an_exhausted_message_keeps_its_secrets_until_it_is_exhumed),
};

const ContractSuite contract_inbox_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

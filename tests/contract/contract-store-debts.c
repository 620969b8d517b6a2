/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of what could not be undone, or was given up: debts and dead letters.
 */
#include "contract-store.h"

#define STREAM 900

static void
move(Contract *contract, guint number, gint64 epoch, KbntInboxState state)
{
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_ADVANCE,
                     store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_EPOCH,
                                 (int)epoch, KBNT_FIELD_INBOX_STATE, (int)state, 0)));
}

static gint64
claim_in(Contract *contract, guint number, KbntInboxState state)
{
    KbntValue *argument = store_claim(number, "worker-1", 1);
    g_autoptr(KbntValue) result = NULL;

    kbnt_value_set_int(argument, KBNT_FIELD_INBOX_STATE, state);
    result = store_submit(contract, KBNT_STORE_CLAIM, argument);
    return kbnt_value_get_int(result, KBNT_FIELD_EPOCH);
}

static gint64
claim(Contract *contract, guint number)
{
    return claim_in(contract, number, KBNT_INBOX_STATE_RUNNING);
}

static Contract *
open_with_messages(guint n_messages)
{
    Contract *contract = contract_open_half(KBNT_HALF_CONSUMER, NULL);

    fake_host_stop_clock(contract->host, 1000000, 1000);
    for (guint i = 1; i <= n_messages; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(i)));
    return contract;
}

static Contract *
open_with_debts(guint n_debts)
{
    Contract *contract = open_with_messages(n_debts);

    for (guint i = 1; i <= n_debts; i++)
        move(contract, i, claim(contract, i), KBNT_INBOX_STATE_DEBT);
    return contract;
}

static KbntValue *
list_debts(Contract *contract, int max_rows, gint64 position)
{
    return store_query(
        contract, KBNT_STORE_DEBTS,
        store_value(KBNT_FIELD_MAX_ROWS, max_rows, KBNT_FIELD_POSITION, (int)position, 0));
}

static void
debts_are_listed_page_by_page_each_once(void)
{
    g_autoptr(Contract) contract = open_with_debts(3);
    g_autoptr(KbntValue) first = list_debts(contract, 2, 0);
    g_autoptr(KbntValue) second = list_debts(contract, 2,
                                             kbnt_value_get_int(first, KBNT_FIELD_POSITION));

    kbnt_assert_int(kbnt_value_length(first, KBNT_FIELD_ITEMS), 2);
    kbnt_assert_int(kbnt_value_length(second, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_string(kbnt_value_get_string(kbnt_value_nth_value(second, KBNT_FIELD_ITEMS, 0),
                                             KBNT_FIELD_MESSAGE_ID),
                       store_id(3));
    CU_ASSERT(!kbnt_value_has(second, KBNT_FIELD_POSITION));
}

static void
a_debt_that_is_claimed_stays_one_and_is_nobody_elses(void)
{
    g_autoptr(Contract) contract = open_with_debts(1);
    g_autoptr(KbntValue) debts = NULL;

    claim_in(contract, 1, KBNT_INBOX_STATE_DEBT);
    debts = list_debts(contract, 10, 0);

    kbnt_assert_int(kbnt_value_length(debts, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_int(store_count_waiting(contract), 0);
    store_refused(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-2", 1),
                  KBNT_ERROR_STORE_CONFLICT);
}

static void
a_debt_that_is_given_back_can_be_claimed_at_once(void)
{
    g_autoptr(Contract) contract = open_with_debts(1);
    gint64 epoch = claim_in(contract, 1, KBNT_INBOX_STATE_DEBT);

    move(contract, 1, epoch, KBNT_INBOX_STATE_DEBT);

    CU_ASSERT(claim_in(contract, 1, KBNT_INBOX_STATE_DEBT) > epoch);
}

static KbntValue *
payment(gint64 epoch, gint64 sequence)
{
    return store_value(KBNT_FIELD_MESSAGE_ID, store_id(1), KBNT_FIELD_EPOCH, (int)epoch,
                       KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED, KBNT_FIELD_STREAM_ID,
                       store_id(STREAM), KBNT_FIELD_SEQUENCE, (int)sequence,
                       KBNT_FIELD_PREVIOUS_CHECKSUM, "sha256-9", KBNT_FIELD_RECORDS,
                       store_record("deleted"), KBNT_FIELD_RESOURCE,
                       store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1),
                                   KBNT_FIELD_RESOURCE_TYPE, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
                                   KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_DELETED, 0),
                       0);
}

static gint64
stands_at(Contract *contract, guint stream)
{
    g_autoptr(KbntValue) result = store_query(
        contract, KBNT_STORE_STREAM, store_value(KBNT_FIELD_STREAM_ID, store_id(stream), 0));

    return kbnt_value_get_int(result, KBNT_FIELD_SEQUENCE);
}

static void
a_debt_is_paid_with_an_event_of_another_stream_and_its_own_stays(void)
{
    g_autoptr(Contract) contract = open_with_debts(1);
    g_autoptr(KbntValue) message = NULL;
    guint n_before = store_count_outbox(contract);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE,
                                  payment(claim_in(contract, 1, KBNT_INBOX_STATE_DEBT), 1)));
    message = store_see_message(contract, 1);

    kbnt_assert_int(stands_at(contract, STREAM), 1);
    kbnt_assert_int(stands_at(contract, 1), 1);
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_ENDED);
    kbnt_assert_int(store_count_outbox(contract), n_before + 1);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
an_event_that_does_not_continue_the_other_stream_pays_nothing(void)
{
    g_autoptr(Contract) contract = open_with_debts(1);
    gint64 epoch = claim_in(contract, 1, KBNT_INBOX_STATE_DEBT);
    g_autoptr(KbntValue) debts = NULL;

    store_refused(contract, KBNT_STORE_ADVANCE, payment(epoch, 2), KBNT_ERROR_STORE_CONFLICT);
    debts = list_debts(contract, 10, 0);

    kbnt_assert_int(kbnt_value_length(debts, KBNT_FIELD_ITEMS), 1);
    kbnt_assert_int(stands_at(contract, STREAM), 0);
}

static void
what_is_deleted_is_not_brought_back_by_an_event(void)
{
    g_autoptr(Contract) contract = open_with_debts(1);
    KbntValue *emission;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE,
                                  payment(claim_in(contract, 1, KBNT_INBOX_STATE_DEBT), 1)));
    emission = store_value(KBNT_FIELD_STREAM_ID, store_id(STREAM), KBNT_FIELD_SEQUENCE, 2,
                           KBNT_FIELD_PREVIOUS_CHECKSUM, "sha256-10", KBNT_FIELD_RECORDS,
                           store_record("lost"), KBNT_FIELD_RESOURCE,
                           store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1),
                                       KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_LOST,
                                       0),
                           0);

    store_refused(contract, KBNT_STORE_EMIT, emission, KBNT_ERROR_STORE_CONFLICT);
    kbnt_assert_int(stands_at(contract, STREAM), 1);
}

static void
what_is_in_work_is_listed_whoever_holds_it(void)
{
    g_autoptr(Contract) contract = open_with_messages(3);
    g_autoptr(KbntValue) working = NULL;

    claim(contract, 1);
    claim_in(contract, 2, KBNT_INBOX_STATE_UNDOING);
    fake_host_advance_ms(contract->host, 60000);
    working = store_query(contract, KBNT_STORE_WORKING,
                          store_value(KBNT_FIELD_MAX_ROWS, 10, 0));

    kbnt_assert_int(kbnt_value_length(working, KBNT_FIELD_ITEMS), 2);
}

static void
the_end_of_an_exhausted_message_leaves_its_dead_letter_and_keeps_its_secrets(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    g_autoptr(KbntValue) letters = NULL;
    g_autoptr(KbntValue) message = NULL;
    KbntValue *end = store_value(KBNT_FIELD_MESSAGE_ID, store_id(1), KBNT_FIELD_EPOCH,
                                 (int)claim(contract, 1), KBNT_FIELD_INBOX_STATE,
                                 KBNT_INBOX_STATE_ENDED, KBNT_FIELD_DEAD_LETTER,
                                 store_value(KBNT_FIELD_REASON, "EXHAUSTED", KBNT_FIELD_STEP,
                                             KBNT_STEP_VOLUME, KBNT_FIELD_ATTEMPTS, 4, 0),
                                 0);
    const KbntValue *letter;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, end));
    letters = store_query(contract, KBNT_STORE_DEAD_LETTERS, kbnt_value_new());
    message = store_see_message(contract, 1);
    kbnt_assert_int(kbnt_value_length(letters, KBNT_FIELD_ITEMS), 1);
    letter = kbnt_value_nth_value(letters, KBNT_FIELD_ITEMS, 0);

    kbnt_assert_string(kbnt_value_get_string(letter, KBNT_FIELD_MESSAGE_ID), store_id(1));
    kbnt_assert_string(kbnt_value_get_string(letter, KBNT_FIELD_REASON), "EXHAUSTED");
    kbnt_assert_int(store_see_total(contract, "dead-letters"), 1);
    CU_ASSERT(
        kbnt_value_has(kbnt_value_get_value(kbnt_value_get_value(message, KBNT_FIELD_REQUEST),
                                            KBNT_FIELD_SPECIFICATION),
                       KBNT_FIELD_USER_DATA));
}

static void
a_dead_letter_that_is_pruned_lets_the_secrets_go(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    g_autoptr(KbntValue) message = NULL;
    KbntValue *end = store_value(KBNT_FIELD_MESSAGE_ID, store_id(1), KBNT_FIELD_EPOCH,
                                 (int)claim(contract, 1), KBNT_FIELD_INBOX_STATE,
                                 KBNT_INBOX_STATE_ENDED, KBNT_FIELD_DEAD_LETTER,
                                 store_value(KBNT_FIELD_REASON, "EXHAUSTED", 0), 0);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, end));
    fake_host_advance_ms(contract->host, 1000);
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_PRUNE,
                     store_value(KBNT_FIELD_NAME, "dead-letters", KBNT_FIELD_BEFORE, 1500,
                                 KBNT_FIELD_MAX_ROWS, 10, 0)));
    message = store_see_message(contract, 1);

    kbnt_assert_int(store_see_total(contract, "dead-letters"), 0);
    CU_ASSERT(
        !kbnt_value_has(kbnt_value_get_value(kbnt_value_get_value(message, KBNT_FIELD_REQUEST),
                                             KBNT_FIELD_SPECIFICATION),
                        KBNT_FIELD_USER_DATA));
}

static const KbntTest tests[] = {
    KBNT_TEST(debts_are_listed_page_by_page_each_once),
    KBNT_TEST(a_debt_that_is_claimed_stays_one_and_is_nobody_elses),
    KBNT_TEST(a_debt_that_is_given_back_can_be_claimed_at_once),
    KBNT_TEST(a_debt_is_paid_with_an_event_of_another_stream_and_its_own_stays),
    KBNT_TEST(an_event_that_does_not_continue_the_other_stream_pays_nothing),
    KBNT_TEST(what_is_deleted_is_not_brought_back_by_an_event),
    KBNT_TEST(what_is_in_work_is_listed_whoever_holds_it),
    KBNT_TEST(the_end_of_an_exhausted_message_leaves_its_dead_letter_and_keeps_its_secrets),
    KBNT_TEST(a_dead_letter_that_is_pruned_lets_the_secrets_go),
};

const ContractSuite contract_debts_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of claims, leases, capacity and streams. */
#include "contract-store.h"

static Contract *
open_with_messages(guint n_messages)
{
    Contract *contract = contract_open_half(KBNT_HALF_CONSUMER, NULL);

    fake_host_stop_clock(contract->host, 1000000, 1000);
    for (guint i = 1; i <= n_messages; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(i)));
    return contract;
}

static gint64
claim(Contract *contract, guint number, const char *owner, gint64 sequence)
{
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_CLAIM,
                                               store_claim(number, owner, sequence));

    return kbnt_value_get_int(result, KBNT_FIELD_EPOCH);
}

static KbntValue *
step(guint number, gint64 epoch, gint64 sequence)
{
    KbntValue *line = store_value(KBNT_FIELD_STEP, KBNT_STEP_VOLUME, KBNT_FIELD_PHASE,
                                  KBNT_PHASE_INTENT, KBNT_FIELD_TIMESTAMP, 10, 0);

    return store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), KBNT_FIELD_EPOCH, (int)epoch,
                       KBNT_FIELD_STEP, KBNT_STEP_VOLUME, KBNT_FIELD_REMAINING_MS, 500,
                       KBNT_FIELD_DATA, store_value(KBNT_FIELD_HOST, "host-1", 0),
                       KBNT_FIELD_JOURNAL, line, KBNT_FIELD_STREAM_ID, store_id(number),
                       KBNT_FIELD_SEQUENCE, (int)sequence, KBNT_FIELD_PREVIOUS_CHECKSUM,
                       "sha256-2", KBNT_FIELD_RECORDS, store_record("step"), 0);
}

static void
a_claimed_message_waits_no_more(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);

    CU_ASSERT(claim(contract, 1, "worker-1", 1) > 0);

    kbnt_assert_int(store_count_waiting(contract), 0);
    store_refused(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-2", 1),
                  KBNT_ERROR_STORE_CONFLICT);
}

static void
a_claim_of_what_has_moved_on_is_refused(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);

    store_refused(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-1", 7),
                  KBNT_ERROR_STORE_CONFLICT);
    store_refused(contract, KBNT_STORE_CLAIM, store_claim(2, "worker-1", 1),
                  KBNT_ERROR_NOT_FOUND);
}

static void
a_step_is_kept_with_its_journal_and_the_state_of_the_saga(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    gint64 epoch = claim(contract, 1, "worker-1", 1);
    g_autoptr(KbntValue) message = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, step(1, epoch, 2)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, step(1, epoch, 3)));
    message = store_see_message(contract, 1);

    kbnt_assert_int(kbnt_value_length(message, KBNT_FIELD_JOURNAL), 2);
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_SEQUENCE), 3);
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_REMAINING_MS), 500);
    kbnt_assert_string(kbnt_value_get_string(message, KBNT_FIELD_OWNER), "worker-1");
    kbnt_assert_string(
        kbnt_value_get_string(kbnt_value_get_value(message, KBNT_FIELD_DATA), KBNT_FIELD_HOST),
        "host-1");
    kbnt_assert_int(kbnt_value_get_int(message, KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_RUNNING);
    kbnt_assert_int(store_count_outbox(contract), 3);
}

/* A state as a saga hands it over: a place, how far it is, and a history that only grows. */
static KbntValue *
state_with_history(const char *host, int percent, guint n_entries)
{
    KbntValue *state = store_value(KBNT_FIELD_HOST, host, KBNT_FIELD_PERCENT, percent, 0);

    for (guint i = 1; i <= n_entries; i++)
        kbnt_value_take_item(state, KBNT_FIELD_HISTORY,
                             store_value(KBNT_FIELD_OPERATION, "plan-allocation",
                                         KBNT_FIELD_TIMESTAMP, (int)i, 0));
    return state;
}

static void
advance_to(Contract *contract, gint64 epoch, gint64 sequence, const KbntValue *state)
{
    KbntValue *advance = step(1, epoch, sequence);

    kbnt_value_set_value(advance, KBNT_FIELD_DATA, state);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, advance));
}

static void
assert_state(Contract *contract, const KbntValue *state)
{
    g_autoptr(KbntValue) message = store_see_message(contract, 1);

    CU_ASSERT(kbnt_value_equal(kbnt_value_get_value(message, KBNT_FIELD_DATA), state));
}

static void
the_state_of_a_saga_is_what_the_last_step_said(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    gint64 epoch = claim(contract, 1, "worker-1", 1);
    g_autoptr(KbntValue) first = state_with_history("host-1", 10, 1);
    g_autoptr(KbntValue) second = state_with_history("host-2", 10, 3);
    g_autoptr(KbntValue) third = state_with_history("host-2", 20, 3);

    kbnt_value_clear(third, KBNT_FIELD_HOST);

    advance_to(contract, epoch, 2, first);
    assert_state(contract, first);
    advance_to(contract, epoch, 3, second);
    assert_state(contract, second);
    advance_to(contract, epoch, 4, third);
    assert_state(contract, third);
    advance_to(contract, epoch, 5, first);
    assert_state(contract, first);
}

static void
the_state_of_a_saga_goes_on_where_another_worker_left_it(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    g_autoptr(Contract) again = NULL;
    gint64 epoch = claim(contract, 1, "worker-1", 1);
    g_autoptr(KbntValue) first = state_with_history("host-1", 10, 1);
    g_autoptr(KbntValue) second = state_with_history("host-1", 20, 2);
    g_autoptr(KbntValue) third = state_with_history("host-1", 20, 3);

    advance_to(contract, epoch, 2, first);
    advance_to(contract, epoch, 3, second);
    contract_stop(contract);
    again = contract_new_again(contract);
    CU_ASSERT_FATAL(contract_start(again, NULL));
    epoch = claim(again, 1, "worker-2", 3);
    advance_to(again, epoch, 4, third);

    assert_state(again, third);
}

static void
a_lease_that_has_ended_is_taken_over_and_fences_the_late_worker(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    gint64 late = claim(contract, 1, "worker-1", 1);
    gint64 epoch;

    fake_host_advance_ms(contract->host, 3001);
    kbnt_assert_int(store_count_waiting(contract), 1);
    epoch = claim(contract, 1, "worker-2", 1);

    CU_ASSERT(epoch > late);
    store_refused(contract, KBNT_STORE_ADVANCE, step(1, late, 2), KBNT_ERROR_LEASE_LOST);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, step(1, epoch, 2)));
}

static void
a_renewed_lease_lasts(void)
{
    g_autoptr(Contract) contract = open_with_messages(2);
    g_autoptr(KbntValue) renewed = NULL;

    claim(contract, 1, "worker-1", 1);
    claim(contract, 2, "worker-2", 1);
    fake_host_advance_ms(contract->host, 2000);
    renewed = store_submit(
        contract, KBNT_STORE_RENEW,
        store_value(KBNT_FIELD_OWNER, "worker-1", KBNT_FIELD_LEASE_MS, 3000, 0));
    fake_host_advance_ms(contract->host, 2000);

    kbnt_assert_int(kbnt_value_get_int(renewed, KBNT_FIELD_COUNT), 1);
    kbnt_assert_int(store_count_waiting(contract), 1);
    store_refused(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-3", 1),
                  KBNT_ERROR_STORE_CONFLICT);
}

static void
a_step_extends_the_lease_where_it_says_so(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    KbntValue *advance = step(1, claim(contract, 1, "worker-1", 1), 2);

    kbnt_value_set_int(advance, KBNT_FIELD_LEASE_MS, 60000);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, advance));
    fake_host_advance_ms(contract->host, 30000);

    kbnt_assert_int(store_count_waiting(contract), 0);
}

static void
an_epoch_outranks_every_elder_one_of_the_store(void)
{
    g_autoptr(Contract) contract = open_with_messages(2);
    gint64 first = claim(contract, 1, "worker-1", 1);

    CU_ASSERT(claim(contract, 2, "worker-1", 1) > first);
}

static void
what_has_ended_is_neither_claimed_nor_moved(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    gint64 epoch = claim(contract, 1, "worker-1", 1);
    KbntValue *end = step(1, epoch, 2);

    kbnt_value_set_int(end, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_ENDED);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, end));

    store_refused(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-2", 2),
                  KBNT_ERROR_STORE_CONFLICT);
    store_refused(contract, KBNT_STORE_ADVANCE, step(1, epoch, 3), KBNT_ERROR_LEASE_LOST);
    kbnt_assert_int(store_see_total(contract, "inbox"), 0);
}

static void
a_full_lane_hides_no_other(void)
{
    g_autoptr(Contract) contract = open_with_messages(10);
    KbntValue *low = store_message(11);
    g_autoptr(KbntValue) waiting = NULL;
    const KbntValue *last;

    kbnt_value_set_int(low, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_LOW);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, low));
    waiting = store_query(contract, KBNT_STORE_WAITING, store_value(KBNT_FIELD_MAX_ROWS, 4, 0));
    kbnt_assert_int(kbnt_value_length(waiting, KBNT_FIELD_ITEMS), 4);
    last = kbnt_value_nth_value(waiting, KBNT_FIELD_ITEMS, 3);

    kbnt_assert_string(kbnt_value_get_string(last, KBNT_FIELD_MESSAGE_ID), store_id(11));
    kbnt_assert_string(kbnt_value_get_string(kbnt_value_nth_value(waiting, KBNT_FIELD_ITEMS, 0),
                                             KBNT_FIELD_MESSAGE_ID),
                       store_id(1));
}

static void
report_host(Contract *contract, const char *name, int n_cores)
{
    KbntValue *host = store_value(KBNT_FIELD_HOST, name, KBNT_FIELD_CAPACITY,
                                  store_value(KBNT_FIELD_CPU, n_cores, KBNT_FIELD_MEMORY_MB,
                                              65536, KBNT_FIELD_DISK_MB, 1000000, 0),
                                  0);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_REPORT_HOSTS,
                                  store_value(KBNT_FIELD_HOSTS, host, 0)));
}

static KbntValue *
claim_capacity(guint number, const char *host, int n_cores)
{
    KbntValue *argument = store_claim(number, "worker-1", 1);

    kbnt_value_take_value(argument, KBNT_FIELD_CLAIM,
                          store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(number),
                                      KBNT_FIELD_HOST, host, KBNT_FIELD_CPU, n_cores,
                                      KBNT_FIELD_MEMORY_MB, 1024, KBNT_FIELD_DISK_MB, 10240,
                                      0));
    return argument;
}

static gint64
claimed_cores(Contract *contract)
{
    g_autoptr(KbntValue) hosts = store_query(contract, KBNT_STORE_HOSTS, kbnt_value_new());
    gint64 n_cores = 0;

    for (guint i = 0; i < kbnt_value_length(hosts, KBNT_FIELD_HOSTS); i++)
        n_cores += kbnt_value_get_int(
            kbnt_value_get_value(kbnt_value_nth_value(hosts, KBNT_FIELD_HOSTS, i),
                                 KBNT_FIELD_CLAIMED),
            KBNT_FIELD_CPU);
    return n_cores;
}

static void
claims_that_race_never_exceed_what_the_host_has(void)
{
    g_autoptr(Contract) contract = open_with_messages(20);
    g_autoptr(StoreBatch) batch = store_batch_new(20);

    report_host(contract, "host-1", 16);
    for (guint i = 1; i <= 20; i++)
        store_batch_add(batch, contract, KBNT_STORE_CLAIM, claim_capacity(i, "host-1", 4));
    store_batch_run(batch, contract);

    kbnt_assert_int(store_batch_n_failed(batch, KBNT_ERROR_NO_CAPACITY), 16);
    kbnt_assert_int(claimed_cores(contract), 16);
    kbnt_assert_int(store_count_waiting(contract), 16);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
a_host_that_is_not_reported_has_no_room(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);

    report_host(contract, "host-1", 16);
    report_host(contract, "host-2", 16);

    store_refused(contract, KBNT_STORE_CLAIM, claim_capacity(1, "host-1", 1),
                  KBNT_ERROR_NO_CAPACITY);
    store_refused(contract, KBNT_STORE_CLAIM, claim_capacity(1, "host-3", 1),
                  KBNT_ERROR_NO_CAPACITY);
}

/* Its own class: what cannot be written is never tried again, and says nothing of the disk. */
static void
a_claim_for_no_resource_fails_alone_and_for_good(void)
{
    g_autoptr(Contract) contract = open_with_messages(2);
    g_autoptr(StoreBatch) batch = store_batch_new(2);
    KbntValue *nameless = claim_capacity(1, "host-1", 1);
    KbntValue *claim_value = kbnt_value_get_value(nameless, KBNT_FIELD_CLAIM);

    report_host(contract, "host-1", 16);
    kbnt_value_clear(claim_value, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    store_batch_add(batch, contract, KBNT_STORE_CLAIM, nameless);
    store_batch_add(batch, contract, KBNT_STORE_CLAIM, claim_capacity(2, "host-1", 1));
    store_batch_run(batch, contract);

    kbnt_assert_int(store_batch_n_failed(batch, KBNT_ERROR_INTERNAL), 1);
    kbnt_assert_int(claimed_cores(contract), 1);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
a_resource_has_one_claim_which_can_be_given_back(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    g_autoptr(KbntValue) claimed = NULL;
    KbntValue *again;
    KbntValue *unclaim;
    gint64 epoch;

    report_host(contract, "host-1", 16);
    claimed = store_submit(contract, KBNT_STORE_CLAIM, claim_capacity(1, "host-1", 12));
    epoch = kbnt_value_get_int(claimed, KBNT_FIELD_EPOCH);
    again = claim_capacity(1, "host-1", 14);
    kbnt_value_set_int(again, KBNT_FIELD_EPOCH, epoch);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, again));
    kbnt_assert_int(claimed_cores(contract), 14);

    unclaim = step(1, epoch, 2);
    kbnt_value_set_int(unclaim, KBNT_FIELD_UNCLAIM, TRUE);
    kbnt_value_set_string(unclaim, KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE, unclaim));
    kbnt_assert_int(claimed_cores(contract), 0);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static KbntValue *
emission(gint64 sequence)
{
    return store_value(KBNT_FIELD_STREAM_ID, store_id(900), KBNT_FIELD_SEQUENCE, (int)sequence,
                       KBNT_FIELD_PREVIOUS_CHECKSUM, "sha256-7", KBNT_FIELD_RECORDS,
                       store_record("one"), KBNT_FIELD_RECORDS, store_record("two"), 0);
}

static void
an_emitted_event_must_continue_its_stream(void)
{
    g_autoptr(Contract) contract = open_with_messages(0);
    g_autoptr(KbntValue) stream = NULL;
    g_autoptr(KbntValue) fresh = store_query(
        contract, KBNT_STORE_STREAM, store_value(KBNT_FIELD_STREAM_ID, store_id(900), 0));

    kbnt_value_unref(store_submit(contract, KBNT_STORE_EMIT, emission(2)));
    store_refused(contract, KBNT_STORE_EMIT, emission(2), KBNT_ERROR_STORE_CONFLICT);
    store_refused(contract, KBNT_STORE_EMIT, emission(5), KBNT_ERROR_STORE_CONFLICT);
    kbnt_value_unref(store_submit(contract, KBNT_STORE_EMIT, emission(4)));
    stream = store_query(contract, KBNT_STORE_STREAM,
                         store_value(KBNT_FIELD_STREAM_ID, store_id(900), 0));

    kbnt_assert_int(kbnt_value_get_int(fresh, KBNT_FIELD_SEQUENCE), 0);
    kbnt_assert_int(kbnt_value_get_int(stream, KBNT_FIELD_SEQUENCE), 4);
    kbnt_assert_int(store_count_outbox(contract), 4);
}

static void
the_stream_of_a_message_moves_with_its_steps(void)
{
    g_autoptr(Contract) contract = open_with_messages(1);
    g_autoptr(KbntValue) stream = NULL;

    kbnt_value_unref(store_submit(contract, KBNT_STORE_ADVANCE,
                                  step(1, claim(contract, 1, "worker-1", 1), 2)));
    stream = store_query(contract, KBNT_STORE_STREAM,
                         store_value(KBNT_FIELD_STREAM_ID, store_id(1), 0));

    kbnt_assert_int(kbnt_value_get_int(stream, KBNT_FIELD_SEQUENCE), 2);
    kbnt_assert_string(kbnt_value_get_string(stream, KBNT_FIELD_PREVIOUS_CHECKSUM), "sha256-2");
}

static gint64
take_serials(Contract *contract, const char *name, int count)
{
    g_autoptr(KbntValue) result = store_submit(
        contract, KBNT_STORE_TAKE_SERIALS,
        store_value(KBNT_FIELD_NAME, name, KBNT_FIELD_COUNT, count, 0));

    return kbnt_value_get_int(result, KBNT_FIELD_POSITION);
}

static void
serials_are_given_once_for_each_name(void)
{
    g_autoptr(Contract) contract = open_with_messages(0);

    kbnt_assert_int(take_serials(contract, "20250830", 3), 1);
    kbnt_assert_int(take_serials(contract, "20250830", 1), 4);
    kbnt_assert_int(take_serials(contract, "20250831", 1), 1);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_claimed_message_waits_no_more),
    KBNT_TEST(a_claim_of_what_has_moved_on_is_refused),
    KBNT_TEST(a_step_is_kept_with_its_journal_and_the_state_of_the_saga),
    KBNT_TEST(the_state_of_a_saga_is_what_the_last_step_said),
    KBNT_TEST(the_state_of_a_saga_goes_on_where_another_worker_left_it),
    KBNT_TEST(a_lease_that_has_ended_is_taken_over_and_fences_the_late_worker),
    KBNT_TEST(a_renewed_lease_lasts),
    KBNT_TEST(a_step_extends_the_lease_where_it_says_so),
    KBNT_TEST(an_epoch_outranks_every_elder_one_of_the_store),
    KBNT_TEST(what_has_ended_is_neither_claimed_nor_moved),
    KBNT_TEST(a_full_lane_hides_no_other),
    KBNT_TEST(claims_that_race_never_exceed_what_the_host_has),
    KBNT_TEST(a_host_that_is_not_reported_has_no_room),
    KBNT_TEST(a_claim_for_no_resource_fails_alone_and_for_good),
    KBNT_TEST(a_resource_has_one_claim_which_can_be_given_back),
    KBNT_TEST(an_emitted_event_must_continue_its_stream),
    KBNT_TEST(the_stream_of_a_message_moves_with_its_steps),
    KBNT_TEST(serials_are_given_once_for_each_name),
};

const ContractSuite contract_saga_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

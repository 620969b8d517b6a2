/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store promises of what it has completed, over a SIGKILL and a restart. */
#include "contract-store.h"

#include <unistd.h>

static void
accept_and_move(Contract *child)
{
    KbntValue *accept = store_accept(1);

    store_add_charge(accept, "user:user-1", 1, 10);
    kbnt_value_unref(store_submit(child, KBNT_STORE_ACCEPT, accept));
    kbnt_value_unref(store_submit(child, KBNT_STORE_ACCEPT, store_accept(2)));
    kbnt_value_unref(store_submit(child, KBNT_STORE_PROJECT,
                                  store_event(2, 1, KBNT_REQUEST_STATUS_COMPENSATING)));
}

static void
what_has_completed_outlives_a_sigkill(void)
{
    g_autoptr(Contract) contract = contract_new();
    g_autoptr(KbntValue) request = NULL;

    contract_in_killed_child(contract, accept_and_move);
    CU_ASSERT_FATAL(contract_start(contract, NULL));
    request = store_see_request(contract, 2);

    kbnt_assert_int(kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS),
                    KBNT_REQUEST_STATUS_COMPENSATING);
    CU_ASSERT_EQUAL(store_see_reserved(contract, "user:user-1"), 1);
    kbnt_assert_int(store_count_outbox(contract), 2);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static void
totals_after_a_restart_are_those_before(void)
{
    g_autoptr(Contract) contract = contract_new();

    contract_in_killed_child(contract, accept_and_move);
    CU_ASSERT_FATAL(contract_start(contract, NULL));

    kbnt_assert_int(store_see_total(contract, "requests"), 2);
    kbnt_assert_int(store_see_total(contract, "unstarted"), 1);
    kbnt_assert_int(store_see_total(contract, "outbox"), 2);
}

static gint64
accept_and_settle(Contract *contract, guint number)
{
    g_autoptr(KbntValue) result = store_submit(contract, KBNT_STORE_ACCEPT,
                                               store_accept(number));
    gint64 position = kbnt_value_get_int(kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, 0),
                                         KBNT_FIELD_POSITION);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_SETTLE,
                                  store_value(KBNT_FIELD_POSITION, (int)position, 0)));
    return position;
}

static void
a_position_is_never_given_twice_not_even_over_a_restart(void)
{
    g_autoptr(Contract) contract = contract_open();
    gint64 before = accept_and_settle(contract, 1);
    g_autoptr(Contract) again = NULL;

    contract_stop(contract);
    again = contract_open_again(contract);

    CU_ASSERT(accept_and_settle(again, 2) > before);
}

static void
the_store_keeps_its_id(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) before = store_query(contract, KBNT_STORE_META, kbnt_value_new());
    g_autoptr(KbntValue) after = NULL;
    g_autoptr(Contract) again = NULL;

    contract_stop(contract);
    again = contract_open_again(contract);
    after = store_query(again, KBNT_STORE_META, kbnt_value_new());

    CU_ASSERT(kbnt_uuid_is_valid(kbnt_value_get_string(before, KBNT_FIELD_STORE_ID)));
    kbnt_assert_string(kbnt_value_get_string(after, KBNT_FIELD_STORE_ID),
                       kbnt_value_get_string(before, KBNT_FIELD_STORE_ID));
    CU_ASSERT(kbnt_value_get_int(after, KBNT_FIELD_SIZE_BYTES) > 0);
}

static void
take_in_and_claim(Contract *child)
{
    kbnt_value_unref(store_submit(child, KBNT_STORE_TAKE_IN, store_message(1)));
    kbnt_value_unref(store_submit(child, KBNT_STORE_CLAIM, store_claim(1, "dead-worker", 1)));
}

static void
the_leases_of_a_dead_process_have_ended(void)
{
    g_autoptr(Contract) contract = contract_new_half(KBNT_HALF_CONSUMER, NULL);
    g_autoptr(KbntValue) claimed = NULL;
    g_autoptr(KbntValue) message = NULL;
    gint64 dead_epoch;

    contract_in_killed_child(contract, take_in_and_claim);
    CU_ASSERT_FATAL(contract_start(contract, NULL));
    message = store_see_message(contract, 1);
    dead_epoch = kbnt_value_get_int(message, KBNT_FIELD_EPOCH);
    kbnt_assert_int(store_count_waiting(contract), 1);
    claimed = store_submit(contract, KBNT_STORE_CLAIM, store_claim(1, "worker-2", 1));

    CU_ASSERT(kbnt_value_get_int(claimed, KBNT_FIELD_EPOCH) > dead_epoch);
    store_refused(
        contract, KBNT_STORE_ADVANCE,
        store_value(KBNT_FIELD_MESSAGE_ID, store_id(1), KBNT_FIELD_EPOCH, (int)dead_epoch, 0),
        KBNT_ERROR_LEASE_LOST);
}

static void
what_was_claimed_of_a_host_is_claimed_after_a_restart(void)
{
    g_autoptr(Contract) contract = contract_open_half(KBNT_HALF_CONSUMER, NULL);
    g_autoptr(Contract) again = NULL;
    KbntValue *claim = store_claim(1, "worker-1", 1);

    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(1)));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_TAKE_IN, store_message(2)));
    kbnt_value_unref(
        store_submit(contract, KBNT_STORE_REPORT_HOSTS,
                     store_value(KBNT_FIELD_HOSTS,
                                 store_value(KBNT_FIELD_HOST, "host-1", KBNT_FIELD_CAPACITY,
                                             store_value(KBNT_FIELD_CPU, 4, 0), 0),
                                 0)));
    kbnt_value_take_value(claim, KBNT_FIELD_CLAIM,
                          store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(1),
                                      KBNT_FIELD_HOST, "host-1", KBNT_FIELD_CPU, 3, 0));
    kbnt_value_unref(store_submit(contract, KBNT_STORE_CLAIM, claim));
    contract_stop(contract);
    again = contract_open_again(contract);

    claim = store_claim(2, "worker-1", 1);
    kbnt_value_take_value(claim, KBNT_FIELD_CLAIM,
                          store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(2),
                                      KBNT_FIELD_HOST, "host-1", KBNT_FIELD_CPU, 2, 0));
    store_refused(again, KBNT_STORE_CLAIM, claim, KBNT_ERROR_NO_CAPACITY);
}

typedef struct {
    guint n_ended;
    guint n_out_of_order;
} Order;

static Order order;
static guint places[100];

static void
note_place(KbntValue *result, const GError *error, gpointer data)
{
    order.n_out_of_order += *(guint *)data != order.n_ended;
    order.n_ended++;
}

static gboolean
all_ended(gpointer data)
{
    return order.n_ended == G_N_ELEMENTS(places);
}

static void
commands_complete_in_the_order_of_their_submission(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntStoreOps *ops = contract_ops(contract);

    order = (Order){ 0, 0 };
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(KbntValue) accept = store_accept(i / 2);
        KbntTask *task;

        places[i] = i;
        task = kbnt_task_new(fake_host_get(contract->host), KBNT_STORE_ACCEPT, accept,
                             note_place, &places[i]);
        ops->submit(contract->instance, &task, 1);
    }
    contract_await(contract, all_ended, NULL, "the end of all commands");

    kbnt_assert_int(order.n_out_of_order, 0);
}

static void
a_query_sees_what_had_completed_before_it_was_asked(void)
{
    g_autoptr(Contract) contract = contract_open();

    for (guint i = 1; i <= 50; i++) {
        g_autoptr(KbntValue) request = NULL;

        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(i)));
        request = store_see_request(contract, i);
        kbnt_assert_string(kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID), store_id(i));
        kbnt_assert_int(store_see_total(contract, "requests"), i);
    }
}

static void
what_is_queued_at_a_stop_is_done_or_said_to_be_stopped(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntStoreOps *ops = contract_ops(contract);
    g_autoptr(StoreBatch) batch = store_batch_new(20);
    g_autoptr(Contract) again = NULL;
    guint n_done = 0;

    for (guint i = 0; i < 20; i++)
        store_batch_add(batch, contract, KBNT_STORE_ACCEPT, store_accept(i));
    ops->submit(contract->instance, batch->tasks, batch->n_tasks);
    contract_stop(contract);
    for (guint i = 0; i < 20; i++) {
        contract_wait(contract, &batch->answers[i]);
        n_done += batch->answers[i].error == NULL;
    }
    again = contract_open_again(contract);

    kbnt_assert_int(n_done + store_batch_n_failed(batch, KBNT_ERROR_STOPPED), 20);
    kbnt_assert_int(store_see_total(again, "requests"), n_done);
}

static void
a_second_holder_is_refused_with_the_pid_of_the_first(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GError) error = NULL;
    g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
    g_autoptr(Contract) second = NULL;

    if (contract_plugin()->caps & KBNT_STORE_SHARED) {
        contract_skip("the store is shared");
        return;
    }
    second = contract_new_again(contract);
    CU_ASSERT(!contract_start(second, &error));

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_IN_USE);
    kbnt_assert_contains(error->message, pid);
}

static gint64
highest_position(Contract *contract)
{
    g_autoptr(KbntValue) meta = store_query(contract, KBNT_STORE_META, kbnt_value_new());

    return kbnt_value_get_int(meta, KBNT_FIELD_POSITION);
}

static void
no_record_of_the_outbox_is_above_the_highest_position(void)
{
    g_autoptr(Contract) contract = contract_open();
    gint64 before = highest_position(contract);
    gint64 position = accept_and_settle(contract, 1);
    gint64 after = highest_position(contract);
    g_autoptr(Contract) again = NULL;

    kbnt_assert_int(before, 0);
    CU_ASSERT(position <= after);
    contract_stop(contract);
    again = contract_open_again(contract);
    CU_ASSERT(highest_position(again) >= after);
}

static const KbntTest tests[] = {
    KBNT_TEST(no_record_of_the_outbox_is_above_the_highest_position),
    KBNT_TEST(what_has_completed_outlives_a_sigkill),
    KBNT_TEST(totals_after_a_restart_are_those_before),
    KBNT_TEST(a_position_is_never_given_twice_not_even_over_a_restart),
    KBNT_TEST(the_store_keeps_its_id),
    KBNT_TEST(the_leases_of_a_dead_process_have_ended),
    KBNT_TEST(what_was_claimed_of_a_host_is_claimed_after_a_restart),
    KBNT_TEST(commands_complete_in_the_order_of_their_submission),
    KBNT_TEST(a_query_sees_what_had_completed_before_it_was_asked),
    KBNT_TEST(what_is_queued_at_a_stop_is_done_or_said_to_be_stopped),
    KBNT_TEST(a_second_holder_is_refused_with_the_pid_of_the_first),
};

const ContractSuite contract_durability_suite = { KBNT_KIND_STORE, tests, G_N_ELEMENTS(tests) };

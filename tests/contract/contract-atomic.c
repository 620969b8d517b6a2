/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a transport with ATOMIC promises: records and cursor go out together, from one holder.
 */
#include "contract-reader.h"

#define N_RECORDS 5

/* One call of publish_atomic. */
typedef struct {
    ContractAnswer records[N_RECORDS];
    ContractAnswer done;
} Batch;

static void
batch_clear(Batch *batch)
{
    for (guint i = 0; i < N_RECORDS; i++)
        contract_answer_clear(&batch->records[i]);
    contract_answer_clear(&batch->done);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static gboolean
skips(void)
{
    gboolean is_atomic = (contract_plugin()->caps & KBNT_TRANSPORT_ATOMIC) != 0;

    if (!is_atomic)
        contract_skip("the transport has no cursors");
    return !is_atomic;
}

static KbntValue *
cursor_of(const char *owner, const char *topic, gint64 position)
{
    KbntValue *cursor = kbnt_value_new();

    kbnt_value_set_string(cursor, KBNT_FIELD_OWNER, owner);
    kbnt_value_set_string(cursor, KBNT_FIELD_TOPIC, topic);
    if (position >= 0)
        kbnt_value_set_int(cursor, KBNT_FIELD_POSITION, position);
    return cursor;
}

/* Sends "0", "1", … and the cursor @position, and waits until all has ended. */
static void
send_batch(Contract *contract, const char *owner, const char *topic, gint64 position,
           Batch *batch)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) cursor = cursor_of(owner, topic, position);
    KbntTask *tasks[N_RECORDS];

    for (guint i = 0; i < N_RECORDS; i++) {
        g_autofree char *text = g_strdup_printf("%u", i);
        g_autoptr(KbntValue) record = reader_record(topic, text, text);

        tasks[i] = contract_task(contract, 0, record, &batch->records[i]);
    }
    contract_op_begins();
    ops->publish_atomic(contract->instance, tasks, N_RECORDS,
                        contract_task(contract, 0, cursor, &batch->done));
    contract_op_ended("publish_atomic");
    contract_wait(contract, &batch->done);
}

static void
publish(Contract *contract, const char *owner, const char *topic, gint64 position)
{
    g_auto(Batch) batch = { .done.n_ends = 0 };

    send_batch(contract, owner, topic, position, &batch);
    kbnt_assert_no_error(batch.done.error);
}

/* Returns: (transfer full): why all of a batch has failed. */
static GError *
publish_failing(Contract *contract, const char *owner, const char *topic, gint64 position)
{
    g_auto(Batch) batch = { .done.n_ends = 0 };

    send_batch(contract, owner, topic, position, &batch);
    for (guint i = 0; i < N_RECORDS; i++)
        CU_ASSERT(batch.records[i].error != NULL);
    CU_ASSERT_FATAL(batch.done.error != NULL);
    return g_steal_pointer(&batch.done.error);
}

/* Returns: the cursor's position, -1 where there is none; another error ends the test. */
static gint64
take(Contract *contract, const char *owner, const char *topic)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = cursor_of(owner, topic, -1);
    g_auto(ContractAnswer) answer = { .n_ends = 0 };

    contract_ask(contract, ops->read_cursor, argument, &answer);
    contract_wait(contract, &answer);
    if (g_error_matches(answer.error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND))
        return -1;
    kbnt_assert_no_error(answer.error);
    return kbnt_value_get_int(answer.result, KBNT_FIELD_POSITION);
}

static char *
new_owner(void)
{
    g_autofree char *uuid = g_uuid_string_random();

    return g_strconcat("contract-owner-", uuid, NULL);
}

static void
a_cursor_is_not_found_until_it_has_gone_out(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autofree char *owner = new_owner();

    kbnt_assert_int(take(contract, owner, topic), -1);
    kbnt_assert_int(take(contract, owner, topic), -1);
    publish(contract, owner, topic, 0);
    kbnt_assert_int(take(contract, owner, topic), 0);
    publish(contract, owner, topic, 41);
    kbnt_assert_int(take(contract, owner, topic), 41);
}

static void
records_with_a_cursor_arrive_in_their_order_and_each_once(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *owner = new_owner();
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 100, TRUE);

    take(contract, owner, topic);
    for (guint i = 0; i < 4; i++)
        publish(contract, owner, topic, i);
    reader_await(reader, 4 * N_RECORDS);
    contract_linger(contract, 20);

    kbnt_assert_int(reader->received->len, 4 * N_RECORDS);
    for (guint i = 0; i < 4 * N_RECORDS; i++) {
        g_autofree char *body = reader_body(reader, i);
        g_autofree char *expected = g_strdup_printf("%u", i % N_RECORDS);

        kbnt_assert_string(body, expected);
    }
}

static void
records_with_a_cursor_are_confirmed_like_any_other(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *owner = new_owner();
    g_auto(Batch) batch = { .done.n_ends = 0 };

    take(contract, owner, topic);
    send_batch(contract, owner, topic, 7, &batch);

    kbnt_assert_no_error(batch.done.error);
    for (guint i = 0; i < N_RECORDS; i++) {
        kbnt_assert_int(batch.records[i].n_ends, 1);
        kbnt_assert_no_error(batch.records[i].error);
        kbnt_assert_int(kbnt_value_get_int(batch.records[i].result, KBNT_FIELD_PARTITION), 0);
        kbnt_assert_int(kbnt_value_get_int(batch.records[i].result, KBNT_FIELD_OFFSET), i);
    }
}

static void
nothing_goes_out_before_the_cursor_was_read(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *owner = new_owner();
    g_autoptr(GError) error = publish_failing(contract, owner, topic, 7);

    kbnt_assert_int(kbnt_error_class(error), KBNT_CLASS_RETRY);
    kbnt_assert_int(take(contract, owner, topic), -1);
}

static void
a_topic_that_nobody_has_ensured_takes_no_record_and_moves_no_cursor(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *owner = new_owner();

    take(contract, owner, topic);
    g_autoptr(GError) error = publish_failing(contract, owner, "contract-nobody-made-this", 7);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_int(take(contract, owner, topic), -1);
}

static void
cursors_of_two_owners_stand_apart(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *one = new_owner();
    g_autofree char *other = new_owner();

    take(contract, one, topic);
    take(contract, other, topic);
    publish(contract, one, topic, 10);
    publish(contract, other, topic, 20);

    kbnt_assert_int(take(contract, one, topic), 10);
    kbnt_assert_int(take(contract, other, topic), 20);
}

static void
a_cursor_outlives_its_holder(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *owner = new_owner();

    take(contract, owner, topic);
    publish(contract, owner, topic, 12);
    contract_stop(contract);
    g_autoptr(Contract) heir = contract_open_again(contract);

    kbnt_assert_int(take(heir, owner, topic), 12);
}

static void
ensure(Contract *contract, const char *topic)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_int(argument, KBNT_FIELD_PARTITIONS, 1);
    kbnt_value_set_int(argument, KBNT_FIELD_REPLICAS, 1);
    kbnt_value_set_int(argument, KBNT_FIELD_RETENTION_MS, -1);
    kbnt_value_unref(contract_call(contract, ops->ensure_topic, argument));
}

static void
whoever_reads_a_cursor_last_holds_it_and_the_elder_hears_of_it(void)
{
    if (skips())
        return;
    g_autoptr(Contract) elder = contract_open();
    const KbntTransportOps *ops = contract_ops(elder);
    g_autofree char *topic = reader_topic(elder, 1);
    g_autofree char *owner = new_owner();
    g_autoptr(KbntValue) argument = cursor_of(owner, topic, -1);
    g_autoptr(Contract) younger = contract_open_again(elder);

    ensure(younger, topic);
    take(elder, owner, topic);
    publish(elder, owner, topic, 1);
    kbnt_assert_int(take(younger, owner, topic), 1);

    g_autoptr(GError) refused = publish_failing(elder, owner, topic, 2);
    g_autoptr(GError) told = contract_call_failing(elder, ops->read_cursor, argument);
    kbnt_assert_error(told, KBNT_ERROR, KBNT_ERROR_IN_USE);
    publish(younger, owner, topic, 2);
    kbnt_assert_int(take(younger, owner, topic), 2);
    g_autoptr(GError) still = contract_call_failing(elder, ops->read_cursor, argument);
    kbnt_assert_error(still, KBNT_ERROR, KBNT_ERROR_IN_USE);
}

static void
of_a_holder_that_was_replaced_nothing_arrives_twice(void)
{
    if (skips())
        return;
    if (!(contract_plugin()->caps & KBNT_TRANSPORT_SHARED)) {
        contract_skip("each instance has topics of its own");
        return;
    }
    g_autoptr(Contract) elder = contract_open();
    g_autofree char *topic = reader_topic(elder, 1);
    g_autofree char *owner = new_owner();
    g_autoptr(Contract) younger = contract_open_again(elder);
    ensure(younger, topic);
    g_autoptr(Reader) reader = reader_join(younger, topic, "contract", 100, TRUE);

    take(elder, owner, topic);
    publish(elder, owner, topic, 1);
    take(younger, owner, topic);
    g_autoptr(GError) refused = publish_failing(elder, owner, topic, 2);
    publish(younger, owner, topic, 2);
    reader_await(reader, 2 * N_RECORDS);
    contract_linger(younger, 20);

    kbnt_assert_int(reader->received->len, 2 * N_RECORDS);
}

static void
stopped_it_takes_no_cursor(void)
{
    if (skips())
        return;
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *owner = new_owner();
    g_autoptr(KbntValue) argument = cursor_of(owner, topic, -1);

    take(contract, owner, topic);
    contract_stop(contract);
    g_autoptr(GError) error = contract_call_failing(contract, ops->read_cursor, argument);
    g_autoptr(GError) refused = publish_failing(contract, owner, topic, 7);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_STOPPED);
    kbnt_assert_error(refused, KBNT_ERROR, KBNT_ERROR_STOPPED);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_cursor_is_not_found_until_it_has_gone_out),
    KBNT_TEST(records_with_a_cursor_arrive_in_their_order_and_each_once),
    KBNT_TEST(records_with_a_cursor_are_confirmed_like_any_other),
    KBNT_TEST(nothing_goes_out_before_the_cursor_was_read),
    KBNT_TEST(a_topic_that_nobody_has_ensured_takes_no_record_and_moves_no_cursor),
    KBNT_TEST(cursors_of_two_owners_stand_apart),
    KBNT_TEST(a_cursor_outlives_its_holder),
    KBNT_TEST(whoever_reads_a_cursor_last_holds_it_and_the_elder_hears_of_it),
    KBNT_TEST(of_a_holder_that_was_replaced_nothing_arrives_twice),
    KBNT_TEST(stopped_it_takes_no_cursor),
};

const ContractSuite contract_atomic_suite = { KBNT_KIND_TRANSPORT, tests, G_N_ELEMENTS(tests) };

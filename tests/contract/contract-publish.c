/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a transport promises to publishers: topics, partitions, confirmations, bounds, settling.
 */
#include "contract-reader.h"

#include <string.h>

#define N_KEYS 60
#define MOST_RECORDS 200000
#define BATCH 500

static KbntValue *
topic_argument(const char *topic, gint64 n_partitions)
{
    KbntValue *argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_int(argument, KBNT_FIELD_PARTITIONS, n_partitions);
    kbnt_value_set_int(argument, KBNT_FIELD_REPLICAS, 1);
    kbnt_value_set_int(argument, KBNT_FIELD_RETENTION_MS, -1);
    return argument;
}

static void
a_topic_is_made_with_the_partitions_that_were_asked_for(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 5);
    g_autoptr(KbntValue) described = reader_describe(contract, topic, NULL);

    kbnt_assert_string(kbnt_value_get_string(described, KBNT_FIELD_TOPIC), topic);
    kbnt_assert_int(kbnt_value_get_int(described, KBNT_FIELD_PARTITIONS), 5);
    CU_ASSERT(kbnt_value_get_int(described, KBNT_FIELD_REPLICAS) >= 1);
}

static void
ensuring_a_topic_again_finds_it(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(KbntValue) argument = topic_argument(topic, 3);
    g_autoptr(KbntValue) described = contract_call(contract, ops->ensure_topic, argument);

    kbnt_assert_int(kbnt_value_get_int(described, KBNT_FIELD_PARTITIONS), 3);
}

static void
a_topic_with_other_partitions_is_refused_by_name(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(KbntValue) argument = topic_argument(topic, 4);
    g_autoptr(GError) error = contract_call_failing(contract, ops->ensure_topic, argument);

    kbnt_assert_int(kbnt_error_class(error), KBNT_CLASS_PERMANENT);
    kbnt_assert_contains(error->message, topic);
}

static void
an_unknown_topic_is_not_found_by_describe(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = topic_argument("contract-nobody-made-this", 1);
    g_autoptr(GError) error = contract_call_failing(contract, ops->describe, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
}

static void
a_record_goes_to_the_partition_of_its_key(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 7);

    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree char *key = g_strdup_printf("k\xc3\xa9y-%u", i * i);
        g_autoptr(KbntValue) record = reader_record(topic, key, "body");
        g_autoptr(KbntValue) confirmation = reader_publish(contract, record);

        kbnt_assert_int(kbnt_value_get_int(confirmation, KBNT_FIELD_PARTITION),
                        kbnt_partition(key, strlen(key), 7));
    }
}

static void
a_record_without_a_key_goes_to_partition_0(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 7);

    for (guint i = 0; i < 5; i++) {
        g_autoptr(KbntValue) record = reader_record(topic, NULL, "body");
        g_autoptr(KbntValue) confirmation = reader_publish(contract, record);

        kbnt_assert_int(kbnt_value_get_int(confirmation, KBNT_FIELD_PARTITION), 0);
    }
}

static void
offsets_of_a_partition_count_up_from_what_is_next_to_read(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = NULL;

    if (!(contract_plugin()->caps & KBNT_TRANSPORT_OFFSETS)) {
        contract_skip("the transport has no offsets of its own");
        return;
    }
    topic = reader_topic(contract, 1);
    for (gint64 i = 0; i < 10; i++) {
        g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
        g_autoptr(KbntValue) confirmation = reader_publish(contract, record);

        kbnt_assert_int(kbnt_value_get_int(confirmation, KBNT_FIELD_OFFSET), i);
    }
}

static void
a_confirmation_carries_the_time_of_now(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_autoptr(KbntValue) confirmation = reader_publish(contract, record);
    gint64 age_ms = g_get_real_time() / 1000 -
                    kbnt_value_get_int(confirmation, KBNT_FIELD_TIMESTAMP);

    CU_ASSERT(ABS(age_ms) < 60000);
}

typedef struct {
    gint64 *ends;
    gint64 *n_ends;
    guint index;
} Ending;

static void
note_order(KbntValue *result, const GError *error, gpointer data)
{
    const Ending *ending = data;

    ending->ends[ending->index] = (*ending->n_ends)++;
}

static void
confirmations_of_a_partition_come_in_order(void)
{
    enum { N_RECORDS = 100 };
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    gint64 ends[N_RECORDS];
    gint64 n_ends = 0;
    Ending endings[N_RECORDS];
    KbntTask *tasks[N_RECORDS];

    for (guint i = 0; i < N_RECORDS; i++) {
        g_autoptr(KbntValue) record = reader_record(topic, "key", "body");

        endings[i] = (Ending){ ends, &n_ends, i };
        ends[i] = -1;
        tasks[i] = kbnt_task_new(fake_host_get(contract->host), 0, record, note_order,
                                 &endings[i]);
    }
    ops->publish(contract->instance, tasks, N_RECORDS);
    for (guint i = 0; i < N_RECORDS && n_ends < N_RECORDS; i++)
        fake_host_turn(contract->host, contract_timeout_ms() / N_RECORDS);

    for (gint64 i = 0; i < N_RECORDS; i++)
        kbnt_assert_int(ends[i], i);
}

static void
publishing_to_an_unknown_topic_fails_by_name(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) record = reader_record("contract-nobody-made-this", "key", "body");
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, record, &answer);

    ops->publish(contract->instance, &task, 1);
    contract_wait(contract, &answer);

    CU_ASSERT_FATAL(answer.error != NULL);
    kbnt_assert_contains(answer.error->message, "contract-nobody-made-this");
}

static void
stopped_it_refuses_records(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, record, &answer);

    contract_stop(contract);
    ops->publish(contract->instance, &task, 1);
    contract_wait(contract, &answer);

    kbnt_assert_error(answer.error, KBNT_ERROR, KBNT_ERROR_STOPPED);
}

/* Publishes one batch. Returns: how many were refused, after checking that it was in order. */
static guint
publish_until_refused(Contract *contract, const char *topic)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_autofree ContractAnswer *answers = g_new0(ContractAnswer, BATCH);
    KbntTask *tasks[BATCH];
    guint n_refused = 0;

    for (guint i = 0; i < BATCH; i++)
        tasks[i] = contract_task(contract, 0, record, &answers[i]);
    ops->publish(contract->instance, tasks, BATCH);
    for (guint i = 0; i < BATCH; i++) {
        contract_wait(contract, &answers[i]);
        if (answers[i].error)
            kbnt_assert_error(answers[i].error, KBNT_ERROR, KBNT_ERROR_QUEUE_FULL);
        CU_ASSERT(n_refused == 0 || answers[i].error != NULL);
        n_refused += answers[i].error ? 1 : 0;
        contract_answer_clear(&answers[i]);
    }
    return n_refused;
}

static void
a_full_queue_refuses_in_order_and_goes_on_once_it_was_read(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = NULL;
    g_autoptr(KbntValue) record = reader_record(topic, "key", "the next one");
    g_autoptr(KbntValue) confirmation = NULL;
    guint n_published = 0;
    guint n_refused = 0;

    while (n_refused == 0 && n_published < MOST_RECORDS) {
        n_refused = publish_until_refused(contract, topic);
        n_published += BATCH - n_refused;
    }
    if (n_refused == 0) {
        contract_skip("the transport takes more records than this test is willing to send");
        return;
    }

    reader = reader_join(contract, topic, "contract", 1000, TRUE);
    reader_await(reader, n_published);
    fake_host_settle(contract->host);
    confirmation = reader_publish(contract, record);
    CU_ASSERT_PTR_NOT_NULL(confirmation);
}

static void
note_settled(KbntValue *record, gpointer data)
{
    g_ptr_array_add(data, kbnt_value_ref(record));
}

static GPtrArray *
watch(Contract *contract)
{
    const KbntTransportOps *ops = contract_ops(contract);
    GPtrArray *settled = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref);

    if (ops->watch_settled)
        ops->watch_settled(contract->instance, note_settled, settled);
    return settled;
}

static gboolean
tells_settled(void)
{
    const KbntTransportOps *ops = (gconstpointer)contract_plugin()->ops;

    if (!ops->watch_settled)
        contract_skip("the transport is durable");
    return ops->watch_settled != NULL;
}

static gboolean
has_settled(gpointer data)
{
    return ((GPtrArray *)data)->len > 0;
}

static void
a_settled_record_is_told_untouched(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GPtrArray) settled = watch(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = NULL;
    g_autoptr(KbntValue) record = reader_record(topic, "key", "body");
    g_autoptr(KbntValue) confirmation = NULL;

    if (!tells_settled())
        return;
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, 4711);
    reader = reader_join(contract, topic, "contract", 10, TRUE);
    confirmation = reader_publish(contract, record);
    contract_await(contract, has_settled, settled, "the settling");

    kbnt_assert_int(settled->len, 1);
    CU_ASSERT(kbnt_value_equal(settled->pdata[0], record));
}

static void
a_record_settles_only_when_every_group_has_acknowledged_it(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GPtrArray) settled = watch(contract);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) quick = NULL;
    g_autoptr(Reader) slow = NULL;

    if (!tells_settled())
        return;
    quick = reader_join(contract, topic, "quick", 10, TRUE);
    slow = reader_join(contract, topic, "slow", 10, FALSE);
    reader_publish_many(contract, topic, 1, 1);
    reader_await(quick, 1);
    reader_await(slow, 1);
    contract_linger(contract, 20);
    kbnt_assert_int(settled->len, 0);

    reader_acknowledge(slow, reader_nth(slow, 0));
    contract_await(contract, has_settled, settled, "the settling");
    kbnt_assert_int(settled->len, 1);
}

static void
a_record_that_nobody_reads_does_not_settle(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GPtrArray) settled = watch(contract);
    g_autofree char *topic = reader_topic(contract, 1);

    if (!tells_settled())
        return;
    reader_publish_many(contract, topic, 3, 1);
    contract_linger(contract, 20);

    kbnt_assert_int(settled->len, 0);
    contract_stop(contract);
    kbnt_assert_int(settled->len, 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_topic_is_made_with_the_partitions_that_were_asked_for),
    KBNT_TEST(ensuring_a_topic_again_finds_it),
    KBNT_TEST(a_topic_with_other_partitions_is_refused_by_name),
    KBNT_TEST(an_unknown_topic_is_not_found_by_describe),
    KBNT_TEST(a_record_goes_to_the_partition_of_its_key),
    KBNT_TEST(a_record_without_a_key_goes_to_partition_0),
    KBNT_TEST(offsets_of_a_partition_count_up_from_what_is_next_to_read),
    KBNT_TEST(a_confirmation_carries_the_time_of_now),
    KBNT_TEST(confirmations_of_a_partition_come_in_order),
    KBNT_TEST(publishing_to_an_unknown_topic_fails_by_name),
    KBNT_TEST(stopped_it_refuses_records),
    KBNT_TEST(a_full_queue_refuses_in_order_and_goes_on_once_it_was_read),
    KBNT_TEST(a_settled_record_is_told_untouched),
    KBNT_TEST(a_record_settles_only_when_every_group_has_acknowledged_it),
    KBNT_TEST(a_record_that_nobody_reads_does_not_settle),
};

const ContractSuite contract_publish_suite = { KBNT_KIND_TRANSPORT, tests,
                                               G_N_ELEMENTS(tests) };

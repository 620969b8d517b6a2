/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what the memory transport promises beyond the contract: its bounds and its keys. */
#include "contract-reader.h"

#include <stdlib.h>
#include <string.h>

/* Publishes one record. Returns: (transfer full) (nullable): the error. */
static GError *
try_publish(Contract *contract, const char *topic, const char *body)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) record = reader_record(topic, "key", body);
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, record, &answer);

    ops->publish(contract->instance, &task, 1);
    contract_wait(contract, &answer);
    return g_steal_pointer(&answer.error);
}

static void
a_topic_holds_as_many_records_as_its_capacity(void)
{
    const char *const more[] = { "capacity_records=3", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_autofree char *topic = reader_topic(contract, 2);
    g_autoptr(GError) error = NULL;

    reader_publish_many(contract, topic, 3, 3);
    error = try_publish(contract, topic, "one too many");

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_QUEUE_FULL);
    kbnt_assert_int(kbnt_error_class(error), KBNT_CLASS_RETRY);
    kbnt_assert_contains(error->message, topic);
    CU_ASSERT_EQUAL(fake_host_metric(contract->host, "full_total"), 1);
}

static void
a_topic_holds_as_many_bytes_as_its_capacity(void)
{
    const char *const more[] = { "capacity_bytes=1KiB", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autofree char *body = g_strnfill(1100, 'x');
    g_autoptr(GError) first = try_publish(contract, topic, body);
    g_autoptr(GError) second = try_publish(contract, topic, "x");

    kbnt_assert_no_error(first);
    kbnt_assert_error(second, KBNT_ERROR, KBNT_ERROR_QUEUE_FULL);
}

static void
one_full_topic_leaves_the_others_room(void)
{
    const char *const more[] = { "capacity_records=3", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_autofree char *full = reader_topic(contract, 1);
    g_autofree char *other = reader_topic(contract, 1);
    g_autoptr(GError) error = NULL;

    reader_publish_many(contract, full, 3, 1);
    error = try_publish(contract, other, "body");

    kbnt_assert_no_error(error);
}

static void
a_topic_without_a_number_has_the_partitions_of_the_configuration(void)
{
    const char *const more[] = { "partitions=4", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = kbnt_value_new();
    g_autoptr(KbntValue) described = NULL;

    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, "numberless");
    described = contract_call(contract, ops->ensure_topic, argument);

    kbnt_assert_int(kbnt_value_get_int(described, KBNT_FIELD_PARTITIONS), 4);
}

static void
redelivery_is_counted_and_ends_with_the_acknowledgement(void)
{
    const char *const more[] = { "redeliver_after=40ms", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = reader_join(contract, topic, "group", 10, FALSE);
    guint n_received;

    reader_publish_many(contract, topic, 1, 1);
    reader_await(reader, 2);
    reader_acknowledge(reader, reader_nth(reader, 0));
    n_received = reader->received->len;
    contract_linger(contract, 120);

    CU_ASSERT(fake_host_metric(contract->host, "redelivered_total") >= 1);
    kbnt_assert_int(reader->received->len, n_received);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_topic_holds_as_many_records_as_its_capacity),
    KBNT_TEST(a_topic_holds_as_many_bytes_as_its_capacity),
    KBNT_TEST(one_full_topic_leaves_the_others_room),
    KBNT_TEST(a_topic_without_a_number_has_the_partitions_of_the_configuration),
    KBNT_TEST(redelivery_is_counted_and_ends_with_the_acknowledgement),
};

int
main(int argc, char **argv)
{
    contract_load_built("transport", "memory", NULL);
    return kbnt_test_main("plugins/memory", argc, argv, tests, G_N_ELEMENTS(tests));
}

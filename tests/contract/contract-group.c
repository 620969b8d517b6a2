/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a transport promises to groups: who gets what, and what happens when members come and
 * go.
 */
#include "contract-reader.h"

static void
every_group_gets_every_record(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 3);
    g_autoptr(Reader) one = reader_join(contract, topic, "one", 100, TRUE);
    g_autoptr(Reader) other = reader_join(contract, topic, "other", 100, TRUE);

    reader_publish_many(contract, topic, 40, 9);
    reader_await(one, 40);
    reader_await(other, 40);
    contract_linger(contract, 20);

    kbnt_assert_int(one->received->len, 40);
    kbnt_assert_int(other->received->len, 40);
}

static void
a_lone_member_is_assigned_all_partitions(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 4);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 100, TRUE);

    reader_await_owned(reader, 4);
    kbnt_assert_int(reader->n_assigned, 4);
    kbnt_assert_int(reader->n_lost, 0);
}

static gboolean
owns(const Reader *reader, gint32 partition)
{
    for (guint i = 0; i < reader->owned->len; i++) {
        if (g_array_index(reader->owned, gint32, i) == partition)
            return TRUE;
    }
    return FALSE;
}

static void
a_member_with_times_of_its_own_reads_like_any_other(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 2);
    g_autoptr(Reader) reader = reader_join_with_times(contract, topic, 7000, 50, 20);

    reader_publish_many(contract, topic, 20, 8);
    reader_await(reader, 20);

    kbnt_assert_int(reader->received->len, 20);
    kbnt_assert_int(reader->n_lost, 0);
}

typedef struct {
    const Reader *one;
    const Reader *other;
    guint wanted;
} Together;

static gboolean
have_received(gpointer data)
{
    const Together *together = data;

    return together->one->received->len + together->other->received->len >= together->wanted;
}

/* Waits until the two readers have had as many records as this between them. */
static void
await_together(const Reader *one, const Reader *other, guint n_records)
{
    Together together = { one, other, n_records };

    contract_await(one->contract, have_received, &together, "the records of two readers");
}

static void
members_of_a_group_share_the_partitions_and_no_two_have_the_same(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 4);
    g_autoptr(Reader) one = reader_join(contract, topic, "contract", 100, TRUE);
    g_autoptr(Reader) other = reader_join(contract, topic, "contract", 100, TRUE);

    reader_await_owned(other, 2);
    reader_await_owned(one, 2);
    for (gint32 i = 0; i < 4; i++)
        CU_ASSERT(owns(one, i) != owns(other, i));

    reader_publish_many(contract, topic, 100, 40);
    await_together(one, other, 100);
    contract_linger(contract, 30);
    CU_ASSERT(one->received->len > 0 && other->received->len > 0);
    kbnt_assert_int(one->received->len + other->received->len, 100);
}

static void
a_record_goes_only_to_the_owner_of_its_partition(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 4);
    g_autoptr(Reader) one = reader_join(contract, topic, "contract", 100, TRUE);
    g_autoptr(Reader) other = reader_join(contract, topic, "contract", 100, TRUE);

    reader_await_owned(other, 2);
    reader_await_owned(one, 2);
    reader_publish_many(contract, topic, 100, 40);
    await_together(one, other, 100);

    for (guint i = 0; i < one->received->len; i++)
        CU_ASSERT(
            owns(one, (gint32)kbnt_value_get_int(reader_nth(one, i), KBNT_FIELD_PARTITION)));
}

static void
what_a_member_left_undone_comes_to_another(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 2);
    g_autoptr(Reader) leaver = reader_join(contract, topic, "contract", 100, FALSE);
    g_autoptr(Reader) heir = NULL;

    reader_publish_many(contract, topic, 20, 8);
    reader_await(leaver, 20);
    heir = reader_join(contract, topic, "contract", 100, TRUE);
    reader_await_owned(heir, 1);
    reader_leave(leaver);
    reader_await_owned(heir, 2);
    reader_await(heir, 20);

    kbnt_assert_int(heir->received->len, 20);
}

static void
acknowledging_a_lost_partition_does_nothing(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 2);
    g_autoptr(Reader) loser = reader_join(contract, topic, "contract", 100, FALSE);
    g_autoptr(Reader) winner = NULL;
    gint32 won;

    reader_publish_many(contract, topic, 20, 8);
    reader_await(loser, 20);
    winner = reader_join(contract, topic, "contract", 1, FALSE);
    reader_await_owned(winner, 1);
    won = g_array_index(winner->owned, gint32, 0);
    for (guint i = 0; i < 20; i++) {
        if (kbnt_value_get_int(reader_nth(loser, i), KBNT_FIELD_PARTITION) == won)
            reader_acknowledge(loser, reader_nth(loser, i));
    }
    contract_linger(contract, 20);

    kbnt_assert_int(reader_lag(contract, topic, "contract"), 20);
}

static void
describe_tells_members_and_lag_of_a_group(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 4);
    g_autoptr(Reader) one = reader_join(contract, topic, "contract", 100, TRUE);
    g_autoptr(Reader) other = reader_join(contract, topic, "contract", 100, TRUE);
    g_autoptr(KbntValue) described = NULL;

    reader_await_owned(other, 2);
    reader_publish_many(contract, topic, 30, 9);
    await_together(one, other, 30);
    described = reader_describe(contract, topic, "contract");

    kbnt_assert_int(kbnt_value_length(described, KBNT_FIELD_MEMBERS), 2);
    kbnt_assert_int(kbnt_value_length(described, KBNT_FIELD_ASSIGNMENTS), 4);
    kbnt_assert_int(reader_lag(contract, topic, "contract"), 0);
}

static void
lag_counts_what_was_published_and_not_acknowledged(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 4, FALSE);

    reader_publish_many(contract, topic, 10, 1);
    reader_await(reader, 4);
    kbnt_assert_int(reader_lag(contract, topic, "contract"), 10);

    reader_acknowledge(reader, reader_nth(reader, 1));
    reader_await(reader, 5);
    kbnt_assert_int(reader_lag(contract, topic, "contract"), 8);
}

/* A subscriber that publishes, acknowledges and leaves from inside its own callback. */
typedef struct {
    Reader *reader;
    ContractAnswer published;
    ContractAnswer left;
} Busy;

static void
act_inside(KbntValue *const *records, guint n_records, gpointer data)
{
    Busy *busy = data;
    Contract *contract = busy->reader->contract;
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) record = reader_record(busy->reader->subscription.topic, "key", "2");
    KbntTask *task = contract_task(contract, 0, record, &busy->published);

    ops->publish(contract->instance, &task, 1);
    reader_acknowledge(busy->reader, records[n_records - 1]);
    ops->unsubscribe(contract->instance, &busy->reader->subscription,
                     contract_task(contract, 0, NULL, &busy->left));
    CU_ASSERT_PTR_NOT_NULL(kbnt_value_get_bytes(records[0], KBNT_FIELD_BODY));
}

static void
every_op_may_be_called_inside_a_callback(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autofree char *topic = reader_topic(contract, 1);
    g_autoptr(Reader) reader = reader_join(contract, topic, "contract", 1, FALSE);
    Busy busy = { .reader = reader };

    reader->subscription.records = act_inside;
    reader->subscription.user_data = &busy;
    reader->subscription.assigned = NULL;
    reader->subscription.lost = NULL;
    reader_publish_many(contract, topic, 1, 1);
    contract_wait(contract, &busy.left);
    contract_wait(contract, &busy.published);
    reader->is_joined = FALSE;

    kbnt_assert_no_error(busy.left.error);
    kbnt_assert_int(reader_lag(contract, topic, "contract"), 1);
    contract_answer_clear(&busy.left);
    contract_answer_clear(&busy.published);
}

static void
subscribing_to_an_unknown_topic_fails_by_name(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntTransportOps *ops = contract_ops(contract);
    const KbntSubscription subscription = { .size = sizeof subscription,
                                            .window = 1,
                                            .topic = "contract-nobody-made-this",
                                            .group = "contract" };
    g_auto(ContractAnswer) answer = { 0 };

    ops->subscribe(contract->instance, &subscription,
                   contract_task(contract, 0, NULL, &answer));
    contract_wait(contract, &answer);

    CU_ASSERT_FATAL(answer.error != NULL);
    kbnt_assert_contains(answer.error->message, "contract-nobody-made-this");
}

static const KbntTest tests[] = {
    KBNT_TEST(every_group_gets_every_record),
    KBNT_TEST(a_lone_member_is_assigned_all_partitions),
    KBNT_TEST(members_of_a_group_share_the_partitions_and_no_two_have_the_same),
    KBNT_TEST(a_member_with_times_of_its_own_reads_like_any_other),
    KBNT_TEST(a_record_goes_only_to_the_owner_of_its_partition),
    KBNT_TEST(what_a_member_left_undone_comes_to_another),
    KBNT_TEST(acknowledging_a_lost_partition_does_nothing),
    KBNT_TEST(describe_tells_members_and_lag_of_a_group),
    KBNT_TEST(lag_counts_what_was_published_and_not_acknowledged),
    KBNT_TEST(every_op_may_be_called_inside_a_callback),
    KBNT_TEST(subscribing_to_an_unknown_topic_fails_by_name),
};

const ContractSuite contract_group_suite = { KBNT_KIND_TRANSPORT, tests, G_N_ELEMENTS(tests) };

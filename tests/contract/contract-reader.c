/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of the transports' suites. */
#include "contract-reader.h"

#include <string.h>

/* A broker that lets no client make topics has a runner that does; the op then finds it. */
char *
reader_topic(Contract *contract, gint64 n_partitions)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = kbnt_value_new();
    g_autoptr(KbntValue) described = NULL;
    g_autofree char *uuid = g_uuid_string_random();
    char *topic = g_strconcat("contract-", uuid, NULL);
    g_autofree char *made = contract_tell_runner("topic %s %d", topic, (int)n_partitions);

    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_int(argument, KBNT_FIELD_PARTITIONS, n_partitions);
    kbnt_value_set_int(argument, KBNT_FIELD_REPLICAS, 1);
    kbnt_value_set_int(argument, KBNT_FIELD_RETENTION_MS, -1);
    described = contract_call(contract, ops->ensure_topic, argument);
    kbnt_assert_int(kbnt_value_get_int(described, KBNT_FIELD_PARTITIONS), n_partitions);
    return topic;
}

KbntValue *
reader_record(const char *topic, const char *key, const char *body)
{
    KbntValue *record = kbnt_value_new();
    g_autoptr(GBytes) value = g_bytes_new(body, strlen(body));
    g_autoptr(GBytes) key_bytes = key ? g_bytes_new(key, strlen(key)) : NULL;

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_bytes(record, KBNT_FIELD_KEY, key_bytes);
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, value);
    return record;
}

static gint32
partition_of(const KbntValue *record)
{
    return (gint32)kbnt_value_get_int(record, KBNT_FIELD_PARTITION);
}

void
reader_acknowledge(Reader *reader, const KbntValue *record)
{
    const KbntTransportOps *ops = contract_ops(reader->contract);

    contract_op_begins();
    ops->acknowledge(reader->contract->instance, &reader->subscription, partition_of(record),
                     kbnt_value_get_int(record, KBNT_FIELD_OFFSET));
    contract_op_ended("acknowledge");
}

static void
on_records(KbntValue *const *records, guint n_records, gpointer data)
{
    Reader *reader = data;

    CU_ASSERT(reader->is_joined);
    CU_ASSERT(n_records > 0);
    for (guint i = 0; i < n_records; i++) {
        g_ptr_array_add(reader->received, kbnt_value_ref(records[i]));
        if (reader->acknowledges)
            reader_acknowledge(reader, records[i]);
    }
}

static gint
find_owned(const Reader *reader, gint32 partition)
{
    for (guint i = 0; i < reader->owned->len; i++) {
        if (g_array_index(reader->owned, gint32, i) == partition)
            return (gint)i;
    }
    return -1;
}

static void
on_assigned(gint32 partition, gpointer data)
{
    Reader *reader = data;

    CU_ASSERT(reader->is_joined);
    CU_ASSERT_EQUAL(find_owned(reader, partition), -1);
    g_array_append_val(reader->owned, partition);
    reader->n_assigned++;
}

static void
on_lost(gint32 partition, gpointer data)
{
    Reader *reader = data;
    gint index = find_owned(reader, partition);

    CU_ASSERT(index >= 0);
    if (index >= 0)
        g_array_remove_index(reader->owned, (guint)index);
    reader->n_lost++;
}

static KbntSubscription
subscription_of(Reader *reader, const char *topic, const char *group, guint window)
{
    return (KbntSubscription){ .size = sizeof(KbntSubscription),
                               .window = window,
                               .topic = topic,
                               .group = group,
                               .records = on_records,
                               .assigned = on_assigned,
                               .lost = on_lost,
                               .user_data = reader };
}

/* From here on the reader may be told something; whatever comes before fails the test. */
static void
note_joined(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_assert_no_error(error);
    ((Reader *)data)->is_joined = TRUE;
}

static gboolean
has_joined(gpointer data)
{
    return ((const Reader *)data)->is_joined;
}

/* From here on the reader may not be told anything. */
static void
note_left(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_assert_no_error(error);
    ((Reader *)data)->is_joined = FALSE;
}

static gboolean
has_left(gpointer data)
{
    return !((const Reader *)data)->is_joined;
}

/* A topic's groups are its own, so that no test meets the members of another. */
static char *
group_of(const char *topic, const char *group)
{
    return group ? g_strconcat(group, "-of-", topic, NULL) : NULL;
}

static Reader *
reader_new(Contract *contract, const char *topic, const char *group, guint window,
           gboolean acknowledges)
{
    Reader *reader = g_new0(Reader, 1);

    reader->contract = contract;
    reader->received = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref);
    reader->owned = g_array_new(FALSE, FALSE, sizeof(gint32));
    reader->acknowledges = acknowledges;
    reader->group = group_of(topic, group);
    reader->subscription = subscription_of(reader, topic, reader->group, window);
    return reader;
}

static Reader *
join(Reader *reader)
{
    Contract *contract = reader->contract;
    const KbntTransportOps *ops = contract_ops(contract);

    contract_op_begins();
    ops->subscribe(contract->instance, &reader->subscription,
                   kbnt_task_new(fake_host_get(contract->host), 0, NULL, note_joined, reader));
    contract_op_ended("subscribe");
    contract_await(contract, has_joined, reader, "the end of subscribe");
    return reader;
}

Reader *
reader_join(Contract *contract, const char *topic, const char *group, guint window,
            gboolean acknowledges)
{
    return join(reader_new(contract, topic, group, window, acknowledges));
}

Reader *
reader_join_with_times(Contract *contract, const char *topic, gint64 session_timeout_ms,
                       gint64 commit_interval_ms, gint64 poll_timeout_ms)
{
    Reader *reader = reader_new(contract, topic, "contract", 100, TRUE);

    reader->subscription.session_timeout_ms = session_timeout_ms;
    reader->subscription.commit_interval_ms = commit_interval_ms;
    reader->subscription.poll_timeout_ms = poll_timeout_ms;
    return join(reader);
}

void
reader_leave(Reader *reader)
{
    const KbntTransportOps *ops = contract_ops(reader->contract);

    if (!reader->is_joined)
        return;
    contract_op_begins();
    ops->unsubscribe(
        reader->contract->instance, &reader->subscription,
        kbnt_task_new(fake_host_get(reader->contract->host), 0, NULL, note_left, reader));
    contract_op_ended("unsubscribe");
    contract_await(reader->contract, has_left, reader, "the end of unsubscribe");
}

void
reader_free(Reader *reader)
{
    if (!reader)
        return;
    if (reader->contract->is_started)
        reader_leave(reader);
    g_ptr_array_unref(reader->received);
    g_array_unref(reader->owned);
    g_free(reader->group);
    g_free(reader);
}

typedef struct {
    const Reader *reader;
    guint wanted;
} Wanted;

static gboolean
has_received(gpointer data)
{
    const Wanted *wanted = data;

    return wanted->reader->received->len >= wanted->wanted;
}

void
reader_await(Reader *reader, guint n_records)
{
    Wanted wanted = { reader, n_records };

    contract_await(reader->contract, has_received, &wanted, "the records");
}

static gboolean
owns_as_many(gpointer data)
{
    const Wanted *wanted = data;

    return wanted->reader->owned->len == wanted->wanted;
}

void
reader_await_owned(Reader *reader, guint n_partitions)
{
    Wanted wanted = { reader, n_partitions };

    contract_await(reader->contract, owns_as_many, &wanted, "the assignment");
}

KbntValue *
reader_nth(const Reader *reader, guint index)
{
    CU_ASSERT_FATAL(index < reader->received->len);
    return reader->received->pdata[index];
}

char *
reader_body(const Reader *reader, guint index)
{
    GBytes *body = kbnt_value_get_bytes(reader_nth(reader, index), KBNT_FIELD_BODY);
    gsize length = 0;
    const char *bytes = body ? g_bytes_get_data(body, &length) : NULL;

    return body ? g_strndup(bytes ? bytes : "", length) : NULL;
}

KbntValue *
reader_publish(Contract *contract, KbntValue *record)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, record, &answer);

    contract_op_begins();
    ops->publish(contract->instance, &task, 1);
    contract_op_ended("publish");
    contract_wait(contract, &answer);
    kbnt_assert_no_error(answer.error);
    return g_steal_pointer(&answer.result);
}

static void
wait_for_confirmations(Contract *contract, ContractAnswer *answers, guint n_answers)
{
    for (guint i = 0; i < n_answers; i++) {
        contract_wait(contract, &answers[i]);
        kbnt_assert_no_error(answers[i].error);
        kbnt_assert_int(answers[i].n_ends, 1);
        contract_answer_clear(&answers[i]);
    }
}

void
reader_publish_many(Contract *contract, const char *topic, guint n_records, guint n_keys)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autofree ContractAnswer *answers = g_new0(ContractAnswer, n_records);
    g_autofree KbntTask **tasks = g_new0(KbntTask *, n_records);

    for (guint i = 0; i < n_records; i++) {
        g_autofree char *key = g_strdup_printf("key-%u", i % n_keys);
        g_autofree char *body = g_strdup_printf("%u", i);
        g_autoptr(KbntValue) record = reader_record(topic, key, body);

        tasks[i] = contract_task(contract, 0, record, &answers[i]);
    }
    contract_op_begins();
    ops->publish(contract->instance, tasks, n_records);
    contract_op_ended("publish");
    wait_for_confirmations(contract, answers, n_records);
}

KbntValue *
reader_describe(Contract *contract, const char *topic, const char *group)
{
    const KbntTransportOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = kbnt_value_new();
    g_autofree char *group_name = group_of(topic, group);

    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, topic);
    kbnt_value_set_string(argument, KBNT_FIELD_GROUP, group_name);
    return contract_call(contract, ops->describe, argument);
}

gint64
reader_lag(Contract *contract, const char *topic, const char *group)
{
    g_autoptr(KbntValue) described = reader_describe(contract, topic, group);
    gint64 lag = 0;

    for (guint i = 0; i < kbnt_value_length(described, KBNT_FIELD_ASSIGNMENTS); i++)
        lag += kbnt_value_get_int(kbnt_value_nth_value(described, KBNT_FIELD_ASSIGNMENTS, i),
                                  KBNT_FIELD_LAG);
    return lag;
}

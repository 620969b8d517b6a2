/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-topic-describe.c: owns what describe tells: members of a group, positions and lag. */
#include "kafka-membership.h"
#include "kafka-offsets.h"
#include "kafka-topics.h"

#include <string.h>

#define ASK_MS 5000
#define LOOKS 100
#define BETWEEN_LOOKS_US 50000

static gboolean
fail(const KafkaTopicJob *job, rd_kafka_resp_err_t code, GError **error)
{
    g_autofree char *subject = g_strdup_printf("group '%s' of topic '%s'",
                                               job->group ? job->group : "", job->topic);

    g_propagate_error(error, kafka_error_new(code, subject, NULL));
    return FALSE;
}

/* A static member outlives its process until its session ends, or until it comes back. */
static gboolean
is_left_behind(const KafkaTopicJob *job, const KafkaMembership *member)
{
    const char *name = member->instance_id;

    return job->self && name && g_str_has_prefix(name, job->self) &&
           g_ascii_strtoull(name + strlen(job->self), NULL, 10) >= job->n_own;
}

static gboolean
describe_members(const KafkaTopicJob *job, KafkaClient *reader, KbntValue *described,
                 GError **error)
{
    g_autoptr(GPtrArray) members = kafka_membership_list(reader, job->group, error);

    for (guint i = 0; members && i < members->len; i++) {
        const KafkaMembership *member = members->pdata[i];

        if (!is_left_behind(job, member))
            kbnt_value_append_string(described, KBNT_FIELD_MEMBERS, member->consumer_id);
    }
    return members != NULL;
}

static gboolean
read_committed(const KafkaTopicJob *job, KafkaClient *reader,
               rd_kafka_topic_partition_list_t *offsets, GError **error)
{
    rd_kafka_resp_err_t code = kafka_offsets_read(reader, offsets);

    return !code || fail(job, code, error);
}

/* What a member here has acknowledged is ahead of what it has committed. */
static gint64
next_to_read(const KafkaTopicJob *job, gint32 partition, gint64 committed, gint64 low)
{
    gint64 next = MAX(committed, low);

    for (guint i = 0; i < job->acknowledged->len; i++) {
        KafkaStand stand = g_array_index(job->acknowledged, KafkaStand, i);

        if (stand.partition == partition)
            next = MAX(next, stand.next);
    }
    return next;
}

/* The leader of a new topic does not know at once that it is. */
static rd_kafka_resp_err_t
ask_watermarks(const KafkaTopicJob *job, gint32 partition, gint64 *ret_low, gint64 *ret_high)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (guint i = 0; i < LOOKS; i++) {
        code = rd_kafka_query_watermark_offsets(job->client->handle, job->topic, partition,
                                                ret_low, ret_high, ASK_MS);
        if (code != RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION &&
            code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE &&
            code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            break;
        g_usleep(BETWEEN_LOOKS_US);
    }
    return code;
}

static gboolean
describe_partition(const KafkaTopicJob *job, const rd_kafka_topic_partition_t *committed,
                   KbntValue *described, GError **error)
{
    KbntValue *assignment;
    gint64 low = 0;
    gint64 high = 0;
    gint64 next;
    rd_kafka_resp_err_t code = ask_watermarks(job, committed->partition, &low, &high);

    if (code)
        return fail(job, code, error);
    assignment = kbnt_value_new();
    next = next_to_read(job, committed->partition, committed->offset, low);
    kbnt_value_set_int(assignment, KBNT_FIELD_PARTITION, committed->partition);
    kbnt_value_set_int(assignment, KBNT_FIELD_OFFSET, next);
    kbnt_value_set_int(assignment, KBNT_FIELD_LAG, MAX(high - next, 0));
    kbnt_value_take_item(described, KBNT_FIELD_ASSIGNMENTS, assignment);
    return TRUE;
}

static gboolean
describe_partitions(const KafkaTopicJob *job, rd_kafka_topic_partition_list_t *offsets,
                    KbntValue *described, GError **error)
{
    gboolean is_told = TRUE;

    for (int i = 0; i < offsets->cnt && is_told; i++)
        is_told = describe_partition(job, &offsets->elems[i], described, error);
    return is_told;
}

/* Members, and into @offsets what is committed. */
static gboolean
describe_group(const KafkaTopicJob *job, rd_kafka_topic_partition_list_t *offsets,
               KbntValue *described, GError **error)
{
    const KafkaTransport *transport = job->transport;
    g_autoptr(KafkaClient) reader = kafka_offsets_reader(transport->host, transport->config,
                                                         job->group, error);

    return reader && describe_members(job, reader, described, error) &&
           read_committed(job, reader, offsets, error);
}

KbntValue *
kafka_topic_describe(KafkaTopicJob *job, GError **error)
{
    KbntValue *described = kbnt_value_new();
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(job->n_found);

    kbnt_value_set_string(described, KBNT_FIELD_TOPIC, job->topic);
    kbnt_value_set_int(described, KBNT_FIELD_PARTITIONS, job->n_found);
    kbnt_value_set_int(described, KBNT_FIELD_REPLICAS, job->n_found_replicas);
    kbnt_value_set_empty_list(described, KBNT_FIELD_MEMBERS);
    rd_kafka_topic_partition_list_add_range(offsets, job->topic, 0, job->n_found - 1);
    if ((job->group && !describe_group(job, offsets, described, error)) ||
        !describe_partitions(job, offsets, described, error))
        g_clear_pointer(&described, kbnt_value_unref);
    rd_kafka_topic_partition_list_destroy(offsets);
    return described;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-topic-describe.c: owns what describe tells: members of a group, positions and lag. */
#include "kafka-topics.h"

#include <string.h>

#define ASK_MS 5000
#define ADMIN_MS 15000
#define LOOKS 100
#define BETWEEN_LOOKS_US 50000

static gboolean
fail(const KafkaTopicJob *job, rd_kafka_resp_err_t code, const char *cause, GError **error)
{
    g_autofree char *subject = g_strdup_printf("group '%s' of topic '%s'",
                                               job->group ? job->group : "", job->topic);

    g_propagate_error(error, kafka_error_new(code, subject, cause));
    return FALSE;
}

/* A static member outlives its process until its session ends, or until it comes back. */
static gboolean
is_left_behind(const KafkaTopicJob *job, const rd_kafka_MemberDescription_t *member)
{
    const char *name = rd_kafka_MemberDescription_group_instance_id(member);

    return job->self && name && g_str_has_prefix(name, job->self) &&
           g_ascii_strtoull(name + strlen(job->self), NULL, 10) >= job->n_own;
}

static gboolean
add_members(const KafkaTopicJob *job, rd_kafka_event_t *event, KbntValue *described,
            GError **error)
{
    const rd_kafka_ConsumerGroupDescription_t **groups;
    const rd_kafka_error_t *fault;
    size_t n_groups = 0;

    if (!event || rd_kafka_event_error(event))
        return fail(job, event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT,
                    event ? rd_kafka_event_error_string(event) : NULL, error);
    groups = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(event), &n_groups);
    fault = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    /* A group that nobody has joined yet. */
    if (fault && rd_kafka_error_code(fault) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
        return TRUE;
    if (fault)
        return fail(job, rd_kafka_error_code(fault), rd_kafka_error_string(fault), error);
    for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(groups[0]); i++) {
        const rd_kafka_MemberDescription_t *member = rd_kafka_ConsumerGroupDescription_member(
            groups[0], i);

        if (!is_left_behind(job, member))
            kbnt_value_append_string(described, KBNT_FIELD_MEMBERS,
                                     rd_kafka_MemberDescription_consumer_id(member));
    }
    return TRUE;
}

static gboolean
describe_members(const KafkaTopicJob *job, KbntValue *described, GError **error)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(job->client->handle);
    const char *groups[] = { job->group };
    rd_kafka_event_t *event;
    gboolean is_told;

    rd_kafka_DescribeConsumerGroups(job->client->handle, groups, 1, NULL, queue);
    event = rd_kafka_queue_poll(queue, ADMIN_MS);
    is_told = add_members(job, event, described, error);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return is_told;
}

/* The offsets of the event, by partition; RD_KAFKA_OFFSET_INVALID where there is none. */
static gboolean
take_committed(const KafkaTopicJob *job, rd_kafka_event_t *event,
               rd_kafka_topic_partition_list_t *offsets, GError **error)
{
    const rd_kafka_group_result_t **groups;
    const rd_kafka_topic_partition_list_t *found;
    size_t n_groups = 0;

    if (!event || rd_kafka_event_error(event))
        return fail(job, event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT,
                    event ? rd_kafka_event_error_string(event) : NULL, error);
    groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event), &n_groups);
    if (rd_kafka_group_result_error(groups[0]))
        return fail(job, rd_kafka_error_code(rd_kafka_group_result_error(groups[0])),
                    rd_kafka_error_string(rd_kafka_group_result_error(groups[0])), error);
    found = rd_kafka_group_result_partitions(groups[0]);
    for (int i = 0; i < found->cnt; i++)
        rd_kafka_topic_partition_list_set_offset(offsets, job->topic, found->elems[i].partition,
                                                 found->elems[i].offset);
    return TRUE;
}

static gboolean
read_committed(const KafkaTopicJob *job, rd_kafka_topic_partition_list_t *offsets,
               GError **error)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(job->client->handle);
    rd_kafka_ListConsumerGroupOffsets_t *request = rd_kafka_ListConsumerGroupOffsets_new(
        job->group, offsets);
    rd_kafka_event_t *event;
    gboolean is_read;

    rd_kafka_ListConsumerGroupOffsets(job->client->handle, &request, 1, NULL, queue);
    event = rd_kafka_queue_poll(queue, ADMIN_MS);
    is_read = take_committed(job, event, offsets, error);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    rd_kafka_queue_destroy(queue);
    return is_read;
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
        return fail(job, code, NULL, error);
    assignment = kbnt_value_new();
    next = next_to_read(job, committed->partition, committed->offset, low);
    kbnt_value_set_int(assignment, KBNT_FIELD_PARTITION, committed->partition);
    kbnt_value_set_int(assignment, KBNT_FIELD_OFFSET, next);
    kbnt_value_set_int(assignment, KBNT_FIELD_LAG, MAX(high - next, 0));
    kbnt_value_take_item(described, KBNT_FIELD_ASSIGNMENTS, assignment);
    return TRUE;
}

static gboolean
describe_partitions(const KafkaTopicJob *job, KbntValue *described, GError **error)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(job->n_found);
    gboolean is_told;

    rd_kafka_topic_partition_list_add_range(offsets, job->topic, 0, job->n_found - 1);
    is_told = !job->group || read_committed(job, offsets, error);
    for (int i = 0; i < offsets->cnt && is_told; i++)
        is_told = describe_partition(job, &offsets->elems[i], described, error);
    rd_kafka_topic_partition_list_destroy(offsets);
    return is_told;
}

KbntValue *
kafka_topic_describe(KafkaTopicJob *job, GError **error)
{
    g_autoptr(KbntValue) described = kbnt_value_new();

    kbnt_value_set_string(described, KBNT_FIELD_TOPIC, job->topic);
    kbnt_value_set_int(described, KBNT_FIELD_PARTITIONS, job->n_found);
    kbnt_value_set_int(described, KBNT_FIELD_REPLICAS, job->n_found_replicas);
    kbnt_value_set_empty_list(described, KBNT_FIELD_MEMBERS);
    if ((job->group && !describe_members(job, described, error)) ||
        !describe_partitions(job, described, error))
        return NULL;
    return g_steal_pointer(&described);
}

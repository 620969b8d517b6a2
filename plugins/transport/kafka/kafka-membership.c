/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-membership.c: owns who is in a group, as its coordinator knows. */
#include "kafka-membership.h"

#define ASK_MS 15000

static void
membership_free(gpointer data)
{
    KafkaMembership *membership = data;

    g_free(membership->instance_id);
    g_free(membership->consumer_id);
    g_free(membership);
}

static GPtrArray *
list_members(const rd_kafka_ConsumerGroupDescription_t *group)
{
    GPtrArray *members = g_ptr_array_new_with_free_func(membership_free);

    for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); i++) {
        const rd_kafka_MemberDescription_t *member = rd_kafka_ConsumerGroupDescription_member(
            group, i);
        KafkaMembership *membership = g_new0(KafkaMembership, 1);

        membership->instance_id = g_strdup(
            rd_kafka_MemberDescription_group_instance_id(member));
        membership->consumer_id = g_strdup(rd_kafka_MemberDescription_consumer_id(member));
        g_ptr_array_add(members, membership);
    }
    return members;
}

static GPtrArray *
fail(const char *group, rd_kafka_resp_err_t code, const char *cause, GError **error)
{
    g_autofree char *subject = g_strdup_printf("group '%s'", group);

    g_propagate_error(error, kafka_error_new(code, subject, cause));
    return NULL;
}

static GPtrArray *
take_event(const char *name, rd_kafka_event_t *event, GError **error)
{
    const rd_kafka_ConsumerGroupDescription_t **groups;
    const rd_kafka_error_t *fault;
    size_t n_groups = 0;

    if (!event || rd_kafka_event_error(event))
        return fail(name, event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT,
                    event ? rd_kafka_event_error_string(event) : NULL, error);
    groups = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(event), &n_groups);
    fault = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    if (fault && rd_kafka_error_code(fault) != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
        return fail(name, rd_kafka_error_code(fault), rd_kafka_error_string(fault), error);
    return list_members(groups[0]);
}

GPtrArray *
kafka_membership_list(KafkaClient *client, const char *group, GError **error)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client->handle);
    rd_kafka_event_t *event;
    GPtrArray *members;

    rd_kafka_DescribeConsumerGroups(client->handle, &group, 1, NULL, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS);
    members = take_event(group, event, error);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return members;
}

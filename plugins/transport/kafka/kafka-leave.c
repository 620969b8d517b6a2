/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-leave.c: owns how a member of a group goes: silent at once, gone when the lane is done.
 */
#include "kafka-consumer.h"
#include "kafka-delivery.h"
#include "kafka-group.h"

#define COMMIT_MS 5000

typedef struct {
    KafkaMember *member;
    rd_kafka_topic_partition_list_t *offsets;
} Leaving;

rd_kafka_topic_partition_list_t *
kafka_member_leave(KafkaMember *member)
{
    rd_kafka_topic_partition_list_t *offsets = kafka_dirty_offsets(member, member->partitions);

    g_atomic_int_set(&member->has_left, TRUE);
    kafka_group_detach(member);
    return offsets;
}

/* A commit without a time-out would wait as long as the coordinator is away. */
static void
commit_now(rd_kafka_t *handle, const rd_kafka_topic_partition_list_t *offsets)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);

    if (!rd_kafka_commit_queue(handle, offsets, queue, NULL, NULL))
        rd_kafka_event_destroy(rd_kafka_queue_poll(queue, COMMIT_MS));
    rd_kafka_queue_destroy(queue);
}

void
kafka_member_end(KafkaMember *member, rd_kafka_topic_partition_list_t *offsets)
{
    if (member->renewal)
        g_thread_join(g_steal_pointer(&member->renewal));
    if (member->client) {
        if (offsets->cnt > 0)
            commit_now(member->client->handle, offsets);
        rd_kafka_consumer_close(member->client->handle);
        g_clear_pointer(&member->client, kafka_client_unref);
    }
    rd_kafka_topic_partition_list_destroy(offsets);
}

static void
release(gpointer data)
{
    Leaving *leaving = data;

    kafka_member_unref(leaving->member);
    g_free(leaving);
}

/* On the lane. */
static void
leave(KbntTask *task, gpointer data)
{
    Leaving *leaving = data;
    KbntHost *host = leaving->member->transport->host;

    kafka_member_end(leaving->member, leaving->offsets);
    kbnt_host_invoke(host, release, leaving);
    kbnt_task_complete(task, NULL);
}

void
kafka_unsubscribe(void *instance, const KbntSubscription *subscription, KbntTask *task)
{
    KafkaTransport *transport = instance;
    KafkaMember *member = kafka_find_member(transport, subscription);
    Leaving *leaving;

    if (!member) {
        kbnt_task_fail_literal(task, KBNT_ERROR_NOT_FOUND, "the subscription is not there");
        return;
    }
    leaving = g_new0(Leaving, 1);
    leaving->member = kafka_member_ref(member);
    leaving->offsets = kafka_member_leave(member);
    g_ptr_array_remove(transport->members, member);
    kbnt_host_run_blocking(transport->host, KAFKA_GROUP_LANE, leave, task, leaving);
}

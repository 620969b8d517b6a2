/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-consumer.c: owns a member of a group from subscribe until it has joined.
 *
 * Each subscription is a client of its own. Joining and leaving block, so they have a lane.
 */
#include "kafka-consumer.h"

#include "kafka-delivery.h"
#include "kafka-group.h"

#include <string.h>

KafkaMember *
kafka_member_ref(KafkaMember *member)
{
    member->n_references++;
    return member;
}

void
kafka_member_unref(gpointer data)
{
    KafkaMember *member = data;

    if (--member->n_references > 0)
        return;
    g_ptr_array_unref(member->partitions);
    g_array_unref(member->changes);
    g_clear_error(&member->failure);
    g_free(member->trouble);
    g_free(member->topic);
    g_free(member->group);
    g_free(member->instance_id);
    g_free(member);
}

static void
partition_free(gpointer data)
{
    KafkaPartition *partition = data;

    rd_kafka_queue_io_event_enable(partition->queue, -1, NULL, 0);
    rd_kafka_queue_destroy(partition->queue);
    g_queue_clear_full(&partition->delivered, g_free);
    g_free(partition);
}

KafkaMember *
kafka_find_member(KafkaTransport *transport, const KbntSubscription *subscription)
{
    for (guint i = 0; i < transport->members->len; i++) {
        KafkaMember *member = transport->members->pdata[i];

        if (member->subscription == subscription)
            return member;
    }
    return NULL;
}

KafkaPartition *
kafka_member_partition(KafkaMember *member, gint32 number)
{
    for (guint i = 0; i < member->partitions->len; i++) {
        KafkaPartition *partition = member->partitions->pdata[i];

        if (partition->number == number)
            return partition;
    }
    return NULL;
}

/* On the loop thread: nothing of the subscription comes before its task has completed, so the
 * member is read from behind its completion, in the order of the loop's ring. */
static void
activate(gpointer data)
{
    KafkaMember *member = data;

    member->has_joined = TRUE;
    kafka_schedule(member->transport);
    kafka_member_unref(member);
}

static void
fail_join(KafkaMember *member, KbntTask *task)
{
    if (member->failure)
        kbnt_task_fail(task, g_steal_pointer(&member->failure));
    else
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "the subscription ended as it began");
    g_ptr_array_remove(member->transport->members, member);
    kafka_member_unref(member);
}

static void
joined(gpointer data)
{
    KafkaMember *member = data;
    KbntTask *task = g_steal_pointer(&member->task);

    if (member->failure || member->has_left) {
        fail_join(member, task);
        return;
    }
    kafka_group_attach(member);
    kbnt_task_complete(task, NULL);
    kbnt_host_invoke(member->transport->host, activate, member);
}

/* On the lane. */
static void
enter(KbntTask *task, gpointer data)
{
    KafkaMember *member = data;

    member->task = task;
    kafka_group_join(member, &member->failure);
    kbnt_host_invoke(member->transport->host, joined, member);
}

static guint
count_group(KafkaTransport *transport, const char *group)
{
    guint n_members = 0;

    for (guint i = 0; i < transport->members->len; i++)
        n_members += strcmp(((KafkaMember *)transport->members->pdata[i])->group, group) == 0;
    return n_members;
}

static KafkaMember *
member_new(KafkaTransport *transport, const KbntSubscription *subscription)
{
    KafkaMember *member = g_new0(KafkaMember, 1);

    member->n_references = 1;
    member->transport = transport;
    member->subscription = subscription;
    member->topic = g_strdup(subscription->topic);
    member->group = g_strdup(subscription->group);
    member->session_timeout_ms = subscription->session_timeout_ms;
    if (transport->instance_id)
        member->instance_id = g_strdup_printf("%s-%u", transport->instance_id,
                                              count_group(transport, member->group));
    member->partitions = g_ptr_array_new_with_free_func(partition_free);
    member->changes = g_array_new(FALSE, FALSE, sizeof(KafkaChange));
    return member;
}

void
kafka_subscribe(void *instance, const KbntSubscription *subscription, KbntTask *task)
{
    KafkaTransport *transport = instance;
    KafkaMember *member;

    if (!transport->is_running) {
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "transport 'kafka' is stopped");
    } else if (kafka_find_member(transport, subscription)) {
        kbnt_task_fail_literal(task, KBNT_ERROR_STATE_CONFLICT,
                               "the subscription is there already");
    } else if (!kafka_find_topic(transport, subscription->topic)) {
        kbnt_task_fail(task, g_error_new(KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                                         "topic '%s' is not there: ensure it first",
                                         subscription->topic));
    } else {
        member = member_new(transport, subscription);
        g_ptr_array_add(transport->members, member);
        kbnt_host_run_blocking(transport->host, KAFKA_GROUP_LANE, enter, task,
                               kafka_member_ref(member));
    }
}

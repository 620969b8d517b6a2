/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-group.c: owns what the group tells a member: partitions that come and go, commits,
 * faults.
 *
 * The queue of each partition is taken out of the member's: a partition that is paused, or a
 * window that is full, is simply not read, while the group goes on being served.
 */
#include "kafka-group.h"

#include "kafka-delivery.h"
#include "kafka-settings.h"
#include "kafka-statistics.h"

/* Takes the queue of the partition out of the member's, before anything is fetched. */
static void
add_partition(KafkaMember *member, gint32 number)
{
    KafkaPartition *partition = g_new0(KafkaPartition, 1);
    guint64 one = 1;

    partition->number = number;
    partition->next = RD_KAFKA_OFFSET_INVALID;
    partition->queue = rd_kafka_queue_get_partition(member->client->handle, member->topic,
                                                    number);
    rd_kafka_queue_forward(partition->queue, NULL);
    rd_kafka_queue_io_event_enable(partition->queue, member->transport->wakeup, &one,
                                   sizeof one);
    g_ptr_array_add(member->partitions, partition);
}

static void
note_change(KafkaMember *member, gint32 partition, gboolean is_lost)
{
    KafkaChange change = { partition, is_lost };

    g_array_append_val(member->changes, change);
}

static void
lose_partitions(KafkaMember *member)
{
    for (guint i = 0; i < member->partitions->len; i++)
        note_change(member, ((KafkaPartition *)member->partitions->pdata[i])->number, TRUE);
    g_ptr_array_set_size(member->partitions, 0);
}

static void
take_over(KafkaMember *member, rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        add_partition(member, list->elems[i].partition);
        note_change(member, list->elems[i].partition, FALSE);
    }
    kbnt_host_count(member->transport->host, "assignments_total", 1);
    rd_kafka_assign(member->client->handle, list);
    kafka_schedule(member->transport);
}

/* What was acknowledged is committed before the partitions go; the rest comes to another. Where
 * they are gone already, because the session has ended, a commit would come behind the static
 * member's own next joining, and be fenced by it for good. */
static void
give_up(KafkaMember *member)
{
    if (!rd_kafka_assignment_lost(member->client->handle))
        kafka_commit_partitions(member, member->partitions);
    lose_partitions(member);
    rd_kafka_assign(member->client->handle, NULL);
}

void
kafka_member_tell_changes(KafkaMember *member)
{
    g_autoptr(GArray) changes = g_steal_pointer(&member->changes);
    const KbntSubscription *subscription = member->subscription;

    member->changes = g_array_new(FALSE, FALSE, sizeof(KafkaChange));
    for (guint i = 0; i < changes->len && !member->has_left; i++) {
        KafkaChange change = g_array_index(changes, KafkaChange, i);

        if (change.is_lost && subscription->lost)
            subscription->lost(change.partition, subscription->user_data);
        else if (!change.is_lost && subscription->assigned)
            subscription->assigned(change.partition, subscription->user_data);
    }
}

static void
on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t code,
             rd_kafka_topic_partition_list_t *list, void *opaque)
{
    KafkaMember *member = opaque;

    if (g_atomic_int_get(&member->is_mute))
        rd_kafka_assign(handle, NULL);
    else if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        take_over(member, list);
    else
        give_up(member);
}

static void
on_commit(rd_kafka_t *handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list,
          void *opaque)
{
    KafkaMember *member = opaque;

    if (code && code != RD_KAFKA_RESP_ERR__NO_OFFSET)
        kbnt_host_count(member->transport->host, "commit_failed_total", 1);
}

/* Brokers that are away: the producer's client is told the same, and says so. */
static void
on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
}

static int
on_statistics(rd_kafka_t *handle, char *json, size_t length, void *opaque)
{
    KafkaMember *member = opaque;
    gint64 lag = 0;

    if (g_atomic_int_get(&member->is_mute))
        return 0;
    member->lag = kafka_statistics_lag(json, length);
    for (guint i = 0; i < member->transport->members->len; i++)
        lag += ((KafkaMember *)member->transport->members->pdata[i])->lag;
    kbnt_host_gauge(member->transport->host, "lag_records", (double)lag);
    return 0;
}

static void
on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    KafkaMember *member = rd_kafka_opaque(handle);

    kafka_log(member->transport->host, level, text);
}

static KafkaClient *
open_client(KafkaMember *member, GError **error)
{
    rd_kafka_conf_t *conf = kafka_settings_consumer(member->transport->config, member->group,
                                                    member->instance_id,
                                                    member->session_timeout_ms, error);

    if (!conf)
        return NULL;
    rd_kafka_conf_set_opaque(conf, member);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_stats_cb(conf, on_statistics);
    rd_kafka_conf_set_log_cb(conf, on_log);
    return kafka_client_new(RD_KAFKA_CONSUMER, conf, error);
}

gboolean
kafka_group_join(KafkaMember *member, GError **error)
{
    rd_kafka_topic_partition_list_t *topics;

    member->client = open_client(member, error);
    if (!member->client)
        return FALSE;
    topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, member->topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_poll_set_consumer(member->client->handle);
    rd_kafka_subscribe(member->client->handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return TRUE;
}

void
kafka_group_attach(KafkaMember *member)
{
    guint64 one = 1;

    g_atomic_int_set(&member->is_mute, FALSE);
    member->events = rd_kafka_queue_get_consumer(member->client->handle);
    rd_kafka_queue_io_event_enable(member->events, member->transport->wakeup, &one, sizeof one);
}

void
kafka_group_detach(KafkaMember *member)
{
    g_atomic_int_set(&member->is_mute, TRUE);
    member->has_joined = FALSE;
    lose_partitions(member);
    if (member->events)
        rd_kafka_queue_io_event_enable(member->events, -1, NULL, 0);
    g_clear_pointer(&member->events, rd_kafka_queue_destroy);
}

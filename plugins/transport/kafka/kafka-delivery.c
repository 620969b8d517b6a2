/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-delivery.c: owns what happens to the records of a member: read, acknowledged,
 * committed.
 *
 * A turn of the loop serves each group and hands out one batch of each partition at most. What
 * is read and not acknowledged is what the window counts; only what is acknowledged is ever
 * committed.
 */
#include "kafka-delivery.h"

#include "kafka-renewal.h"

#define BATCH_RECORDS 128

void
kafka_acknowledge(void *instance, const KbntSubscription *subscription, gint32 number,
                  gint64 offset)
{
    KafkaMember *member = kafka_find_member(instance, subscription);
    KafkaPartition *partition = member ? kafka_member_partition(member, number) : NULL;
    gint64 *eldest;

    if (!partition)
        return;
    while ((eldest = g_queue_peek_head(&partition->delivered)) && *eldest <= offset) {
        partition->next = *eldest + 1;
        partition->is_dirty = TRUE;
        g_free(g_queue_pop_head(&partition->delivered));
    }
    kafka_schedule(instance);
}

static void
set_paused(KafkaTransport *transport, const KbntSubscription *subscription, gint32 number,
           gboolean is_paused)
{
    KafkaMember *member = kafka_find_member(transport, subscription);
    KafkaPartition *partition = member ? kafka_member_partition(member, number) : NULL;

    if (!partition)
        return;
    partition->is_paused = is_paused;
    kafka_schedule(transport);
}

void
kafka_pause(void *instance, const KbntSubscription *subscription, gint32 number)
{
    set_paused(instance, subscription, number, TRUE);
}

void
kafka_resume(void *instance, const KbntSubscription *subscription, gint32 number)
{
    set_paused(instance, subscription, number, FALSE);
}

rd_kafka_topic_partition_list_t *
kafka_dirty_offsets(KafkaMember *member, GPtrArray *partitions)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(
        (int)partitions->len);

    for (guint i = 0; i < partitions->len; i++) {
        KafkaPartition *partition = partitions->pdata[i];

        if (partition->is_dirty)
            rd_kafka_topic_partition_list_add(offsets, member->topic, partition->number)
                ->offset = partition->next;
        partition->is_dirty = FALSE;
    }
    return offsets;
}

void
kafka_commit_partitions(KafkaMember *member, GPtrArray *partitions)
{
    rd_kafka_topic_partition_list_t *offsets = kafka_dirty_offsets(member, partitions);

    if (offsets->cnt > 0)
        rd_kafka_commit(member->client->handle, offsets, TRUE);
    rd_kafka_topic_partition_list_destroy(offsets);
}

static void
add_headers(KbntValue *record, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    const char *name;
    const void *bytes;
    size_t length;

    if (rd_kafka_message_headers(message, &headers))
        return;
    for (gsize i = 0; !rd_kafka_header_get_all(headers, i, &name, &bytes, &length); i++) {
        KbntValue *header = kbnt_value_new();
        g_autoptr(GBytes) value = g_bytes_new(bytes, length);

        kbnt_value_set_string(header, KBNT_FIELD_NAME, name);
        kbnt_value_set_bytes(header, KBNT_FIELD_HEADER_VALUE, value);
        kbnt_value_take_item(record, KBNT_FIELD_HEADERS, header);
    }
}

static KbntValue *
record_of(KafkaMember *member, const rd_kafka_message_t *message)
{
    KbntValue *record = kbnt_value_new();
    g_autoptr(GBytes) body = g_bytes_new(message->payload, message->len);

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, member->topic);
    if (message->key) {
        g_autoptr(GBytes) key = g_bytes_new(message->key, message->key_len);

        kbnt_value_set_bytes(record, KBNT_FIELD_KEY, key);
    }
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, body);
    add_headers(record, message);
    kbnt_value_set_int(record, KBNT_FIELD_PARTITION, message->partition);
    kbnt_value_set_int(record, KBNT_FIELD_OFFSET, message->offset);
    kbnt_value_set_int(record, KBNT_FIELD_TIMESTAMP, rd_kafka_message_timestamp(message, NULL));
    return record;
}

static void
note_fault(KafkaMember *member, const rd_kafka_message_t *message)
{
    kafka_log(member->transport->host, KBNT_LOG_WARNING, rd_kafka_message_errstr(message));
}

/* Turns messages, which are freed, into records. */
static void
take_messages(KafkaMember *member, KafkaPartition *partition, rd_kafka_message_t **messages,
              gssize n_messages, GPtrArray *records)
{
    for (gssize i = 0; i < n_messages; i++) {
        if (messages[i]->err) {
            note_fault(member, messages[i]);
        } else {
            g_ptr_array_add(records, record_of(member, messages[i]));
            g_queue_push_tail(&partition->delivered,
                              g_memdup2(&messages[i]->offset, sizeof(gint64)));
        }
        rd_kafka_message_destroy(messages[i]);
    }
}

static gint64
room_of(const KafkaMember *member)
{
    gint64 n_delivered = 0;

    for (guint i = 0; i < member->partitions->len; i++)
        n_delivered += ((KafkaPartition *)member->partitions->pdata[i])->delivered.length;
    return member->subscription->window - n_delivered;
}

static void
hand_out(KafkaMember *member, KafkaPartition *partition)
{
    const KbntSubscription *subscription = member->subscription;
    g_autoptr(GPtrArray) records = NULL;
    rd_kafka_message_t *messages[BATCH_RECORDS];
    gint64 limit = MIN(room_of(member), BATCH_RECORDS);
    gssize n_messages;

    if (partition->is_paused || limit <= 0)
        return;
    n_messages = rd_kafka_consume_batch_queue(partition->queue, 0, messages, (gsize)limit);
    if (n_messages <= 0)
        return;

    /* Perhaps there is more. */
    kafka_schedule(member->transport);
    records = g_ptr_array_new_with_free_func((GDestroyNotify)kbnt_value_unref);
    take_messages(member, partition, messages, n_messages, records);
    if (records->len > 0)
        subscription->records((KbntValue *const *)records->pdata, records->len,
                              subscription->user_data);
}

/* What comes on the member's own queue is events, served by their callbacks, and faults: the
 * records are in the queues of the partitions. */
static void
serve_group(KafkaMember *member)
{
    char reason[256] = "";
    rd_kafka_message_t *message;

    while ((message = rd_kafka_consumer_poll(member->client->handle, 0))) {
        note_fault(member, message);
        rd_kafka_message_destroy(message);
    }
    if (rd_kafka_fatal_error(member->client->handle, reason, sizeof reason))
        kafka_member_renew(member, reason);
    kafka_member_tell_changes(member);
}

/* A callback may make the member leave, and with it goes every partition. */
static void
serve_member(KafkaMember *member)
{
    guint first;

    serve_group(member);
    first = member->next_partition++;
    for (guint i = 0; !member->has_left && i < member->partitions->len; i++)
        hand_out(member, member->partitions->pdata[(first + i) % member->partitions->len]);
}

static GPtrArray *
list_members(KafkaTransport *transport)
{
    GPtrArray *members = g_ptr_array_new_with_free_func(kafka_member_unref);

    for (guint i = 0; i < transport->members->len; i++)
        g_ptr_array_add(members, kafka_member_ref(transport->members->pdata[i]));
    return members;
}

void
kafka_delivery_turn(KafkaTransport *transport)
{
    g_autoptr(GPtrArray) members = list_members(transport);

    for (guint i = 0; i < members->len; i++) {
        KafkaMember *member = members->pdata[i];

        if (member->has_joined && !member->has_left)
            serve_member(member);
    }
}

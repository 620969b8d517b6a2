/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-producer.c: owns the idempotent producer: records out, confirmations in.
 *
 * A task is librdkafka's from produce until its delivery report, which completes it; the bytes
 * of the record stay where they are, because the task holds them. The queue of librdkafka is
 * the only queue: when it is full, the rest of a batch is refused too, so that no record
 * overtakes one that failed.
 *
 * After a fatal error the producer is rebuilt at once: the former one fails what it still has
 * on a thread of its own, from where tasks may be completed as well, and until all of that has
 * come back the next one refuses, so that nothing overtakes it.
 */
#include "kafka-producer.h"

#include "kafka-record.h"
#include "kafka-settings.h"
#include "kafka-statistics.h"

/* Of the producer on the loop thread, of a retired one on its own. */
static void
on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    KafkaTransport *transport = opaque;

    if (message->err) {
        kafka_record_fail(message->_private, message->err);
        return;
    }
    g_atomic_int_set(&transport->is_connected, TRUE);
    kafka_refusal_forget(transport->refusal);
    kbnt_task_complete(message->_private, kafka_record_confirmation(message));
}

static void
on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
    KafkaTransport *transport = opaque;

    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        g_atomic_int_set(&transport->is_connected, FALSE);
    else
        kafka_refusal_note(transport->refusal, code, reason);
}

static int
on_statistics(rd_kafka_t *handle, char *json, size_t length, void *opaque)
{
    kafka_statistics_of_producer(opaque, json, length);
    return 0;
}

static void
on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    KafkaTransport *transport = rd_kafka_opaque(handle);

    kafka_log(transport->host, level, text);
}

gboolean
kafka_producer_open(KafkaTransport *transport, GError **error)
{
    rd_kafka_conf_t *conf = kafka_settings_producer(transport->config, error);
    guint64 one = 1;

    if (!conf)
        return FALSE;
    rd_kafka_conf_set_opaque(conf, transport);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_stats_cb(conf, on_statistics);
    rd_kafka_conf_set_log_cb(conf, on_log);
    transport->producer = kafka_client_new(RD_KAFKA_PRODUCER, conf, error);
    if (!transport->producer)
        return FALSE;
    transport->reports = rd_kafka_queue_get_main(transport->producer->handle);
    rd_kafka_queue_io_event_enable(transport->reports, transport->wakeup, &one, sizeof one);
    return TRUE;
}

static rd_kafka_topic_t *
handle_of(KafkaTransport *transport, KafkaTopic *topic)
{
    if (!topic->handle)
        topic->handle = rd_kafka_topic_new(transport->producer->handle, topic->name, NULL);
    return topic->handle;
}

/* Returns: FALSE where the queue is full. */
static gboolean
publish_one(KafkaTransport *transport, KbntTask *task)
{
    KbntValue *record = kbnt_task_argument(task);
    KafkaTopic *topic = kafka_find_topic(transport,
                                         kbnt_value_get_string(record, KBNT_FIELD_TOPIC));
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;

    if (topic)
        code = kafka_record_send(transport->producer->handle, handle_of(transport, topic),
                                 topic->n_partitions, record, task);
    if (code)
        kafka_record_fail(task, code);
    return code != RD_KAFKA_RESP_ERR__QUEUE_FULL;
}

void
kafka_publish(void *instance, KbntTask *const *tasks, guint n_tasks)
{
    KafkaTransport *transport = instance;
    gboolean has_room = TRUE;

    for (guint i = 0; i < n_tasks; i++) {
        if (!transport->is_running)
            kbnt_task_fail_literal(tasks[i], KBNT_ERROR_STOPPED,
                                   "transport 'kafka' is stopped");
        else if (transport->retirement)
            kafka_record_fail(tasks[i], RD_KAFKA_RESP_ERR__RETRY);
        else if (has_room)
            has_room = publish_one(transport, tasks[i]);
        else
            kafka_record_fail(tasks[i], RD_KAFKA_RESP_ERR__QUEUE_FULL);
    }
    if (!has_room)
        kbnt_host_count(transport->host, "full_total", 1);
}

KafkaClient *
kafka_producer_take(KafkaTransport *transport)
{
    for (guint i = 0; i < transport->topics->len; i++) {
        KafkaTopic *topic = transport->topics->pdata[i];

        g_clear_pointer(&topic->handle, rd_kafka_topic_destroy);
    }
    if (transport->reports)
        rd_kafka_queue_io_event_enable(transport->reports, -1, NULL, 0);
    g_clear_pointer(&transport->reports, rd_kafka_queue_destroy);
    return g_steal_pointer(&transport->producer);
}

void
kafka_producer_end(KafkaClient *producer, gint64 flush_ms)
{
    if (!producer)
        return;
    rd_kafka_flush(producer->handle, (int)flush_ms);
    while (rd_kafka_outq_len(producer->handle) > 0) {
        rd_kafka_purge(producer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_poll(producer->handle, 10);
    }
    kafka_client_unref(producer);
}

typedef struct {
    KafkaTransport *transport;
    KafkaClient *producer;
} Retirement;

static void
retired(gpointer data)
{
    KafkaTransport *transport = data;

    if (transport->retirement) /* else a stop joins it */
        g_thread_join(g_steal_pointer(&transport->retirement));
    kafka_schedule(transport);
}

/* Comes to the loop behind all that the producer had. */
static gpointer
retire(gpointer data)
{
    g_autofree Retirement *retirement = data;

    kafka_producer_end(retirement->producer, 0);
    kbnt_host_invoke(retirement->transport->host, retired, retirement->transport);
    return NULL;
}

static void
rebuild(KafkaTransport *transport, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) fields = kbnt_value_new();
    Retirement *retirement = g_new0(Retirement, 1);

    kbnt_value_set_string(fields, KBNT_FIELD_DETAIL, reason);
    kbnt_host_log(transport->host, KBNT_LOG_WARNING, "producer", fields,
                  "the producer has failed for good, a new one takes over");
    kbnt_host_count(transport->host, "rebuilt_total", 1);
    *retirement = (Retirement){ transport, kafka_producer_take(transport) };
    transport->retirement = g_thread_new("kafka-retire", retire, retirement);
    /* The same configuration made the one before. */
    if (!kafka_producer_open(transport, &error))
        g_error("kafka: a second producer is refused: %s", error->message);
}

void
kafka_producer_turn(KafkaTransport *transport)
{
    char reason[256] = "";

    rd_kafka_poll(transport->producer->handle, 0);
    if (!transport->retirement &&
        rd_kafka_fatal_error(transport->producer->handle, reason, sizeof reason))
        rebuild(transport, reason);
}

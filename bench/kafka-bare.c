/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-bare - the references on Kafka: librdkafka with nothing around it
 *
 *   kafka-bare serve BROKERS TOPIC BYTES
 *     HTTP: each request is a record, and is answered when that is confirmed
 *   kafka-bare produce BROKERS TOPIC BYTES COUNT
 *     as fast as it goes
 *   kafka-bare consume BROKERS TOPIC FILE COUNT
 *     the same, from the start of the topic, with the rows of an intake in a consumer's file:
 *     what has come meanwhile is one commit
 *
 * produce and consume print records a second, from the first to the last. The settings are
 * those of kbnt's own producer and consumer.
 */
#include "bare-http.h"
#include "store-bare.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 36
#define QUEUE_RECORDS "100000"
#define GROUP 128

typedef struct {
    rd_kafka_t *handle;
    rd_kafka_topic_t *topic;
    char *value;
    gsize n_bytes;
    gint is_ending;
    guint n_confirmed;
} BareProducer;

static void
set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char reason[256] = "";

    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK)
        g_error("kafka-bare: %s: %s", name, reason);
}

static rd_kafka_t *
open_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *brokers)
{
    char reason[256] = "";
    rd_kafka_t *handle;

    set(conf, "bootstrap.servers", brokers);
    handle = rd_kafka_new(type, conf, reason, sizeof reason);
    if (handle == NULL)
        g_error("kafka-bare: %s", reason);
    return handle;
}

/* Of serve: the request whose record it is. */
static void
on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    BareProducer *bare = opaque;

    if (message->err)
        g_error("kafka-bare: a record is lost: %s", rd_kafka_err2str(message->err));
    bare->n_confirmed++;
    if (message->_private != NULL)
        bare_call_resume(message->_private);
}

static void
open_producer(BareProducer *bare, const char *brokers, const char *topic, const char *n_bytes)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const struct rd_kafka_metadata *metadata;

    set(conf, "enable.idempotence", "true");
    set(conf, "acks", "all");
    set(conf, "linger.ms", "1");
    set(conf, "compression.codec", "gzip");
    set(conf, "partitioner", "murmur2");
    set(conf, "queue.buffering.max.messages", QUEUE_RECORDS);
    rd_kafka_conf_set_opaque(conf, bare);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    bare->handle = open_client(RD_KAFKA_PRODUCER, conf, brokers);
    bare->topic = rd_kafka_topic_new(bare->handle, topic, NULL);
    bare->n_bytes = strtoul(n_bytes, NULL, 10);
    bare->value = g_malloc(bare->n_bytes);
    for (gsize i = 0; i < bare->n_bytes; i++)
        bare->value[i] = (char)g_random_int_range(' ', '~');
    if (rd_kafka_metadata(bare->handle, 0, bare->topic, &metadata, 10000))
        g_error("kafka-bare: no broker answers");
    rd_kafka_metadata_destroy(metadata);
}

static void
close_producer(BareProducer *bare)
{
    rd_kafka_flush(bare->handle, 10000);
    rd_kafka_topic_destroy(bare->topic);
    rd_kafka_destroy(bare->handle);
    g_free(bare->value);
}

/* Half of the value is its own, as half of a message is. */
static gboolean
send_record(BareProducer *bare, gpointer data)
{
    g_autofree char *key = g_uuid_string_random();

    for (gsize i = 0; i < bare->n_bytes / 2; i++)
        bare->value[i] = key[i % KEY_BYTES];
    return rd_kafka_produce(bare->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                            bare->value, bare->n_bytes, key, KEY_BYTES, data) == 0;
}

static void
take(BareCall *call, gpointer data)
{
    bare_call_hold(call);
    if (!send_record(data, call))
        g_error("kafka-bare: the queue is full");
}

static gpointer
poll_until_the_end(gpointer data)
{
    BareProducer *bare = data;

    while (!g_atomic_int_get(&bare->is_ending))
        rd_kafka_poll(bare->handle, 100);
    return NULL;
}

static int
serve(char **words)
{
    BareProducer bare = { 0 };
    GThread *thread;
    int status;

    open_producer(&bare, words[0], words[1], words[2]);
    thread = g_thread_new("poll", poll_until_the_end, &bare);
    status = bare_http_serve(take, &bare);
    g_atomic_int_set(&bare.is_ending, TRUE);
    g_thread_join(thread);
    close_producer(&bare);
    return status;
}

static void
print_rate(guint count, gint64 began_us)
{
    printf("%.0f\n",
           count * (double)G_USEC_PER_SEC / (double)(g_get_monotonic_time() - began_us));
}

static int
produce(char **words)
{
    BareProducer bare = { 0 };
    guint count = (guint)strtoul(words[3], NULL, 10);
    gint64 began_us;

    open_producer(&bare, words[0], words[1], words[2]);
    send_record(&bare, NULL); /* the first one waits for the producer's id */
    rd_kafka_flush(bare.handle, 10000);
    began_us = g_get_monotonic_time();
    for (guint n_sent = 0; n_sent < count;) {
        if (send_record(&bare, NULL))
            n_sent++;
        else
            rd_kafka_poll(bare.handle, 1);
    }
    while (bare.n_confirmed < count + 1)
        rd_kafka_poll(bare.handle, 10);
    print_rate(count, began_us);
    close_producer(&bare);
    return 0;
}

static rd_kafka_t *
open_consumer(const char *brokers, const char *topic)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    g_autofree char *group = g_uuid_string_random();
    rd_kafka_t *handle;

    set(conf, "group.id", group);
    set(conf, "auto.offset.reset", "earliest");
    set(conf, "queued.max.messages.kbytes", "16384");
    set(conf, "fetch.wait.max.ms", "200");
    handle = open_client(RD_KAFKA_CONSUMER, conf, brokers);
    rd_kafka_poll_set_consumer(handle);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return handle;
}

static guint
drop_records(rd_kafka_message_t **messages, gssize n_messages)
{
    guint n_records = 0;

    for (gssize i = 0; i < n_messages; i++) {
        n_records += !messages[i]->err;
        rd_kafka_message_destroy(messages[i]);
    }
    return n_records;
}

static int
consume(char **words)
{
    rd_kafka_t *handle = open_consumer(words[0], words[1]);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(handle);
    Bare *file = bare_open_consumer(words[2]);
    guint count = (guint)strtoul(words[3], NULL, 10);
    gint64 began_us = 0;

    for (guint n_read = 0; n_read < count;) {
        rd_kafka_message_t *messages[GROUP];
        gssize n_messages = rd_kafka_consume_batch_queue(queue, 1000, messages, GROUP);
        guint n_records = drop_records(messages, n_messages);

        if (n_records == 0)
            continue;
        if (n_read == 0)
            began_us = g_get_monotonic_time();
        bare_begin(file);
        bare_take_in(file, n_read, n_records);
        bare_commit(file);
        n_read += n_records;
    }
    print_rate(count, began_us);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
    return bare_close(file) ? 0 : 1;
}

int
main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "serve") == 0)
        return serve(argv + 2);
    if (argc == 6 && strcmp(argv[1], "produce") == 0)
        return produce(argv + 2);
    if (argc == 6 && strcmp(argv[1], "consume") == 0)
        return consume(argv + 2);
    fprintf(stderr, "kafka-bare: wants serve, produce or consume\n");
    return 2;
}

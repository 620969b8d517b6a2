/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What librdkafka really does on the brokers that KBNT_TEST_KAFKA names: the facts that
 * docs/adr/0010-kafka-by-librdkafka-2.0.2.md states and the transport kafka is built on.
 */
#include "runner.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 30000

typedef struct {
    const char *name;
    const char *value;
} Property;

static const char *
brokers(void)
{
    return g_getenv("KBNT_TEST_KAFKA");
}

/* Counts what delivery reports say. */
static guint n_delivered;
static guint n_failed;

static void
on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    if (message->err)
        n_failed++;
    else
        n_delivered++;
}

static rd_kafka_t *
client_new(rd_kafka_type_t type, const Property *properties)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[512] = "";
    rd_kafka_t *client;

    rd_kafka_conf_set(conf, "bootstrap.servers", brokers(), NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "2", NULL, 0);
    if (type == RD_KAFKA_PRODUCER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    for (; properties && properties->name; properties++)
        kbnt_assert_int(
            rd_kafka_conf_set(conf, properties->name, properties->value, text, sizeof text),
            RD_KAFKA_CONF_OK);
    n_delivered = n_failed = 0;
    client = rd_kafka_new(type, conf, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(client);
    return client;
}

static rd_kafka_t *
consumer_new(const char *group, const char *instance, const char *isolation)
{
    const Property properties[] = { { "group.id", group },
                                    { "auto.offset.reset", "earliest" },
                                    { "enable.auto.commit", "false" },
                                    { "session.timeout.ms", "6000" },
                                    { "partition.assignment.strategy", "range" },
                                    { "isolation.level", isolation },
                                    { instance ? "group.instance.id" : NULL, instance },
                                    { NULL, NULL } };
    rd_kafka_t *client = client_new(RD_KAFKA_CONSUMER, properties);

    rd_kafka_poll_set_consumer(client);
    return client;
}

static char *
make_topic(rd_kafka_t *client, int n_partitions)
{
    g_autofree char *uuid = g_uuid_string_random();
    char *name = g_strconcat("probe-", uuid, NULL);
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, n_partitions, 3, NULL, 0);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_event_t *event;
    size_t n_results = 0;

    rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", "2");
    rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
    rd_kafka_CreateTopics(client, &topic, 1, NULL, queue);
    event = rd_kafka_queue_poll(queue, PATIENCE_MS);
    kbnt_assert_int(rd_kafka_event_error(event), 0);
    kbnt_assert_int(rd_kafka_topic_result_error(rd_kafka_CreateTopics_result_topics(
                        rd_kafka_event_CreateTopics_result(event), &n_results)[0]),
                    0);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
    return name;
}

static void
produce(rd_kafka_t *producer, const char *topic, int partition, guint n_records)
{
    for (guint i = 0; i < n_records; i++)
        kbnt_assert_int(rd_kafka_producev(
                            producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                            RD_KAFKA_V_VALUE((char *)"some text", 9),
                            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END),
                        0);
}

static void
subscribe(rd_kafka_t *consumer, const char *topic)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    kbnt_assert_int(rd_kafka_subscribe(consumer, topics), 0);
    rd_kafka_topic_partition_list_destroy(topics);
}

/* Reads until as many came or the time is over. Returns: how many came. */
static guint
read_records(rd_kafka_t *consumer, guint n_wanted, gint64 patience_ms)
{
    gint64 end_us = g_get_monotonic_time() + patience_ms * 1000;
    guint n_read = 0;

    while (n_read < n_wanted && g_get_monotonic_time() < end_us) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 100);

        if (message && !message->err)
            n_read++;
        if (message)
            rd_kafka_message_destroy(message);
    }
    return n_read;
}

static int
n_assigned(rd_kafka_t *consumer)
{
    rd_kafka_topic_partition_list_t *list = NULL;
    int n_partitions;

    kbnt_assert_int(rd_kafka_assignment(consumer, &list), 0);
    n_partitions = list->cnt;
    rd_kafka_topic_partition_list_destroy(list);
    return n_partitions;
}

static void
close_consumer(rd_kafka_t *consumer)
{
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
}

static void
every_codec_arrives_from_an_idempotent_producer(void)
{
    static const char *const codecs[] = { "none", "gzip", "snappy", "lz4", "zstd" };

    for (guint i = 0; i < G_N_ELEMENTS(codecs); i++) {
        const Property properties[] = { { "enable.idempotence", "true" },
                                        { "compression.codec", codecs[i] },
                                        { NULL, NULL } };
        rd_kafka_t *producer = client_new(RD_KAFKA_PRODUCER, properties);
        g_autofree char *topic = make_topic(producer, 1);
        rd_kafka_t *consumer = consumer_new(topic, NULL, "read_uncommitted");

        produce(producer, topic, 0, 100);
        kbnt_assert_int(rd_kafka_flush(producer, PATIENCE_MS), 0);
        kbnt_assert_int(n_delivered, 100);
        subscribe(consumer, topic);
        kbnt_assert_int(read_records(consumer, 100, PATIENCE_MS), 100);
        close_consumer(consumer);
        rd_kafka_destroy(producer);
    }
}

static rd_kafka_t *
transactional_new(const char *id)
{
    const Property properties[] = { { "transactional.id", id }, { NULL, NULL } };
    rd_kafka_t *producer = client_new(RD_KAFKA_PRODUCER, properties);
    rd_kafka_error_t *error = rd_kafka_init_transactions(producer, PATIENCE_MS);

    kbnt_assert_string(error ? rd_kafka_error_string(error) : NULL, NULL);
    return producer;
}

/* Sends the offset of a group that has no members along with the open transaction. */
static rd_kafka_error_t *
send_cursor(rd_kafka_t *producer, const char *topic, const char *group, gint64 position)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata_new(group);
    rd_kafka_error_t *error;

    rd_kafka_topic_partition_list_add(offsets, topic, 0)->offset = position;
    error = rd_kafka_send_offsets_to_transaction(producer, offsets, metadata, PATIENCE_MS);
    rd_kafka_consumer_group_metadata_destroy(metadata);
    rd_kafka_topic_partition_list_destroy(offsets);
    return error;
}

static gint64
committed(const char *topic, const char *group)
{
    rd_kafka_t *consumer = consumer_new(group, NULL, "read_committed");
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    gint64 position;

    rd_kafka_topic_partition_list_add(offsets, topic, 0);
    kbnt_assert_int(rd_kafka_committed(consumer, offsets, PATIENCE_MS), 0);
    position = offsets->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(offsets);
    close_consumer(consumer);
    return position;
}

static void
records_and_the_cursor_of_a_memberless_group_commit_or_abort_together(void)
{
    g_autofree char *id = g_uuid_string_random();
    rd_kafka_t *producer = transactional_new(id);
    g_autofree char *topic = make_topic(producer, 1);
    rd_kafka_t *reader;

    kbnt_assert_int(rd_kafka_begin_transaction(producer) == NULL, TRUE);
    produce(producer, topic, 0, 3);
    CU_ASSERT_PTR_NULL(send_cursor(producer, topic, id, 3));
    CU_ASSERT_PTR_NULL(rd_kafka_commit_transaction(producer, PATIENCE_MS));
    kbnt_assert_int(committed(topic, id), 3);

    kbnt_assert_int(rd_kafka_begin_transaction(producer) == NULL, TRUE);
    produce(producer, topic, 0, 2);
    CU_ASSERT_PTR_NULL(send_cursor(producer, topic, id, 5));
    CU_ASSERT_PTR_NULL(rd_kafka_abort_transaction(producer, PATIENCE_MS));
    kbnt_assert_int(committed(topic, id), 3);

    reader = consumer_new(topic, NULL, "read_committed");
    subscribe(reader, topic);
    kbnt_assert_int(read_records(reader, 4, 6000), 3);
    close_consumer(reader);
    rd_kafka_destroy(producer);
}

static void
a_younger_holder_of_a_transactional_id_fences_the_elder(void)
{
    g_autofree char *id = g_uuid_string_random();
    rd_kafka_t *elder = transactional_new(id);
    g_autofree char *topic = make_topic(elder, 1);
    rd_kafka_t *younger;
    rd_kafka_error_t *error;
    char text[256] = "";

    rd_kafka_begin_transaction(elder);
    produce(elder, topic, 0, 1);
    younger = transactional_new(id);
    error = rd_kafka_commit_transaction(elder, PATIENCE_MS);

    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT(rd_kafka_error_is_fatal(error));
    printf("  the elder hears: %s, fatal: %s\n", rd_kafka_error_name(error),
           rd_kafka_err2name(rd_kafka_fatal_error(elder, text, sizeof text)));
    rd_kafka_error_destroy(error);
    rd_kafka_destroy(elder);
    rd_kafka_destroy(younger);
}

static void
a_static_member_comes_back_without_a_rebalance(void)
{
    rd_kafka_t *maker = client_new(RD_KAFKA_PRODUCER, NULL);
    g_autofree char *topic = make_topic(maker, 4);
    rd_kafka_t *stays = consumer_new(topic, "stays", "read_uncommitted");
    rd_kafka_t *leaves = consumer_new(topic, "leaves", "read_uncommitted");
    gint64 began_us;

    subscribe(stays, topic);
    subscribe(leaves, topic);
    for (guint i = 0; i < 200 && (n_assigned(stays) != 2 || n_assigned(leaves) != 2); i++) {
        read_records(stays, 1, 50);
        read_records(leaves, 1, 50);
    }
    kbnt_assert_int(n_assigned(stays), 2);
    kbnt_assert_int(n_assigned(leaves), 2);

    close_consumer(leaves);
    began_us = g_get_monotonic_time();
    leaves = consumer_new(topic, "leaves", "read_uncommitted");
    subscribe(leaves, topic);
    for (guint i = 0; i < 200 && n_assigned(leaves) != 2; i++) {
        read_records(leaves, 1, 20);
        read_records(stays, 1, 20);
        kbnt_assert_int(n_assigned(stays), 2);
    }
    kbnt_assert_int(n_assigned(leaves), 2);
    printf("  back after %" G_GINT64_FORMAT " ms\n",
           (g_get_monotonic_time() - began_us) / 1000);
    close_consumer(leaves);
    close_consumer(stays);
    rd_kafka_destroy(maker);
}

static void
after_a_fatal_error_a_purged_producer_reports_all_and_a_new_one_works(void)
{
    const Property properties[] = { { "enable.idempotence", "true" }, { NULL, NULL } };
    rd_kafka_t *producer = client_new(RD_KAFKA_PRODUCER, properties);
    g_autofree char *topic = make_topic(producer, 1);

    produce(producer, topic, 0, 1);
    kbnt_assert_int(rd_kafka_flush(producer, PATIENCE_MS), 0);
    produce(producer, topic, 0, 10);
    rd_kafka_test_fatal_error(producer, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                              "probe");
    kbnt_assert_int(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic),
                                      RD_KAFKA_V_VALUE((char *)"x", 1), RD_KAFKA_V_END),
                    RD_KAFKA_RESP_ERR__FATAL);
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    kbnt_assert_int(rd_kafka_flush(producer, 5000), 0);
    kbnt_assert_int(n_delivered + n_failed, 11);
    rd_kafka_destroy(producer);

    producer = client_new(RD_KAFKA_PRODUCER, properties);
    produce(producer, topic, 0, 1);
    kbnt_assert_int(rd_kafka_flush(producer, PATIENCE_MS), 0);
    kbnt_assert_int(n_delivered, 1);
    rd_kafka_destroy(producer);
}

static const KbntTest tests[] = {
    KBNT_TEST(every_codec_arrives_from_an_idempotent_producer),
    KBNT_TEST(records_and_the_cursor_of_a_memberless_group_commit_or_abort_together),
    KBNT_TEST(a_younger_holder_of_a_transactional_id_fences_the_elder),
    KBNT_TEST(a_static_member_comes_back_without_a_rebalance),
    KBNT_TEST(after_a_fatal_error_a_purged_producer_reports_all_and_a_new_one_works),
};

int
main(int argc, char **argv)
{
    if (!brokers()) {
        puts("skipped: KBNT_TEST_KAFKA names no brokers");
        return 77;
    }
    return kbnt_test_main("kafka/librdkafka", argc, argv, tests, G_N_ELEMENTS(tests));
}

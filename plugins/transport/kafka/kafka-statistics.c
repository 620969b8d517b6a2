/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-statistics.c: owns what librdkafka's statistics become: metrics, and who is there. */
#include "kafka-statistics.h"

#include <jansson.h>
#include <string.h>

static guint
count_brokers(json_t *statistics)
{
    const char *name;
    json_t *broker;
    guint n_up = 0;

    json_object_foreach(json_object_get(statistics, "brokers"), name, broker)
    {
        const char *state = json_string_value(json_object_get(broker, "state"));

        if (json_integer_value(json_object_get(broker, "nodeid")) >= 0 && state &&
            strcmp(state, "UP") == 0)
            n_up++;
    }
    return n_up;
}

void
kafka_statistics_of_producer(KafkaTransport *transport, const char *json, gsize length)
{
    json_t *statistics = json_loadb(json, length, 0, NULL);
    guint n_up = count_brokers(statistics);

    if (n_up > 0)
        g_atomic_int_set(&transport->is_connected, TRUE);
    kbnt_host_gauge(transport->host, "brokers_connected", n_up);
    kbnt_host_gauge(transport->host, "queue_records",
                    (double)json_integer_value(json_object_get(statistics, "msg_cnt")));
    kbnt_host_gauge(transport->host, "queue_bytes",
                    (double)json_integer_value(json_object_get(statistics, "msg_size")));
    json_decref(statistics);
}

gint64
kafka_statistics_lag(const char *json, gsize length)
{
    json_t *statistics = json_loadb(json, length, 0, NULL);
    const char *name;
    json_t *topic;
    gint64 lag = 0;

    json_object_foreach(json_object_get(statistics, "topics"), name, topic)
    {
        const char *number;
        json_t *partition;

        json_object_foreach(json_object_get(topic, "partitions"), number, partition)
            lag += MAX(json_integer_value(json_object_get(partition, "consumer_lag")), 0);
    }
    json_decref(statistics);
    return lag;
}

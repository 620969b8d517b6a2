/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka.c: owns the plugin kbnt-transport-kafka: topics of an Apache Kafka cluster, by
 * librdkafka.
 *
 * One idempotent producer sends all records; each subscription is a consumer of its own. What
 * librdkafka has to tell wakes one source on the loop by a descriptor, so that everything here
 * runs on the loop thread; what would block it has lanes: topics, joining and leaving groups,
 * transactions, which have producers of their own.
 *
 * Threads: those of librdkafka, which run nothing of this plugin but its log. Guide:
 * docs/guide/your-first-plugin.md.
 */
#include "kafka-atomic.h"
#include "kafka-consumer.h"
#include "kafka-delivery.h"
#include "kafka-life.h"
#include "kafka-producer.h"
#include "kafka-settings.h"
#include "kafka-topics.h"

#include <kbnt/kbnt-plugin.h>
#include <string.h>

void
kafka_topic_free(gpointer data)
{
    KafkaTopic *topic = data;

    g_free(topic->name);
    g_free(topic->doubt);
    g_free(topic);
}

KafkaTopic *
kafka_find_topic(KafkaTransport *transport, const char *name)
{
    for (guint i = 0; name && i < transport->topics->len; i++) {
        KafkaTopic *topic = transport->topics->pdata[i];

        if (strcmp(topic->name, name) == 0)
            return topic;
    }
    return NULL;
}

void
kafka_note_topic(KafkaTransport *transport, const char *name, gint32 n_partitions,
                 const char *doubt)
{
    KafkaTopic *topic = kafka_find_topic(transport, name);

    if (!topic) {
        topic = g_new0(KafkaTopic, 1);
        topic->name = g_strdup(name);
        g_ptr_array_add(transport->topics, topic);
    }
    topic->n_partitions = n_partitions;
    if (!doubt)
        return;
    g_free(topic->doubt);
    topic->doubt = g_strdup(doubt);
}

/* Returns: (transfer none) (nullable): why a member is not in its group. */
static const char *
find_trouble(const KafkaTransport *transport)
{
    const char *trouble = NULL;

    for (guint i = 0; i < transport->members->len && !trouble; i++)
        trouble = ((KafkaMember *)transport->members->pdata[i])->trouble;
    return trouble;
}

/* Returns: (transfer full): what there is to say of the plugin's health. */
static char *
describe_health(KafkaTransport *transport, gboolean is_connected)
{
    const char *trouble = find_trouble(transport);
    g_autofree char *reason = kafka_refusal_reason(transport->refusal);

    if (trouble)
        return g_strdup(trouble);
    if (!is_connected)
        return g_strdup_printf("no broker answers, trying again%s%s", reason ? ": " : "",
                               reason ? reason : "");
    for (guint i = 0; i < transport->topics->len; i++) {
        KafkaTopic *topic = transport->topics->pdata[i];

        if (topic->doubt)
            return g_strdup_printf("connected; topic '%s': %s", topic->name, topic->doubt);
    }
    return g_strdup("connected");
}

static KbntValue *
kafka_health(void *instance)
{
    KafkaTransport *transport = instance;
    gboolean is_connected = g_atomic_int_get(&transport->is_connected);
    KbntValue *health = kbnt_value_new();
    g_autofree char *detail = describe_health(transport, is_connected);

    kbnt_value_set_string(health, KBNT_FIELD_NAME, "kafka");
    kbnt_value_set_int(health, KBNT_FIELD_CHECK_STATUS,
                       transport->is_running && is_connected && !find_trouble(transport)
                           ? KBNT_CHECK_STATUS_PASSED
                           : KBNT_CHECK_STATUS_FAILED);
    kbnt_value_set_string(health, KBNT_FIELD_DETAIL, detail);
    return health;
}

static const KbntTransportOps kafka_ops = {
    .life = { .size = sizeof(KbntTransportOps),
              .create = kafka_create,
              .start = kafka_start,
              .stop = kafka_stop,
              .destroy = kafka_destroy,
              .health = kafka_health },
    .ensure_topic = kafka_ensure_topic,
    .describe = kafka_describe,
    .publish = kafka_publish,
    .subscribe = kafka_subscribe,
    .unsubscribe = kafka_unsubscribe,
    .acknowledge = kafka_acknowledge,
    .pause = kafka_pause,
    .resume = kafka_resume,
    .publish_atomic = kafka_publish_atomic,
    .read_cursor = kafka_read_cursor,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_TRANSPORT,
    .name = "kafka",
    .version = "0.1.0",
    .summary = "Topics of an Apache Kafka cluster, by librdkafka",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .caps = KBNT_TRANSPORT_DURABLE | KBNT_TRANSPORT_ATOMIC | KBNT_TRANSPORT_SHARED |
            KBNT_TRANSPORT_OFFSETS,
    KBNT_PLUGIN_CONFIG(KafkaConfig, kafka_keys),
    .ops = &kafka_ops.life,
};

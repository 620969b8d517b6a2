/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-client.c: owns a counted client of librdkafka, and what its errors are called here. */
#include "kafka-client.h"

typedef struct {
    rd_kafka_resp_err_t code;
    KbntErrorCode meaning;
    const char *advice;
} Meaning;

static const Meaning meanings[] = {
    { RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, KBNT_ERROR_NOT_FOUND, "ensure it first" },
    { RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, KBNT_ERROR_NOT_FOUND, "ensure it first" },
    { RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, KBNT_ERROR_NOT_FOUND, "describe the topic again" },
    { RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, KBNT_ERROR_PERMISSION_DENIED,
      "allow this user the topic (kafka-acls --add --topic)" },
    { RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, KBNT_ERROR_PERMISSION_DENIED,
      "allow this user the group (kafka-acls --add --group)" },
    { RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, KBNT_ERROR_PERMISSION_DENIED,
      "allow this user the cluster (kafka-acls --add --cluster)" },
    { RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, KBNT_ERROR_PERMISSION_DENIED,
      "look at sasl.mechanism, sasl.username and sasl.password" },
    { RD_KAFKA_RESP_ERR__AUTHENTICATION, KBNT_ERROR_PERMISSION_DENIED,
      "look at sasl.mechanism, sasl.username and sasl.password" },
    { RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, KBNT_ERROR_PERMISSION_DENIED,
      "allow this user the transactional id (kafka-acls --add --transactional-id)" },
    { RD_KAFKA_RESP_ERR__SSL, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
      "look at security.protocol, ssl.ca.location and ssl.certificate.location" },
    { RD_KAFKA_RESP_ERR__RESOLVE, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
      "look at bootstrap.servers" },
    { RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, KBNT_ERROR_STATE_CONFLICT,
      "add brokers, or lower transport.kafka.replicas" },
    { RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, KBNT_ERROR_TOO_LARGE,
      "raise message.max.bytes here and at the brokers" },
    { RD_KAFKA_RESP_ERR__QUEUE_FULL, KBNT_ERROR_QUEUE_FULL, "try again" },
    { RD_KAFKA_RESP_ERR__RETRY, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
      "the producer is being replaced, trying again" },
    { RD_KAFKA_RESP_ERR__TIMED_OUT, KBNT_ERROR_TRANSPORT_UNAVAILABLE, "trying again" },
    { RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, KBNT_ERROR_TRANSPORT_UNAVAILABLE, "trying again" },
    { RD_KAFKA_RESP_ERR__TRANSPORT, KBNT_ERROR_TRANSPORT_UNAVAILABLE, "trying again" },
    { RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
      "trying again" },
    { RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
      "trying again" },
    { RD_KAFKA_RESP_ERR_NOT_COORDINATOR, KBNT_ERROR_TRANSPORT_UNAVAILABLE, "trying again" },
    { RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, KBNT_ERROR_TRANSPORT_UNAVAILABLE,
      "trying again" },
    { RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, KBNT_ERROR_TRANSPORT_UNAVAILABLE, "trying again" },
    { RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, KBNT_ERROR_TRANSPORT_UNAVAILABLE, "trying again" },
};

KafkaClient *
kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, GError **error)
{
    char text[512] = "";
    rd_kafka_t *handle = rd_kafka_new(type, conf, text, sizeof text);
    KafkaClient *client;

    if (!handle) {
        rd_kafka_conf_destroy(conf);
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "librdkafka refuses: %s",
                    text);
        return NULL;
    }
    client = g_new0(KafkaClient, 1);
    g_atomic_ref_count_init(&client->references);
    client->handle = handle;
    return client;
}

KafkaClient *
kafka_client_ref(KafkaClient *client)
{
    g_atomic_ref_count_inc(&client->references);
    return client;
}

void
kafka_client_unref(KafkaClient *client)
{
    if (!client || !g_atomic_ref_count_dec(&client->references))
        return;
    rd_kafka_destroy(client->handle);
    g_free(client);
}

static const Meaning *
meaning_of(rd_kafka_resp_err_t code)
{
    static const Meaning other = { 0, KBNT_ERROR_TRANSPORT_FAILED, "trying again" };

    for (guint i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (meanings[i].code == code)
            return &meanings[i];
    }
    return &other;
}

GError *
kafka_error_new(rd_kafka_resp_err_t code, const char *subject, const char *cause)
{
    const Meaning *meaning = meaning_of(code);

    return g_error_new(KBNT_ERROR, meaning->meaning, "%s: %s (%s): %s", subject,
                       cause && *cause ? cause : rd_kafka_err2str(code),
                       rd_kafka_err2name(code), meaning->advice);
}

/* What librdkafka calls an error is retried by it or reported by an op, so that it is a warning
 * at most. */
void
kafka_log(KbntHost *host, int level, const char *text)
{
    g_autoptr(KbntValue) fields = kbnt_value_new();

    kbnt_value_set_string(fields, KBNT_FIELD_DETAIL, text);
    kbnt_host_log(host, level <= KBNT_LOG_WARNING ? KBNT_LOG_WARNING : KBNT_LOG_DEBUG,
                  "librdkafka", fields, "librdkafka tells of a fault and goes on");
}

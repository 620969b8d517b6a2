/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-topic-make.c: owns how a topic is looked at, made, and held to the contract. */
#include "kafka-topics.h"

#include <string.h>

/* Whoever asks while no broker is there asks again: he is told soon. */
#define ASK_MS 5000
#define ASK_NOBODY_MS 1000
#define ADMIN_MS 15000

static gboolean
fail(const KafkaTopicJob *job, rd_kafka_resp_err_t code, const char *cause, GError **error)
{
    g_autofree char *subject = g_strdup_printf("topic '%s'", job->topic);

    g_propagate_error(error, kafka_error_new(code, subject, cause));
    return FALSE;
}

static gboolean
fail_unanswered(const KafkaTopicJob *job, rd_kafka_resp_err_t code, GError **error)
{
    g_autofree char *subject = g_strdup_printf("topic '%s'", job->topic);

    g_propagate_error(error, kafka_refusal_error(job->transport->refusal, code, subject));
    return FALSE;
}

static gboolean
has_leaders(const rd_kafka_metadata_topic_t *topic)
{
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].leader < 0)
            return FALSE;
    }
    return topic->partition_cnt > 0;
}

static gint32
fewest_replicas(const rd_kafka_metadata_topic_t *topic)
{
    gint32 fewest = G_MAXINT32;

    for (int i = 0; i < topic->partition_cnt; i++)
        fewest = MIN(fewest, topic->partitions[i].replica_cnt);
    return fewest;
}

gboolean
kafka_topic_look(KafkaTopicJob *job, GError **error)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(job->client->handle, job->topic, NULL);
    const struct rd_kafka_metadata *metadata = NULL;
    gint *is_connected = &job->transport->is_connected;
    rd_kafka_resp_err_t code = rd_kafka_metadata(
        job->client->handle, FALSE, handle, &metadata,
        g_atomic_int_get(is_connected) ? ASK_MS : ASK_NOBODY_MS);

    rd_kafka_topic_destroy(handle);
    if (code)
        return fail_unanswered(job, code, error);
    g_atomic_int_set(is_connected, TRUE);
    kafka_refusal_forget(job->transport->refusal);
    job->n_brokers = (guint)metadata->broker_cnt;
    code = metadata->topic_cnt > 0 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (!code && !has_leaders(&metadata->topics[0]) && job->n_found == 0)
        code = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    if (!code) {
        job->n_found = metadata->topics[0].partition_cnt;
        job->n_found_replicas = fewest_replicas(&metadata->topics[0]);
    }
    rd_kafka_metadata_destroy(metadata);
    return !code || fail(job, code, NULL, error);
}

static rd_kafka_NewTopic_t *
describe_new(const KafkaTopicJob *job)
{
    g_autofree char *retention = g_strdup_printf("%" G_GINT64_FORMAT, job->retention_ms);
    g_autofree char *min_insync = g_strdup_printf("%" G_GINT64_FORMAT, job->min_insync);
    char reason[256] = "";
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
        job->topic, (int)job->n_partitions, (int)job->n_replicas, reason, sizeof reason);

    if (!topic)
        return NULL;
    rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "delete");
    rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", min_insync);
    /* The broker's clock, because the age of a message is counted by it. */
    rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    if (job->retention_ms != 0)
        rd_kafka_NewTopic_set_config(topic, "retention.ms", retention);
    return topic;
}

static gboolean
judge_creation(const KafkaTopicJob *job, rd_kafka_event_t *event, GError **error)
{
    const rd_kafka_CreateTopics_result_t *result;
    const rd_kafka_topic_result_t **topics;
    rd_kafka_resp_err_t code;
    size_t n_topics = 0;

    if (!event || rd_kafka_event_error(event))
        return fail(job, event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT,
                    event ? rd_kafka_event_error_string(event) : NULL, error);
    result = rd_kafka_event_CreateTopics_result(event);
    topics = rd_kafka_CreateTopics_result_topics(result, &n_topics);
    code = rd_kafka_topic_result_error(topics[0]);
    return !code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS ||
           fail(job, code, rd_kafka_topic_result_error_string(topics[0]), error);
}

static gboolean
has_brokers(const KafkaTopicJob *job, GError **error)
{
    if (job->n_brokers >= job->n_replicas)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                "topic '%s' is to have %" G_GINT64_FORMAT " replicas and the cluster has %u "
                "brokers: add brokers, or lower transport.kafka.replicas",
                job->topic, job->n_replicas, job->n_brokers);
    return FALSE;
}

gboolean
kafka_topic_make(KafkaTopicJob *job, GError **error)
{
    rd_kafka_NewTopic_t *topic = describe_new(job);
    rd_kafka_AdminOptions_t *options;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *event;
    gboolean is_made;

    if (!topic)
        return fail(job, RD_KAFKA_RESP_ERR__INVALID_ARG, NULL, error);
    if (!has_brokers(job, error)) {
        rd_kafka_NewTopic_destroy(topic);
        return FALSE;
    }
    options = rd_kafka_AdminOptions_new(job->client->handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    queue = rd_kafka_queue_new(job->client->handle);
    rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, NULL, 0);
    rd_kafka_CreateTopics(job->client->handle, &topic, 1, options, queue);
    event = rd_kafka_queue_poll(queue, ADMIN_MS);
    is_made = judge_creation(job, event, error);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(topic);
    return is_made;
}

static gboolean
conflict(const KafkaTopicJob *job, const char *what, gint64 is, gint64 wanted, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                "topic '%s' has %" G_GINT64_FORMAT " %s, not %" G_GINT64_FORMAT
                ": change the topic, or what transport.kafka asks for",
                job->topic, is, what, wanted);
    return FALSE;
}

static void
warn(KafkaTopicJob *job, const char *what, const char *text)
{
    g_autoptr(KbntValue) fields = kbnt_value_new();

    g_free(job->doubt);
    job->doubt = g_strdup_printf("%s (%s)", text, what);

    kbnt_value_set_string(fields, KBNT_FIELD_TOPIC, job->topic);
    kbnt_value_set_string(fields, KBNT_FIELD_DETAIL, what);
    kbnt_host_log(job->transport->host, KBNT_LOG_WARNING, "topics", fields, text);
}

/* Kept for ever is wished for; all else is needed, or records go before they are read. */
static gboolean
check_retention(KafkaTopicJob *job, const char *value, GError **error)
{
    gint64 kept_ms = g_ascii_strtoll(value, NULL, 10);

    if (job->retention_ms == 0 || kept_ms < 0)
        return TRUE;
    if (job->retention_ms < 0) {
        warn(job, value, "retention.ms is not -1, older events will be gone from the topic");
        return TRUE;
    }
    return kept_ms >= job->retention_ms ||
           conflict(job, "as its retention.ms", kept_ms, job->retention_ms, error);
}

static gboolean
check_config(KafkaTopicJob *job, const char *name, const char *value, GError **error)
{
    if (!value)
        return TRUE;
    if (strcmp(name, "retention.ms") == 0)
        return check_retention(job, value, error);
    if (strcmp(name, "min.insync.replicas") == 0 &&
        g_ascii_strtoll(value, NULL, 10) < job->min_insync)
        warn(job, value, "min.insync.replicas is less than asked for, fewer copies confirm");
    if (strcmp(name, "cleanup.policy") != 0 || strcmp(value, "delete") == 0)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                "topic '%s' has cleanup.policy=%s, which loses records: set it to 'delete'",
                job->topic, value);
    return FALSE;
}

static gboolean
check_configs(KafkaTopicJob *job, rd_kafka_event_t *event, GError **error)
{
    const rd_kafka_ConfigResource_t **resources;
    const rd_kafka_ConfigEntry_t **entries;
    size_t n_resources = 0;
    size_t n_entries = 0;

    if (!event || rd_kafka_event_error(event)) {
        warn(job, event ? rd_kafka_event_error_string(event) : "no answer",
             "the settings of the topic cannot be read, they are taken to be right");
        return TRUE;
    }
    resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &n_resources);
    if (rd_kafka_ConfigResource_error(resources[0]))
        warn(job, rd_kafka_ConfigResource_error_string(resources[0]),
             "the settings of the topic cannot be read, they are taken to be right");
    entries = rd_kafka_ConfigResource_configs(resources[0], &n_entries);
    for (size_t i = 0; i < n_entries; i++) {
        if (!check_config(job, rd_kafka_ConfigEntry_name(entries[i]),
                          rd_kafka_ConfigEntry_value(entries[i]), error))
            return FALSE;
    }
    return TRUE;
}

gboolean
kafka_topic_check(KafkaTopicJob *job, GError **error)
{
    rd_kafka_ConfigResource_t *resource;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *event;
    gboolean is_right;

    if (job->n_found < job->n_partitions)
        return conflict(job, "partitions", job->n_found, job->n_partitions, error);
    if (job->n_found_replicas < job->n_replicas)
        return conflict(job, "replicas", job->n_found_replicas, job->n_replicas, error);
    if (!job->transport->config->check_topics)
        return TRUE;

    resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, job->topic);
    queue = rd_kafka_queue_new(job->client->handle);
    rd_kafka_DescribeConfigs(job->client->handle, &resource, 1, NULL, queue);
    event = rd_kafka_queue_poll(queue, ADMIN_MS);
    is_right = check_configs(job, event, error);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(resource);
    return is_right;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-topics.c: owns the ops that make, check and describe topics, each one job on a lane. */
#include "kafka-topics.h"

#include "kafka-consumer.h"

#include <string.h>

#define LOOKS 100
#define BETWEEN_LOOKS_US 50000

static gint64
given_or(const KbntValue *argument, KbntField field, gint64 otherwise)
{
    gint64 given = kbnt_value_get_int(argument, field);

    return given > 0 ? given : otherwise;
}

static void
note_stands(KafkaTransport *transport, KafkaTopicJob *job)
{
    for (guint i = 0; i < transport->members->len; i++) {
        KafkaMember *member = transport->members->pdata[i];

        if (g_strcmp0(member->group, job->group) != 0)
            continue;
        job->n_own++;
        if (strcmp(member->topic, job->topic) != 0)
            continue;
        for (guint j = 0; j < member->partitions->len; j++) {
            KafkaPartition *partition = member->partitions->pdata[j];
            KafkaStand stand = { partition->number, partition->next };

            g_array_append_val(job->acknowledged, stand);
        }
    }
}

static KafkaTopicJob *
job_new(KafkaTransport *transport, KbntValue *argument)
{
    const KafkaConfig *config = transport->config;
    KafkaTopicJob *job = g_new0(KafkaTopicJob, 1);
    const char *topic = kbnt_value_get_string(argument, KBNT_FIELD_TOPIC);

    job->transport = transport;
    job->client = kafka_client_ref(transport->producer);
    job->topic = g_strdup(topic ? topic : "");
    job->group = g_strdup(kbnt_value_get_string(argument, KBNT_FIELD_GROUP));
    job->self = transport->instance_id ? g_strconcat(transport->instance_id, "-", NULL) : NULL;
    job->n_partitions = given_or(argument, KBNT_FIELD_PARTITIONS, config->partitions);
    job->n_replicas = given_or(argument, KBNT_FIELD_REPLICAS, config->replicas);
    job->min_insync = MIN(config->min_insync_replicas, job->n_replicas);
    job->retention_ms = kbnt_value_get_int(argument, KBNT_FIELD_RETENTION_MS);
    job->acknowledged = g_array_new(FALSE, FALSE, sizeof(KafkaStand));
    note_stands(transport, job);
    return job;
}

static void
job_free(KafkaTopicJob *job)
{
    kafka_client_unref(job->client);
    g_array_unref(job->acknowledged);
    g_free(job->topic);
    g_free(job->group);
    g_free(job->self);
    g_free(job->doubt);
    g_free(job);
}

/* What the loop is told of a topic, in front of the end of the task. */
typedef struct {
    KafkaTransport *transport;
    char *topic;
    gint32 n_partitions;
    char *doubt;
} Note;

static void
take_note(gpointer data)
{
    Note *note = data;

    kafka_note_topic(note->transport, note->topic, note->n_partitions, note->doubt);
    g_free(note->topic);
    g_free(note->doubt);
    g_free(note);
}

static void
finish(KafkaTopicJob *job, KbntTask *task, KbntValue *described, GError *error)
{
    KafkaTransport *transport = job->transport;
    Note *note;

    if (error) {
        job_free(job);
        kbnt_task_fail(task, error);
        return;
    }
    note = g_new0(Note, 1);
    *note = (Note){ transport, g_strdup(job->topic), job->n_found,
                    g_steal_pointer(&job->doubt) };
    job_free(job);
    kbnt_host_invoke(transport->host, take_note, note);
    kbnt_task_complete(task, described);
}

static gboolean
is_missing(const GError *error)
{
    return g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
}

/* A new topic is known to one broker after the other. */
static gboolean
look_until_there(KafkaTopicJob *job, GError **error)
{
    for (guint i = 0; i < LOOKS; i++) {
        g_autoptr(GError) missing = NULL;

        if (kafka_topic_look(job, &missing))
            return TRUE;
        if (!is_missing(missing)) {
            g_propagate_error(error, g_steal_pointer(&missing));
            return FALSE;
        }
        g_usleep(BETWEEN_LOOKS_US);
    }
    return kafka_topic_look(job, error);
}

static gboolean
ensure(KafkaTopicJob *job, GError **error)
{
    g_autoptr(GError) missing = NULL;

    if (kafka_topic_look(job, &missing))
        return kafka_topic_check(job, error);
    if (!is_missing(missing)) {
        g_propagate_error(error, g_steal_pointer(&missing));
        return FALSE;
    }
    if (!job->transport->config->create_topics) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                    "topic '%s' is missing and transport.kafka.create_topics is false: make it "
                    "with %" G_GINT64_FORMAT " partitions and %" G_GINT64_FORMAT " replicas",
                    job->topic, job->n_partitions, job->n_replicas);
        return FALSE;
    }
    return kafka_topic_make(job, error) && look_until_there(job, error) &&
           kafka_topic_check(job, error);
}

static void
do_ensure(KbntTask *task, gpointer data)
{
    KafkaTopicJob *job = data;
    GError *error = NULL;
    KbntValue *described = ensure(job, &error) ? kafka_topic_describe(job, &error) : NULL;

    finish(job, task, described, error);
}

static void
do_describe(KbntTask *task, gpointer data)
{
    KafkaTopicJob *job = data;
    GError *error = NULL;
    KbntValue *described = kafka_topic_look(job, &error) ? kafka_topic_describe(job, &error)
                                                         : NULL;

    finish(job, task, described, error);
}

static void
run(KafkaTransport *transport, KbntTask *task, void (*work)(KbntTask *task, gpointer data))
{
    if (!transport->is_running)
        kbnt_task_fail_literal(task, KBNT_ERROR_STOPPED, "transport 'kafka' is stopped");
    else
        kbnt_host_run_blocking(transport->host, KAFKA_TOPIC_LANE, work, task,
                               job_new(transport, kbnt_task_argument(task)));
}

void
kafka_ensure_topic(void *instance, KbntTask *task)
{
    run(instance, task, do_ensure);
}

void
kafka_describe(void *instance, KbntTask *task)
{
    run(instance, task, do_describe);
}

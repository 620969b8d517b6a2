/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-atomic.c: owns the ops that publish with a cursor, each one job on a lane.
 *
 * The holdings belong to the lane alone; what a job needs of the loop it is given.
 */
#include "kafka-atomic.h"

#include "kafka-holding.h"

#include <string.h>

typedef struct {
    KafkaTransport *transport;
    char *owner;
    char *topic;
    gint64 position;
    guint n_parcels;
    KafkaParcel *parcels;
} Job;

static Job *
job_new(KafkaTransport *transport, const KbntValue *argument)
{
    Job *job = g_new0(Job, 1);

    job->transport = transport;
    job->owner = g_strdup(kbnt_value_get_string(argument, KBNT_FIELD_OWNER));
    job->topic = g_strdup(kbnt_value_get_string(argument, KBNT_FIELD_TOPIC));
    job->position = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);
    return job;
}

static void
job_free(Job *job)
{
    g_free(job->owner);
    g_free(job->topic);
    g_free(job->parcels);
    g_free(job);
}

/* Records on the loop. */

static void
fail_all(KbntTask *const *tasks, guint n_tasks, KbntTask *done, const GError *error)
{
    for (guint i = 0; i < n_tasks; i++)
        kbnt_task_fail(tasks[i], g_error_copy(error));
    kbnt_task_fail(done, g_error_copy(error));
}

/* Returns: FALSE with NOT_FOUND where nobody has ensured a topic. */
static gboolean
fill_parcels(Job *job, KbntTask *const *tasks, guint n_tasks, GError **error)
{
    job->parcels = g_new0(KafkaParcel, n_tasks);
    job->n_parcels = n_tasks;
    for (guint i = 0; i < n_tasks; i++) {
        const char *name = kbnt_value_get_string(kbnt_task_argument(tasks[i]),
                                                 KBNT_FIELD_TOPIC);
        KafkaTopic *topic = kafka_find_topic(job->transport, name);
        g_autofree char *subject = g_strdup_printf("topic '%s'", name);

        if (!topic) {
            g_propagate_error(error,
                              kafka_error_new(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, subject, NULL));
            return FALSE;
        }
        job->parcels[i] = (KafkaParcel){ tasks[i], topic->n_partitions, NULL };
    }
    return TRUE;
}

/* Holdings on the lane. */

static KafkaHolding *
find_holding(KafkaTransport *transport, const char *owner)
{
    KafkaHolding *holding;

    for (guint i = 0; i < transport->holdings->len; i++) {
        if (g_str_equal(kafka_holding_owner(transport->holdings->pdata[i]), owner))
            return transport->holdings->pdata[i];
    }
    holding = kafka_holding_new(transport->host, transport->config, owner,
                                &transport->is_in_a_hurry);
    g_ptr_array_add(transport->holdings, holding);
    return holding;
}

static void
end_parcel(KafkaParcel *parcel, const GError *error)
{
    if (!error) {
        kbnt_task_complete(parcel->task, parcel->confirmation);
        return;
    }
    kbnt_value_unref(parcel->confirmation);
    kbnt_task_fail(parcel->task, g_error_copy(error));
}

static void
do_publish(KbntTask *done, gpointer data)
{
    Job *job = data;
    KafkaHolding *holding = find_holding(job->transport, job->owner);
    GError *error = NULL;

    kafka_holding_publish(holding, job->parcels, job->n_parcels, job->topic, job->position,
                          &error);
    for (guint i = 0; i < job->n_parcels; i++)
        end_parcel(&job->parcels[i], error);
    job_free(job);
    if (error)
        kbnt_task_fail(done, error);
    else
        kbnt_task_complete(done, NULL);
}

static void
do_read(KbntTask *task, gpointer data)
{
    Job *job = data;
    KafkaHolding *holding = find_holding(job->transport, job->owner);
    GError *error = NULL;
    gint64 position = -1;
    KbntValue *cursor;

    if (kafka_holding_take(holding, job->topic, &position, &error) && position < 0)
        g_set_error(&error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND, "'%s' has published nothing yet",
                    job->owner);
    job_free(job);
    if (error) {
        kbnt_task_fail(task, error);
        return;
    }
    cursor = kbnt_value_new();
    kbnt_value_set_int(cursor, KBNT_FIELD_POSITION, position);
    kbnt_task_complete(task, cursor);
}

/* The ops. */

static gboolean
check_argument(const KafkaTransport *transport, const KbntTask *task, GError **error)
{
    const KbntValue *argument = kbnt_task_argument(task);

    if (!transport->is_running) {
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_STOPPED,
                            "transport 'kafka' is stopped");
        return FALSE;
    }
    if (kbnt_value_get_string(argument, KBNT_FIELD_OWNER) &&
        kbnt_value_get_string(argument, KBNT_FIELD_TOPIC))
        return TRUE;
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_INTERNAL,
                        "a cursor needs an owner and a topic");
    return FALSE;
}

void
kafka_publish_atomic(void *instance, KbntTask *const *tasks, guint n_tasks, KbntTask *done)
{
    KafkaTransport *transport = instance;
    g_autoptr(GError) error = NULL;
    Job *job;

    if (!check_argument(transport, done, &error)) {
        fail_all(tasks, n_tasks, done, error);
        return;
    }
    job = job_new(transport, kbnt_task_argument(done));
    if (!fill_parcels(job, tasks, n_tasks, &error)) {
        job_free(job);
        fail_all(tasks, n_tasks, done, error);
        return;
    }
    kbnt_host_run_blocking(transport->host, KAFKA_ATOMIC_LANE, do_publish, done, job);
}

void
kafka_read_cursor(void *instance, KbntTask *task)
{
    KafkaTransport *transport = instance;
    GError *error = NULL;
    Job *job;

    if (!check_argument(transport, task, &error)) {
        kbnt_task_fail(task, error);
        return;
    }
    job = job_new(transport, kbnt_task_argument(task));
    kbnt_host_run_blocking(transport->host, KAFKA_ATOMIC_LANE, do_read, task, job);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-life.c: owns how the instance comes and goes, and the turns of the loop in between. */
#include "kafka-life.h"

#include "kafka-atomic.h"
#include "kafka-delivery.h"
#include "kafka-holding.h"
#include "kafka-identity.h"
#include "kafka-producer.h"
#include "kafka-topics.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Where the subscriber leaves a time to the transport. */
#define TICK_MS 1000

gboolean
kafka_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    KafkaTransport *transport = g_new0(KafkaTransport, 1);

    transport->host = host;
    transport->config = config;
    transport->wakeup = -1;
    transport->refusal = kafka_refusal_new();
    transport->topics = g_ptr_array_new_with_free_func(kafka_topic_free);
    transport->members = g_ptr_array_new_with_free_func(kafka_member_unref);
    transport->holdings = g_ptr_array_new_with_free_func(kafka_holding_free);
    *ret_instance = transport;
    return TRUE;
}

void
kafka_schedule(KafkaTransport *transport)
{
    if (transport->source)
        g_source_set_ready_time(transport->source, 0);
}

static gint64
commit_interval_us(const KafkaMember *member)
{
    gint64 of_file_ms = member->transport->config->commit_interval_ms;
    gint64 of_subscriber_ms = member->subscription->commit_interval_ms;
    gint64 ms = of_file_ms ? of_file_ms : of_subscriber_ms;

    return (ms ? ms : TICK_MS) * 1000;
}

/* Returns: when the member is to be looked at again, whether or not something comes. */
static gint64
commit_if_due(KafkaMember *member, gint64 now_us)
{
    gint64 poll_ms = member->subscription->poll_timeout_ms;

    if (now_us >= member->commit_us) {
        member->commit_us = now_us + commit_interval_us(member);
        kafka_commit_partitions(member, member->partitions);
    }
    return MIN(member->commit_us, now_us + (poll_ms ? poll_ms : TICK_MS) * 1000);
}

static gint64
commit_all(KafkaTransport *transport, gint64 now_us)
{
    gint64 next_us = now_us + TICK_MS * 1000;

    for (guint i = 0; i < transport->members->len; i++) {
        KafkaMember *member = transport->members->pdata[i];

        if (member->has_joined)
            next_us = MIN(next_us, commit_if_due(member, now_us));
    }
    return next_us;
}

/* The descriptor wakes the source for what has come, and its time for commits and for
 * librdkafka, which wants to see that somebody polls. */
static gboolean
turn(GSource *source, GSourceFunc callback, gpointer data)
{
    KafkaTransport *transport = data;
    gint64 now_us = g_source_get_time(source);
    guint64 count;

    (void)!read(transport->wakeup, &count, sizeof count);
    g_source_set_ready_time(source, commit_all(transport, now_us));
    kafka_producer_turn(transport);
    kafka_delivery_turn(transport);
    return G_SOURCE_CONTINUE;
}

/* GLib hands data to dispatch only beside a callback, which has nothing to do here. */
static gboolean
no_callback(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
attach_source(KafkaTransport *transport)
{
    static GSourceFuncs functions = { .dispatch = turn };

    transport->source = g_source_new(&functions, sizeof(GSource));
    g_source_set_static_name(transport->source, "kafka");
    g_source_set_callback(transport->source, no_callback, transport, NULL);
    g_source_add_unix_fd(transport->source, transport->wakeup, G_IO_IN);
    g_source_set_ready_time(transport->source, 0);
    g_source_attach(transport->source, kbnt_host_context(transport->host));
}

static void
detach_source(KafkaTransport *transport)
{
    if (!transport->source)
        return;
    g_source_destroy(transport->source);
    g_clear_pointer(&transport->source, g_source_unref);
}

typedef struct {
    KafkaTransport *transport;
    KafkaClient *producer;
} WarmUp;

/* On the lane: the first answer of a broker, so that the first record does not wait for it. */
static void
warm_up(KbntTask *task, gpointer data)
{
    g_autofree WarmUp *warming = data;
    KafkaTransport *transport = warming->transport;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(warming->producer->handle, FALSE, NULL,
                                                 &metadata, (int)transport->config->warm_up_ms);

    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    kafka_client_unref(warming->producer);
    g_atomic_int_set(&transport->is_connected, code == RD_KAFKA_RESP_ERR_NO_ERROR);
    if (code)
        kafka_log(transport->host, KBNT_LOG_WARNING,
                  "no broker has answered yet, the start goes on without");
    kbnt_task_complete(task, NULL);
}

static gboolean
open_wakeup(KafkaTransport *transport, GError **error)
{
    transport->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (transport->wakeup >= 0)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_TRANSPORT_FAILED, "cannot make an eventfd: %s",
                g_strerror(errno));
    return FALSE;
}

void
kafka_start(void *instance, KbntTask *task)
{
    KafkaTransport *transport = instance;
    GError *error = NULL;
    WarmUp *warming;

    if ((transport->config->static_membership &&
         !kafka_identity_read(transport->host, &transport->instance_id, &error)) ||
        !open_wakeup(transport, &error) || !kafka_producer_open(transport, &error)) {
        kbnt_task_fail(task, error);
        return;
    }
    transport->is_running = TRUE;
    g_atomic_int_set(&transport->is_in_a_hurry, FALSE);
    attach_source(transport);
    warming = g_new0(WarmUp, 1);
    *warming = (WarmUp){ transport, kafka_client_ref(transport->producer) };
    kbnt_host_run_blocking(transport->host, KAFKA_TOPIC_LANE, warm_up, task, warming);
}

typedef struct {
    KafkaTransport *transport;
    KafkaClient *producer;
    GThread *retirement;
    GPtrArray *members;
    GPtrArray *offsets; /* of each member */
    KbntTask *task;
} Stopping;

static void
stopped(gpointer data)
{
    Stopping *stopping = data;

    g_ptr_array_unref(stopping->members);
    g_ptr_array_unref(stopping->offsets);
    kbnt_task_complete(stopping->task, NULL);
    g_free(stopping);
}

/* On the lane of the groups, behind all that is under way there. */
static void
end_all(KbntTask *task, gpointer data)
{
    Stopping *stopping = data;
    KafkaTransport *transport = stopping->transport;

    for (guint i = 0; i < stopping->members->len; i++)
        kafka_member_end(stopping->members->pdata[i], stopping->offsets->pdata[i]);
    kafka_producer_end(stopping->producer, transport->config->flush_ms);
    if (stopping->retirement)
        g_thread_join(stopping->retirement);
    kbnt_host_invoke(transport->host, stopped, stopping);
}

static void
end_groups(gpointer data)
{
    Stopping *stopping = data;

    kbnt_host_run_blocking(stopping->transport->host, KAFKA_GROUP_LANE, end_all, stopping->task,
                           stopping);
}

/* On the lane of the transactions, behind all that is under way there. */
static void
end_holdings(KbntTask *task, gpointer data)
{
    Stopping *stopping = data;

    g_ptr_array_set_size(stopping->transport->holdings, 0);
    stopping->task = task;
    kbnt_host_invoke(stopping->transport->host, end_groups, stopping);
}

static void
end_transactions(gpointer data)
{
    Stopping *stopping = data;

    kbnt_host_run_blocking(stopping->transport->host, KAFKA_ATOMIC_LANE, end_holdings,
                           stopping->task, stopping);
}

/* On the lane of the topics, behind all that is under way there. */
static void
end_topics(KbntTask *task, gpointer data)
{
    Stopping *stopping = data;

    stopping->task = task;
    kbnt_host_invoke(stopping->transport->host, end_transactions, stopping);
}

void
kafka_stop(void *instance, KbntTask *task)
{
    KafkaTransport *transport = instance;
    Stopping *stopping = g_new0(Stopping, 1);

    transport->is_running = FALSE;
    g_atomic_int_set(&transport->is_in_a_hurry, TRUE);
    detach_source(transport);
    stopping->transport = transport;
    stopping->producer = kafka_producer_take(transport);
    stopping->retirement = g_steal_pointer(&transport->retirement);
    stopping->members = g_steal_pointer(&transport->members);
    transport->members = g_ptr_array_new_with_free_func(kafka_member_unref);
    stopping->offsets = g_ptr_array_new();
    for (guint i = 0; i < stopping->members->len; i++)
        g_ptr_array_add(stopping->offsets, kafka_member_leave(stopping->members->pdata[i]));
    kbnt_host_run_blocking(transport->host, KAFKA_TOPIC_LANE, end_topics, task, stopping);
}

void
kafka_destroy(void *instance)
{
    KafkaTransport *transport = instance;

    if (!transport)
        return;
    detach_source(transport);
    kafka_client_unref(kafka_producer_take(transport));
    g_ptr_array_unref(transport->members);
    g_ptr_array_unref(transport->holdings);
    g_ptr_array_unref(transport->topics);
    g_free(transport->instance_id);
    kafka_refusal_free(transport->refusal);
    if (transport->wakeup >= 0)
        close(transport->wakeup);
    g_free(transport);
}

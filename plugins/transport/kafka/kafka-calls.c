/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-calls.c: owns librdkafka's calls of transactions that may be made again. */
#include "kafka-calls.h"

#define SLICE_MS 250
#define PAUSE_MS 20
#define PATIENCE_MS 60000

typedef struct {
    rd_kafka_t *handle;
    const rd_kafka_topic_partition_list_t *offsets;  /* of send_offsets */
    const rd_kafka_consumer_group_metadata_t *group; /* of send_offsets */
} Arguments;

typedef rd_kafka_error_t *(*Call)(const Arguments *arguments);

static rd_kafka_error_t *
init(const Arguments *arguments)
{
    return rd_kafka_init_transactions(arguments->handle, SLICE_MS);
}

static rd_kafka_error_t *
send_offsets(const Arguments *arguments)
{
    return rd_kafka_send_offsets_to_transaction(arguments->handle, arguments->offsets,
                                                arguments->group, SLICE_MS);
}

static rd_kafka_error_t *
commit(const Arguments *arguments)
{
    return rd_kafka_commit_transaction(arguments->handle, SLICE_MS);
}

static rd_kafka_error_t *
abort_it(const Arguments *arguments)
{
    return rd_kafka_abort_transaction(arguments->handle, SLICE_MS);
}

gboolean
kafka_patience_is_left(const KafkaPatience *patience, gint64 begun_us)
{
    gint64 most_ms = g_atomic_int_get(patience->hurry) ? patience->flush_ms : PATIENCE_MS;

    return g_get_monotonic_time() - begun_us < most_ms * 1000;
}

static rd_kafka_error_t *
persist(Call call, const Arguments *arguments, const KafkaPatience *patience)
{
    gint64 begun_us = g_get_monotonic_time();
    rd_kafka_error_t *fault;

    while ((fault = call(arguments)) && rd_kafka_error_is_retriable(fault) &&
           kafka_patience_is_left(patience, begun_us)) {
        rd_kafka_error_destroy(fault);
        rd_kafka_poll(arguments->handle, PAUSE_MS);
    }
    return fault;
}

rd_kafka_error_t *
kafka_call_init(rd_kafka_t *handle, const KafkaPatience *patience)
{
    return persist(init, &(Arguments){ .handle = handle }, patience);
}

rd_kafka_error_t *
kafka_call_send_offsets(rd_kafka_t *handle, const rd_kafka_topic_partition_list_t *offsets,
                        const rd_kafka_consumer_group_metadata_t *group,
                        const KafkaPatience *patience)
{
    return persist(send_offsets, &(Arguments){ handle, offsets, group }, patience);
}

rd_kafka_error_t *
kafka_call_commit(rd_kafka_t *handle, const KafkaPatience *patience)
{
    return persist(commit, &(Arguments){ .handle = handle }, patience);
}

rd_kafka_error_t *
kafka_call_abort(rd_kafka_t *handle, const KafkaPatience *patience)
{
    return persist(abort_it, &(Arguments){ .handle = handle }, patience);
}

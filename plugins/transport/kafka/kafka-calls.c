/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-calls.c: owns librdkafka's calls of transactions that may be made again. */
#include "kafka-calls.h"

#define SLICE_MS 250
#define PAUSE_MS 20
#define PATIENCE_MS 60000

gboolean
kafka_patience_is_left(const KafkaPatience *patience, gint64 begun_us)
{
    gint64 most_ms = g_atomic_int_get(patience->hurry) ? patience->flush_ms : PATIENCE_MS;

    return g_get_monotonic_time() - begun_us < most_ms * 1000;
}

/* Frees a fault after which the call may be made again. */
static gboolean
goes_on(rd_kafka_t *handle, rd_kafka_error_t *fault, const KafkaPatience *patience,
        gint64 begun_us)
{
    if (!fault || !rd_kafka_error_is_retriable(fault) ||
        !kafka_patience_is_left(patience, begun_us))
        return FALSE;
    rd_kafka_error_destroy(fault);
    rd_kafka_poll(handle, PAUSE_MS);
    return TRUE;
}

rd_kafka_error_t *
kafka_call(KafkaCall call, rd_kafka_t *handle, const KafkaPatience *patience)
{
    gint64 begun_us = g_get_monotonic_time();
    rd_kafka_error_t *fault;

    do
        fault = call(handle, SLICE_MS);
    while (goes_on(handle, fault, patience, begun_us));
    return fault;
}

rd_kafka_error_t *
kafka_call_send_offsets(rd_kafka_t *handle, const rd_kafka_topic_partition_list_t *offsets,
                        const rd_kafka_consumer_group_metadata_t *group,
                        const KafkaPatience *patience)
{
    gint64 begun_us = g_get_monotonic_time();
    rd_kafka_error_t *fault;

    do
        fault = rd_kafka_send_offsets_to_transaction(handle, offsets, group, SLICE_MS);
    while (goes_on(handle, fault, patience, begun_us));
    return fault;
}

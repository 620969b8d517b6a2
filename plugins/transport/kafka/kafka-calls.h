/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-calls.h: owns librdkafka's calls of transactions that may be made again: one that has
 * timed out goes on where it is made the next time.
 */
#pragma once

#include "kafka-client.h"

/* How long such a call is made again. */
typedef struct {
    const gint *hurry; /* atomic: once it is set, only flush_ms are left */
    gint64 flush_ms;
} KafkaPatience;

/* TRUE until what began at @begun_us has had its time. */
gboolean kafka_patience_is_left(const KafkaPatience *patience, gint64 begun_us);

/* rd_kafka_init_transactions() and its like. */
typedef rd_kafka_error_t *(*KafkaCall)(rd_kafka_t *handle, int timeout_ms);

/* Returns of both: (transfer full) (nullable): what stands after all the time there was. */
rd_kafka_error_t *kafka_call(KafkaCall call, rd_kafka_t *handle, const KafkaPatience *patience);
rd_kafka_error_t *kafka_call_send_offsets(rd_kafka_t *handle,
                                          const rd_kafka_topic_partition_list_t *offsets,
                                          const rd_kafka_consumer_group_metadata_t *group,
                                          const KafkaPatience *patience);

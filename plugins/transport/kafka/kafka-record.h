/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-record.h: owns how a record becomes a message of librdkafka, and what comes of it. */
#pragma once

#include "kafka.h"

/* Hands the record to librdkafka; it lives until its delivery report, which has @opaque.
 * Returns: why it was not taken. */
rd_kafka_resp_err_t kafka_record_send(rd_kafka_t *handle, rd_kafka_topic_t *topic,
                                      gint32 n_partitions, KbntValue *record, gpointer opaque);

/* Returns: (transfer full): publish's result for a message that was delivered. */
KbntValue *kafka_record_confirmation(const rd_kafka_message_t *message);

/* Fails the task of a record, by the name of its topic. */
void kafka_record_fail(KbntTask *task, rd_kafka_resp_err_t code);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-producer.h: owns the idempotent producer: records out, confirmations in. */
#pragma once

#include "kafka.h"

/* Makes the producer; loop thread. Returns: FALSE with CONFIG_INVALID. */
gboolean kafka_producer_open(KafkaTransport *transport, GError **error);

/* The op. */
void kafka_publish(void *instance, KbntTask *const *tasks, guint n_tasks);

/* Takes in what the brokers said, and rebuilds a producer that has failed for good. */
void kafka_producer_turn(KafkaTransport *transport);

/* Gives the producer up. Returns: (transfer full) (nullable): it, for kafka_producer_end(). */
KafkaClient *kafka_producer_take(KafkaTransport *transport);

/* Lets what is under way end within @flush_ms, fails the rest, and lets go; may block. */
void kafka_producer_end(KafkaClient *producer, gint64 flush_ms);

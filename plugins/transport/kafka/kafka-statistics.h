/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-statistics.h: owns what librdkafka's statistics become: metrics, and who is there. */
#pragma once

#include "kafka.h"

void kafka_statistics_of_producer(KafkaTransport *transport, const char *json, gsize length);

/* Returns: records that the group has not committed, of the partitions that the member owns. */
gint64 kafka_statistics_lag(const char *json, gsize length);

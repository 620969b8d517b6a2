/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-delivery.h: owns what happens to the records of a member: read, acknowledged,
 * committed.
 */
#pragma once

#include "kafka-consumer.h"

/* The ops. */
void kafka_acknowledge(void *instance, const KbntSubscription *subscription, gint32 partition,
                       gint64 offset);
void kafka_pause(void *instance, const KbntSubscription *subscription, gint32 partition);
void kafka_resume(void *instance, const KbntSubscription *subscription, gint32 partition);

/* Serves the groups and hands out what has come. */
void kafka_delivery_turn(KafkaTransport *transport);

/* Commits what has been acknowledged since the last time, without waiting for it. */
void kafka_commit_partitions(KafkaMember *member, GPtrArray *partitions);

/* Returns: (transfer full): what has been acknowledged and not committed, which counts as
 * committed from here on. */
rd_kafka_topic_partition_list_t *kafka_dirty_offsets(KafkaMember *member,
                                                     GPtrArray *partitions);

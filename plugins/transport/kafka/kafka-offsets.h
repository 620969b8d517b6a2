/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-offsets.h: owns how the committed offsets of a group are read: by a client of that
 * group, which never joins it.
 *
 * Admin's ListConsumerGroupOffsets would do with any client, but ends the process where that
 * has no group and the coordinator moves (librdkafka issue 5040).
 */
#pragma once

#include "kafka.h"

/* Returns: (transfer full): a client of the group; NULL with CONFIG_INVALID. */
KafkaClient *kafka_offsets_reader(KbntHost *host, const KafkaConfig *config, const char *group,
                                  GError **error);

/* Fills in the @offsets, which name partitions; only what has ended of transactions counts.
 * Blocks. */
rd_kafka_resp_err_t kafka_offsets_read(KafkaClient *reader,
                                       rd_kafka_topic_partition_list_t *offsets);

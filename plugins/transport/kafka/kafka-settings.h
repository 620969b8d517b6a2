/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-settings.h: owns the key table, and how a client of librdkafka is configured by it. */
#pragma once

#include "kafka.h"

#include <kbnt/kbnt-config.h>

#define KAFKA_N_KEYS 13

extern const KbntKey kafka_keys[KAFKA_N_KEYS];

/* Returns: (transfer full): NULL with CONFIG_INVALID. */
rd_kafka_conf_t *kafka_settings_producer(const KafkaConfig *config, GError **error);

/* Returns: (transfer full): of a producer of transactions; NULL with CONFIG_INVALID. */
rd_kafka_conf_t *kafka_settings_transactions(const KafkaConfig *config, const char *owner,
                                             GError **error);

/* Returns: (transfer full): for a member of @group; NULL with CONFIG_INVALID. @instance_id:
 * (nullable): of a static one; @session_timeout_ms: unless the file says otherwise, 0 for none.
 */
rd_kafka_conf_t *kafka_settings_consumer(const KafkaConfig *config, const char *group,
                                         const char *instance_id, gint64 session_timeout_ms,
                                         GError **error);

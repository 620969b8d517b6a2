/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-group.h: owns what the group tells a member: partitions that come and go, commits,
 * faults.
 */
#pragma once

#include "kafka-consumer.h"

/* Makes the member's client, whose events go to the member; on any thread.
 * Returns: (transfer full): NULL with CONFIG_INVALID. */
KafkaClient *kafka_group_open(KafkaMember *member, GError **error);

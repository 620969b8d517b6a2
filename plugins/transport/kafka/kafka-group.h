/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-group.h: owns what the group tells a member: partitions that come and go, commits,
 * faults.
 */
#pragma once

#include "kafka-consumer.h"

/* Makes the member's client and joins the group; on any thread, may block. Nothing is told
 * until it is attached. Returns: FALSE with CONFIG_INVALID. */
gboolean kafka_group_join(KafkaMember *member, GError **error);

/* From here on the client's events wake the loop. */
void kafka_group_attach(KafkaMember *member);

/* From here on the client's events go nowhere and its partitions are lost, so that it can go on
 * any thread. */
void kafka_group_detach(KafkaMember *member);

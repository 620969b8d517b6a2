/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-membership.h: owns who is in a group, as its coordinator knows. */
#pragma once

#include "kafka-client.h"

typedef struct {
    char *instance_id; /* NULL of a member that is not static */
    char *consumer_id;
} KafkaMembership;

/* @client: one that has not asked before: librdkafka goes on asking whoever was the coordinator
 * the first time. Blocks. Returns: (transfer full): of KafkaMembership, empty of a group that
 * nobody has joined; NULL with an error. */
GPtrArray *kafka_membership_list(KafkaClient *client, const char *group, GError **error);

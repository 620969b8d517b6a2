/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-topics.h: owns the ops that make, check and describe topics; they work on a lane. */
#pragma once

#include "kafka.h"

/* Where the brokers are asked, which blocks. */
#define KAFKA_TOPIC_LANE "kafka-topics"

/* The ops. */
void kafka_ensure_topic(void *instance, KbntTask *task);
void kafka_describe(void *instance, KbntTask *task);

/* What an op on topics has to work with, away from the loop. */
typedef struct {
    KafkaTransport *transport;
    KafkaClient *client;
    char *topic;
    char *group; /* NULL for none */
    char *self;  /* what the names of own static members begin with; NULL where none are */
    guint n_own; /* members of the group that this process has now */
    gint64 n_partitions;
    gint64 n_replicas;
    gint64 min_insync;
    gint64 retention_ms;
    gint32 n_found; /* partitions that the topic has */
    gint32 n_found_replicas;
    guint n_brokers;
    char *doubt;          /* what the topic lacks, though it will do; NULL for nothing */
    GArray *acknowledged; /* of KafkaStand */
} KafkaTopicJob;

/* How far a local member has acknowledged a partition. */
typedef struct {
    gint32 partition;
    gint64 next;
} KafkaStand;

/* Asks the brokers what the topic is like. Returns: FALSE with NOT_FOUND and others. */
gboolean kafka_topic_look(KafkaTopicJob *job, GError **error);

/* Makes the topic; that another has made it meanwhile is no error. */
gboolean kafka_topic_make(KafkaTopicJob *job, GError **error);

/* Holds the topic, which has been looked at, to what is asked for. */
gboolean kafka_topic_check(KafkaTopicJob *job, GError **error);

/* Returns: (transfer full): the result of describe for the topic, which has been looked at. */
KbntValue *kafka_topic_describe(KafkaTopicJob *job, GError **error);

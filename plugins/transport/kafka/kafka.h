/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka.h: owns what the files of this plugin share: the configuration and the instance. */
#pragma once

#include "kafka-client.h"
#include "kafka-refusal.h"

#include <kbnt/kbnt-transport.h>

typedef struct {
    char *bootstrap_servers;
    char *sasl_password;
    char *ssl_key_password;
    char **properties;
    gint64 partitions;
    gint64 replicas;
    gint64 min_insync_replicas;
    gboolean create_topics;
    gboolean check_topics;
    gint64 commit_interval_ms;
    gint64 warm_up_ms;
    gint64 flush_ms;
    gboolean static_membership;
} KafkaConfig;

/* A topic that ensure_topic or describe has seen; kept until destroy. */
typedef struct {
    char *name;
    gint32 n_partitions;
    char *doubt;              /* what it lacks, though it will do; NULL for nothing */
    rd_kafka_topic_t *handle; /* of the present producer; NULL until it is needed */
} KafkaTopic;

/* @data: a KafkaTopic without a handle. */
void kafka_topic_free(gpointer data);

typedef struct {
    KbntHost *host;
    const KafkaConfig *config;
    KafkaClient *producer; /* loop thread; NULL before start and after stop */
    rd_kafka_queue_t *reports;
    GPtrArray *topics;  /* of KafkaTopic */
    GPtrArray *members; /* of KafkaMember, in order of their subscriptions */
    GSource *source;
    GThread *retirement; /* of the producer before, until all that it had has come back */
    GPtrArray *holdings; /* of KafkaHolding; of the lane of transactions while it runs */
    char *instance_id;   /* NULL where membership is not static */
    KafkaRefusal *refusal;
    int wakeup;
    gint is_connected;  /* atomic: a broker has answered since all were away */
    gint is_in_a_hurry; /* atomic: stopping, transactions have flush_ms left */
    gboolean is_running;
} KafkaTransport;

/* Returns: (transfer none) (nullable): the topic, where it has been seen. */
KafkaTopic *kafka_find_topic(KafkaTransport *transport, const char *name);

/* Notes what a topic is like; @doubt: (nullable): what it lacks, though it will do, as far as
 * that was looked at. */
void kafka_note_topic(KafkaTransport *transport, const char *name, gint32 n_partitions,
                      const char *doubt);

/* Something may be done: looks at the next turn of the loop, never inside this call. */
void kafka_schedule(KafkaTransport *transport);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-consumer.h: owns a subscription: one member of a consumer group with its partitions.
 *
 * Loop thread, but for kafka_member_end().
 */
#pragma once

#include "kafka.h"

/* Where members join and leave, which blocks. */
#define KAFKA_GROUP_LANE "kafka-group"

/* A partition that the member owns. delivered counts what is handed out and not acknowledged:
 * offsets have gaps where transactions end. */
typedef struct {
    gint32 number;
    rd_kafka_queue_t *queue;
    GQueue delivered; /* of gint64 *, offsets in order */
    gint64 next;      /* to commit; RD_KAFKA_OFFSET_INVALID before an acknowledgement */
    gboolean is_dirty;
    gboolean is_paused;
} KafkaPartition;

/* A partition that came or went, which the subscriber is not told inside librdkafka's call. */
typedef struct {
    gint32 partition;
    gboolean is_lost;
} KafkaChange;

typedef struct {
    gint n_references;
    KafkaTransport *transport;
    const KbntSubscription *subscription;
    char *topic;
    char *group;
    char *instance_id;
    gint64 session_timeout_ms;
    gint64 commit_us; /* when next; 0 for at once */
    KafkaClient *client;
    rd_kafka_queue_t *events;
    GPtrArray *partitions; /* of KafkaPartition */
    GArray *changes;       /* of KafkaChange */
    KbntTask *task;        /* of subscribe, until it has ended */
    GError *failure;       /* of the join */
    char *trouble;         /* what the client cannot recover from; NULL for nothing */
    GThread *renewal;      /* of the client, until it has joined again */
    gint64 lag;
    guint next_partition; /* which the next turn begins with */
    gboolean has_joined;
    gint has_left; /* atomic: set on the loop */
    gint is_mute;  /* atomic: callbacks come on another thread and only let go */
} KafkaMember;

/* The ops. */
void kafka_subscribe(void *instance, const KbntSubscription *subscription, KbntTask *task);
void kafka_unsubscribe(void *instance, const KbntSubscription *subscription, KbntTask *task);

KafkaMember *kafka_member_ref(KafkaMember *member);
void kafka_member_unref(gpointer member);

/* Returns: (transfer none) (nullable): the member. */
KafkaMember *kafka_find_member(KafkaTransport *transport, const KbntSubscription *subscription);

/* Returns: (transfer none) (nullable): the partition, where the member owns it. */
KafkaPartition *kafka_member_partition(KafkaMember *member, gint32 number);

/* Tells the subscriber which partitions came and went. */
void kafka_member_tell_changes(KafkaMember *member);

/* From here on nobody is called back. Returns: (transfer full): what is to be committed. */
rd_kafka_topic_partition_list_t *kafka_member_leave(KafkaMember *member);

/* Commits, leaves the group and lets go; may block. @offsets: (transfer full). */
void kafka_member_end(KafkaMember *member, rd_kafka_topic_partition_list_t *offsets);

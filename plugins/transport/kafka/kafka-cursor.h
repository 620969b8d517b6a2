/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-cursor.h: owns how far a publisher has come, as the brokers keep it.
 *
 * A cursor is the committed offset of a group without members, named by the owner, for
 * partition 0 of the topic: the position after the last that was published, 0 for none. Who
 * holds it stands in the offset's metadata.
 */
#pragma once

#include "kafka.h"

typedef struct {
    gint64 position; /* of the last record that was published; -1 for none */
    char *holder;    /* NULL for nobody */
} KafkaCursor;

void kafka_cursor_clear(KafkaCursor *cursor);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KafkaCursor, kafka_cursor_clear)

/* Asks the brokers, by a client of the owner's group; blocks. Returns: FALSE with an error, of
 * code TRANSPORT_UNAVAILABLE while a transaction of the owner has not ended. */
gboolean kafka_cursor_look(KafkaClient *reader, const char *owner, const char *topic,
                           KafkaCursor *ret_cursor, GError **error);

/* Returns: (transfer full): the cursor as librdkafka sends it. */
rd_kafka_topic_partition_list_t *kafka_cursor_offsets(const char *topic,
                                                      const KafkaCursor *cursor);

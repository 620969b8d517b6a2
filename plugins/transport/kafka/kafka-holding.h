/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-holding.h: owns one owner's transactions: records and cursor go out together, or not.
 *
 * Whoever takes a holding last has it: the brokers refuse the elder's next transaction, and the
 * elder finds another's name in the cursor and gives up for good. All of it blocks.
 */
#pragma once

#include "kafka.h"

typedef struct KafkaHolding KafkaHolding;

/* One record of a transaction: what is asked, and what came of it. */
typedef struct {
    KbntTask *task;          /* not ended here */
    gint32 n_partitions;     /* of its topic */
    KbntValue *confirmation; /* once it is delivered */
} KafkaParcel;

/* @hurry: (transfer none): atomic; once it is set, no call waits longer than flush_ms. */
KafkaHolding *kafka_holding_new(KbntHost *host, const KafkaConfig *config, const char *owner,
                                const gint *hurry);

void kafka_holding_free(gpointer holding);

const char *kafka_holding_owner(const KafkaHolding *holding);

/* Becomes the holder, or sees that it still is, and reads the cursor of @topic. Returns: FALSE
 * with IN_USE where another has taken it since, or with an error of class RETRY. */
gboolean kafka_holding_take(KafkaHolding *holding, const char *topic, gint64 *ret_position,
                            GError **error);

/* One transaction of all the parcels and the cursor's @position. After FALSE it may yet have
 * reached the brokers, as the next kafka_holding_take() tells. */
gboolean kafka_holding_publish(KafkaHolding *holding, KafkaParcel *parcels, guint n_parcels,
                               const char *topic, gint64 position, GError **error);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-recall.h: owns the histories that were written or read of late, by stream.
 *
 * Each event of a stream repeats the history of the one before and adds to it. Who remembers
 * the last one need not encode, or decode, what is the same: it is found by its values on the
 * way out, by its bytes on the way in. A stream is remembered from its second event to its
 * last, or until many others have been heard of since.
 */
#ifndef KBNT_AVRO_RECALL_H
#define KBNT_AVRO_RECALL_H

#include <kbnt/kbnt-values.h>

typedef struct KbntAvroRecall KbntAvroRecall;

/* The items of one stream's history. */
typedef struct KbntAvroItems KbntAvroItems;

KbntAvroRecall *kbnt_avro_recall_new(void);

void kbnt_avro_recall_free(KbntAvroRecall *recall);

/* Returns: (transfer none) (nullable): what is remembered of the stream of @event, which has
 * STREAM_ID and SEQUENCE by now; NULL where it is not worth it. */
KbntAvroItems *kbnt_avro_recall_open(KbntAvroRecall *recall, const KbntValue *event);

/* Forgets the stream where @event is its last. */
void kbnt_avro_recall_close(KbntAvroRecall *recall, const KbntValue *event);

/* Returns: how many of the first items are those of the list @field of @value. */
guint kbnt_avro_items_match_values(const KbntAvroItems *items, const KbntValue *value,
                                   KbntField field);

/* Returns: how many of the first @n_most items the bytes begin with. */
guint kbnt_avro_items_match_bytes(const KbntAvroItems *items, const guint8 *bytes, gsize length,
                                  guint n_most);

/* Returns: (transfer none) (nullable): the first @n_items encoded, @ret_length bytes. */
const guint8 *kbnt_avro_items_bytes(const KbntAvroItems *items, guint n_items,
                                    gsize *ret_length);

/* Returns: (transfer none) */
const KbntValue *kbnt_avro_items_value(const KbntAvroItems *items, guint index);

/* Puts an item in place @index, and forgets all behind it. */
void kbnt_avro_items_put(KbntAvroItems *items, guint index, const guint8 *bytes, gsize length,
                         const KbntValue *value);

#endif

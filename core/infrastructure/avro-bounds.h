/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-bounds.h: owns the walk over encoded bytes from elsewhere: nothing is read beyond their
 * end, and no count or size in them is believed before the bytes for it are seen.
 */
#ifndef KBNT_AVRO_BOUNDS_H
#define KBNT_AVRO_BOUNDS_H

#include "avro-plan.h"
#include "avro-recall.h"

/* The most items that all arrays and maps of one message may have, however small each is. */
#define KBNT_AVRO_ITEMS_MAX 65536
/* The longest string: a specification's userData and then some. */
#define KBNT_AVRO_STRING_BYTES_MAX (256 * 1024)

/**
 * KbntAvroCursor:
 * @start: the first byte
 * @at: the next byte
 * @end: behind the last byte
 * @n_items: items of arrays and maps seen so far
 *
 * A place in encoded bytes.
 */
typedef struct {
    const guint8 *start;
    const guint8 *at;
    const guint8 *end;
    guint n_items;
    KbntAvroRecall *recall; /* (nullable) */
} KbntAvroCursor;

/* All of these return FALSE with UNDECODABLE, naming the offset, and leave ret_ untouched. */
gboolean kbnt_avro_take_long(KbntAvroCursor *cursor, gint64 *ret_number, GError **error);
gboolean kbnt_avro_take_int(KbntAvroCursor *cursor, gint64 *ret_number, GError **error);
gboolean kbnt_avro_take_boolean(KbntAvroCursor *cursor, gint64 *ret_number, GError **error);
gboolean kbnt_avro_take_double(KbntAvroCursor *cursor, double *ret_number, GError **error);
gboolean kbnt_avro_take_float(KbntAvroCursor *cursor, double *ret_number, GError **error);

/**
 * kbnt_avro_take_string:
 * @ret_text: (out) (transfer none): valid UTF-8 without NUL, not terminated
 */
gboolean kbnt_avro_take_string(KbntAvroCursor *cursor, const char **ret_text, gsize *ret_length,
                               GError **error);

/**
 * kbnt_avro_take_block:
 * @ret_n_items: (out): items that follow; 0 ends the array or map
 */
gboolean kbnt_avro_take_block(KbntAvroCursor *cursor, guint *ret_n_items, GError **error);

/**
 * kbnt_avro_take_branch:
 * @node: a union
 * @ret_node: (out) (transfer none): the branch that follows
 */
gboolean kbnt_avro_take_branch(KbntAvroCursor *cursor, const KbntAvroNode *node,
                               const KbntAvroNode **ret_node, GError **error);

/**
 * kbnt_avro_skip:
 * @node: what follows, of any type
 */
gboolean kbnt_avro_skip(KbntAvroCursor *cursor, const KbntAvroNode *node, GError **error);

#endif

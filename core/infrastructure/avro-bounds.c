/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-bounds.c: owns the walk over encoded bytes from elsewhere. Avro 1.11, "Binary Encoding".
 */
#include "avro-bounds.h"

#include <string.h>

static gboolean
refuse(const KbntAvroCursor *cursor, const char *why, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE, "%s at byte %" G_GSIZE_FORMAT, why,
                (gsize)(cursor->at - cursor->start));
    return FALSE;
}

static gsize
left(const KbntAvroCursor *cursor)
{
    return (gsize)(cursor->end - cursor->at);
}

static gboolean
skip_bytes(KbntAvroCursor *cursor, gsize n_bytes, GError **error)
{
    if (n_bytes > left(cursor))
        return refuse(cursor, "a value ends beyond the body", error);
    cursor->at += n_bytes;
    return TRUE;
}

gboolean
kbnt_avro_take_long(KbntAvroCursor *cursor, gint64 *ret_number, GError **error)
{
    const guint8 *at = cursor->at;
    guint64 raw = 0;

    for (guint shift = 0; shift < 70; shift += 7) {
        guint8 byte;

        if (at == cursor->end)
            return refuse(cursor, "a number ends beyond the body", error);
        byte = *at++;
        if (shift == 63 && byte > 1)
            break;
        raw |= (guint64)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            cursor->at = at;
            *ret_number = (gint64)((raw >> 1) ^ (~(raw & 1) + 1));
            return TRUE;
        }
    }
    return refuse(cursor, "a number of more than 64 bits", error);
}

gboolean
kbnt_avro_take_int(KbntAvroCursor *cursor, gint64 *ret_number, GError **error)
{
    gint64 number;

    if (!kbnt_avro_take_long(cursor, &number, error))
        return FALSE;
    if (number < G_MININT32 || number > G_MAXINT32)
        return refuse(cursor, "an int of more than 32 bits", error);
    *ret_number = number;
    return TRUE;
}

gboolean
kbnt_avro_take_boolean(KbntAvroCursor *cursor, gint64 *ret_number, GError **error)
{
    if (cursor->at == cursor->end)
        return refuse(cursor, "a boolean ends beyond the body", error);
    if (*cursor->at > 1)
        return refuse(cursor, "a boolean that is neither 0 nor 1", error);
    *ret_number = *cursor->at++;
    return TRUE;
}

gboolean
kbnt_avro_take_double(KbntAvroCursor *cursor, double *ret_number, GError **error)
{
    const guint8 *at = cursor->at;
    guint64 raw;

    if (!skip_bytes(cursor, sizeof raw, error))
        return FALSE;
    memcpy(&raw, at, sizeof raw);
    raw = GUINT64_FROM_LE(raw);
    memcpy(ret_number, &raw, sizeof raw);
    return TRUE;
}

gboolean
kbnt_avro_take_float(KbntAvroCursor *cursor, double *ret_number, GError **error)
{
    const guint8 *at = cursor->at;
    guint32 raw;
    float number;

    if (!skip_bytes(cursor, sizeof raw, error))
        return FALSE;
    memcpy(&raw, at, sizeof raw);
    raw = GUINT32_FROM_LE(raw);
    memcpy(&number, &raw, sizeof raw);
    *ret_number = (double)number;
    return TRUE;
}

static gboolean
take_length(KbntAvroCursor *cursor, gsize *ret_length, GError **error)
{
    gint64 length;

    if (!kbnt_avro_take_long(cursor, &length, error))
        return FALSE;
    if (length < 0 || (guint64)length > left(cursor))
        return refuse(cursor, "a length beyond the body", error);
    *ret_length = (gsize)length;
    return TRUE;
}

gboolean
kbnt_avro_take_string(KbntAvroCursor *cursor, const char **ret_text, gsize *ret_length,
                      GError **error)
{
    gsize length;

    if (!take_length(cursor, &length, error))
        return FALSE;
    if (length > KBNT_AVRO_STRING_BYTES_MAX)
        return refuse(cursor, "a string longer than 256 KiB", error);
    if (!g_utf8_validate_len((const char *)cursor->at, length, NULL))
        return refuse(cursor, "a string that is not UTF-8", error);
    *ret_text = (const char *)cursor->at;
    *ret_length = length;
    cursor->at += length;
    return TRUE;
}

gboolean
kbnt_avro_take_block(KbntAvroCursor *cursor, guint *ret_n_items, GError **error)
{
    gint64 count;
    gint64 size_bytes;

    if (!kbnt_avro_take_long(cursor, &count, error))
        return FALSE;
    if (count < 0) {
        if (count == G_MININT64)
            return refuse(cursor, "a count of more than 63 bits", error);
        if (!kbnt_avro_take_long(cursor, &size_bytes, error))
            return FALSE;
        count = -count;
    }
    if (count > (gint64)(KBNT_AVRO_ITEMS_MAX - cursor->n_items))
        return refuse(cursor, "more than 65536 items", error);
    cursor->n_items += (guint)count;
    *ret_n_items = (guint)count;
    return TRUE;
}

gboolean
kbnt_avro_take_branch(KbntAvroCursor *cursor, const KbntAvroNode *node,
                      const KbntAvroNode **ret_node, GError **error)
{
    gint64 index;

    if (!kbnt_avro_take_long(cursor, &index, error))
        return FALSE;
    if (index < 0 || index >= node->n_parts)
        return refuse(cursor, "a branch that the union does not have", error);
    *ret_node = node->branches[index];
    return TRUE;
}

static gboolean
skip_record(KbntAvroCursor *cursor, const KbntAvroNode *node, GError **error)
{
    for (guint i = 0; i < node->n_parts; i++) {
        if (!kbnt_avro_skip(cursor, node->members[i].node, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
skip_text(KbntAvroCursor *cursor, GError **error)
{
    gsize length;

    return take_length(cursor, &length, error) && skip_bytes(cursor, length, error);
}

static gboolean
skip_blocks(KbntAvroCursor *cursor, const KbntAvroNode *node, GError **error)
{
    guint n_items;

    do {
        if (!kbnt_avro_take_block(cursor, &n_items, error))
            return FALSE;
        for (guint i = 0; i < n_items; i++) {
            if (node->kind == KBNT_AVRO_MAP && !skip_text(cursor, error))
                return FALSE;
            if (!kbnt_avro_skip(cursor, node->items, error))
                return FALSE;
        }
    } while (n_items > 0);
    return TRUE;
}

static gboolean
skip_enum(KbntAvroCursor *cursor, const KbntAvroNode *node, GError **error)
{
    gint64 index;

    if (!kbnt_avro_take_long(cursor, &index, error))
        return FALSE;
    if (index < 0 || index >= g_strv_length(node->symbols))
        return refuse(cursor, "a symbol that the enum does not have", error);
    return TRUE;
}

gboolean
kbnt_avro_skip(KbntAvroCursor *cursor, const KbntAvroNode *node, GError **error)
{
    const KbntAvroNode *branch;
    gint64 number;

    switch (node->kind) {
    case KBNT_AVRO_NULL:
        return TRUE;
    case KBNT_AVRO_BOOLEAN:
        return kbnt_avro_take_boolean(cursor, &number, error);
    case KBNT_AVRO_INT:
        return kbnt_avro_take_int(cursor, &number, error);
    case KBNT_AVRO_LONG:
        return kbnt_avro_take_long(cursor, &number, error);
    case KBNT_AVRO_FLOAT:
        return skip_bytes(cursor, 4, error);
    case KBNT_AVRO_DOUBLE:
        return skip_bytes(cursor, 8, error);
    case KBNT_AVRO_BYTES:
    case KBNT_AVRO_STRING:
        return skip_text(cursor, error);
    case KBNT_AVRO_ENUM:
        return skip_enum(cursor, node, error);
    case KBNT_AVRO_FIXED:
        return skip_bytes(cursor, node->size_bytes, error);
    case KBNT_AVRO_ARRAY:
    case KBNT_AVRO_MAP:
        return skip_blocks(cursor, node, error);
    case KBNT_AVRO_RECORD:
        return skip_record(cursor, node, error);
    case KBNT_AVRO_UNION:
        return kbnt_avro_take_branch(cursor, node, &branch, error) &&
               kbnt_avro_skip(cursor, branch, error);
    }
    g_assert_not_reached();
}

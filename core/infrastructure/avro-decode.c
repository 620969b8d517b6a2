/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-decode.c: owns the way from a message's body to a value: one walk, in bounds.
 */
#include "avro-decode.h"

#include "avro-bounds.h"
#include "checksum.h"

#include <string.h>

/* Strings up to this length are terminated on the stack on their way into the value. */
#define SHORT_STRING_BYTES 256

static gboolean read_record(KbntAvroCursor *cursor, const KbntAvroNode *node, KbntValue *value,
                            GError **error);

static gboolean
refuse_symbol(const KbntAvroMember *member, const char *text, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                "'%s' is not known as '%s'; a newer kbnt wrote it", text, member->name);
    return FALSE;
}

static gboolean
store_text(KbntValue *value, const KbntAvroMember *member, const char *text, GError **error)
{
    gint64 number;

    if (member->type < KBNT_TYPE_HALF) {
        kbnt_value_set_string(value, member->field, text);
        return TRUE;
    }
    number = kbnt_enum_from_name(member->type, text);
    if (number == 0)
        return refuse_symbol(member, text, error);
    kbnt_value_set_int(value, member->field, number);
    return TRUE;
}

static gboolean
read_string(KbntAvroCursor *cursor, const KbntAvroMember *member, KbntValue *value,
            GError **error)
{
    char terminated[SHORT_STRING_BYTES];
    g_autofree char *copy = NULL;
    const char *text;
    gsize length;

    if (!kbnt_avro_take_string(cursor, &text, &length, error))
        return FALSE;
    if (length < sizeof terminated) {
        memcpy(terminated, text, length);
        terminated[length] = '\0';
        return store_text(value, member, terminated, error);
    }
    copy = g_strndup(text, length);
    return store_text(value, member, copy, error);
}

static gboolean
read_enum(KbntAvroCursor *cursor, const KbntAvroNode *node, const KbntAvroMember *member,
          KbntValue *value, GError **error)
{
    const KbntAvroCursor before = *cursor;
    gint64 index;

    if (!kbnt_avro_skip(cursor, node, error))
        return FALSE;
    *cursor = before;
    return kbnt_avro_take_long(cursor, &index, error) &&
           store_text(value, member, node->symbols[index], error);
}

static gboolean
read_whole(KbntAvroCursor *cursor, const KbntAvroNode *node, const KbntAvroMember *member,
           KbntValue *value, GError **error)
{
    gint64 number;

    if (node->kind == KBNT_AVRO_BOOLEAN) {
        if (!kbnt_avro_take_boolean(cursor, &number, error))
            return FALSE;
    } else if (node->kind == KBNT_AVRO_INT) {
        if (!kbnt_avro_take_int(cursor, &number, error))
            return FALSE;
    } else if (!kbnt_avro_take_long(cursor, &number, error)) {
        return FALSE;
    }

    if (member->type == KBNT_TYPE_NUMBER)
        kbnt_value_set_number(value, member->field, (double)number);
    else
        kbnt_value_set_int(value, member->field, number);
    return TRUE;
}

static gboolean
read_fraction(KbntAvroCursor *cursor, const KbntAvroNode *node, const KbntAvroMember *member,
              KbntValue *value, GError **error)
{
    double number;

    if (node->kind == KBNT_AVRO_FLOAT) {
        if (!kbnt_avro_take_float(cursor, &number, error))
            return FALSE;
    } else if (!kbnt_avro_take_double(cursor, &number, error)) {
        return FALSE;
    }
    if (number - number != 0) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE, "'%s' is not a finite number",
                    member->name);
        return FALSE;
    }
    kbnt_value_set_number(value, member->field, number);
    return TRUE;
}

static KbntValue *
read_nested(KbntAvroCursor *cursor, const KbntAvroNode *node, GError **error)
{
    g_autoptr(KbntValue) nested = kbnt_value_new();

    if (node->is_foreign) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                    "a record '%s' is not known here; a newer kbnt wrote it", node->name);
        return NULL;
    }
    return read_record(cursor, node, nested, error) ? g_steal_pointer(&nested) : NULL;
}

static gboolean
read_item(KbntAvroCursor *cursor, const KbntAvroNode *items, const KbntAvroMember *member,
          KbntValue *value, GError **error)
{
    KbntValue *nested;
    const char *text;
    gsize length;

    if (items->kind == KBNT_AVRO_STRING) {
        g_autofree char *copy = NULL;

        if (!kbnt_avro_take_string(cursor, &text, &length, error))
            return FALSE;
        copy = g_strndup(text, length);
        kbnt_value_append_string(value, member->field, copy);
        return TRUE;
    }
    nested = read_nested(cursor, items, error);
    if (!nested)
        return FALSE;
    kbnt_value_take_item(value, member->field, nested);
    return TRUE;
}

static void
remember_item(KbntAvroItems *items, guint index, const guint8 *start, const guint8 *end,
              const KbntValue *value)
{
    const KbntValue *item = kbnt_value_nth_value(value, KBNT_FIELD_HISTORY, index);

    kbnt_avro_items_put(items, index, start, (gsize)(end - start), item);
}

/* Takes over the first items of a block that were read before. Returns: how many. */
static guint
recall_items(KbntAvroCursor *cursor, KbntAvroItems *items, guint n_items, KbntValue *value)
{
    guint n_known = kbnt_avro_items_match_bytes(items, cursor->at,
                                                (gsize)(cursor->end - cursor->at), n_items);
    gsize length;

    for (guint i = 0; i < n_known; i++)
        kbnt_value_append_value(value, KBNT_FIELD_HISTORY, kbnt_avro_items_value(items, i));
    kbnt_avro_items_bytes(items, n_known, &length);
    cursor->at += length;
    return n_known;
}

static gboolean
read_items(KbntAvroCursor *cursor, const KbntAvroNode *node, const KbntAvroMember *member,
           KbntAvroItems *items, guint n_items, KbntValue *value, GError **error)
{
    guint n_known = items ? recall_items(cursor, items, n_items, value) : 0;

    for (guint i = n_known; i < n_items; i++) {
        const guint8 *start = cursor->at;

        if (!read_item(cursor, node->items, member, value, error))
            return FALSE;
        if (items)
            remember_item(items, i, start, cursor->at, value);
    }
    return TRUE;
}

/* An empty list is left unset: it is the same as none. A history is remembered as far as its
 * first block, which is all of what we write. */
static gboolean
read_array(KbntAvroCursor *cursor, const KbntAvroNode *node, const KbntAvroMember *member,
           KbntValue *value, GError **error)
{
    KbntAvroItems *items = cursor->recall && member->field == KBNT_FIELD_HISTORY
                               ? kbnt_avro_recall_open(cursor->recall, value)
                               : NULL;
    guint n_items;

    do {
        if (!kbnt_avro_take_block(cursor, &n_items, error) ||
            !read_items(cursor, node, member, items, n_items, value, error))
            return FALSE;
        items = NULL;
    } while (n_items > 0);
    return TRUE;
}

static gboolean
read_field(KbntAvroCursor *cursor, const KbntAvroNode *node, const KbntAvroMember *member,
           KbntValue *value, GError **error)
{
    const KbntAvroNode *branch;
    KbntValue *nested;

    switch (node->kind) {
    case KBNT_AVRO_NULL:
        return TRUE;
    case KBNT_AVRO_BOOLEAN:
    case KBNT_AVRO_INT:
    case KBNT_AVRO_LONG:
        return read_whole(cursor, node, member, value, error);
    case KBNT_AVRO_FLOAT:
    case KBNT_AVRO_DOUBLE:
        return read_fraction(cursor, node, member, value, error);
    case KBNT_AVRO_STRING:
        return read_string(cursor, member, value, error);
    case KBNT_AVRO_ENUM:
        return read_enum(cursor, node, member, value, error);
    case KBNT_AVRO_ARRAY:
        return read_array(cursor, node, member, value, error);
    case KBNT_AVRO_RECORD:
        nested = read_nested(cursor, node, error);
        kbnt_value_take_value(value, member->field, nested);
        return nested != NULL;
    case KBNT_AVRO_UNION:
        return kbnt_avro_take_branch(cursor, node, &branch, error) &&
               read_field(cursor, branch, member, value, error);
    case KBNT_AVRO_BYTES:
    case KBNT_AVRO_FIXED:
    case KBNT_AVRO_MAP:
        return kbnt_avro_skip(cursor, node, error);
    }
    g_assert_not_reached();
}

static gboolean
read_checksum(KbntAvroCursor *cursor, const KbntAvroMember *member, KbntValue *value,
              GError **error)
{
    char expected[KBNT_SHA256_TEXT_BYTES];
    const char *found;

    kbnt_sha256_text(cursor->start, (gsize)(cursor->at - cursor->start), expected);
    if (!read_string(cursor, member, value, error))
        return FALSE;
    found = kbnt_value_get_string(value, member->field);
    if (g_str_equal(found, expected))
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CHECKSUM_MISMATCH,
                "the event says checksum '%s', its bytes give '%s'", found, expected);
    return FALSE;
}

static gboolean
read_member(KbntAvroCursor *cursor, const KbntAvroMember *member, KbntValue *value,
            GError **error)
{
    switch (member->role) {
    case KBNT_AVRO_FIELD:
        return read_field(cursor, member->node, member, value, error);
    case KBNT_AVRO_FLAT:
        return read_record(cursor, member->node, value, error);
    case KBNT_AVRO_CHECKSUM:
        return read_checksum(cursor, member, value, error);
    case KBNT_AVRO_CONSTANT:
        return kbnt_avro_skip(cursor, member->node, error);
    }
    g_assert_not_reached();
}

static void
read_absence(const KbntAvroMember *member, KbntValue *value)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(member->absence, &length);
    KbntAvroCursor cursor = { .start = bytes, .at = bytes, .end = bytes + length };
    gboolean is_read = read_member(&cursor, member, value, NULL);

    g_assert(is_read);
}

static gboolean
read_record(KbntAvroCursor *cursor, const KbntAvroNode *node, KbntValue *value, GError **error)
{
    for (guint i = 0; i < node->n_parts; i++) {
        if (!read_member(cursor, &node->members[i], value, error)) {
            g_prefix_error(error, "'%s': ", node->members[i].name);
            return FALSE;
        }
    }
    for (guint i = 0; node->absent && i < node->absent->len; i++)
        read_absence(node->absent->pdata[i], value);
    return TRUE;
}

KbntValue *
kbnt_avro_decode(const KbntAvroPlan *plan, const guint8 *body, gsize length,
                 KbntAvroRecall *recall, GError **error)
{
    KbntAvroCursor cursor = {
        .start = body, .at = body, .end = body + length, .recall = recall
    };
    g_autoptr(KbntValue) value = kbnt_value_new();

    if (!read_record(&cursor, kbnt_avro_plan_root(plan), value, error))
        return NULL;
    if (cursor.at != cursor.end) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE,
                    "%" G_GSIZE_FORMAT " bytes follow the message",
                    (gsize)(cursor.end - cursor.at));
        return NULL;
    }
    return g_steal_pointer(&value);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serial-read.c: owns the reading of what serial-write.c wrote, of which nothing is trusted.
 *
 * Every end is held against the bounds of what encloses it, every text is checked for its NUL
 * and its encoding, and the depth is bounded. A field that has another type than the table
 * says, or that the table does not know, is left out.
 */
#include <kbnt/kbnt-values.h>
#include <string.h>

#define ALIGNMENT 8
#define DEPTH_MAX 16

/* A part of the bytes; places are counted from the start of the whole. */
typedef struct {
    const guint8 *bytes;
    gsize start;
    gsize end;
} Slice;

/* An array on the way through its items. */
typedef struct {
    Slice items; /* without the table of ends */
    gsize at;    /* where the item before ended */
    gsize table; /* where the ends stand */
    gsize n_left;
    guint width; /* of an end */
} Walk;

static KbntValue *read_fields(Slice slice, guint depth);

static gsize
size_of(Slice slice)
{
    return slice.end - slice.start;
}

static guint
width_of_ends(gsize size)
{
    if (size <= G_MAXUINT8)
        return 1;
    return size <= G_MAXUINT16 ? 2 : 4;
}

static gsize
read_end(const guint8 *bytes, guint width)
{
    guint32 end = 0;

    memcpy(&end, bytes, width);
    return GUINT32_FROM_LE(end);
}

/* FALSE where the table of ends cannot be right. */
static gboolean
walk_begin(Walk *walk, Slice array)
{
    gsize size = size_of(array);
    gsize body;

    *walk = (Walk){ .items = array, .at = array.start, .table = array.end };
    if (size == 0)
        return TRUE;
    walk->width = width_of_ends(size);
    if (size < walk->width)
        return FALSE;
    body = read_end(array.bytes + array.end - walk->width, walk->width);
    if (body > size - walk->width || (size - body) % walk->width != 0)
        return FALSE;
    walk->table = array.start + body;
    walk->items.end = walk->table;
    walk->n_left = (size - body) / walk->width;
    return TRUE;
}

/* FALSE where the item does not lie between the one before and the table. */
static gboolean
walk_next(Walk *walk, gsize alignment, Slice *ret_item)
{
    gsize start = (walk->at + alignment - 1) / alignment * alignment;
    gsize end = walk->items.start + read_end(walk->items.bytes + walk->table, walk->width);

    if (start > end || end > walk->items.end)
        return FALSE;
    *ret_item = (Slice){ walk->items.bytes, start, end };
    walk->at = end;
    walk->table += walk->width;
    walk->n_left--;
    return TRUE;
}

/* Returns: (transfer none) (nullable): the text of a slice, NULL where it is none. */
static const char *
text_of(Slice slice)
{
    const char *text = (const char *)slice.bytes + slice.start;
    gsize size = size_of(slice);

    if (size == 0 || memchr(text, '\0', size) != text + size - 1)
        return NULL;
    return g_utf8_validate_len(text, size - 1, NULL) ? text : NULL;
}

static gboolean
read_text(KbntValue *value, KbntField field, Slice content)
{
    const char *text = text_of(content);

    if (text)
        kbnt_value_set_string(value, field, text);
    return text != NULL;
}

static gboolean
read_texts(KbntValue *value, KbntField field, Slice content)
{
    Walk walk;

    if (!walk_begin(&walk, content))
        return FALSE;
    kbnt_value_set_empty_list(value, field);
    while (walk.n_left > 0) {
        Slice item;
        const char *text = walk_next(&walk, 1, &item) ? text_of(item) : NULL;

        if (!text)
            return FALSE;
        kbnt_value_append_string(value, field, text);
    }
    return TRUE;
}

static gboolean
read_bytes(KbntValue *value, KbntField field, Slice content)
{
    g_autoptr(GBytes) bytes = g_bytes_new(content.bytes + content.start, size_of(content));

    kbnt_value_set_bytes(value, field, bytes);
    return TRUE;
}

static gboolean
read_int(KbntValue *value, KbntField field, Slice content)
{
    gint64 number;

    if (size_of(content) != sizeof number)
        return FALSE;
    memcpy(&number, content.bytes + content.start, sizeof number);
    kbnt_value_set_int(value, field, number);
    return TRUE;
}

static gboolean
read_number(KbntValue *value, KbntField field, Slice content)
{
    double number;

    if (size_of(content) != sizeof number)
        return FALSE;
    memcpy(&number, content.bytes + content.start, sizeof number);
    kbnt_value_set_number(value, field, number);
    return TRUE;
}

static gboolean
read_value(KbntValue *value, KbntField field, Slice content, guint depth)
{
    KbntValue *nested = read_fields(content, depth + 1);

    if (nested)
        kbnt_value_take_value(value, field, nested);
    return nested != NULL;
}

static gboolean
read_values(KbntValue *value, KbntField field, Slice content, guint depth)
{
    Walk walk;

    if (!walk_begin(&walk, content))
        return FALSE;
    kbnt_value_set_empty_list(value, field);
    while (walk.n_left > 0) {
        Slice item;
        KbntValue *nested = walk_next(&walk, ALIGNMENT, &item) ? read_fields(item, depth + 1)
                                                               : NULL;

        if (!nested)
            return FALSE;
        kbnt_value_take_item(value, field, nested);
    }
    return TRUE;
}

/* Returns: (nullable): the GVariant type of a field's content; NULL where it is not known. */
static const char *
type_of_content(KbntField field)
{
    switch (kbnt_field_type(field)) {
    case KBNT_TYPE_NONE:
        return NULL;
    case KBNT_TYPE_NUMBER:
        return "d";
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        return "s";
    case KBNT_TYPE_BYTES:
        return "ay";
    case KBNT_TYPE_VALUE:
        return "a(uv)";
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return "as";
    case KBNT_TYPE_VALUES:
        return "aa(uv)";
    default:
        return "x";
    }
}

static gboolean
read_content(KbntValue *value, KbntField field, Slice content, guint depth)
{
    switch (kbnt_field_type(field)) {
    case KBNT_TYPE_NUMBER:
        return read_number(value, field, content);
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        return read_text(value, field, content);
    case KBNT_TYPE_BYTES:
        return read_bytes(value, field, content);
    case KBNT_TYPE_VALUE:
        return read_value(value, field, content, depth);
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return read_texts(value, field, content);
    case KBNT_TYPE_VALUES:
        return read_values(value, field, content, depth);
    default:
        return read_int(value, field, content);
    }
}

/* Takes the type off the end of a variant; FALSE where there is none. */
static gboolean
split_variant(Slice *variant, const char **ret_type, gsize *ret_length)
{
    gsize end = variant->end;

    while (variant->end > variant->start && variant->bytes[variant->end - 1] != '\0')
        variant->end--;
    if (variant->end == variant->start)
        return FALSE;
    *ret_type = (const char *)variant->bytes + variant->end;
    *ret_length = end - variant->end;
    variant->end--;
    return TRUE;
}

static gboolean
read_field(KbntValue *value, Slice item, guint depth)
{
    Slice content = { item.bytes, item.start + ALIGNMENT, item.end };
    const char *type;
    const char *expected;
    gsize length;
    guint32 number;

    if (size_of(item) < ALIGNMENT || !split_variant(&content, &type, &length))
        return FALSE;
    memcpy(&number, item.bytes + item.start, sizeof number);
    expected = type_of_content(number);
    if (!expected || strlen(expected) != length || memcmp(expected, type, length) != 0)
        return TRUE;
    return read_content(value, number, content, depth);
}

static KbntValue *
read_fields(Slice slice, guint depth)
{
    g_autoptr(KbntValue) value = NULL;
    Walk walk;

    if (depth > DEPTH_MAX || !walk_begin(&walk, slice))
        return NULL;
    value = kbnt_value_new();
    while (walk.n_left > 0) {
        Slice item;

        if (!walk_next(&walk, ALIGNMENT, &item) || !read_field(value, item, depth))
            return NULL;
    }
    return g_steal_pointer(&value);
}

KbntValue *
kbnt_value_from_bytes(GBytes *bytes, GError **error)
{
    KbntValue *value;
    gsize size;
    const guint8 *data;

    g_return_val_if_fail(bytes, NULL);

    data = g_bytes_get_data(bytes, &size);
    value = size <= G_MAXUINT32 ? read_fields((Slice){ data, 0, size }, 0) : NULL;
    if (!value)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT,
                    "A value of %" G_GSIZE_FORMAT " bytes is damaged", size);
    return value;
}

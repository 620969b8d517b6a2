/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serial-write.c: owns the writing of a value as a GVariant of type a(uv).
 *
 * The bytes are those of GVariant (its specification is public and stable), written straight
 * into one buffer: GVariantBuilder takes 20 µs for a request, this takes 2. In short: an item
 * (uv) is the number, four bytes of padding, the content, NUL and the content's type; items
 * begin at multiples of 8; behind the items of an array stand the ends of all of them, counted
 * from the array's start, little-endian, in the least width that can count the whole array.
 */
#include "entry.h"

#include <string.h>

#define ALIGNMENT 8
#define BYTES_AT_FIRST 1024
#define ENDS_AT_FIRST 64

/* The buffer, and the ends of the items of all arrays that are open. */
typedef struct {
    guint8 *bytes;
    guint length;
    guint allocated;
    guint *ends;
    guint n_ends;
    guint n_ends_allocated;
} Writer;

/* Where an array began. */
typedef struct {
    guint start;
    guint n_ends;
} Open;

static void write_fields(Writer *writer, const KbntValue *value);

static void
grow(Writer *writer, gsize length)
{
    while (writer->allocated - writer->length < length) {
        g_assert(writer->allocated <= G_MAXUINT / 2);
        writer->allocated *= 2;
        writer->bytes = g_realloc(writer->bytes, writer->allocated);
    }
}

static inline void
make_room(Writer *writer, gsize length)
{
    if (writer->allocated - writer->length < length)
        grow(writer, length);
}

/* A value is some hundred short pieces: a GByteArray would take as long as all the rest. */
static inline void
append(Writer *writer, gconstpointer data, gsize length)
{
    make_room(writer, length);
    memcpy(writer->bytes + writer->length, data, length);
    writer->length += (guint)length;
}

/* The type of a content, behind it and a NUL. */
#define APPEND_TYPE(writer, type) append(writer, "\0" type, sizeof type)

static inline void
align(Writer *writer)
{
    make_room(writer, ALIGNMENT);
    memset(writer->bytes + writer->length, 0, ALIGNMENT);
    writer->length = (writer->length + ALIGNMENT - 1) & ~(ALIGNMENT - 1u);
}

static Open
open_array(const Writer *writer)
{
    return (Open){ .start = writer->length, .n_ends = writer->n_ends };
}

static inline void
end_item(Writer *writer)
{
    if (writer->n_ends == writer->n_ends_allocated) {
        writer->n_ends_allocated *= 2;
        writer->ends = g_renew(guint, writer->ends, writer->n_ends_allocated);
    }
    writer->ends[writer->n_ends++] = writer->length;
}

static guint
width_of_ends(gsize body, gsize n_items)
{
    if (body + n_items <= G_MAXUINT8)
        return 1;
    return body + 2 * n_items <= G_MAXUINT16 ? 2 : 4;
}

/* Four bytes are written of each end; what is too much is under the next. */
static void
close_array(Writer *writer, Open open)
{
    guint n_items = writer->n_ends - open.n_ends;
    guint width = width_of_ends(writer->length - open.start, n_items);

    make_room(writer, (n_items + 1) * sizeof(guint32));
    for (guint i = open.n_ends; i < writer->n_ends; i++) {
        guint32 end = GUINT32_TO_LE(writer->ends[i] - open.start);

        memcpy(writer->bytes + writer->length, &end, sizeof end);
        writer->length += width;
    }
    writer->n_ends = open.n_ends;
}

static void
write_text(Writer *writer, const char *text)
{
    append(writer, text, strlen(text) + 1);
}

static void
write_texts(Writer *writer, const KbntList *list)
{
    Open open = open_array(writer);

    for (guint i = 0; i < list->length; i++) {
        write_text(writer, list->items[i]);
        end_item(writer);
    }
    close_array(writer, open);
}

static void
write_values(Writer *writer, const KbntList *list)
{
    Open open = open_array(writer);

    for (guint i = 0; i < list->length; i++) {
        align(writer);
        write_fields(writer, list->items[i]);
        end_item(writer);
    }
    close_array(writer, open);
}

static void
write_bytes(Writer *writer, GBytes *bytes)
{
    gsize size;
    gconstpointer data = g_bytes_get_data(bytes, &size);

    if (size > 0)
        append(writer, data, size);
}

static void
write_content(Writer *writer, const KbntEntry *entry)
{
    switch (entry->kept) {
    case KBNT_KEPT_AS_REAL:
        append(writer, &entry->as.real, sizeof entry->as.real);
        APPEND_TYPE(writer, "d");
        break;
    case KBNT_KEPT_AS_TEXT:
        write_text(writer, entry->as.text);
        APPEND_TYPE(writer, "s");
        break;
    case KBNT_KEPT_AS_BYTES:
        write_bytes(writer, entry->as.bytes);
        APPEND_TYPE(writer, "ay");
        break;
    case KBNT_KEPT_AS_VALUE:
        write_fields(writer, entry->as.value);
        APPEND_TYPE(writer, "a(uv)");
        break;
    case KBNT_KEPT_AS_TEXTS:
        write_texts(writer, entry->as.list);
        APPEND_TYPE(writer, "as");
        break;
    case KBNT_KEPT_AS_VALUES:
        write_values(writer, entry->as.list);
        APPEND_TYPE(writer, "aa(uv)");
        break;
    default:
        append(writer, &entry->as.number, sizeof entry->as.number);
        APPEND_TYPE(writer, "x");
    }
}

static void
write_fields(Writer *writer, const KbntValue *value)
{
    Open open = open_array(writer);
    guint n_entries;
    const KbntEntry *entries = kbnt_value_entries(value, &n_entries);

    for (guint i = 0; i < n_entries; i++) {
        guint32 number = (guint32)entries[i].field;

        align(writer);
        append(writer, &number, sizeof number);
        align(writer);
        write_content(writer, &entries[i]);
        end_item(writer);
    }
    close_array(writer, open);
}

GBytes *
kbnt_value_to_bytes(const KbntValue *value)
{
    Writer writer = { .allocated = BYTES_AT_FIRST, .n_ends_allocated = ENDS_AT_FIRST };

    g_return_val_if_fail(value, NULL);

    writer.bytes = g_malloc(writer.allocated);
    writer.ends = g_new(guint, writer.n_ends_allocated);
    write_fields(&writer, value);
    g_free(writer.ends);
    return g_bytes_new_take(writer.bytes, writer.length);
}

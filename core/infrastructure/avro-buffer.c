/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-buffer.c: owns the bytes of a message while it is written. Avro 1.11, "Binary Encoding".
 */
#include "avro-buffer.h"

#include <string.h>

/* Most messages fit into the first allocation. */
#define FIRST_SIZE_BYTES 1024
#define LONG_BYTES_MAX 10

static guint8 *
reserve(KbntAvroBuffer *buffer, gsize n_bytes)
{
    if (buffer->size - buffer->length < n_bytes) {
        buffer->size = MAX(FIRST_SIZE_BYTES, 2 * (buffer->length + n_bytes));
        buffer->data = g_realloc(buffer->data, buffer->size);
    }
    return buffer->data + buffer->length;
}

void
kbnt_avro_put_raw(KbntAvroBuffer *buffer, gconstpointer bytes, gsize length)
{
    if (length == 0)
        return;
    memcpy(reserve(buffer, length), bytes, length);
    buffer->length += length;
}

void
kbnt_avro_put_long(KbntAvroBuffer *buffer, gint64 number)
{
    guint64 raw = ((guint64)number << 1) ^ (number < 0 ? G_MAXUINT64 : 0);
    guint8 *at = reserve(buffer, LONG_BYTES_MAX);
    guint8 *start = at;

    while (raw > 0x7f) {
        *at++ = (guint8)(raw | 0x80);
        raw >>= 7;
    }
    *at++ = (guint8)raw;
    buffer->length += (gsize)(at - start);
}

void
kbnt_avro_put_boolean(KbntAvroBuffer *buffer, gboolean truth)
{
    *reserve(buffer, 1) = truth ? 1 : 0;
    buffer->length++;
}

void
kbnt_avro_put_double(KbntAvroBuffer *buffer, double number)
{
    guint64 raw;

    memcpy(&raw, &number, sizeof raw);
    raw = GUINT64_TO_LE(raw);
    kbnt_avro_put_raw(buffer, &raw, sizeof raw);
}

void
kbnt_avro_put_string(KbntAvroBuffer *buffer, const char *text)
{
    gsize length = strlen(text);

    kbnt_avro_put_long(buffer, (gint64)length);
    kbnt_avro_put_raw(buffer, text, length);
}

GBytes *
kbnt_avro_buffer_steal(KbntAvroBuffer *buffer)
{
    gsize length = buffer->length;

    buffer->length = 0;
    buffer->size = 0;
    return g_bytes_new_take(g_steal_pointer(&buffer->data), length);
}

void
kbnt_avro_buffer_clear(KbntAvroBuffer *buffer)
{
    g_free(buffer->data);
    *buffer = (KbntAvroBuffer){ 0 };
}

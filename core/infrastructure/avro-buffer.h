/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-buffer.h: owns the bytes of a message while it is written, and Avro's primitive types.
 */
#ifndef KBNT_AVRO_BUFFER_H
#define KBNT_AVRO_BUFFER_H

#include <glib.h>

/**
 * KbntAvroBuffer:
 * @data: (nullable): what is written
 * @length: bytes in it
 * @size: bytes that it has room for
 *
 * A growing array of bytes; { 0 } is an empty one.
 */
typedef struct {
    guint8 *data;
    gsize length;
    gsize size;
} KbntAvroBuffer;

void kbnt_avro_put_raw(KbntAvroBuffer *buffer, gconstpointer bytes, gsize length);
void kbnt_avro_put_long(KbntAvroBuffer *buffer, gint64 number);
void kbnt_avro_put_boolean(KbntAvroBuffer *buffer, gboolean truth);
void kbnt_avro_put_double(KbntAvroBuffer *buffer, double number);
void kbnt_avro_put_string(KbntAvroBuffer *buffer, const char *text);

/**
 * kbnt_avro_buffer_steal:
 *
 * Returns: (transfer full): what was written; the buffer is empty again.
 */
GBytes *kbnt_avro_buffer_steal(KbntAvroBuffer *buffer);

void kbnt_avro_buffer_clear(KbntAvroBuffer *buffer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KbntAvroBuffer, kbnt_avro_buffer_clear)

#endif

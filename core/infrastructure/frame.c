/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns Confluent's wire format: a zero byte, and the id of the schema in four bytes, the most
 * significant first. */
#include "frame.h"

#include <string.h>

#define MAGIC 0

void
kbnt_frame_put(KbntAvroBuffer *buffer, guint32 schema_id)
{
    const guint8 magic = MAGIC;
    guint32 id = GUINT32_TO_BE(schema_id);

    kbnt_avro_put_raw(buffer, &magic, sizeof magic);
    kbnt_avro_put_raw(buffer, &id, sizeof id);
}

gboolean
kbnt_frame_read(const guint8 *bytes, gsize length, guint32 *ret_schema_id, GError **error)
{
    guint32 id;

    if (length < KBNT_FRAME_BYTES || bytes[0] != MAGIC) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE,
                    "the value does not begin with 0 and a schema id");
        return FALSE;
    }
    if (length > KBNT_RECORD_BYTES_MAX) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE, "the value is over 1 MiB");
        return FALSE;
    }
    memcpy(&id, bytes + 1, sizeof id);
    *ret_schema_id = GUINT32_FROM_BE(id);
    return TRUE;
}

guint32
kbnt_frame_schema_of(const KbntValue *record)
{
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);
    gsize length = 0;
    const guint8 *bytes = body ? g_bytes_get_data(body, &length) : NULL;
    guint32 id = 0;

    kbnt_frame_read(bytes, length, &id, NULL);
    return id;
}

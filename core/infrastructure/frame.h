/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns Confluent's wire format: what stands before the body of a message. */
#pragma once

#include "avro-buffer.h"

#include <kbnt/kbnt-values.h>

#define KBNT_FRAME_BYTES 5

/* The most bytes of a message with its frame. */
#define KBNT_RECORD_BYTES_MAX (1024 * 1024)

void kbnt_frame_put(KbntAvroBuffer *buffer, guint32 schema_id);

/* Fails with UNDECODABLE, also where the whole is longer than a message may be. */
gboolean kbnt_frame_read(const guint8 *bytes, gsize length, guint32 *ret_schema_id,
                         GError **error);

/* Returns: the id of the schema that a record names; 0 where it names none. */
guint32 kbnt_frame_schema_of(const KbntValue *record);

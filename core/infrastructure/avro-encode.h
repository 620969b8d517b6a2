/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-encode.h: owns the way from a value to a message's body.
 */
#ifndef KBNT_AVRO_ENCODE_H
#define KBNT_AVRO_ENCODE_H

#include "avro-buffer.h"
#include "avro-plan.h"
#include "avro-recall.h"

/**
 * kbnt_avro_encode:
 * @plan: ours
 * @value: (transfer none)
 * @with_secrets: whether the plan may carry secret fields; else a nested value that has one
 *   is refused
 * @recall: (nullable): the histories written of late
 * @buffer: what the body is appended to
 * @ret_checksum: (out) (nullable): KBNT_SHA256_TEXT_BYTES bytes: what stands in the checksum
 *   field, untouched where the schema has none
 *
 * Returns: FALSE with INTERNAL where a field without default is not set, or does not fit.
 */
gboolean kbnt_avro_encode(const KbntAvroPlan *plan, const KbntValue *value,
                          gboolean with_secrets, KbntAvroRecall *recall, KbntAvroBuffer *buffer,
                          char *ret_checksum, GError **error);

#endif

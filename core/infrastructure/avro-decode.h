/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-decode.h: owns the way from a message's body to a value.
 */
#ifndef KBNT_AVRO_DECODE_H
#define KBNT_AVRO_DECODE_H

#include "avro-plan.h"
#include "avro-recall.h"

/**
 * kbnt_avro_decode:
 * @plan: the writer's, aligned with ours where it is not ours
 * @body: untrusted
 * @recall: (nullable): the histories read of late, by this very plan
 *
 * Returns: (transfer full) (nullable): the value, or NULL with UNDECODABLE, SCHEMA_UNKNOWN (a
 *   symbol or a kind of specification that this version does not know) or CHECKSUM_MISMATCH.
 */
KbntValue *kbnt_avro_decode(const KbntAvroPlan *plan, const guint8 *body, gsize length,
                            KbntAvroRecall *recall, GError **error);

#endif

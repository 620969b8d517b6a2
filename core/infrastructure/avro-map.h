/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-map.h: owns what each field of a schema means: which field of a KbntValue it is.
 */
#ifndef KBNT_AVRO_MAP_H
#define KBNT_AVRO_MAP_H

#include <kbnt/kbnt-values.h>

/**
 * KbntAvroRole:
 * @KBNT_AVRO_FIELD: it is a field of the value
 * @KBNT_AVRO_FLAT: a record whose fields belong to the value around it (payload)
 * @KBNT_AVRO_CHECKSUM: the SHA-256 of the bytes before it
 * @KBNT_AVRO_CONSTANT: written as its default, skipped when read; also a stranger's field
 *
 * What a codec does with a field of a record.
 */
typedef enum {
    KBNT_AVRO_FIELD = 1,
    KBNT_AVRO_FLAT,
    KBNT_AVRO_CHECKSUM,
    KBNT_AVRO_CONSTANT,
} KbntAvroRole;

/**
 * kbnt_avro_map:
 * @record: (transfer none): the record's name without its namespace
 * @name: (transfer none): the field's name
 * @ret_field: (out): which field it is with KBNT_AVRO_FIELD and KBNT_AVRO_CHECKSUM, else 0
 *
 * Returns: the role of the field; KBNT_AVRO_CONSTANT where nothing is known about it.
 */
KbntAvroRole kbnt_avro_map(const char *record, const char *name, KbntField *ret_field);

#endif

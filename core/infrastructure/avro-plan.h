/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-plan.h: owns a schema compiled for coding: which field of a KbntValue stands where.
 *
 * A plan is made once for each schema and then read only, on any thread. Reading follows the
 * writer's plan and maps by name; what the writer's schema lacks is taken from the defaults of
 * ours (kbnt_avro_plan_align). Whatever is not set is written as its default, so that a
 * default exists once: in the .avsc.
 */
#ifndef KBNT_AVRO_PLAN_H
#define KBNT_AVRO_PLAN_H

#include "avro-map.h"

typedef enum {
    KBNT_AVRO_NULL = 1,
    KBNT_AVRO_BOOLEAN,
    KBNT_AVRO_INT,
    KBNT_AVRO_LONG,
    KBNT_AVRO_FLOAT,
    KBNT_AVRO_DOUBLE,
    KBNT_AVRO_BYTES,
    KBNT_AVRO_STRING,
    KBNT_AVRO_ENUM,
    KBNT_AVRO_FIXED,
    KBNT_AVRO_ARRAY,
    KBNT_AVRO_MAP,
    KBNT_AVRO_RECORD,
    KBNT_AVRO_UNION,
} KbntAvroKind;

typedef struct KbntAvroNode KbntAvroNode;
typedef struct KbntAvroMember KbntAvroMember;

/**
 * KbntAvroMember:
 * @absence: (nullable): the encoded default; NULL where the schema gives none
 *
 * A field of a record.
 */
struct KbntAvroMember {
    char *name;
    KbntAvroRole role;
    KbntField field;
    KbntType type;
    KbntAvroNode *node;
    GBytes *absence;
};

/**
 * KbntAvroNode:
 * @name: (nullable): of a record, an enum or a fixed, without its namespace
 * @n_parts: fields of a record, branches of a union
 * @items: what an array or a map holds
 * @symbols: (nullable): of an enum, NULL-terminated
 * @size_bytes: of a fixed
 * @absent: (element-type KbntAvroMember) (nullable): fields of our record that the writer's
 *   lacks, to be read from their defaults
 * @is_foreign: a record that ours does not have in this place
 *
 * A type in a schema.
 */
struct KbntAvroNode {
    KbntAvroKind kind;
    guint n_parts;
    char *name;
    KbntAvroMember *members;
    KbntAvroNode **branches;
    KbntAvroNode *items;
    char **symbols;
    gsize size_bytes;
    GPtrArray *absent;
    gboolean is_foreign;
};

typedef struct KbntAvroPlan KbntAvroPlan;

/**
 * kbnt_avro_plan_new:
 * @text: (transfer none): the schema in JSON, untrusted
 * @length: its bytes
 *
 * Returns: (transfer full) (nullable): the plan, or NULL with SCHEMA_UNKNOWN: not a schema, or
 *   one that nests deeper or is larger than any of ours could grow.
 */
KbntAvroPlan *kbnt_avro_plan_new(const char *text, gsize length, GError **error);

/**
 * kbnt_avro_plan_align:
 * @plan: of a foreign writer, not used yet
 * @own: (transfer none): our plan for the same subject; outlives @plan
 *
 * Prepares @plan for reading where its schema is not ours.
 *
 * Returns: FALSE with SCHEMA_UNKNOWN where the two cannot be reconciled.
 */
gboolean kbnt_avro_plan_align(KbntAvroPlan *plan, const KbntAvroPlan *own, GError **error);

/**
 * kbnt_avro_plan_set_default:
 * @name: (transfer none): a string field of the outermost record
 * @text: (transfer none): what is written where it is not set
 */
void kbnt_avro_plan_set_default(KbntAvroPlan *plan, const char *name, const char *text);

/**
 * kbnt_avro_plan_root:
 *
 * Returns: (transfer none): the outermost record, to be changed by kbnt_avro_plan_align() only.
 */
KbntAvroNode *kbnt_avro_plan_root(const KbntAvroPlan *plan);

void kbnt_avro_plan_free(KbntAvroPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntAvroPlan, kbnt_avro_plan_free)

#endif

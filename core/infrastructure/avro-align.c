/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-align.c: owns what makes a foreign writer's plan readable: which of its fields are ours,
 * and which of ours it lacks. Avro 1.11, "Schema Resolution".
 */
#include "avro-plan.h"

static gboolean align(KbntAvroNode *node, const KbntAvroNode *own, GError **error);

static KbntAvroMember *
find_member(const KbntAvroNode *record, const char *name)
{
    for (guint i = 0; i < record->n_parts; i++) {
        if (g_str_equal(record->members[i].name, name))
            return &record->members[i];
    }
    return NULL;
}

/* What ours lacks is skipped, whatever its name: a writer adds no fields of its own choosing.
 */
static void
forget_strangers(KbntAvroNode *node, const KbntAvroNode *own)
{
    for (guint i = 0; i < node->n_parts; i++) {
        if (!find_member(own, node->members[i].name))
            node->members[i].role = KBNT_AVRO_CONSTANT;
    }
}

static gboolean
align_record(KbntAvroNode *node, const KbntAvroNode *own, GError **error)
{
    forget_strangers(node, own);
    node->absent = g_ptr_array_new();
    for (guint i = 0; i < own->n_parts; i++) {
        KbntAvroMember *ours = &own->members[i];
        KbntAvroMember *theirs = find_member(node, ours->name);

        if (theirs && !align(theirs->node, ours->node, error))
            return FALSE;
        if (theirs)
            continue;
        if (!ours->absence) {
            g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                        "the schema lacks '%s', which has no default", ours->name);
            return FALSE;
        }
        g_ptr_array_add(node->absent, ours);
    }
    return TRUE;
}

static const KbntAvroNode *
find_branch(const KbntAvroNode *own, const KbntAvroNode *branch)
{
    for (guint i = 0; i < own->n_parts; i++) {
        const KbntAvroNode *candidate = own->branches[i];

        if (candidate->kind == branch->kind &&
            (branch->kind != KBNT_AVRO_RECORD || g_str_equal(candidate->name, branch->name)))
            return candidate;
    }
    return NULL;
}

static gboolean
align_branch(KbntAvroNode *branch, const KbntAvroNode *own, GError **error)
{
    const KbntAvroNode *ours = own->kind == KBNT_AVRO_UNION ? find_branch(own, branch) : own;

    branch->is_foreign = branch->kind == KBNT_AVRO_RECORD && !ours;
    return !ours || branch->kind != ours->kind || align(branch, ours, error);
}

static gboolean
align(KbntAvroNode *node, const KbntAvroNode *own, GError **error)
{
    if (node->kind == KBNT_AVRO_UNION) {
        for (guint i = 0; i < node->n_parts; i++) {
            if (!align_branch(node->branches[i], own, error))
                return FALSE;
        }
        return TRUE;
    }
    if (own->kind == KBNT_AVRO_UNION)
        return align_branch(node, own, error);
    if (node->kind == KBNT_AVRO_ARRAY && own->kind == KBNT_AVRO_ARRAY)
        return align(node->items, own->items, error);
    if (node->kind == KBNT_AVRO_RECORD && own->kind == KBNT_AVRO_RECORD)
        return align_record(node, own, error);
    return TRUE;
}

gboolean
kbnt_avro_plan_align(KbntAvroPlan *plan, const KbntAvroPlan *own, GError **error)
{
    return align(kbnt_avro_plan_root(plan), kbnt_avro_plan_root(own), error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-encode.c: owns the way from a value to a message's body. It keeps no state of its own:
 * any thread may encode, each with a recall that is its alone meanwhile.
 */
#include "avro-encode.h"

#include "checksum.h"

typedef struct {
    KbntAvroBuffer *buffer;
    gsize start;
    gboolean with_secrets;
    KbntAvroRecall *recall;
    char *ret_checksum;
} Writer;

static gboolean write_record(Writer *writer, const KbntAvroNode *node, const KbntValue *value,
                             GError **error);

static gboolean
refuse(const KbntAvroMember *member, const char *why, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_INTERNAL, "field '%s' of a message %s",
                member->name, why);
    return FALSE;
}

static gboolean
write_absence(Writer *writer, const KbntAvroMember *member, GError **error)
{
    gsize length;
    gconstpointer bytes;

    if (!member->absence)
        return refuse(member, "is not set", error);
    bytes = g_bytes_get_data(member->absence, &length);
    kbnt_avro_put_raw(writer->buffer, bytes, length);
    return TRUE;
}

static gboolean
write_text(Writer *writer, const KbntAvroMember *member, const KbntValue *value, GError **error)
{
    const char *text;

    if (member->type < KBNT_TYPE_HALF)
        text = kbnt_value_get_string(value, member->field);
    else
        text = kbnt_enum_name(member->type, kbnt_value_get_int(value, member->field));
    if (!text)
        return refuse(member, "is not one of its symbols", error);
    kbnt_avro_put_string(writer->buffer, text);
    return TRUE;
}

static gboolean
write_int(Writer *writer, const KbntAvroMember *member, const KbntValue *value, GError **error)
{
    gint64 number = kbnt_value_get_int(value, member->field);

    if (number < G_MININT32 || number > G_MAXINT32)
        return refuse(member, "has more than 32 bits", error);
    kbnt_avro_put_long(writer->buffer, number);
    return TRUE;
}

static gboolean
write_items(Writer *writer, const KbntAvroNode *node, const KbntAvroMember *member,
            const KbntValue *value, GError **error)
{
    for (guint i = 0; i < kbnt_value_length(value, member->field); i++) {
        if (node->items->kind == KBNT_AVRO_STRING)
            kbnt_avro_put_string(writer->buffer,
                                 kbnt_value_nth_string(value, member->field, i));
        else if (!write_record(writer, node->items,
                               kbnt_value_nth_value(value, member->field, i), error))
            return FALSE;
    }
    return TRUE;
}

/* The first of them are copied where they were written before. */
static gboolean
write_history(Writer *writer, const KbntAvroNode *node, const KbntValue *value,
              KbntAvroItems *items, GError **error)
{
    guint n_known = kbnt_avro_items_match_values(items, value, KBNT_FIELD_HISTORY);
    gsize length;
    const guint8 *bytes = kbnt_avro_items_bytes(items, n_known, &length);

    kbnt_avro_put_raw(writer->buffer, bytes, length);
    for (guint i = n_known; i < kbnt_value_length(value, KBNT_FIELD_HISTORY); i++) {
        const KbntValue *item = kbnt_value_nth_value(value, KBNT_FIELD_HISTORY, i);
        gsize start = writer->buffer->length;

        if (!write_record(writer, node->items, item, error))
            return FALSE;
        kbnt_avro_items_put(items, i, writer->buffer->data + start,
                            writer->buffer->length - start, item);
    }
    return TRUE;
}

static gboolean
write_array(Writer *writer, const KbntAvroNode *node, const KbntAvroMember *member,
            const KbntValue *value, GError **error)
{
    guint n_items = kbnt_value_length(value, member->field);
    KbntAvroItems *items = writer->recall && member->field == KBNT_FIELD_HISTORY
                               ? kbnt_avro_recall_open(writer->recall, value)
                               : NULL;

    if (n_items > 0)
        kbnt_avro_put_long(writer->buffer, n_items);
    if (items ? !write_history(writer, node, value, items, error)
              : !write_items(writer, node, member, value, error))
        return FALSE;
    kbnt_avro_put_long(writer->buffer, 0);
    return TRUE;
}

/* Whether the value has all that the record asks for. */
static gboolean
fits(const KbntAvroNode *record, const KbntValue *value)
{
    for (guint i = 0; i < record->n_parts; i++) {
        const KbntAvroMember *member = &record->members[i];

        if (!member->absence && !kbnt_value_has(value, member->field))
            return FALSE;
    }
    return TRUE;
}

/* Of several records the first one that fits is meant: the schema's order decides. */
static gint
choose_branch(const KbntAvroNode *node, const KbntValue *nested)
{
    for (guint i = 0; i < node->n_parts; i++) {
        const KbntAvroNode *branch = node->branches[i];

        if (branch->kind == KBNT_AVRO_NULL)
            continue;
        if (!nested || fits(branch, nested))
            return (gint)i;
    }
    return -1;
}

static gboolean
write_field(Writer *writer, const KbntAvroNode *node, const KbntAvroMember *member,
            const KbntValue *value, GError **error)
{
    gint branch;

    switch (node->kind) {
    case KBNT_AVRO_BOOLEAN:
        kbnt_avro_put_boolean(writer->buffer, kbnt_value_get_int(value, member->field) != 0);
        return TRUE;
    case KBNT_AVRO_INT:
        return write_int(writer, member, value, error);
    case KBNT_AVRO_LONG:
        kbnt_avro_put_long(writer->buffer, kbnt_value_get_int(value, member->field));
        return TRUE;
    case KBNT_AVRO_DOUBLE:
        kbnt_avro_put_double(writer->buffer, kbnt_value_get_number(value, member->field));
        return TRUE;
    case KBNT_AVRO_STRING:
        return write_text(writer, member, value, error);
    case KBNT_AVRO_ARRAY:
        return write_array(writer, node, member, value, error);
    case KBNT_AVRO_RECORD:
        return write_record(writer, node, kbnt_value_get_value(value, member->field), error);
    case KBNT_AVRO_UNION:
        branch = choose_branch(node, member->type == KBNT_TYPE_VALUE
                                         ? kbnt_value_get_value(value, member->field)
                                         : NULL);
        if (branch < 0)
            return refuse(member, "lacks what each of its kinds asks for", error);
        kbnt_avro_put_long(writer->buffer, branch);
        return write_field(writer, node->branches[branch], member, value, error);
    case KBNT_AVRO_NULL:
    case KBNT_AVRO_FLOAT:
    case KBNT_AVRO_BYTES:
    case KBNT_AVRO_ENUM:
    case KBNT_AVRO_FIXED:
    case KBNT_AVRO_MAP:
        return refuse(member, "has a type that our schemas do not use", error);
    }
    g_assert_not_reached();
}

static void
write_checksum(Writer *writer)
{
    char checksum[KBNT_SHA256_TEXT_BYTES];

    kbnt_sha256_text(writer->buffer->data + writer->start,
                     writer->buffer->length - writer->start, checksum);
    kbnt_avro_put_string(writer->buffer, checksum);
    if (writer->ret_checksum)
        g_strlcpy(writer->ret_checksum, checksum, KBNT_SHA256_TEXT_BYTES);
}

static gboolean
write_member(Writer *writer, const KbntAvroMember *member, const KbntValue *value,
             GError **error)
{
    switch (member->role) {
    case KBNT_AVRO_FIELD:
        if (!kbnt_value_has(value, member->field))
            return write_absence(writer, member, error);
        return write_field(writer, member->node, member, value, error);
    case KBNT_AVRO_FLAT:
        return write_record(writer, member->node, value, error);
    case KBNT_AVRO_CHECKSUM:
        write_checksum(writer);
        return TRUE;
    case KBNT_AVRO_CONSTANT:
        return write_absence(writer, member, error);
    }
    g_assert_not_reached();
}

static gboolean
has_secret(const KbntValue *value)
{
    for (guint i = 0; i < kbnt_value_n_fields(value); i++) {
        KbntType type = kbnt_field_type(kbnt_value_nth_field(value, i));

        if (type == KBNT_TYPE_SECRET || type == KBNT_TYPE_SECRETS)
            return TRUE;
    }
    return FALSE;
}

static gboolean
write_record(Writer *writer, const KbntAvroNode *node, const KbntValue *value, GError **error)
{
    if (!writer->with_secrets && has_secret(value)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_INTERNAL,
                    "a '%s' with a secret field; only its sha256 may leave in an event",
                    node->name);
        return FALSE;
    }
    for (guint i = 0; i < node->n_parts; i++) {
        if (!write_member(writer, &node->members[i], value, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
kbnt_avro_encode(const KbntAvroPlan *plan, const KbntValue *value, gboolean with_secrets,
                 KbntAvroRecall *recall, KbntAvroBuffer *buffer, char *ret_checksum,
                 GError **error)
{
    Writer writer = {
        .buffer = buffer,
        .start = buffer->length,
        .with_secrets = with_secrets,
        .recall = recall,
        .ret_checksum = ret_checksum,
    };

    return write_record(&writer, kbnt_avro_plan_root(plan), value, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serial.c: owns the bytes of a value: a GVariant of type a(uv), field number and content.
 *
 * Nested values are a(uv) again. The bytes live in a store's own rows, but a row may be
 * damaged, so that reading trusts nothing: GVariant bounds every offset, the depth is bounded
 * here, and a field whose content has another type than the table says is left out.
 */
#include <kbnt/kbnt-values.h>

#define FIELDS_TYPE G_VARIANT_TYPE("a(uv)")
#define LIST_TYPE G_VARIANT_TYPE("aa(uv)")
#define DEPTH_MAX 16

static GVariant *write_fields(const KbntValue *value);
static KbntValue *read_fields(GVariant *fields, guint depth);

static GVariant *
write_bytes(GBytes *bytes)
{
    return g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static GVariant *
write_strings(const KbntValue *value, KbntField field)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < kbnt_value_length(value, field); i++)
        g_variant_builder_add_value(
            &builder, g_variant_new_string(kbnt_value_nth_string(value, field, i)));
    return g_variant_builder_end(&builder);
}

static GVariant *
write_values(const KbntValue *value, KbntField field)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, LIST_TYPE);
    for (guint i = 0; i < kbnt_value_length(value, field); i++)
        g_variant_builder_add_value(&builder,
                                    write_fields(kbnt_value_nth_value(value, field, i)));
    return g_variant_builder_end(&builder);
}

static GVariant *
write_field(const KbntValue *value, KbntField field)
{
    switch (kbnt_field_type(field)) {
    case KBNT_TYPE_NUMBER:
        return g_variant_new_double(kbnt_value_get_number(value, field));
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        return g_variant_new_string(kbnt_value_get_string(value, field));
    case KBNT_TYPE_BYTES:
        return write_bytes(kbnt_value_get_bytes(value, field));
    case KBNT_TYPE_VALUE:
        return write_fields(kbnt_value_get_value(value, field));
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return write_strings(value, field);
    case KBNT_TYPE_VALUES:
        return write_values(value, field);
    default:
        return g_variant_new_int64(kbnt_value_get_int(value, field));
    }
}

static GVariant *
write_fields(const KbntValue *value)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, FIELDS_TYPE);
    for (guint i = 0; i < kbnt_value_n_fields(value); i++) {
        KbntField field = kbnt_value_nth_field(value, i);

        g_variant_builder_add(&builder, "(uv)", (guint32)field, write_field(value, field));
    }
    return g_variant_builder_end(&builder);
}

static void
read_strings(KbntValue *value, KbntField field, GVariant *content)
{
    g_autofree const char **texts = g_variant_get_strv(content, NULL);

    kbnt_value_set_empty_list(value, field);
    for (const char **text = texts; *text; text++)
        kbnt_value_append_string(value, field, *text);
}

static gboolean
read_value(KbntValue *value, KbntField field, GVariant *content, guint depth)
{
    KbntValue *nested = read_fields(content, depth + 1);

    if (!nested)
        return FALSE;
    kbnt_value_take_value(value, field, nested);
    return TRUE;
}

static gboolean
read_values(KbntValue *value, KbntField field, GVariant *content, guint depth)
{
    kbnt_value_set_empty_list(value, field);
    for (gsize i = 0; i < g_variant_n_children(content); i++) {
        g_autoptr(GVariant) item = g_variant_get_child_value(content, i);
        KbntValue *nested = read_fields(item, depth + 1);

        if (!nested)
            return FALSE;
        kbnt_value_take_item(value, field, nested);
    }
    return TRUE;
}

static const GVariantType *
type_of_content(KbntField field)
{
    switch (kbnt_field_type(field)) {
    case KBNT_TYPE_NONE:
        return NULL;
    case KBNT_TYPE_NUMBER:
        return G_VARIANT_TYPE_DOUBLE;
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        return G_VARIANT_TYPE_STRING;
    case KBNT_TYPE_BYTES:
        return G_VARIANT_TYPE_BYTESTRING;
    case KBNT_TYPE_VALUE:
        return FIELDS_TYPE;
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return G_VARIANT_TYPE_STRING_ARRAY;
    case KBNT_TYPE_VALUES:
        return LIST_TYPE;
    default:
        return G_VARIANT_TYPE_INT64;
    }
}

/* Returns: FALSE where values are nested too deep. */
static gboolean
read_field(KbntValue *value, KbntField field, GVariant *content, guint depth)
{
    switch (kbnt_field_type(field)) {
    case KBNT_TYPE_NUMBER:
        kbnt_value_set_number(value, field, g_variant_get_double(content));
        return TRUE;
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        kbnt_value_set_string(value, field, g_variant_get_string(content, NULL));
        return TRUE;
    case KBNT_TYPE_BYTES: {
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(content);

        kbnt_value_set_bytes(value, field, bytes);
        return TRUE;
    }
    case KBNT_TYPE_VALUE:
        return read_value(value, field, content, depth);
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        read_strings(value, field, content);
        return TRUE;
    case KBNT_TYPE_VALUES:
        return read_values(value, field, content, depth);
    default:
        kbnt_value_set_int(value, field, g_variant_get_int64(content));
        return TRUE;
    }
}

static KbntValue *
read_fields(GVariant *fields, guint depth)
{
    g_autoptr(KbntValue) value = kbnt_value_new();

    if (depth > DEPTH_MAX)
        return NULL;
    for (gsize i = 0; i < g_variant_n_children(fields); i++) {
        g_autoptr(GVariant) content = NULL;
        const GVariantType *type;
        guint32 field;

        g_variant_get_child(fields, i, "(uv)", &field, &content);
        type = type_of_content(field);
        if (!type || !g_variant_is_of_type(content, type))
            continue;
        if (!read_field(value, field, content, depth))
            return NULL;
    }
    return g_steal_pointer(&value);
}

GBytes *
kbnt_value_to_bytes(const KbntValue *value)
{
    g_autoptr(GVariant) fields = NULL;

    g_return_val_if_fail(value, NULL);

    fields = g_variant_ref_sink(write_fields(value));
    return g_variant_get_data_as_bytes(fields);
}

KbntValue *
kbnt_value_from_bytes(GBytes *bytes, GError **error)
{
    g_autoptr(GVariant) fields = NULL;
    KbntValue *value = NULL;

    g_return_val_if_fail(bytes, NULL);

    fields = g_variant_ref_sink(g_variant_new_from_bytes(FIELDS_TYPE, bytes, FALSE));
    if (g_variant_is_normal_form(fields))
        value = read_fields(fields, 0);
    if (!value)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT,
                    "A value of %" G_GSIZE_FORMAT " bytes is damaged", g_bytes_get_size(bytes));
    return value;
}

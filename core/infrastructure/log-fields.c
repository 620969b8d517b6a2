/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how the fields of a value look in a line of the log. */
#include "log-fields.h"

char *
kbnt_log_time_text(gint64 wall_ms)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(wall_ms / 1000);
    g_autofree char *text = second ? g_date_time_format(second, "%Y-%m-%dT%H:%M:%S") : NULL;
    return text ? g_strdup_printf("%s.%03dZ", text, (gint)(wall_ms % 1000)) : g_strdup("");
}

static json_t *
time_json(gint64 wall_ms)
{
    g_autofree char *text = kbnt_log_time_text(wall_ms);
    return json_string(text);
}

static json_t *
strings_json(const KbntValue *fields, KbntField field)
{
    json_t *array = json_array();
    for (guint i = 0; i < kbnt_value_length(fields, field); i++)
        json_array_append_new(array, json_string(kbnt_value_nth_string(fields, field, i)));
    return array;
}

static json_t *
value_json(const KbntValue *nested)
{
    json_t *object = json_object();
    kbnt_log_fields_add(object, nested);
    return object;
}

static json_t *
values_json(const KbntValue *fields, KbntField field)
{
    json_t *array = json_array();
    for (guint i = 0; i < kbnt_value_length(fields, field); i++)
        json_array_append_new(array, value_json(kbnt_value_nth_value(fields, field, i)));
    return array;
}

/* NULL for what is not shown: secrets, and bytes, which are records with secrets in them. */
static json_t *
field_json(const KbntValue *fields, KbntField field)
{
    KbntType type = kbnt_field_type(field);
    switch (type) {
    case KBNT_TYPE_BOOL:
        return json_boolean(kbnt_value_get_int(fields, field));
    case KBNT_TYPE_INT:
        return json_integer(kbnt_value_get_int(fields, field));
    case KBNT_TYPE_NUMBER:
        return json_real(kbnt_value_get_number(fields, field));
    case KBNT_TYPE_TIME:
        return time_json(kbnt_value_get_int(fields, field));
    case KBNT_TYPE_STRING:
        return json_string(kbnt_value_get_string(fields, field));
    case KBNT_TYPE_STRINGS:
        return strings_json(fields, field);
    case KBNT_TYPE_VALUE:
        return value_json(kbnt_value_get_value(fields, field));
    case KBNT_TYPE_VALUES:
        return values_json(fields, field);
    case KBNT_TYPE_NONE:
    case KBNT_TYPE_BYTES:
    case KBNT_TYPE_SECRET:
    case KBNT_TYPE_SECRETS:
        return NULL;
    default:
        return json_string(kbnt_enum_name(type, kbnt_value_get_int(fields, field)));
    }
}

void
kbnt_log_fields_add(json_t *line, const KbntValue *fields)
{
    for (guint i = 0; i < kbnt_value_n_fields(fields); i++) {
        KbntField field = kbnt_value_nth_field(fields, i);
        json_t *shown = field_json(fields, field);
        if (shown)
            json_object_set_new(line, kbnt_field_name(field), shown);
    }
}

/* "requestId" becomes "KBNT_REQUEST_ID": the prefix keeps clear of the journal's own fields. */
static char *
journal_name(const char *name)
{
    GString *upper = g_string_new("KBNT_");
    for (; *name; name++) {
        if (g_ascii_isupper(*name))
            g_string_append_c(upper, '_');
        g_string_append_c(upper, g_ascii_toupper(*name));
    }
    return g_string_free(upper, FALSE);
}

static char *
scalar_text(json_t *shown)
{
    if (json_is_string(shown))
        return g_strdup(json_string_value(shown));
    if (json_is_boolean(shown))
        return g_strdup(json_is_true(shown) ? "true" : "false");
    if (json_is_integer(shown))
        return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)json_integer_value(shown));
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    return json_is_real(shown)
               ? g_strdup(g_ascii_dtostr(buffer, sizeof(buffer), json_real_value(shown)))
               : NULL;
}

void
kbnt_log_fields_list(GPtrArray *pairs, const KbntValue *fields)
{
    for (guint i = 0; i < kbnt_value_n_fields(fields); i++) {
        KbntField field = kbnt_value_nth_field(fields, i);
        json_t *shown = field_json(fields, field);
        g_autofree char *text = shown ? scalar_text(shown) : NULL;
        g_autofree char *name = journal_name(kbnt_field_name(field));
        if (text)
            g_ptr_array_add(pairs, g_strdup_printf("%s=%s", name, text));
        json_decref(shown);
    }
}

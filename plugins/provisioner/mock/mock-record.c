/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-record.c: owns the fields of a part in the file, and their turning into JSON and back.
 *
 * Names and types are those of the table of fields (kbnt-fields.h), so that the README and an
 * independent reader need no other list than the two below. Secrets are never written.
 */
#include "mock-record.h"

#include <jansson.h>
#include <string.h>

#define WORLD_VERSION 1

static const KbntField part_fields[] = {
    KBNT_FIELD_PART,          KBNT_FIELD_PART_ID,
    KBNT_FIELD_HOST,          KBNT_FIELD_MESSAGE_ID,
    KBNT_FIELD_REQUEST_ID,    KBNT_FIELD_USER_ID,
    KBNT_FIELD_EPOCH,         KBNT_FIELD_VERSION,
    KBNT_FIELD_RESOURCE_TYPE, KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_VM_ID,         KBNT_FIELD_RESOURCE_STATUS,
    KBNT_FIELD_NETWORK_ID,    KBNT_FIELD_MAC,
    KBNT_FIELD_VLAN,          KBNT_FIELD_ADDRESS,
    KBNT_FIELD_BOOT_SECONDS,  KBNT_FIELD_ATTACHED_TO,
    KBNT_FIELD_CREATED_AT,    KBNT_FIELD_IDEMPOTENCY_KEY,
    KBNT_FIELD_SPECIFICATION,
};

static const KbntField specification_fields[] = {
    KBNT_FIELD_CPU,          KBNT_FIELD_MEMORY_MB,
    KBNT_FIELD_DISK_MB,      KBNT_FIELD_NETWORK,
    KBNT_FIELD_DISK_CLASS,   KBNT_FIELD_IMAGE,
    KBNT_FIELD_SIZE_MB,      KBNT_FIELD_IOPS,
    KBNT_FIELD_SUBNET,       KBNT_FIELD_VLAN,
    KBNT_FIELD_GATEWAY,      KBNT_FIELD_DHCP,
    KBNT_FIELD_VOLUMES,      KBNT_FIELD_SECURITY_GROUPS,
    KBNT_FIELD_NETWORK_MODE,
};

static void encode(GString *line, const KbntValue *value, const KbntField *fields,
                   guint n_fields);

/* Whether the text stands in JSON as it is. */
static gboolean
is_plain(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\')
            return FALSE;
    }
    return TRUE;
}

/* Nearly all texts are plain; jansson escapes the others. */
static void
encode_text(GString *line, const char *text)
{
    json_t *string;
    char *escaped;

    if (is_plain(text)) {
        g_string_append_c(line, '"');
        g_string_append(line, text);
        g_string_append_c(line, '"');
        return;
    }
    string = json_string(text);
    escaped = json_dumps(string, JSON_ENCODE_ANY);
    g_string_append(line, escaped ? escaped : "null");
    free(escaped);
    json_decref(string);
}

static void
encode_texts(GString *line, const KbntValue *value, KbntField field)
{
    g_string_append_c(line, '[');
    for (guint i = 0; i < kbnt_value_length(value, field); i++) {
        if (i > 0)
            g_string_append_c(line, ',');
        encode_text(line, kbnt_value_nth_string(value, field, i));
    }
    g_string_append_c(line, ']');
}

static void
encode_number(GString *line, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(line, g_ascii_dtostr(text, sizeof text, number));
}

static void
encode_integer(GString *line, gint64 number)
{
    char text[24];

    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
    g_string_append(line, text);
}

static void
encode_field(GString *line, const KbntValue *value, KbntField field)
{
    KbntType type = kbnt_field_type(field);
    const char *name;

    switch (type) {
    case KBNT_TYPE_BOOL:
        g_string_append(line, kbnt_value_get_int(value, field) ? "true" : "false");
        break;
    case KBNT_TYPE_INT:
    case KBNT_TYPE_TIME:
        encode_integer(line, kbnt_value_get_int(value, field));
        break;
    case KBNT_TYPE_NUMBER:
        encode_number(line, kbnt_value_get_number(value, field));
        break;
    case KBNT_TYPE_STRING:
        encode_text(line, kbnt_value_get_string(value, field));
        break;
    case KBNT_TYPE_STRINGS:
        encode_texts(line, value, field);
        break;
    case KBNT_TYPE_VALUE:
        g_string_append_c(line, '{');
        encode(line, kbnt_value_get_value(value, field), specification_fields,
               G_N_ELEMENTS(specification_fields));
        g_string_append_c(line, '}');
        break;
    default:
        name = kbnt_enum_name(type, kbnt_value_get_int(value, field));
        encode_text(line, name ? name : "");
    }
}

/* Appends the fields that are set; a comma stands before each but the first of an object. */
static void
encode(GString *line, const KbntValue *value, const KbntField *fields, guint n_fields)
{
    for (guint i = 0; i < n_fields; i++) {
        if (!kbnt_value_has(value, fields[i]))
            continue;
        if (line->str[line->len - 1] != '{')
            g_string_append_c(line, ',');
        g_string_append_c(line, '"');
        g_string_append(line, kbnt_field_name(fields[i]));
        g_string_append(line, "\":");
        encode_field(line, value, fields[i]);
    }
}

char *
mock_record_put(const KbntValue *part)
{
    GString *line = g_string_sized_new(640);

    g_string_append(line, "{\"op\":\"put\"");
    encode(line, part, part_fields, G_N_ELEMENTS(part_fields));
    g_string_append(line, "}\n");
    return g_string_free(line, FALSE);
}

char *
mock_record_remove(KbntPart part, const char *part_id)
{
    GString *line = g_string_sized_new(128);

    g_string_append(line, "{\"op\":\"remove\",\"part\":");
    encode_text(line, kbnt_enum_name(KBNT_TYPE_PART, part));
    g_string_append(line, ",\"partId\":");
    encode_text(line, part_id);
    g_string_append(line, "}\n");
    return g_string_free(line, FALSE);
}

char *
mock_record_header(void)
{
    return g_strdup_printf("{\"world\":\"kbnt-mock\",\"version\":%d}\n", WORLD_VERSION);
}

static void decode(KbntValue *value, json_t *object, const KbntField *fields, guint n_fields);

static void
decode_strings(KbntValue *value, KbntField field, json_t *list)
{
    size_t index;
    json_t *item;

    kbnt_value_set_empty_list(value, field);
    json_array_foreach(list, index, item)
    {
        if (json_is_string(item))
            kbnt_value_append_string(value, field, json_string_value(item));
    }
}

static void
decode_value(KbntValue *value, KbntField field, json_t *object)
{
    KbntValue *nested = kbnt_value_new();

    decode(nested, object, specification_fields, G_N_ELEMENTS(specification_fields));
    kbnt_value_take_value(value, field, nested);
}

static void
decode_field(KbntValue *value, KbntField field, json_t *json)
{
    KbntType type = kbnt_field_type(field);

    if (type == KBNT_TYPE_NUMBER)
        kbnt_value_set_number(value, field, json_number_value(json));
    else if (type == KBNT_TYPE_STRINGS)
        decode_strings(value, field, json);
    else if (type == KBNT_TYPE_VALUE)
        decode_value(value, field, json);
    else if (json_is_boolean(json))
        kbnt_value_set_int(value, field, json_is_true(json));
    else if (json_is_integer(json))
        kbnt_value_set_int(value, field, json_integer_value(json));
    else if (type == KBNT_TYPE_STRING)
        kbnt_value_set_string(value, field, json_string_value(json));
    else
        kbnt_value_set_int(value, field, kbnt_enum_from_name(type, json_string_value(json)));
}

static void
decode(KbntValue *value, json_t *object, const KbntField *fields, guint n_fields)
{
    for (guint i = 0; i < n_fields; i++) {
        json_t *json = json_object_get(object, kbnt_field_name(fields[i]));

        if (json)
            decode_field(value, fields[i], json);
    }
}

static gboolean
refuse(const char *what, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT, "not a line of a world: %s", what);
    return FALSE;
}

static gboolean
read_header(json_t *object, GError **error)
{
    gint64 version = json_integer_value(json_object_get(object, "version"));

    if (version == WORLD_VERSION)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT,
                "version %" G_GINT64_FORMAT " of the world is not known, only %d", version,
                WORLD_VERSION);
    return FALSE;
}

static gboolean
read_part(json_t *object, KbntValue **ret_part, gboolean *ret_is_gone, GError **error)
{
    const char *op = json_string_value(json_object_get(object, "op"));
    g_autoptr(KbntValue) part = kbnt_value_new();

    decode(part, object, part_fields, G_N_ELEMENTS(part_fields));
    if (g_strcmp0(op, "put") != 0 && g_strcmp0(op, "remove") != 0)
        return refuse("neither put nor remove", error);
    if (!kbnt_value_get_int(part, KBNT_FIELD_PART) ||
        !kbnt_uuid_is_valid(kbnt_value_get_string(part, KBNT_FIELD_PART_ID)))
        return refuse("it names no part", error);

    *ret_is_gone = strcmp(op, "remove") == 0;
    *ret_part = g_steal_pointer(&part);
    return TRUE;
}

gboolean
mock_record_read(const char *line, gsize length, KbntValue **ret_part, gboolean *ret_is_gone,
                 GError **error)
{
    json_error_t fault;
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &fault);
    gboolean is_good;

    *ret_part = NULL;
    *ret_is_gone = FALSE;
    if (!object)
        return refuse(fault.text, error);
    if (json_object_get(object, "world"))
        is_good = read_header(object, error);
    else
        is_good = read_part(object, ret_part, ret_is_gone, error);
    json_decref(object);
    return is_good;
}

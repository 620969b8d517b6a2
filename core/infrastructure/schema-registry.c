/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schema-registry.c: owns the embedded, read-only schema registry: the paths and error codes of
 * Confluent's Schema Registry API, so that any client of one decodes our messages.
 */
#include "schema-registry.h"

#include <jansson.h>

#define STATUS_OK 200
#define STATUS_NOT_FOUND 404
#define STATUS_UNPROCESSABLE 422

#define SUBJECT_UNKNOWN 40401
#define VERSION_UNKNOWN 40402
#define SCHEMA_UNKNOWN 40403
#define VERSION_INVALID 42202

typedef struct {
    guint status;
    json_t *body;
} Answer;

static Answer
fail(guint status, int code, const char *message)
{
    return (Answer){ status, json_pack("{s:i, s:s}", "error_code", code, "message", message) };
}

static Answer
succeed(json_t *body)
{
    return (Answer){ STATUS_OK, body };
}

static Answer
no_such_path(void)
{
    return fail(STATUS_NOT_FOUND, STATUS_NOT_FOUND, "HTTP 404 Not Found");
}

static gboolean
subject_exists(const char *subject)
{
    for (guint i = 0; i < kbnt_n_embedded_schemas; i++) {
        if (g_str_equal(kbnt_embedded_schemas[i].subject, subject))
            return TRUE;
    }
    return FALSE;
}

const KbntEmbeddedSchema *
kbnt_schema_registry_latest(const char *subject)
{
    for (guint i = kbnt_n_embedded_schemas; i > 0; i--) {
        if (g_str_equal(kbnt_embedded_schemas[i - 1].subject, subject))
            return &kbnt_embedded_schemas[i - 1];
    }
    g_assert_not_reached();
}

static json_t *
schema_json(const KbntEmbeddedSchema *schema)
{
    return json_loads(schema->text, 0, NULL);
}

static Answer
list_subjects(void)
{
    json_t *subjects = json_array();

    for (guint i = 0; i < kbnt_n_embedded_schemas; i++) {
        if (kbnt_embedded_schemas[i].version == 1)
            json_array_append_new(subjects, json_string(kbnt_embedded_schemas[i].subject));
    }
    return succeed(subjects);
}

static Answer
list_versions(const char *subject)
{
    json_t *versions = json_array();

    for (guint i = 0; i < kbnt_n_embedded_schemas; i++) {
        const KbntEmbeddedSchema *schema = &kbnt_embedded_schemas[i];

        if (g_str_equal(schema->subject, subject))
            json_array_append_new(versions, json_integer(schema->version));
    }
    return succeed(versions);
}

static const KbntEmbeddedSchema *
find_version(const char *subject, guint64 version)
{
    for (guint i = 0; i < kbnt_n_embedded_schemas; i++) {
        const KbntEmbeddedSchema *schema = &kbnt_embedded_schemas[i];

        if (schema->version == version && g_str_equal(schema->subject, subject))
            return schema;
    }
    return NULL;
}

/* A version is a positive 31-bit number, "latest" or its alias -1. */
static gboolean
parse_version(const char *text, const char *subject, guint64 *ret_version)
{
    if (g_str_equal(text, "latest") || g_str_equal(text, "-1")) {
        *ret_version = kbnt_schema_registry_latest(subject)->version;
        return TRUE;
    }
    return g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT32, ret_version, NULL);
}

static Answer
show_version(const char *subject, const char *text, gboolean is_raw)
{
    const KbntEmbeddedSchema *schema;
    guint64 version;

    if (!parse_version(text, subject, &version)) {
        return fail(STATUS_UNPROCESSABLE, VERSION_INVALID,
                    "The specified version is not a valid version id. Allowed values are "
                    "between [1, 2^31-1] and the string \"latest\"");
    }
    schema = find_version(subject, version);
    if (!schema)
        return fail(STATUS_NOT_FOUND, VERSION_UNKNOWN, "Version not found.");
    if (is_raw)
        return succeed(schema_json(schema));
    return succeed(json_pack("{s:s, s:i, s:I, s:s}", "subject", schema->subject, "version",
                             (int)schema->version, "id", (json_int_t)schema->id, "schema",
                             schema->text));
}

static Answer
answer_subjects(char **parts, guint n_parts)
{
    if (n_parts == 1)
        return list_subjects();
    if (n_parts == 2 || !g_str_equal(parts[2], "versions"))
        return no_such_path();
    if (!subject_exists(parts[1]))
        return fail(STATUS_NOT_FOUND, SUBJECT_UNKNOWN, "Subject not found.");
    if (n_parts == 3)
        return list_versions(parts[1]);
    if (n_parts == 4)
        return show_version(parts[1], parts[3], FALSE);
    if (n_parts == 5 && g_str_equal(parts[4], "schema"))
        return show_version(parts[1], parts[3], TRUE);
    return no_such_path();
}

static Answer
answer_id(const KbntEmbeddedSchema *schema, const char *aspect)
{
    if (!aspect)
        return succeed(json_pack("{s:s}", "schema", schema->text));
    if (g_str_equal(aspect, "schema"))
        return succeed(schema_json(schema));
    if (g_str_equal(aspect, "versions")) {
        return succeed(json_pack("[{s:s, s:i}]", "subject", schema->subject, "version",
                                 (int)schema->version));
    }
    return no_such_path();
}

static Answer
answer_schemas(char **parts, guint n_parts)
{
    if (n_parts == 2 && g_str_equal(parts[1], "types"))
        return succeed(json_pack("[s]", "AVRO"));
    if (n_parts < 3 || n_parts > 4 || !g_str_equal(parts[1], "ids"))
        return no_such_path();

    for (guint i = 0; i < kbnt_n_embedded_schemas; i++) {
        g_autofree char *id = g_strdup_printf("%u", kbnt_embedded_schemas[i].id);

        if (g_str_equal(parts[2], id))
            return answer_id(&kbnt_embedded_schemas[i], parts[3]);
    }
    return fail(STATUS_NOT_FOUND, SCHEMA_UNKNOWN, "Schema not found");
}

static Answer
answer_path(char **parts, guint n_parts)
{
    if (n_parts > 0 && g_str_equal(parts[0], "subjects"))
        return answer_subjects(parts, n_parts);
    if (n_parts > 0 && g_str_equal(parts[0], "schemas"))
        return answer_schemas(parts, n_parts);
    return no_such_path();
}

char *
kbnt_schema_registry_get(const char *path, guint *ret_status)
{
    g_auto(GStrv) parts = g_strsplit(*path == '/' ? path + 1 : path, "/", -1);
    Answer answer = answer_path(parts, g_strv_length(parts));
    char *text = json_dumps(answer.body, JSON_COMPACT);

    json_decref(answer.body);
    *ret_status = answer.status;
    return text;
}

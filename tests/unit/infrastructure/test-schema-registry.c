/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the embedded registry, in the words of Confluent's. */
#include "runner.h"
#include "schema-registry.h"

#include <jansson.h>
#include <string.h>

static void
check_answer(const char *path, guint status, const char *body)
{
    guint found = 0;
    g_autofree char *text = kbnt_schema_registry_get(path, &found);

    kbnt_assert_int(found, status);
    kbnt_assert_string(text, body);
}

static void
check_failure(const char *path, guint status, int code)
{
    guint found = 0;
    g_autofree char *text = kbnt_schema_registry_get(path, &found);
    json_t *json = json_loads(text, 0, NULL);

    kbnt_assert_int(found, status);
    kbnt_assert_int(json_integer_value(json_object_get(json, "error_code")), code);
    CU_ASSERT(json_is_string(json_object_get(json, "message")));
    json_decref(json);
}

static void
the_subjects_are_those_of_the_contract(void)
{
    check_answer("/subjects", 200,
                 "[\"virtualization-requests-value\",\"virtualization-events-value\"]");
    check_answer("/schemas/types", 200, "[\"AVRO\"]");
}

static void
versions_of_a_subject_are_counted_from_one(void)
{
    check_answer("/subjects/virtualization-events-value/versions", 200, "[1]");
}

static void
the_text_of_the_file_is_kept_with_its_logical_types(void)
{
    guint status = 0;
    g_autofree char *text = kbnt_schema_registry_get("/schemas/ids/1263632001", &status);
    json_t *json = json_loads(text, 0, NULL);
    const char *schema = json_string_value(json_object_get(json, "schema"));
    g_autofree char *file = g_build_filename(g_getenv("KBNT_TEST_SRCDIR"), "schemas",
                                             "virtualization-message-v2.1.avsc", NULL);
    g_autofree char *expected = NULL;

    g_file_get_contents(file, &expected, NULL, NULL);
    kbnt_assert_int(status, 200);
    kbnt_assert_string(schema, expected);
    kbnt_assert_contains(schema, "timestamp-millis");
    json_decref(json);
}

static void
latest_is_the_version_with_the_highest_number(void)
{
    guint status = 0;
    g_autofree char *latest = kbnt_schema_registry_get(
        "/subjects/virtualization-requests-value/versions/latest", &status);
    g_autofree char *first = kbnt_schema_registry_get(
        "/subjects/virtualization-requests-value/versions/1", &status);

    kbnt_assert_int(status, 200);
    kbnt_assert_string(latest, first);
    kbnt_assert_contains(latest, "\"version\":1,\"id\":1263632001,");
}

static void
the_raw_schema_and_the_subjects_of_an_id_are_there(void)
{
    guint status = 0;
    g_autofree char *raw = kbnt_schema_registry_get("/schemas/ids/1263632002/schema", &status);

    kbnt_assert_int(status, 200);
    kbnt_assert_contains(raw, "{\"type\":\"record\",\"name\":\"VirtualizationEvent\"");
    check_answer("/schemas/ids/1263632002/versions", 200,
                 "[{\"subject\":\"virtualization-events-value\",\"version\":1}]");
}

static void
what_is_not_there_has_the_error_code_of_confluent(void)
{
    check_failure("/subjects/other-value/versions", 404, 40401);
    check_failure("/subjects/virtualization-events-value/versions/7", 404, 40402);
    check_failure("/schemas/ids/1", 404, 40403);
    check_failure("/schemas/ids/x", 404, 40403);
    check_failure("/subjects/virtualization-events-value/versions/0", 422, 42202);
    check_failure("/subjects/virtualization-events-value/versions/x", 422, 42202);
    check_failure("/subjects/a/b", 404, 404);
    check_failure("/schemas", 404, 404);
    check_failure("/", 404, 404);
    check_failure("", 404, 404);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_subjects_are_those_of_the_contract),
    KBNT_TEST(versions_of_a_subject_are_counted_from_one),
    KBNT_TEST(the_text_of_the_file_is_kept_with_its_logical_types),
    KBNT_TEST(latest_is_the_version_with_the_highest_number),
    KBNT_TEST(the_raw_schema_and_the_subjects_of_an_id_are_there),
    KBNT_TEST(what_is_not_there_has_the_error_code_of_confluent),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/schema-registry", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

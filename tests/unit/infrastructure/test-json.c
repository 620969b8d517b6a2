/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON of any origin in, JSON of ours out, and the documents made of it. */
#include "json.h"

#include "fault.h"
#include "problem.h"
#include "runner.h"
#include "views.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static KbntInput *
parse(const char *text, GError **error)
{
    return kbnt_json_parse(text, strlen(text), error);
}

static void
what_is_not_json_is_malformed(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "{'a':1}",
        "nul",
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "0x10",
        "1e999",
        "{\"a\":1}{\"b\":2}",
        "{\"a\":1} x",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"a\nb\"",
        "\"\x01\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"\\u0000\"",
        "// c\n1",
        "\xef\xbb\xbf{}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "{1:2}",
        "{\"a\" 1}",
        "[1 2]",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntInput) input = parse(texts[i], &error);

        if (input != NULL)
            g_printerr("taken for JSON: %s\n", texts[i]);
        CU_ASSERT_PTR_NULL(input);
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_MALFORMED);
    }
}

static void
a_byte_of_nul_in_the_text_is_malformed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntInput) input = kbnt_json_parse("{\"a\":1}\0", 8, &error);

    CU_ASSERT_PTR_NULL(input);
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_MALFORMED);
}

static char *
nested(guint depth)
{
    g_autofree char *open = g_strnfill(depth, '[');
    g_autofree char *close = g_strnfill(depth, ']');

    return g_strconcat(open, close, NULL);
}

static void
depth_is_bounded_however_deep_the_text_goes(void)
{
    g_autofree char *allowed = nested(KBNT_JSON_DEPTH_MAX);
    g_autofree char *deeper = nested(KBNT_JSON_DEPTH_MAX + 1);
    g_autofree char *absurd = nested(120000);
    g_autoptr(GError) error = NULL, absurd_error = NULL;
    g_autoptr(KbntInput) input = parse(allowed, NULL);

    CU_ASSERT_PTR_NOT_NULL(input);
    CU_ASSERT_PTR_NULL(parse(deeper, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_MALFORMED);
    CU_ASSERT_PTR_NULL(parse(absurd, &absurd_error));
    kbnt_assert_error(absurd_error, KBNT_ERROR, KBNT_ERROR_MALFORMED);
}

static void
a_tree_keeps_kinds_names_and_order(void)
{
    g_autoptr(KbntInput) input = parse(
        "{\"z\":\"x\",\"a\":[1,2.5,true,null],\"big\":99999999999999999999}", NULL);
    const KbntInput *first = kbnt_input_first(input);
    const KbntInput *items = kbnt_input_member(input, "a");
    const KbntInput *item = kbnt_input_first(items);

    kbnt_assert_string(kbnt_input_name(first), "z");
    kbnt_assert_string(kbnt_input_text(first), "x");
    CU_ASSERT_EQUAL(kbnt_input_length(items), 4);
    CU_ASSERT_EQUAL(kbnt_input_number(item), 1);
    CU_ASSERT_EQUAL(kbnt_input_number(kbnt_input_next(item)), 2.5);
    CU_ASSERT_EQUAL(kbnt_input_number(kbnt_input_member(input, "big")), 1e20);
}

static void
written_text_reads_back_the_same(void)
{
    static const char *const texts[] = { "", "a\"b\\c", "\n\r\t\x01\x1f\x7f",
                                         "\xc3\xa9\xe2\x82\xac" };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GString) json = g_string_new(NULL);
        g_autoptr(KbntInput) input = NULL;

        kbnt_json_append_text(json, texts[i]);
        input = parse(json->str, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(input);
        kbnt_assert_string(kbnt_input_text(input), texts[i]);
    }
}

static void
text_that_is_not_utf8_is_repaired_on_the_way_out(void)
{
    g_autoptr(GString) json = g_string_new(NULL);

    kbnt_json_append_text(json, "a\xff");

    kbnt_assert_string(json->str, "\"a\xef\xbf\xbd\"");
}

static void
numbers_are_short_and_exact(void)
{
    g_autoptr(GString) json = g_string_new("[");
    static const double numbers[] = { 0,       -0.0,       1,    0.045,    0.1,
                                      -2.5,    -0.0079,    1e-6, 2.5e-7,   1e20,
                                      1.0 / 3, 0.1 + 0.2,  8192, -3,       1e15,
                                      8192.25, 12345678.1, NAN,  INFINITY, DBL_MAX };

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        kbnt_json_append_comma(json);
        kbnt_json_append_number(json, numbers[i]);
    }

    kbnt_assert_string(json->str,
                       "[0,0,1,0.045,0.1,-2.5,-0.0079,0.000001,2.5e-07,1e+20,"
                       "0.33333333333333331,0.30000000000000004,8192,-3,1000000000000000,"
                       "8192.25,12345678.1,null,null,null");
}

static void
times_are_utc_with_milliseconds(void)
{
    g_autoptr(GString) json = g_string_new(NULL);

    kbnt_json_append_time(json, G_GINT64_CONSTANT(1756549800123));

    kbnt_json_append_time(json, 0);

    kbnt_assert_string(json->str, "\"2025-08-30T10:30:00.123Z\"\"1970-01-01T00:00:00.000Z\"");
}

static void
a_view_shows_what_is_on_its_list_and_nothing_else(void)
{
    g_autoptr(KbntValue) request = kbnt_value_new();
    g_autoptr(KbntValue) specification = kbnt_value_new();
    g_autoptr(GString) json = g_string_new(NULL);

    kbnt_value_set_string(request, KBNT_FIELD_REQUEST_ID, "req-1");
    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_STATUS, KBNT_REQUEST_STATUS_QUEUED);
    kbnt_value_set_string(request, KBNT_FIELD_BODY_HASH, "hidden");
    kbnt_value_set_string(specification, KBNT_FIELD_USER_DATA, "hidden");
    kbnt_value_append_string(specification, KBNT_FIELD_SSH_KEYS, "hidden");
    kbnt_value_set_value(request, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_view_append(&kbnt_view_request, json, request);

    kbnt_assert_string(json->str,
                       "{\"requestId\":\"req-1\",\"status\":\"QUEUED\",\"specification\":{}}");
}

static void
a_resource_never_shows_a_secret_of_its_specification(void)
{
    g_autoptr(KbntValue) resource = kbnt_value_new();
    g_autoptr(KbntValue) specification = kbnt_value_new();
    g_autoptr(GString) json = g_string_new(NULL);

    kbnt_value_set_int(specification, KBNT_FIELD_CPU, 4);
    kbnt_value_set_string(specification, KBNT_FIELD_USER_DATA, "secret");
    kbnt_value_append_string(specification, KBNT_FIELD_SSH_KEYS, "secret");
    kbnt_value_set_value(resource, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_view_append(&kbnt_view_resource, json, resource);

    kbnt_assert_string(json->str, "{\"specification\":{\"cpu\":4}}");
}

static void
what_cannot_be_measured_is_null_in_metrics(void)
{
    g_autoptr(KbntValue) resource = kbnt_value_new();
    g_autoptr(KbntValue) metrics = kbnt_value_new();
    g_autoptr(GString) json = g_string_new(NULL);

    kbnt_value_set_number(metrics, KBNT_FIELD_BOOT_SECONDS, 2.5);
    kbnt_value_set_value(resource, KBNT_FIELD_METRICS, metrics);
    kbnt_view_append(&kbnt_view_resource, json, resource);

    kbnt_assert_contains(json->str, "\"provisioningSeconds\":null");
    kbnt_assert_contains(json->str, "\"bootSeconds\":2.5");
}

static json_t *
load_problem(const GError *error, const KbntValue *faults)
{
    g_autoptr(GBytes) bytes = kbnt_problem_new(error, faults, "corr-1");
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    return json;
}

static void
a_problem_lists_every_fault_and_is_led_by_its_error(void)
{
    g_autoptr(GError) error = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED,
                                                  "'cpu' is \"odd\"");
    g_autoptr(KbntValue) faults = kbnt_value_new();
    json_t *problem;

    kbnt_fault_add(faults, KBNT_ERROR_VALIDATION_FAILED, KBNT_FAULT_SPECIFICATION, "/spec/cpu",
                   "'cpu' is odd");
    kbnt_fault_add(faults, KBNT_ERROR_QUOTA_EXCEEDED, KBNT_FAULT_QUOTA, "", "too many");
    problem = load_problem(error, faults);

    CU_ASSERT_EQUAL(json_integer_value(json_object_get(problem, "status")), 422);
    kbnt_assert_string(json_string_value(json_object_get(problem, "code")),
                       "VALIDATION_FAILED");
    kbnt_assert_string(json_string_value(json_object_get(problem, "step")), "specification");
    kbnt_assert_string(json_string_value(json_object_get(problem, "detail")),
                       "'cpu' is \"odd\"");
    kbnt_assert_string(json_string_value(json_object_get(problem, "correlationId")), "corr-1");
    CU_ASSERT_TRUE(json_is_false(json_object_get(problem, "retryable")));
    CU_ASSERT_EQUAL(json_array_size(json_object_get(problem, "errors")), 2);
    json_decref(problem);
}

static void
a_foreign_error_becomes_an_internal_problem(void)
{
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_IO, "disk");
    json_t *problem = load_problem(error, NULL);

    CU_ASSERT_EQUAL(json_integer_value(json_object_get(problem, "status")), 500);
    kbnt_assert_string(json_string_value(json_object_get(problem, "code")), "INTERNAL");
    CU_ASSERT_PTR_NULL(json_object_get(problem, "errors"));
    json_decref(problem);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_is_not_json_is_malformed),
    KBNT_TEST(a_byte_of_nul_in_the_text_is_malformed),
    KBNT_TEST(depth_is_bounded_however_deep_the_text_goes),
    KBNT_TEST(a_tree_keeps_kinds_names_and_order),
    KBNT_TEST(written_text_reads_back_the_same),
    KBNT_TEST(text_that_is_not_utf8_is_repaired_on_the_way_out),
    KBNT_TEST(numbers_are_short_and_exact),
    KBNT_TEST(times_are_utc_with_milliseconds),
    KBNT_TEST(a_view_shows_what_is_on_its_list_and_nothing_else),
    KBNT_TEST(a_resource_never_shows_a_secret_of_its_specification),
    KBNT_TEST(what_cannot_be_measured_is_null_in_metrics),
    KBNT_TEST(a_problem_lists_every_fault_and_is_led_by_its_error),
    KBNT_TEST(a_foreign_error_becomes_an_internal_problem),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/json", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of evolution: what older and newer writers wrote is read, by name and by default. */
#include "avro-encode.h"
#include "codec.h"
#include "runner.h"
#include "sample-messages.h"
#include "schema-registry.h"

#include <string.h>

#define FOREIGN_ID 77

/* Returns: (transfer full): our latest schema with one part of its text changed. */
static char *
changed_schema(const char *subject, const char *part, const char *replacement)
{
    g_auto(GStrv) pieces = g_strsplit(kbnt_schema_registry_latest(subject)->text, part, -1);

    CU_ASSERT_FATAL(g_strv_length(pieces) == 2);
    return g_strjoinv(replacement, pieces);
}

static KbntCodec *
codec_that_learned(const char *subject, const char *schema)
{
    KbntCodec *codec = kbnt_codec_new(NULL, FALSE, NULL);
    g_autoptr(GError) error = NULL;

    kbnt_codec_learn(codec, FOREIGN_ID, subject, schema, &error);
    kbnt_assert_no_error(error);
    return codec;
}

/* Returns: (transfer full): the value as a writer with that schema would publish it. */
static KbntValue *
record_of_writer(const char *schema, const KbntValue *value)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntAvroPlan) plan = kbnt_avro_plan_new(schema, strlen(schema), &error);
    g_auto(KbntAvroBuffer) buffer = { 0 };
    g_autoptr(GBytes) body = NULL;
    KbntValue *record = kbnt_value_new();
    const guint8 frame[] = { 0, 0, 0, 0, FOREIGN_ID };
    KbntAvroBuffer coded = { 0 };

    kbnt_assert_no_error(error);
    CU_ASSERT_FATAL(kbnt_avro_encode(plan, value, TRUE, NULL, &coded, NULL, &error));
    kbnt_avro_put_raw(&buffer, frame, sizeof frame);
    kbnt_avro_put_raw(&buffer, coded.data, coded.length);
    kbnt_avro_buffer_clear(&coded);
    body = kbnt_avro_buffer_steal(&buffer);
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, body);
    return record;
}

/* Returns: (transfer full) (nullable): what we read of a request by that writer. */
static KbntValue *
read_of_writer(const char *schema, const KbntValue *request, GError **error)
{
    g_autoptr(KbntCodec) codec = codec_that_learned(KBNT_SUBJECT_REQUESTS, schema);
    g_autoptr(KbntValue) record = record_of_writer(schema, request);

    return kbnt_codec_decode_request(codec, record, error);
}

static void
a_field_that_an_older_writer_lacks_has_its_default(void)
{
    g_autofree char *schema = changed_schema(
        KBNT_SUBJECT_REQUESTS,
        "    {\"name\": \"priority\", \"type\": \"string\", \"default\": \"NORMAL\", \"doc\": "
        "\"LOW, NORMAL, HIGH or CRITICAL.\"},\n",
        "");
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) back = read_of_writer(schema, request, &error);

    kbnt_assert_no_error(error);
    kbnt_value_set_int(request, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_NORMAL);
    CU_ASSERT(kbnt_value_equal(request, back));
}

static void
fields_that_a_newer_writer_adds_are_skipped(void)
{
    g_autofree char *schema = changed_schema(
        KBNT_SUBJECT_REQUESTS, "    {\"name\": \"timeoutMs\",",
        "    {\"name\": \"n1\", \"type\": \"bytes\", \"default\": \"\"},\n"
        "    {\"name\": \"n2\", \"default\": {}, \"type\": {\"type\": \"map\", \"values\": "
        "[\"null\", \"float\", {\"type\": \"fixed\", \"name\": \"F\", \"size\": 3}, "
        "{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\", \"B\"]}]}},\n"
        "    {\"name\": \"timeoutMs\",");
    g_autofree char *own = g_strdup(kbnt_schema_registry_latest(KBNT_SUBJECT_REQUESTS)->text);
    g_autoptr(KbntCodec) codec = codec_that_learned(KBNT_SUBJECT_REQUESTS, schema);
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(KbntValue) record = record_of_writer(own, request);
    g_autoptr(GError) error = NULL;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY),
                                           &length);
    /* n1: three bytes; n2: two blocks, each branch once. */
    const guint8 added[] = { 6,    1, 2,   3, 6, 2, 'a', 0, 2, 'b', 2,   0, 0, 0x80,
                             0x3f, 2, 'c', 4, 7, 8, 9,   1, 8, 2,   'd', 6, 2, 0 };
    g_autofree char *timestamp = NULL;
    g_auto(KbntAvroBuffer) buffer = { 0 };
    const guint8 *place;

    kbnt_avro_put_long(&buffer, SAMPLE_TIME_MS);
    place = memmem(bytes, length, buffer.data, buffer.length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(place);
    place += buffer.length;
    buffer.length = 0;
    kbnt_avro_put_raw(&buffer, bytes, (gsize)(place - bytes));
    kbnt_avro_put_raw(&buffer, added, sizeof added);
    kbnt_avro_put_raw(&buffer, place, length - (gsize)(place - bytes));
    g_autoptr(GBytes) body = kbnt_avro_buffer_steal(&buffer);
    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, body);

    g_autoptr(KbntValue) back = kbnt_codec_decode_request(codec, record, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT(kbnt_value_equal(request, back));
}

static void
a_writer_cannot_smuggle_in_fields_that_are_not_of_the_message(void)
{
    g_autofree char *schema = changed_schema(
        KBNT_SUBJECT_REQUESTS, "    {\"name\": \"timeoutMs\",",
        "    {\"name\": \"scope\", \"type\": \"string\", \"default\": \"administrator\"},\n"
        "    {\"name\": \"timeoutMs\",");
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) back = read_of_writer(schema, request, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT(!kbnt_value_has(back, KBNT_FIELD_SCOPE));
    CU_ASSERT(kbnt_value_equal(request, back));
}

static void
the_order_of_fields_and_of_branches_is_the_writers(void)
{
    g_autofree char *once = changed_schema(
        KBNT_SUBJECT_REQUESTS, "{\"name\": \"reason\", \"type\": [\"null\", \"string\"]",
        "{\"name\": \"reason\", \"type\": [\"string\", \"null\"]");
    g_autofree char *twice = NULL;
    g_auto(GStrv) pieces = g_strsplit(
        once,
        "    {\"name\": \"userId\", \"type\": \"string\", \"doc\": \"A stable opaque id.\"},\n",
        -1);
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CANCEL_REQUEST);
    g_autoptr(GError) error = NULL;

    CU_ASSERT_FATAL(g_strv_length(pieces) == 2);
    g_auto(GStrv) start = g_strsplit(pieces[0], "\"fields\": [", 2);
    twice = g_strconcat(start[0], "\"fields\": [{\"name\": \"userId\", \"type\": \"string\"},",
                        start[1], pieces[1], NULL);
    g_autoptr(KbntValue) back = read_of_writer(twice, request, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT(kbnt_value_equal(request, back));
}

static void
numbers_are_promoted_and_enums_are_read_as_strings(void)
{
    g_autofree char *schema = changed_schema(KBNT_SUBJECT_REQUESTS,
                                             "{\"name\": \"timeoutMs\", \"type\": \"long\"",
                                             "{\"name\": \"timeoutMs\", \"type\": \"int\"");
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) back = read_of_writer(schema, request, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT(kbnt_value_equal(request, back));
}

static void
a_kind_of_specification_that_is_not_known_makes_the_schema_unknown(void)
{
    g_autofree char *schema = changed_schema(KBNT_SUBJECT_REQUESTS,
                                             "\"name\": \"NetworkSpecification\"",
                                             "\"name\": \"ContainerSpecification\"");
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(KbntValue) storage = kbnt_sample_request(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) back = read_of_writer(schema, storage, NULL);

    CU_ASSERT(kbnt_value_equal(storage, back));
    CU_ASSERT_PTR_NULL(read_of_writer(schema, request, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN);
    kbnt_assert_contains(error->message, "'ContainerSpecification'");
}

static void
an_event_of_another_writer_is_verified_on_the_bytes_received(void)
{
    g_autofree char *schema = changed_schema(
        KBNT_SUBJECT_EVENTS, "    {\"name\": \"previousChecksum\",",
        "    {\"name\": \"added\", \"type\": \"string\", \"default\": \"x\"},\n"
        "    {\"name\": \"previousChecksum\",");
    g_autoptr(KbntCodec) codec = codec_that_learned(KBNT_SUBJECT_EVENTS, schema);
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    g_autoptr(KbntValue) record = record_of_writer(schema, event);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) back = kbnt_codec_decode_event(codec, record, &error);

    kbnt_assert_no_error(error);
    kbnt_value_copy_field(event, back, KBNT_FIELD_CHECKSUM);
    CU_ASSERT(kbnt_value_equal(event, back));
}

static void
what_is_no_schema_of_ours_is_not_learned(void)
{
    static const char *const schemas[] = {
        "",
        "{}",
        "null",
        "\"string\"",
        "{\"type\": \"record\"}",
        "{\"type\": \"record\", \"name\": \"VirtualizationMessage\"}",
        "{\"type\": \"record\", \"name\": \"VirtualizationMessage\", \"fields\": []}",
        "{\"type\": \"record\", \"name\": \"VirtualizationMessage\", \"fields\": [{}]}",
        "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"r\", \"type\": \"R\"}]}",
        "{\"type\": \"record\", \"name\": \"VirtualizationMessage\", \"fields\": "
        "[{\"name\": \"timestamp\", \"type\": \"string\"}]}",
        "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": "
        "\"nowhere\"}]}",
        "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": "
        "{\"type\": \"fixed\", \"name\": \"F\", \"size\": -1}}]}",
    };
    g_autoptr(KbntCodec) codec = kbnt_codec_new(NULL, FALSE, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(schemas); i++) {
        g_autoptr(GError) error = NULL;

        CU_ASSERT(
            !kbnt_codec_learn(codec, FOREIGN_ID, KBNT_SUBJECT_REQUESTS, schemas[i], &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN);
    }
}

/* Each type doubles the one before: 2^30 types, were they all compiled. */
static void
a_schema_that_doubles_at_every_level_is_refused(void)
{
    GString *schema = g_string_new("{\"type\": \"record\", \"name\": \"R\", \"fields\": [");
    g_autoptr(KbntCodec) codec = kbnt_codec_new(NULL, FALSE, NULL);
    g_autofree char *text = NULL;

    g_string_append(schema, "{\"name\": \"f0\", \"type\": {\"type\": \"record\", \"name\": "
                            "\"T0\", \"fields\": []}}");
    for (guint i = 1; i < 14; i++)
        g_string_append_printf(
            schema,
            ", {\"name\": \"f%u\", \"type\": {\"type\": \"record\", \"name\": \"T%u\", "
            "\"fields\": [{\"name\": \"a\", \"type\": \"T%u\"}, {\"name\": \"b\", \"type\": "
            "\"T%u\"}]}}",
            i, i, i - 1, i - 1);
    g_string_append(schema, "]}");
    text = g_string_free(schema, FALSE);

    CU_ASSERT(!kbnt_codec_learn(codec, FOREIGN_ID, KBNT_SUBJECT_REQUESTS, text, NULL));
}

static void
a_subject_that_is_not_ours_is_not_learned(void)
{
    g_autoptr(KbntCodec) codec = kbnt_codec_new(NULL, FALSE, NULL);
    g_autoptr(GError) error = NULL;

    CU_ASSERT(!kbnt_codec_learn(codec, FOREIGN_ID, "orders-value", "\"string\"", &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_field_that_an_older_writer_lacks_has_its_default),
    KBNT_TEST(fields_that_a_newer_writer_adds_are_skipped),
    KBNT_TEST(a_writer_cannot_smuggle_in_fields_that_are_not_of_the_message),
    KBNT_TEST(the_order_of_fields_and_of_branches_is_the_writers),
    KBNT_TEST(numbers_are_promoted_and_enums_are_read_as_strings),
    KBNT_TEST(a_kind_of_specification_that_is_not_known_makes_the_schema_unknown),
    KBNT_TEST(an_event_of_another_writer_is_verified_on_the_bytes_received),
    KBNT_TEST(what_is_no_schema_of_ours_is_not_learned),
    KBNT_TEST(a_schema_that_doubles_at_every_level_is_refused),
    KBNT_TEST(a_subject_that_is_not_ours_is_not_learned),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/codec-evolution", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

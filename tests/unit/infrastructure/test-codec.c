/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the codec: bytes as others write them, and every kind of message there and back. */
#include "codec.h"
#include "record-headers.h"
#include "runner.h"
#include "sample-messages.h"

#include <avro.h>
#include <string.h>

#define FRAME_BYTES 5

static KbntCodec *
make_codec(void)
{
    g_autoptr(GError) error = NULL;
    KbntCodec *codec = kbnt_codec_new(NULL, FALSE, &error);

    kbnt_assert_no_error(error);
    return codec;
}

static KbntValue *
encode_request(KbntCodec *codec, const KbntValue *request)
{
    g_autoptr(GError) error = NULL;
    KbntValue *record = kbnt_codec_encode_request(codec, request, &error);

    kbnt_assert_no_error(error);
    return record;
}

static KbntValue *
encode_event(KbntCodec *codec, const KbntValue *event, char checksum[72])
{
    g_autoptr(GError) error = NULL;
    KbntValue *record = kbnt_codec_encode_event(codec, event, checksum, &error);

    kbnt_assert_no_error(error);
    return record;
}

/* Returns: (transfer full): the Avro body of a record in hexadecimal digits. */
static char *
body_hex(const KbntValue *record)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY),
                                           &length);
    GString *hex = g_string_new(NULL);

    for (gsize i = FRAME_BYTES; i < length; i++)
        g_string_append_printf(hex, "%02x", bytes[i]);
    return g_string_free(hex, FALSE);
}

/* Returns: (transfer full): what fastavro makes of the sample of that name. */
static char *
vector(const char *name)
{
    g_autofree char *file = g_build_filename(g_getenv("KBNT_TEST_SRCDIR"), "tests", "vectors",
                                             "avro.vectors", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    CU_ASSERT_FATAL(g_file_get_contents(file, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        gsize length = strlen(name);

        if (strncmp(lines[i], name, length) == 0 && lines[i][length] == ' ')
            return g_strdup(lines[i] + length + 1);
    }
    CU_FAIL_FATAL("no such vector");
    return NULL;
}

static void
requests_are_encoded_as_fastavro_does(void)
{
    static const KbntRequestType types[] = {
        KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, KBNT_REQUEST_TYPE_ALLOCATE_STORAGE,
        KBNT_REQUEST_TYPE_CREATE_NETWORK,         KBNT_REQUEST_TYPE_DELETE_RESOURCE,
        KBNT_REQUEST_TYPE_ATTACH_STORAGE,         KBNT_REQUEST_TYPE_CANCEL_REQUEST,
    };
    g_autoptr(KbntCodec) codec = make_codec();

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(KbntValue) request = kbnt_sample_request(types[i]);
        g_autoptr(KbntValue) record = encode_request(codec, request);
        g_autofree char *expected = vector(kbnt_enum_name(KBNT_TYPE_REQUEST_TYPE, types[i]));
        g_autofree char *hex = body_hex(record);

        kbnt_assert_string(hex, expected);
    }
}

static void
events_are_encoded_as_fastavro_does(void)
{
    static const KbntEventType types[] = {
        KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED,
        KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED,
        KBNT_EVENT_TYPE_HOST_REPORTED,
    };
    g_autoptr(KbntCodec) codec = make_codec();

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(KbntValue) event = kbnt_sample_event(types[i]);
        char checksum[72];
        g_autoptr(KbntValue) record = encode_event(codec, event, checksum);
        g_autofree char *expected = vector(kbnt_enum_name(KBNT_TYPE_EVENT_TYPE, types[i]));
        g_autofree char *hex = body_hex(record);

        kbnt_assert_string(hex, expected);
    }
}

static void
avro_c_reads_what_we_write(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    char checksum[72];
    g_autoptr(KbntValue) record = encode_event(codec, event, checksum);
    g_autofree char *file = g_build_filename(g_getenv("KBNT_TEST_SRCDIR"), "schemas",
                                             "virtualization-event-v3.0.avsc", NULL);
    g_autofree char *text = NULL;
    const char *found = NULL;
    avro_schema_t schema;
    avro_value_iface_t *class;
    avro_value_t value;
    avro_value_t last;
    avro_reader_t reader;
    gsize length;
    const char *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY),
                                         &length);

    CU_ASSERT_FATAL(g_file_get_contents(file, &text, NULL, NULL));
    CU_ASSERT_FATAL(avro_schema_from_json_length(text, strlen(text), &schema) == 0);
    class = avro_generic_class_from_schema(schema);
    avro_generic_value_new(class, &value);
    reader = avro_reader_memory(bytes + FRAME_BYTES, (int64_t)length - FRAME_BYTES);
    kbnt_assert_int(avro_value_read(reader, &value), 0);
    CU_ASSERT_FATAL(avro_value_get_by_name(&value, "checksum", &last, NULL) == 0);
    CU_ASSERT_FATAL(avro_value_get_string(&last, &found, NULL) == 0);
    kbnt_assert_string(found, checksum);

    avro_reader_free(reader);
    avro_value_decref(&value);
    avro_value_iface_decref(class);
    avro_schema_decref(schema);
}

static void
every_type_of_request_comes_back_as_it_was(void)
{
    g_autoptr(KbntCodec) codec = make_codec();

    for (gint64 type = kbnt_enum_next(KBNT_TYPE_REQUEST_TYPE, 0); type;
         type = kbnt_enum_next(KBNT_TYPE_REQUEST_TYPE, type)) {
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) request = kbnt_sample_request((KbntRequestType)type);
        g_autoptr(KbntValue) record = encode_request(codec, request);
        g_autoptr(KbntValue) back = kbnt_codec_decode_request(codec, record, &error);

        kbnt_assert_no_error(error);
        CU_ASSERT(kbnt_value_equal(request, back));
    }
}

static void
every_type_of_event_comes_back_with_its_checksum(void)
{
    g_autoptr(KbntCodec) codec = make_codec();

    for (gint64 type = kbnt_enum_next(KBNT_TYPE_EVENT_TYPE, 0); type;
         type = kbnt_enum_next(KBNT_TYPE_EVENT_TYPE, type)) {
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) event = kbnt_sample_event((KbntEventType)type);
        char checksum[72];
        g_autoptr(KbntValue) record = encode_event(codec, event, checksum);
        g_autoptr(KbntValue) back = kbnt_codec_decode_event(codec, record, &error);

        kbnt_assert_no_error(error);
        kbnt_value_set_string(event, KBNT_FIELD_CHECKSUM, checksum);
        CU_ASSERT(kbnt_value_equal(event, back));
    }
}

static void
check_header(const KbntValue *record, const char *name, const char *expected)
{
    g_autofree char *text = kbnt_record_find_header(record, name);

    kbnt_assert_string(text, expected);
}

static void
check_key(const KbntValue *record, const char *expected)
{
    gsize length;
    const char *key = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_KEY), &length);
    g_autofree char *text = g_strndup(key, length);

    kbnt_assert_string(text, expected);
}

/* Returns: (transfer full): event @sequence of a stream, with these entries of its history. */
static KbntValue *
event_with_history(gint64 sequence, KbntValue *const *entries, guint n_entries)
{
    KbntValue *event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED);

    kbnt_value_set_int(event, KBNT_FIELD_SEQUENCE, sequence);
    kbnt_value_clear(event, KBNT_FIELD_HISTORY);
    for (guint i = 0; i < n_entries; i++)
        kbnt_value_append_value(event, KBNT_FIELD_HISTORY, entries[i]);
    return event;
}

/* Returns: (transfer full): an entry like those of the sample, but of another time. */
static KbntValue *
entry_of(gint64 timestamp)
{
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    KbntValue *entry = kbnt_value_copy(kbnt_value_nth_value(event, KBNT_FIELD_HISTORY, 0));

    kbnt_value_set_int(entry, KBNT_FIELD_TIMESTAMP, timestamp);
    return entry;
}

/* Whether @codec, which has seen other events of the stream, and one that has not, agree. */
static void
assert_as_if_new(KbntCodec *codec, const KbntValue *event)
{
    g_autoptr(KbntCodec) fresh = make_codec();
    char checksum[72];
    g_autoptr(KbntValue) record = encode_event(codec, event, checksum);
    g_autoptr(KbntValue) expected = encode_event(fresh, event, checksum);
    g_autoptr(KbntValue) again = kbnt_codec_decode_event(codec, record, NULL);
    g_autoptr(KbntValue) first = kbnt_codec_decode_event(fresh, record, NULL);
    g_autofree char *hex = body_hex(record);
    g_autofree char *expected_hex = body_hex(expected);

    kbnt_assert_string(hex, expected_hex);
    CU_ASSERT_FATAL(again && first);
    CU_ASSERT(kbnt_value_equal(again, first));
}

static void
a_history_that_grows_shrinks_or_differs_is_coded_as_if_it_were_new(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(
        (GDestroyNotify)kbnt_value_unref);
    static const guint lengths[] = { 1, 3, 3, 2, 4, 0, 4 };

    for (gint64 i = 0; i < 4; i++)
        g_ptr_array_add(entries, entry_of(1700000000000 + i));
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(KbntValue) event = event_with_history(
            2 + i, (KbntValue *const *)entries->pdata, lengths[i]);

        assert_as_if_new(codec, event);
    }
    kbnt_value_unref(entries->pdata[1]);
    entries->pdata[1] = entry_of(1800000000000);
    g_autoptr(KbntValue) other = event_with_history(9, (KbntValue *const *)entries->pdata, 4);

    assert_as_if_new(codec, other);
}

static void
a_request_record_has_the_framing_key_and_headers_of_the_contract(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    const char *trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    kbnt_value_set_string(request, KBNT_FIELD_TRACE_PARENT, trace);
    g_autoptr(KbntValue) record = encode_request(codec, request);
    const guint8 *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY), NULL);

    CU_ASSERT(memcmp(bytes, "\x00\x4b\x51\x7e\x81", FRAME_BYTES) == 0);
    kbnt_assert_string(kbnt_value_get_string(record, KBNT_FIELD_TOPIC),
                       "virtualization-requests");
    check_key(record, SAMPLE_MESSAGE_ID);
    check_header(record, "kbnt-domain", "virtualization");
    check_header(record, "traceparent", trace);
    check_header(record, "kbnt-signature", NULL);
    g_autofree char *checksum = kbnt_record_find_header(record, "kbnt-checksum");
    kbnt_assert_contains(checksum, "crc32c-");
    kbnt_assert_int(strlen(checksum), 15);
}

static void
a_cancel_travels_under_the_key_of_its_target(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CANCEL_REQUEST);
    g_autoptr(KbntValue) record = encode_request(codec, request);

    check_key(record, SAMPLE_OTHER_ID);
}

static void
an_event_record_is_a_cloud_event_under_the_key_of_its_user(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    char checksum[72];
    g_autoptr(KbntValue) record = encode_event(codec, event, checksum);

    check_key(record, "user-789");
    check_header(record, "ce_specversion", "1.0");
    check_header(record, "ce_id", SAMPLE_OTHER_ID);
    check_header(record, "ce_type", "VIRTUALIZATION_COMPLETED");
    check_header(record, "ce_source", "virtualization-consumer-service");
    check_header(record, "ce_time", "2025-08-30T10:30:00.123Z");
    check_header(record, "ce_subject", "VM-0909A693");
    kbnt_assert_int(strlen(checksum), 71);
}

static void
a_host_report_travels_under_the_key_of_its_host(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_HOST_REPORTED);
    char checksum[72];
    g_autoptr(KbntValue) record = encode_event(codec, event, checksum);

    check_key(record, "host:host-1");
    check_header(record, "ce_subject", "host-1");
}

static void
a_secret_never_leaves_in_an_event(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED);
    g_autoptr(KbntValue) specs = kbnt_value_copy(
        kbnt_value_get_value(event, KBNT_FIELD_RESOURCE_SPECS));
    g_autoptr(GError) error = NULL;
    char checksum[72] = "untouched";

    kbnt_value_set_string(specs, KBNT_FIELD_USER_DATA, "password: 1234");
    kbnt_value_set_value(event, KBNT_FIELD_RESOURCE_SPECS, specs);

    CU_ASSERT_PTR_NULL(kbnt_codec_encode_event(codec, event, checksum, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_INTERNAL);
    kbnt_assert_string(checksum, "untouched");
    CU_ASSERT_PTR_NULL(strstr(error->message, "1234"));
}

static void
a_request_without_a_needed_field_is_not_encoded(void)
{
    static const KbntField needed[] = {
        KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_CORRELATION_ID, KBNT_FIELD_REQUEST_ID,
        KBNT_FIELD_TIMESTAMP,  KBNT_FIELD_TIMEOUT_MS,     KBNT_FIELD_USER_ID,
    };
    g_autoptr(KbntCodec) codec = make_codec();

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);

        kbnt_value_clear(request, needed[i]);
        CU_ASSERT_PTR_NULL(kbnt_codec_encode_request(codec, request, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_INTERNAL);
        kbnt_assert_contains(error->message, kbnt_field_name(needed[i]));
    }
}

#define N_THREADS 4
#define N_ROUNDS 500

/* Returns: how many of the records were not as the first. */
static gpointer
encode_many(gpointer data)
{
    KbntCodec *codec = data;
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED);
    char checksum[72];
    g_autoptr(KbntValue) first = kbnt_codec_encode_event(codec, event, checksum, NULL);
    guint n_different = 0;

    for (guint i = 0; i < N_ROUNDS; i++) {
        g_autoptr(KbntValue) record = kbnt_codec_encode_event(codec, event, checksum, NULL);
        g_autoptr(KbntValue) back = kbnt_codec_decode_event(codec, record, NULL);

        if (!back || !kbnt_value_equal(first, record))
            n_different++;
    }
    return GUINT_TO_POINTER(n_different);
}

static void
many_threads_share_a_codec(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    GThread *threads[N_THREADS];

    for (guint i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new("encode", encode_many, codec);
    for (guint i = 0; i < N_THREADS; i++)
        kbnt_assert_int(GPOINTER_TO_UINT(g_thread_join(threads[i])), 0);
}

static void
an_event_without_a_request_has_its_owner_as_its_key_alone(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) event = kbnt_sample_event(KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED);
    g_autoptr(GError) error = NULL;
    char checksum[72];

    kbnt_value_clear(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID);
    g_autoptr(KbntValue) record = encode_event(codec, event, checksum);
    g_autoptr(KbntValue) back = kbnt_codec_decode_event(codec, record, &error);
    kbnt_assert_no_error(error);
    g_autoptr(KbntValue) written = kbnt_codec_as_written(back);
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);

    CU_ASSERT_PTR_NULL(
        memmem(g_bytes_get_data(body, NULL), g_bytes_get_size(body), "user-789", 8));
    kbnt_assert_string(kbnt_value_get_string(back, KBNT_FIELD_USER_ID), "user-789");
    CU_ASSERT_FALSE(kbnt_value_has(written, KBNT_FIELD_USER_ID));
}

static void
a_specification_of_no_kind_is_not_encoded(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(KbntValue) nothing = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    kbnt_value_set_value(request, KBNT_FIELD_SPECIFICATION, nothing);

    CU_ASSERT_PTR_NULL(kbnt_codec_encode_request(codec, request, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_INTERNAL);
    kbnt_assert_contains(error->message, "'specification'");
}

static void
a_request_of_the_wrong_kind_of_specification_is_refused(void)
{
    g_autoptr(KbntCodec) codec = make_codec();
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(GError) error = NULL;

    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) record = encode_request(codec, request);

    CU_ASSERT_PTR_NULL(kbnt_codec_decode_request(codec, record, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE);
}

static void
ids_that_are_none_are_refused(void)
{
    static const KbntField ids[] = {
        KBNT_FIELD_MESSAGE_ID,
        KBNT_FIELD_RETRY_OF,
        KBNT_FIELD_REQUEST_ID,
        KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    };
    g_autoptr(KbntCodec) codec = make_codec();

    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);

        kbnt_value_set_string(request, ids[i], "../../etc/passwd");
        g_autoptr(KbntValue) record = encode_request(codec, request);

        CU_ASSERT_PTR_NULL(kbnt_codec_decode_request(codec, record, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE);
        kbnt_assert_contains(error->message, kbnt_field_name(ids[i]));
    }
}

static const KbntTest tests[] = {
    KBNT_TEST(requests_are_encoded_as_fastavro_does),
    KBNT_TEST(events_are_encoded_as_fastavro_does),
    KBNT_TEST(avro_c_reads_what_we_write),
    KBNT_TEST(every_type_of_request_comes_back_as_it_was),
    KBNT_TEST(every_type_of_event_comes_back_with_its_checksum),
    KBNT_TEST(a_history_that_grows_shrinks_or_differs_is_coded_as_if_it_were_new),
    KBNT_TEST(a_request_record_has_the_framing_key_and_headers_of_the_contract),
    KBNT_TEST(a_cancel_travels_under_the_key_of_its_target),
    KBNT_TEST(an_event_record_is_a_cloud_event_under_the_key_of_its_user),
    KBNT_TEST(a_host_report_travels_under_the_key_of_its_host),
    KBNT_TEST(a_secret_never_leaves_in_an_event),
    KBNT_TEST(a_request_without_a_needed_field_is_not_encoded),
    KBNT_TEST(many_threads_share_a_codec),
    KBNT_TEST(an_event_without_a_request_has_its_owner_as_its_key_alone),
    KBNT_TEST(a_specification_of_no_kind_is_not_encoded),
    KBNT_TEST(a_request_of_the_wrong_kind_of_specification_is_refused),
    KBNT_TEST(ids_that_are_none_are_refused),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/codec", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the codec on what is not a message: cut, flipped, counted beyond all bounds. */
#include "avro-buffer.h"
#include "codec.h"
#include "frame.h"
#include "runner.h"
#include "sample-messages.h"

#include <string.h>

#define FRAME_BYTES 5

static KbntCodec *codec;

static KbntValue *
sample_record(gboolean is_event)
{
    char checksum[72];
    g_autoptr(KbntValue) value = NULL;

    if (is_event) {
        value = kbnt_sample_event(KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED);
        return kbnt_codec_encode_event(codec, value, checksum, NULL);
    }
    value = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    return kbnt_codec_encode_request(codec, value, NULL);
}

/* A record without headers: what the bytes themselves are must be found out. The value lies in
 * a block of exactly its size, so that a sanitizer sees any byte read beyond it. */
static KbntValue *
bare_record(const guint8 *bytes, gsize length)
{
    g_autoptr(GBytes) value = g_bytes_new(bytes, length);
    KbntValue *record = kbnt_value_new();

    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, value);
    return record;
}

static KbntValue *
decode(gboolean is_event, const guint8 *bytes, gsize length, GError **error)
{
    g_autoptr(KbntValue) record = bare_record(bytes, length);

    return is_event ? kbnt_codec_decode_event(codec, record, error)
                    : kbnt_codec_decode_request(codec, record, error);
}

static gboolean
is_reason_of_dead_letter(const GError *error)
{
    return g_error_matches(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE) ||
           g_error_matches(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN) ||
           g_error_matches(error, KBNT_ERROR, KBNT_ERROR_CHECKSUM_MISMATCH);
}

static void
cut_everywhere(gboolean is_event)
{
    g_autoptr(KbntValue) record = sample_record(is_event);
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(body, &length);

    for (gsize cut = 0; cut < length; cut++) {
        g_autoptr(GError) error = NULL;

        CU_ASSERT_PTR_NULL(decode(is_event, bytes, cut, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE);
    }
}

static void
a_message_cut_at_any_byte_is_undecodable(void)
{
    cut_everywhere(FALSE);
    cut_everywhere(TRUE);
}

static void
any_flipped_bit_gives_a_message_or_a_reason(void)
{
    g_autoptr(KbntValue) record = sample_record(FALSE);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY),
                                           &length);

    for (gsize bit = 0; bit < length * 8; bit++) {
        g_autofree guint8 *flipped = g_memdup2(bytes, length);
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) request = NULL;

        flipped[bit / 8] ^= (guint8)(1 << bit % 8);
        request = decode(FALSE, flipped, length, &error);
        CU_ASSERT(request || is_reason_of_dead_letter(error));
    }
}

static void
any_flipped_bit_of_an_event_is_found(void)
{
    g_autoptr(KbntValue) record = sample_record(TRUE);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY),
                                           &length);

    for (gsize bit = 0; bit < length * 8; bit++) {
        g_autofree guint8 *flipped = g_memdup2(bytes, length);
        g_autoptr(GError) error = NULL;

        flipped[bit / 8] ^= (guint8)(1 << bit % 8);
        CU_ASSERT_PTR_NULL(decode(TRUE, flipped, length, &error));
        CU_ASSERT(is_reason_of_dead_letter(error));
    }
}

static void
random_bytes_behind_a_good_frame_give_a_reason(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    g_autoptr(KbntValue) record = sample_record(FALSE);
    const guint8 *frame = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY), NULL);
    guint8 bytes[200];

    memcpy(bytes, frame, FRAME_BYTES);
    for (guint round = 0; round < 20000; round++) {
        gsize length = (gsize)g_rand_int_range(random, FRAME_BYTES, sizeof bytes);
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) request = NULL;

        for (gsize i = FRAME_BYTES; i < length; i++)
            bytes[i] = (guint8)g_rand_int(random);
        request = decode(FALSE, bytes, length, &error);
        CU_ASSERT(request || is_reason_of_dead_letter(error));
    }
}

/* Returns: (transfer full): a request's bytes up to and without dependsOn. */
static KbntAvroBuffer
begin_request(void)
{
    KbntAvroBuffer buffer = { 0 };
    static const char *const texts[] = { "v2.1", SAMPLE_MESSAGE_ID, "corr", "req",
                                         "CANCEL_REQUEST" };

    kbnt_avro_put_raw(&buffer, "\x00\x4b\x51\x7e\x81", FRAME_BYTES);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        kbnt_avro_put_string(&buffer, texts[i]);
    kbnt_avro_put_long(&buffer, 0);
    kbnt_avro_put_long(&buffer, 0);
    kbnt_avro_put_long(&buffer, SAMPLE_TIME_MS);
    kbnt_avro_put_long(&buffer, 1000);
    kbnt_avro_put_string(&buffer, "user");
    kbnt_avro_put_string(&buffer, "HIGH");
    return buffer;
}

static void
check_undecodable(KbntAvroBuffer *buffer, const char *reason)
{
    g_autoptr(GError) error = NULL;

    CU_ASSERT_PTR_NULL(decode(FALSE, buffer->data, buffer->length, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE);
    kbnt_assert_contains(error ? error->message : "", reason);
}

static void
giant_counts_are_refused_before_anything_is_allocated(void)
{
    static const gint64 counts[] = { G_MAXINT64, G_MAXINT32, 65537, -65537 };

    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_auto(KbntAvroBuffer) buffer = begin_request();

        kbnt_avro_put_long(&buffer, counts[i]);
        kbnt_avro_put_long(&buffer, 1);
        check_undecodable(&buffer, "'dependsOn': more than 65536 items");
    }
}

static void
a_count_without_opposite_is_refused(void)
{
    g_auto(KbntAvroBuffer) buffer = begin_request();

    kbnt_avro_put_long(&buffer, G_MININT64);
    check_undecodable(&buffer, "'dependsOn': a count of more than 63 bits");
}

static void
many_small_blocks_count_together(void)
{
    g_auto(KbntAvroBuffer) buffer = begin_request();

    for (guint block = 0; block < 70; block++) {
        kbnt_avro_put_long(&buffer, 1000);
        for (guint i = 0; i < 1000; i++)
            kbnt_avro_put_string(&buffer, "");
    }
    check_undecodable(&buffer, "'dependsOn': more than 65536 items");
}

static void
giant_lengths_are_refused_before_anything_is_allocated(void)
{
    static const gint64 lengths[] = { G_MAXINT64, G_MAXINT32, -1, G_MININT64, 10 };

    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_auto(KbntAvroBuffer) buffer = begin_request();

        kbnt_avro_put_long(&buffer, 1);
        kbnt_avro_put_long(&buffer, lengths[i]);
        kbnt_avro_put_raw(&buffer, "123456789", 9);
        check_undecodable(&buffer, "'dependsOn': a length beyond the body");
    }
}

static void
a_number_of_eleven_bytes_is_refused(void)
{
    g_auto(KbntAvroBuffer) buffer = begin_request();

    kbnt_avro_put_raw(&buffer, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    check_undecodable(&buffer, "a number of more than 64 bits");
}

static void
a_string_that_is_not_utf8_is_refused(void)
{
    static const char *const strings[] = { "\xff", "\xc3", "\xed\xa0\x80", "a\xc0\x80" };

    for (guint i = 0; i < G_N_ELEMENTS(strings); i++) {
        g_auto(KbntAvroBuffer) buffer = begin_request();

        kbnt_avro_put_long(&buffer, 1);
        kbnt_avro_put_string(&buffer, strings[i]);
        check_undecodable(&buffer, "a string that is not UTF-8");
    }
}

static void
a_nul_in_a_string_is_refused(void)
{
    g_auto(KbntAvroBuffer) buffer = begin_request();

    kbnt_avro_put_long(&buffer, 1);
    kbnt_avro_put_long(&buffer, 3);
    kbnt_avro_put_raw(&buffer, "a\0b", 3);
    check_undecodable(&buffer, "a string that is not UTF-8");
}

static void
bytes_behind_the_message_are_refused(void)
{
    g_autoptr(KbntValue) record = sample_record(FALSE);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(kbnt_value_get_bytes(record, KBNT_FIELD_BODY),
                                           &length);
    g_auto(KbntAvroBuffer) buffer = { 0 };

    kbnt_avro_put_raw(&buffer, bytes, length);
    kbnt_avro_put_boolean(&buffer, TRUE);
    check_undecodable(&buffer, "1 bytes follow the message");
}

static void
a_value_over_one_mebibyte_is_refused(void)
{
    g_auto(KbntAvroBuffer) buffer = begin_request();
    g_autofree char *zeros = g_malloc0(KBNT_RECORD_BYTES_MAX);

    kbnt_avro_put_raw(&buffer, zeros, KBNT_RECORD_BYTES_MAX);
    check_undecodable(&buffer, "over 1 MiB");
}

static void
a_wrong_magic_byte_or_no_value_is_undecodable(void)
{
    g_autoptr(KbntValue) empty = kbnt_value_new();
    g_autoptr(GError) error = NULL;
    const guint8 bytes[] = { 1, 0x4b, 0x51, 0x92, 0x81, 0 };
    KbntAvroBuffer buffer = { .data = (guint8 *)bytes, .length = sizeof bytes };

    check_undecodable(&buffer, "does not begin with 0");
    CU_ASSERT_PTR_NULL(kbnt_codec_decode_request(codec, empty, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE);
}

static void
check_schema_unknown(gboolean is_event, const KbntValue *record, const char *reason)
{
    g_autoptr(GError) error = NULL;
    KbntValue *value = is_event ? kbnt_codec_decode_event(codec, record, &error)
                                : kbnt_codec_decode_request(codec, record, &error);

    CU_ASSERT_PTR_NULL(value);
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN);
    kbnt_assert_contains(error ? error->message : "", reason);
}

static void
an_unknown_schema_id_or_one_of_the_other_topic_is_named(void)
{
    const guint8 unknown[] = { 0, 0, 0, 0, 7, 0 };
    g_autoptr(KbntValue) foreign = bare_record(unknown, sizeof unknown);
    g_autoptr(KbntValue) event = sample_record(TRUE);

    check_schema_unknown(FALSE, foreign, "schema 7 is not known here");
    check_schema_unknown(FALSE, event, "of subject 'virtualization-events-value'");
}

static void
a_symbol_that_is_not_known_makes_the_schema_unknown(void)
{
    g_autoptr(KbntValue) record = sample_record(FALSE);
    GBytes *body = kbnt_value_get_bytes(record, KBNT_FIELD_BODY);
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);
    g_autofree char *changed = g_memdup2(bytes, length);
    char *symbol = memmem(changed, length, "HIGH", 4);
    g_autoptr(KbntValue) bare = NULL;

    memcpy(symbol, "HUGE", 4);
    bare = bare_record((const guint8 *)changed, length);
    check_schema_unknown(FALSE, bare, "'HUGE' is not known as 'priority'");
}

static void
a_wrong_header_checksum_is_found_before_anything_else(void)
{
    g_autoptr(KbntValue) record = sample_record(FALSE);
    g_autoptr(GBytes) garbage = g_bytes_new_static("garbage", 7);
    g_autoptr(GError) error = NULL;

    kbnt_value_set_bytes(record, KBNT_FIELD_BODY, garbage);

    CU_ASSERT_PTR_NULL(kbnt_codec_decode_request(codec, record, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CHECKSUM_MISMATCH);
}

static void
assert_incomplete(const KbntValue *request)
{
    g_autoptr(KbntValue) record = kbnt_codec_encode_request(codec, request, NULL);
    g_autoptr(GError) error = NULL;

    CU_ASSERT_PTR_NULL(kbnt_codec_decode_request(codec, record, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE);
}

/* What the journal could not keep must not come as far. */
static void
a_request_about_nothing_or_beyond_all_bounds_is_undecodable(void)
{
    g_autoptr(KbntValue) nameless = kbnt_sample_request(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    g_autoptr(KbntValue) misnamed = kbnt_sample_request(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);
    g_autoptr(KbntValue) negative = kbnt_sample_request(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE);

    kbnt_value_clear(nameless, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_set_string(misnamed, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "NET-7AE8FF2D");
    kbnt_value_set_int(kbnt_value_get_value(negative, KBNT_FIELD_SPECIFICATION),
                       KBNT_FIELD_SIZE_MB, -5);

    assert_incomplete(nameless);
    assert_incomplete(misnamed);
    assert_incomplete(negative);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_request_about_nothing_or_beyond_all_bounds_is_undecodable),
    KBNT_TEST(a_message_cut_at_any_byte_is_undecodable),
    KBNT_TEST(any_flipped_bit_gives_a_message_or_a_reason),
    KBNT_TEST(any_flipped_bit_of_an_event_is_found),
    KBNT_TEST(random_bytes_behind_a_good_frame_give_a_reason),
    KBNT_TEST(giant_counts_are_refused_before_anything_is_allocated),
    KBNT_TEST(a_count_without_opposite_is_refused),
    KBNT_TEST(many_small_blocks_count_together),
    KBNT_TEST(giant_lengths_are_refused_before_anything_is_allocated),
    KBNT_TEST(a_number_of_eleven_bytes_is_refused),
    KBNT_TEST(a_string_that_is_not_utf8_is_refused),
    KBNT_TEST(a_nul_in_a_string_is_refused),
    KBNT_TEST(bytes_behind_the_message_are_refused),
    KBNT_TEST(a_value_over_one_mebibyte_is_refused),
    KBNT_TEST(a_wrong_magic_byte_or_no_value_is_undecodable),
    KBNT_TEST(an_unknown_schema_id_or_one_of_the_other_topic_is_named),
    KBNT_TEST(a_symbol_that_is_not_known_makes_the_schema_unknown),
    KBNT_TEST(a_wrong_header_checksum_is_found_before_anything_else),
};

int
main(int argc, char **argv)
{
    int status;

    codec = kbnt_codec_new(NULL, FALSE, NULL);
    status = kbnt_test_main("infrastructure/codec-damage", argc, argv, tests,
                            G_N_ELEMENTS(tests));
    kbnt_codec_free(codec);
    return status;
}

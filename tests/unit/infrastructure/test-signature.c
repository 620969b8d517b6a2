/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of signatures: the construction on vectors of Python's hmac, rotation, and the file. */
#include "codec.h"
#include "record-headers.h"
#include "runner.h"
#include "sample-messages.h"
#include "signature.h"

#include <string.h>

#define OLD_KEY "2024-a:000102030405060708090a0b0c0d0e0f"
#define NEW_KEY "2025-b:f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

static KbntKeyring *
make_keyring(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    KbntKeyring *keyring = kbnt_keyring_new(bytes, &error);

    kbnt_assert_no_error(error);
    return keyring;
}

static KbntCodec *
make_codec(const char *keys, gboolean needs_signature)
{
    g_autoptr(GBytes) bytes = keys ? g_bytes_new(keys, strlen(keys)) : NULL;
    g_autoptr(GError) error = NULL;
    KbntCodec *codec = kbnt_codec_new(bytes, needs_signature, &error);

    kbnt_assert_no_error(error);
    return codec;
}

static KbntValue *
make_record(KbntCodec *codec)
{
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_CREATE_NETWORK);
    g_autoptr(GError) error = NULL;
    KbntValue *record = kbnt_codec_encode_request(codec, request, &error);

    kbnt_assert_no_error(error);
    return record;
}

static void
check_decoding(KbntCodec *codec, const KbntValue *record, gint code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) request = kbnt_codec_decode_request(codec, record, &error);

    if (code == 0)
        kbnt_assert_no_error(error);
    else
        kbnt_assert_error(error, KBNT_ERROR, code);
    CU_ASSERT(!request == (code != 0));
}

static void
a_signature_is_that_of_the_construction_in_the_contract(void)
{
    g_autoptr(KbntKeyring) keyring = make_keyring(OLD_KEY "\n");
    g_autoptr(GBytes) key = g_bytes_new_static("key", 3);
    g_autoptr(GBytes) value = g_bytes_new_static("value", 5);
    KbntSigned what = { .topic = "virtualization-requests", .key = key, .value = value };
    g_autofree char *with_key = kbnt_keyring_sign(keyring, &what);
    g_autofree char *without_key = NULL;

    what.key = NULL;
    without_key = kbnt_keyring_sign(keyring, &what);

    kbnt_assert_string(
        with_key, "2024-a:89ba3f8a485833bd86ceb3b6106c7746b5f873a981ce1581595a0e3cdc050f04");
    kbnt_assert_string(
        without_key, "2024-a:c87441e82a25ff2221ba2807784ce5c2f4928fd9a10afcd6b5fa0f6a5ddf154e");
}

static void
the_first_key_signs_and_all_verify_during_rotation(void)
{
    g_autoptr(KbntCodec) before = make_codec(OLD_KEY "\n", TRUE);
    g_autoptr(KbntCodec) during = make_codec("# new first\n" NEW_KEY "\n\n" OLD_KEY "\n", TRUE);
    g_autoptr(KbntCodec) after = make_codec(NEW_KEY "\n", TRUE);
    g_autoptr(KbntValue) old_record = make_record(before);
    g_autoptr(KbntValue) new_record = make_record(during);
    g_autofree char *signature = kbnt_record_find_header(new_record, "kbnt-signature");

    kbnt_assert_contains(signature, "2025-b:");
    check_decoding(during, old_record, 0);
    check_decoding(during, new_record, 0);
    check_decoding(after, new_record, 0);
    check_decoding(after, old_record, KBNT_ERROR_SIGNATURE_INVALID);
    check_decoding(before, new_record, KBNT_ERROR_SIGNATURE_INVALID);
}

static void
new_keys_are_taken_while_the_codec_lives(void)
{
    g_autoptr(KbntCodec) codec = make_codec(OLD_KEY "\n", TRUE);
    g_autoptr(GBytes) keys = g_bytes_new_static(NEW_KEY, sizeof NEW_KEY - 1);
    g_autoptr(GBytes) broken = g_bytes_new_static("x", 1);
    g_autoptr(GError) error = NULL;

    CU_ASSERT(kbnt_codec_set_keys(codec, keys, NULL));
    CU_ASSERT(!kbnt_codec_set_keys(codec, broken, &error));

    g_autoptr(KbntValue) record = make_record(codec);
    g_autofree char *signature = kbnt_record_find_header(record, "kbnt-signature");
    kbnt_assert_contains(signature, "2025-b:");
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
}

static void
an_unsigned_record_is_refused_where_signatures_are_needed(void)
{
    g_autoptr(KbntCodec) without = make_codec(NULL, FALSE);
    g_autoptr(KbntCodec) strict = make_codec(OLD_KEY, TRUE);
    g_autoptr(KbntCodec) lenient = make_codec(OLD_KEY, FALSE);
    g_autoptr(KbntValue) record = make_record(without);

    check_decoding(without, record, 0);
    check_decoding(lenient, record, 0);
    check_decoding(strict, record, KBNT_ERROR_UNSIGNED);
}

static void
a_wrong_signature_is_refused_even_where_none_is_needed(void)
{
    g_autoptr(KbntCodec) codec = make_codec(OLD_KEY, FALSE);
    g_autoptr(KbntValue) record = make_record(codec);

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "virtualization-requests.dlq");
    check_decoding(codec, record, KBNT_ERROR_SIGNATURE_INVALID);
}

static void
a_signature_covers_key_and_value(void)
{
    g_autoptr(KbntCodec) codec = make_codec(OLD_KEY, TRUE);
    g_autoptr(KbntCodec) forger = make_codec(NULL, FALSE);
    g_autoptr(KbntValue) record = make_record(codec);
    g_autoptr(KbntValue) forged = make_record(forger);
    g_autofree char *signature = kbnt_record_find_header(record, "kbnt-signature");
    g_autoptr(GBytes) other_key = g_bytes_new_static("other", 5);
    g_autoptr(KbntValue) request = kbnt_sample_request(KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    g_autoptr(KbntValue) stolen = kbnt_codec_encode_request(forger, request, NULL);

    kbnt_record_add_header(forged, "kbnt-signature", signature);
    check_decoding(codec, forged, 0);
    kbnt_value_set_bytes(forged, KBNT_FIELD_KEY, other_key);
    check_decoding(codec, forged, KBNT_ERROR_SIGNATURE_INVALID);
    kbnt_record_add_header(stolen, "kbnt-signature", signature);
    check_decoding(codec, stolen, KBNT_ERROR_SIGNATURE_INVALID);
}

static void
broken_signatures_are_refused(void)
{
    static const char *const broken[] = { "", ":", "2024-a", "2024-a:", "2024-a:00", "x:00" };
    g_autoptr(KbntCodec) codec = make_codec(OLD_KEY, TRUE);
    g_autoptr(KbntCodec) forger = make_codec(NULL, FALSE);

    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(KbntValue) record = make_record(forger);

        kbnt_record_add_header(record, "kbnt-signature", broken[i]);
        check_decoding(codec, record, KBNT_ERROR_SIGNATURE_INVALID);
    }
}

static void
a_broken_file_of_keys_is_refused_by_line_without_its_content(void)
{
    static const char *const broken[] = {
        "a:0001",
        "a",
        ":000102030405060708090a0b0c0d0e0f",
        "a b:000102030405060708090a0b0c0d0e0f",
        "a:000102030405060708090a0b0c0d0e0g",
        "a:000102030405060708090a0b0c0d0e0f0",
        OLD_KEY,
    };

    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *text = g_strconcat(OLD_KEY "\n", broken[i], "\n", NULL);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        g_autoptr(GError) error = NULL;

        CU_ASSERT_PTR_NULL(kbnt_keyring_new(bytes, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
        kbnt_assert_contains(error->message, "line 2");
        CU_ASSERT_PTR_NULL(strstr(error->message, "0001"));
    }
}

static void
a_file_without_keys_is_refused(void)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("# none\n\n", 8);
    g_autoptr(GError) error = NULL;

    CU_ASSERT_PTR_NULL(kbnt_keyring_new(bytes, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_signature_is_that_of_the_construction_in_the_contract),
    KBNT_TEST(the_first_key_signs_and_all_verify_during_rotation),
    KBNT_TEST(new_keys_are_taken_while_the_codec_lives),
    KBNT_TEST(an_unsigned_record_is_refused_where_signatures_are_needed),
    KBNT_TEST(a_wrong_signature_is_refused_even_where_none_is_needed),
    KBNT_TEST(a_signature_covers_key_and_value),
    KBNT_TEST(broken_signatures_are_refused),
    KBNT_TEST(a_broken_file_of_keys_is_refused_by_line_without_its_content),
    KBNT_TEST(a_file_without_keys_is_refused),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/signature", argc, argv, tests, G_N_ELEMENTS(tests));
}

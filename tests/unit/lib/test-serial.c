/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the bytes of a value: there and back, and what damaged ones do. */
#include "runner.h"

#include <kbnt/kbnt-values.h>
#include <string.h>

static KbntValue *
sample_request(void)
{
    KbntValue *request = kbnt_value_new();
    g_autoptr(GBytes) body = g_bytes_new_static("\0\xff", 2);
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_int(specification, KBNT_FIELD_CPU, 4);
    kbnt_value_append_string(specification, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA");
    kbnt_value_set_empty_list(specification, KBNT_FIELD_VOLUMES);
    kbnt_value_set_string(request, KBNT_FIELD_REQUEST_ID, "req-ä");
    kbnt_value_set_number(request, KBNT_FIELD_COST_PER_HOUR_USD, 0.045);
    kbnt_value_set_bytes(request, KBNT_FIELD_BODY, body);
    kbnt_value_append_value(request, KBNT_FIELD_HISTORY, specification);
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification);
    return request;
}

/* Returns: (transfer full): a value whose specification has one, and so on. */
static KbntValue *
nested(guint depth)
{
    KbntValue *value = kbnt_value_new();

    for (guint i = 0; i < depth; i++) {
        KbntValue *outer = kbnt_value_new();

        kbnt_value_take_value(outer, KBNT_FIELD_SPECIFICATION, value);
        value = outer;
    }
    return value;
}

static void
a_value_comes_back_as_it_went(void)
{
    g_autoptr(KbntValue) request = sample_request();
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(request);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) read = kbnt_value_from_bytes(bytes, &error);

    kbnt_assert_no_error(error);
    CU_ASSERT(kbnt_value_equal(read, request));
}

static void
equal_values_have_equal_bytes(void)
{
    g_autoptr(KbntValue) one = sample_request();
    g_autoptr(KbntValue) other = sample_request();
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(one);
    g_autoptr(GBytes) other_bytes = kbnt_value_to_bytes(other);

    CU_ASSERT(g_bytes_equal(bytes, other_bytes));
}

/* Returns: (transfer full): what GVariant itself writes for the bytes that it has read. */
static GBytes *
through_gvariant(GBytes *bytes)
{
    g_autoptr(GVariant) read = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE("a(uv)"), bytes, FALSE));
    g_autofree char *text = g_variant_print(read, TRUE);
    g_autoptr(GVariant) written = g_variant_parse(G_VARIANT_TYPE("a(uv)"), text, NULL, NULL,
                                                  NULL);

    CU_ASSERT(g_variant_is_normal_form(read));
    return written ? g_variant_get_data_as_bytes(written) : NULL;
}

static void
the_bytes_are_those_that_gvariant_writes(void)
{
    for (gsize size = 0; size < 33000; size = size < 320 ? size + 1 : size + 241) {
        g_autofree char *text = g_strnfill(size, 'x');
        g_autoptr(KbntValue) request = sample_request();
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(GBytes) oracle = NULL;

        kbnt_value_set_string(request, KBNT_FIELD_DETAIL, text);
        kbnt_value_append_string(request, KBNT_FIELD_LABELS, text);
        kbnt_value_append_string(request, KBNT_FIELD_LABELS, "");
        kbnt_value_take_item(request, KBNT_FIELD_ITEMS, kbnt_value_new());
        kbnt_value_take_item(request, KBNT_FIELD_ITEMS, kbnt_value_new());
        bytes = kbnt_value_to_bytes(request);
        oracle = through_gvariant(bytes);
        CU_ASSERT(oracle && g_bytes_equal(bytes, oracle));
    }
}

static void
a_field_that_is_not_known_is_left_out(void)
{
    g_autoptr(GVariant) fields = g_variant_ref_sink(
        g_variant_new_parsed("[(uint32 80, <int64 4>), (uint32 65000, <'later'>)]"));
    g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(fields);
    g_autoptr(KbntValue) read = kbnt_value_from_bytes(bytes, NULL);

    kbnt_assert_int(kbnt_value_n_fields(read), 1);
    kbnt_assert_int(kbnt_value_get_int(read, KBNT_FIELD_CPU), 4);
}

static void
a_field_of_another_type_is_left_out(void)
{
    g_autoptr(GVariant) fields = g_variant_ref_sink(
        g_variant_new_parsed("[(uint32 80, <'four'>), (uint32 81, <int64 8192>)]"));
    g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(fields);
    g_autoptr(KbntValue) read = kbnt_value_from_bytes(bytes, NULL);

    CU_ASSERT(!kbnt_value_has(read, KBNT_FIELD_CPU));
    kbnt_assert_int(kbnt_value_get_int(read, KBNT_FIELD_MEMORY_MB), 8192);
}

static void
large_values_come_back_too(void)
{
    g_autofree char *text = g_strnfill(70000, 'x');
    g_autoptr(KbntValue) value = kbnt_value_new();
    g_autoptr(KbntValue) read = NULL;
    g_autoptr(GBytes) bytes = NULL;

    for (guint i = 0; i < 300; i++)
        kbnt_value_append_string(value, KBNT_FIELD_LABELS, text);
    bytes = kbnt_value_to_bytes(value);
    read = kbnt_value_from_bytes(bytes, NULL);

    CU_ASSERT(read && kbnt_value_equal(read, value));
}

static void
a_text_that_is_no_utf_8_is_damage(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GBytes) damaged = NULL;
    g_autoptr(GError) error = NULL;
    guint8 *copy;

    kbnt_value_set_string(value, KBNT_FIELD_DETAIL, "abc");
    bytes = kbnt_value_to_bytes(value);
    copy = g_memdup2(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    copy[8] = 0xff;
    damaged = g_bytes_new_take(copy, g_bytes_get_size(bytes));

    CU_ASSERT_PTR_NULL(kbnt_value_from_bytes(damaged, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT);
}

static void
values_may_be_nested_to_a_bound(void)
{
    g_autoptr(KbntValue) fine = nested(16);
    g_autoptr(KbntValue) deep = nested(17);
    g_autoptr(GBytes) fine_bytes = kbnt_value_to_bytes(fine);
    g_autoptr(GBytes) deep_bytes = kbnt_value_to_bytes(deep);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) read = kbnt_value_from_bytes(fine_bytes, NULL);

    CU_ASSERT_PTR_NOT_NULL(read);
    CU_ASSERT_PTR_NULL(kbnt_value_from_bytes(deep_bytes, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT);
}

/* Returns: (transfer full) (nullable): what is read from one field with this content. */
static KbntValue *
read_one(guint32 field, const char *content, gsize length)
{
    GByteArray *bytes = g_byte_array_new();
    g_autoptr(GBytes) whole = NULL;
    guint8 end;

    g_byte_array_append(bytes, (const guint8 *)&field, sizeof field);
    g_byte_array_append(bytes, (const guint8 *)"\0\0\0", 4);
    g_byte_array_append(bytes, (const guint8 *)content, (guint)length);
    end = (guint8)bytes->len;
    g_byte_array_append(bytes, &end, 1);
    whole = g_byte_array_free_to_bytes(bytes);
    return kbnt_value_from_bytes(whole, NULL);
}

static void
content_without_a_type_is_left_out_or_refused(void)
{
    g_autoptr(KbntValue) known = read_one(KBNT_FIELD_CPU, "12345678\0", 9);
    g_autoptr(KbntValue) unknown = read_one(65000, "12345678\0", 9);
    g_autoptr(KbntValue) typed = read_one(KBNT_FIELD_CPU, "12345678\0x", 10);

    kbnt_assert_int(kbnt_value_n_fields(known), 0);
    kbnt_assert_int(kbnt_value_n_fields(unknown), 0);
    kbnt_assert_int(kbnt_value_n_fields(typed), 1);
    CU_ASSERT_PTR_NULL(read_one(KBNT_FIELD_CPU, "12345678", 8));
}

static void
ends_that_go_backwards_are_refused(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GBytes) damaged = NULL;
    guint8 *copy;
    gsize size;

    kbnt_value_set_int(value, KBNT_FIELD_CPU, 1);
    kbnt_value_set_int(value, KBNT_FIELD_MEMORY_MB, 2);
    kbnt_value_set_int(value, KBNT_FIELD_DISK_MB, 3);
    bytes = kbnt_value_to_bytes(value);
    size = g_bytes_get_size(bytes);
    copy = g_memdup2(g_bytes_get_data(bytes, NULL), size);
    copy[size - 2] = 2;
    damaged = g_bytes_new_take(copy, size);

    CU_ASSERT_PTR_NULL(kbnt_value_from_bytes(damaged, NULL));
}

static void
no_bytes_are_a_value_without_fields(void)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("", 0);
    g_autoptr(KbntValue) read = kbnt_value_from_bytes(bytes, NULL);

    kbnt_assert_int(kbnt_value_n_fields(read), 0);
}

static void
damage_is_found_or_harmless_at_every_byte(void)
{
    g_autoptr(KbntValue) request = sample_request();
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(request);
    gsize size = g_bytes_get_size(bytes);

    for (gsize i = 0; i < size; i++) {
        guint8 *damaged = g_memdup2(g_bytes_get_data(bytes, NULL), size);
        g_autoptr(GBytes) damaged_bytes = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(KbntValue) read = NULL;

        damaged[i] ^= 0x5a;
        damaged_bytes = g_bytes_new_take(damaged, size);
        read = kbnt_value_from_bytes(damaged_bytes, &error);
        CU_ASSERT((read == NULL) == (error != NULL));
    }
}

static void
a_truncated_value_is_refused_or_shorter(void)
{
    g_autoptr(KbntValue) request = sample_request();
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(request);

    for (gsize size = 1; size < g_bytes_get_size(bytes); size++) {
        g_autoptr(GBytes) head = g_bytes_new_from_bytes(bytes, 0, size);
        g_autoptr(KbntValue) read = kbnt_value_from_bytes(head, NULL);

        CU_ASSERT(!read || !kbnt_value_equal(read, request));
    }
}

static const KbntTest tests[] = {
    KBNT_TEST(a_value_comes_back_as_it_went),
    KBNT_TEST(equal_values_have_equal_bytes),
    KBNT_TEST(the_bytes_are_those_that_gvariant_writes),
    KBNT_TEST(large_values_come_back_too),
    KBNT_TEST(a_text_that_is_no_utf_8_is_damage),
    KBNT_TEST(a_field_that_is_not_known_is_left_out),
    KBNT_TEST(a_field_of_another_type_is_left_out),
    KBNT_TEST(values_may_be_nested_to_a_bound),
    KBNT_TEST(content_without_a_type_is_left_out_or_refused),
    KBNT_TEST(ends_that_go_backwards_are_refused),
    KBNT_TEST(no_bytes_are_a_value_without_fields),
    KBNT_TEST(damage_is_found_or_harmless_at_every_byte),
    KBNT_TEST(a_truncated_value_is_refused_or_shorter),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/serial", argc, argv, tests, G_N_ELEMENTS(tests));
}

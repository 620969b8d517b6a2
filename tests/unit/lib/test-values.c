/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of KbntValue: what is set is what is read, and a shared value stays as it is. */
#include "runner.h"

#include <kbnt/kbnt-values.h>

static guint n_refusals;

static void
count_refusal(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    n_refusals++;
}

/* Runs a change that must be refused. Returns: how often it was. */
static guint
refusals_of(void (*change)(KbntValue *value), KbntValue *value)
{
    GLogFunc before = g_log_set_default_handler(count_refusal, NULL);

    n_refusals = 0;
    change(value);
    g_log_set_default_handler(before, NULL);
    return n_refusals;
}

static KbntValue *
sample_machine(void)
{
    KbntValue *machine = kbnt_value_new();

    kbnt_value_set_int(machine, KBNT_FIELD_CPU, 4);
    kbnt_value_set_int(machine, KBNT_FIELD_MEMORY_MB, 8192);
    kbnt_value_set_string(machine, KBNT_FIELD_IMAGE, "ubuntu-22.04");
    kbnt_value_append_string(machine, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA one");
    return machine;
}

static void
what_was_set_is_read_back_in_every_type(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();
    g_autoptr(GBytes) body = g_bytes_new_static("\0\1", 2);

    kbnt_value_set_int(value, KBNT_FIELD_CPU, -7);
    kbnt_value_set_number(value, KBNT_FIELD_COST, 0.045);
    kbnt_value_set_string(value, KBNT_FIELD_REQUEST_ID, "req-1");
    kbnt_value_set_bytes(value, KBNT_FIELD_BODY, body);
    kbnt_value_append_string(value, KBNT_FIELD_GROUPS, "blue");
    kbnt_value_take_value(value, KBNT_FIELD_SPECIFICATION, sample_machine());
    kbnt_value_take_item(value, KBNT_FIELD_ITEMS, sample_machine());

    kbnt_assert_int(kbnt_value_get_int(value, KBNT_FIELD_CPU), -7);
    CU_ASSERT(kbnt_value_get_number(value, KBNT_FIELD_COST) == 0.045);
    kbnt_assert_string(kbnt_value_get_string(value, KBNT_FIELD_REQUEST_ID), "req-1");
    CU_ASSERT(kbnt_value_get_bytes(value, KBNT_FIELD_BODY) == body);
    kbnt_assert_string(kbnt_value_nth_string(value, KBNT_FIELD_GROUPS, 0), "blue");
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(value, KBNT_FIELD_SPECIFICATION),
                                       KBNT_FIELD_CPU),
                    4);
    kbnt_assert_int(kbnt_value_length(value, KBNT_FIELD_ITEMS), 1);
}

static void
a_field_that_is_not_set_reads_as_nothing(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();

    CU_ASSERT(!kbnt_value_has(value, KBNT_FIELD_CPU));
    kbnt_assert_int(kbnt_value_get_int(value, KBNT_FIELD_CPU), 0);
    CU_ASSERT_PTR_NULL(kbnt_value_get_string(value, KBNT_FIELD_REQUEST_ID));
    CU_ASSERT_PTR_NULL(kbnt_value_get_value(value, KBNT_FIELD_RESULT));
    kbnt_assert_int(kbnt_value_length(value, KBNT_FIELD_GROUPS), 0);
    CU_ASSERT_PTR_NULL(kbnt_value_nth_string(value, KBNT_FIELD_GROUPS, 0));
}

static void
fields_are_walked_in_the_order_of_their_numbers(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();

    kbnt_value_set_int(value, KBNT_FIELD_PARTITION, 2);
    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, "m");
    kbnt_value_set_int(value, KBNT_FIELD_CPU, 1);

    kbnt_assert_int(kbnt_value_n_fields(value), 3);
    kbnt_assert_int(kbnt_value_nth_field(value, 0), KBNT_FIELD_MESSAGE_ID);
    kbnt_assert_int(kbnt_value_nth_field(value, 1), KBNT_FIELD_CPU);
    kbnt_assert_int(kbnt_value_nth_field(value, 2), KBNT_FIELD_PARTITION);
}

static void
setting_null_clears_a_field(void)
{
    g_autoptr(KbntValue) value = sample_machine();

    kbnt_value_set_string(value, KBNT_FIELD_IMAGE, NULL);
    kbnt_value_clear(value, KBNT_FIELD_SSH_KEYS);
    kbnt_value_clear(value, KBNT_FIELD_RESULT);

    CU_ASSERT(!kbnt_value_has(value, KBNT_FIELD_IMAGE));
    kbnt_assert_int(kbnt_value_n_fields(value), 2);
}

static void
an_empty_list_is_set_but_has_no_items(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();

    kbnt_value_set_empty_list(value, KBNT_FIELD_LABELS);

    CU_ASSERT(kbnt_value_has(value, KBNT_FIELD_LABELS));
    kbnt_assert_int(kbnt_value_length(value, KBNT_FIELD_LABELS), 0);
}

static void
set_cpu(KbntValue *value)
{
    kbnt_value_set_int(value, KBNT_FIELD_CPU, 8);
}

static void
append_key(KbntValue *value)
{
    kbnt_value_append_string(value, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 BBBB two");
}

static void
clear_image(KbntValue *value)
{
    kbnt_value_clear(value, KBNT_FIELD_IMAGE);
}

static void
a_shared_value_refuses_every_change(void)
{
    g_autoptr(KbntValue) value = sample_machine();
    g_autoptr(KbntValue) shared = kbnt_value_ref(value);

    kbnt_assert_int(refusals_of(set_cpu, value), 1);
    kbnt_assert_int(refusals_of(append_key, value), 1);
    kbnt_assert_int(refusals_of(clear_image, value), 1);
    kbnt_assert_int(kbnt_value_get_int(shared, KBNT_FIELD_CPU), 4);
    kbnt_assert_int(kbnt_value_length(shared, KBNT_FIELD_SSH_KEYS), 1);
}

static void
set_image_as_number(KbntValue *value)
{
    kbnt_value_set_int(value, KBNT_FIELD_IMAGE, 1);
}

static void
a_setter_of_another_type_is_refused(void)
{
    g_autoptr(KbntValue) value = sample_machine();

    kbnt_assert_int(refusals_of(set_image_as_number, value), 1);
    kbnt_assert_string(kbnt_value_get_string(value, KBNT_FIELD_IMAGE), "ubuntu-22.04");
}

static void
a_copy_changes_without_its_original(void)
{
    g_autoptr(KbntValue) value = sample_machine();
    g_autoptr(KbntValue) copy = kbnt_value_copy(value);

    kbnt_value_append_string(copy, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 BBBB two");
    kbnt_value_set_string(copy, KBNT_FIELD_IMAGE, "debian-12");

    kbnt_assert_int(kbnt_value_length(value, KBNT_FIELD_SSH_KEYS), 1);
    kbnt_assert_string(kbnt_value_get_string(value, KBNT_FIELD_IMAGE), "ubuntu-22.04");
}

static void
copies_that_share_texts_outlive_each_other(void)
{
    KbntValue *original = sample_machine();
    g_autoptr(KbntValue) copy = kbnt_value_copy(original);

    kbnt_value_append_string(original, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA two");
    kbnt_assert_int(kbnt_value_length(original, KBNT_FIELD_SSH_KEYS), 2);
    kbnt_value_unref(original);
    for (guint i = 0; i < 10; i++)
        kbnt_value_append_string(copy, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 AAAA three");

    kbnt_assert_int(kbnt_value_length(copy, KBNT_FIELD_SSH_KEYS), 11);
    kbnt_assert_string(kbnt_value_nth_string(copy, KBNT_FIELD_SSH_KEYS, 0),
                       "ssh-ed25519 AAAA one");
    kbnt_assert_string(kbnt_value_nth_string(copy, KBNT_FIELD_SSH_KEYS, 10),
                       "ssh-ed25519 AAAA three");
    kbnt_assert_string(kbnt_value_get_string(copy, KBNT_FIELD_IMAGE), "ubuntu-22.04");
}

static void
an_item_of_two_lists_refuses_every_change(void)
{
    g_autoptr(KbntValue) original = kbnt_value_new();
    g_autoptr(KbntValue) copy = NULL;

    kbnt_value_take_item(original, KBNT_FIELD_ITEMS, sample_machine());
    copy = kbnt_value_copy(original);

    kbnt_assert_int(refusals_of(set_cpu, kbnt_value_nth_value(copy, KBNT_FIELD_ITEMS, 0)), 1);
}

static void
a_value_holds_every_field_there_is_whatever_the_order(void)
{
    g_autoptr(KbntValue) value = kbnt_value_new();
    guint n_set = 0;

    for (guint number = 1000; number > 0; number--) {
        if (kbnt_field_type((KbntField)number) != KBNT_TYPE_INT)
            continue;
        kbnt_value_set_int(value, (KbntField)number, number);
        n_set++;
    }

    kbnt_assert_int(kbnt_value_n_fields(value), n_set);
    for (guint i = 0; i < n_set; i++) {
        KbntField field = kbnt_value_nth_field(value, i);

        kbnt_assert_int(kbnt_value_get_int(value, field), field);
    }
}

static void
a_patch_wins_and_leaves_the_rest(void)
{
    g_autoptr(KbntValue) value = sample_machine();
    g_autoptr(KbntValue) patch = kbnt_value_new();

    kbnt_value_set_int(patch, KBNT_FIELD_CPU, 16);
    kbnt_value_set_string(patch, KBNT_FIELD_NETWORK, "nat");
    kbnt_value_merge(value, patch);

    kbnt_assert_int(kbnt_value_get_int(value, KBNT_FIELD_CPU), 16);
    kbnt_assert_string(kbnt_value_get_string(value, KBNT_FIELD_NETWORK), "nat");
    kbnt_assert_int(kbnt_value_get_int(value, KBNT_FIELD_MEMORY_MB), 8192);
}

static void
a_copied_field_is_what_it_is_there_or_nothing(void)
{
    g_autoptr(KbntValue) value = sample_machine();
    g_autoptr(KbntValue) from = kbnt_value_new();

    kbnt_value_set_int(from, KBNT_FIELD_CPU, 2);
    kbnt_value_copy_field(value, from, KBNT_FIELD_CPU);
    kbnt_value_copy_field(value, from, KBNT_FIELD_IMAGE);

    kbnt_assert_int(kbnt_value_get_int(value, KBNT_FIELD_CPU), 2);
    CU_ASSERT(!kbnt_value_has(value, KBNT_FIELD_IMAGE));
}

static void
values_are_equal_by_content(void)
{
    g_autoptr(KbntValue) one = sample_machine();
    g_autoptr(KbntValue) other = sample_machine();

    CU_ASSERT(kbnt_value_equal(one, other));
    kbnt_value_append_string(other, KBNT_FIELD_SSH_KEYS, "ssh-ed25519 BBBB two");
    CU_ASSERT(!kbnt_value_equal(one, other));
    kbnt_value_clear(one, KBNT_FIELD_SSH_KEYS);
    CU_ASSERT(!kbnt_value_equal(one, other));
}

static void
nested_values_are_compared_too(void)
{
    g_autoptr(KbntValue) one = kbnt_value_new();
    g_autoptr(KbntValue) other = kbnt_value_new();

    kbnt_value_take_value(one, KBNT_FIELD_SPECIFICATION, sample_machine());
    kbnt_value_take_value(other, KBNT_FIELD_SPECIFICATION, sample_machine());
    CU_ASSERT(kbnt_value_equal(one, other));

    kbnt_value_set_int(kbnt_value_get_value(other, KBNT_FIELD_SPECIFICATION), KBNT_FIELD_CPU,
                       5);
    CU_ASSERT(!kbnt_value_equal(one, other));
}

static const KbntTest tests[] = {
    KBNT_TEST(what_was_set_is_read_back_in_every_type),
    KBNT_TEST(a_field_that_is_not_set_reads_as_nothing),
    KBNT_TEST(fields_are_walked_in_the_order_of_their_numbers),
    KBNT_TEST(setting_null_clears_a_field),
    KBNT_TEST(an_empty_list_is_set_but_has_no_items),
    KBNT_TEST(a_shared_value_refuses_every_change),
    KBNT_TEST(a_setter_of_another_type_is_refused),
    KBNT_TEST(a_copy_changes_without_its_original),
    KBNT_TEST(copies_that_share_texts_outlive_each_other),
    KBNT_TEST(an_item_of_two_lists_refuses_every_change),
    KBNT_TEST(a_value_holds_every_field_there_is_whatever_the_order),
    KBNT_TEST(a_patch_wins_and_leaves_the_rest),
    KBNT_TEST(a_copied_field_is_what_it_is_there_or_nothing),
    KBNT_TEST(values_are_equal_by_content),
    KBNT_TEST(nested_values_are_compared_too),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/values", argc, argv, tests, G_N_ELEMENTS(tests));
}

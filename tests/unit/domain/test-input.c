/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the neutral tree of input. */
#include "input.h"
#include "runner.h"
#include "sample-input.h"

static void
members_are_found_by_name_and_walked_in_their_order(void)
{
    g_autoptr(KbntInput) object = OBJECT("b", NUMBER(1), "a", TEXT("x"));
    const KbntInput *first = kbnt_input_first(object);

    kbnt_assert_int(kbnt_input_length(object), 2);
    kbnt_assert_string(kbnt_input_name(first), "b");
    kbnt_assert_string(kbnt_input_name(kbnt_input_next(first)), "a");
    kbnt_assert_string(kbnt_input_text(kbnt_input_member(object, "a")), "x");
    CU_ASSERT_PTR_NULL(kbnt_input_member(object, "c"));
}

static void
items_of_an_array_have_no_names(void)
{
    g_autoptr(KbntInput) array = ARRAY(BOOL(TRUE), TEXT("x"));
    const KbntInput *first = kbnt_input_first(array);

    CU_ASSERT(kbnt_input_bool(first));
    CU_ASSERT_PTR_NULL(kbnt_input_name(first));
    CU_ASSERT_PTR_NULL(kbnt_input_next(kbnt_input_next(first)));
    CU_ASSERT_PTR_NULL(kbnt_input_member(array, "x"));
}

static void
what_is_asked_of_another_kind_is_nothing(void)
{
    g_autoptr(KbntInput) text = TEXT("5");
    g_autoptr(KbntInput) number = NUMBER(1);

    CU_ASSERT(kbnt_input_number(text) == 0);
    CU_ASSERT(!kbnt_input_bool(number));
    CU_ASSERT_PTR_NULL(kbnt_input_text(number));
    CU_ASSERT_PTR_NULL(kbnt_input_first(number));
}

static void
every_kind_has_words_for_messages(void)
{
    g_autoptr(KbntInput) null = kbnt_input_new_null();
    g_autoptr(KbntInput) array = kbnt_input_new_array();

    kbnt_assert_string(kbnt_input_kind_text(null), "null");
    kbnt_assert_string(kbnt_input_kind_text(array), "an array");
}

static const KbntTest tests[] = {
    KBNT_TEST(members_are_found_by_name_and_walked_in_their_order),
    KBNT_TEST(items_of_an_array_have_no_names),
    KBNT_TEST(what_is_asked_of_another_kind_is_nothing),
    KBNT_TEST(every_kind_has_words_for_messages),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/input", argc, argv, tests, G_N_ELEMENTS(tests));
}

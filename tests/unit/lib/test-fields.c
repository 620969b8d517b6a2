/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the look-ups in the tables of enumerations and fields. */
#include "runner.h"

#include <kbnt/kbnt-values.h>

static void
every_enumeration_can_be_walked_and_named_there_and_back(void)
{
    for (KbntType type = KBNT_TYPE_HALF; type <= KBNT_TYPE_TRANSITION; type++) {
        gint64 number = kbnt_enum_next(type, 0);

        CU_ASSERT(number != 0);
        for (; number != 0; number = kbnt_enum_next(type, number))
            kbnt_assert_int(kbnt_enum_from_name(type, kbnt_enum_name(type, number)), number);
    }
}

static void
a_name_of_an_enumeration_is_exact(void)
{
    kbnt_assert_int(kbnt_enum_from_name(KBNT_TYPE_PRIORITY, "HIGH"), KBNT_PRIORITY_HIGH);
    kbnt_assert_int(kbnt_enum_from_name(KBNT_TYPE_PRIORITY, "high"), 0);
    kbnt_assert_int(kbnt_enum_from_name(KBNT_TYPE_PRIORITY, NULL), 0);
}

static void
what_is_no_enumeration_has_no_names(void)
{
    CU_ASSERT_PTR_NULL(kbnt_enum_name(KBNT_TYPE_STRING, 1));
    CU_ASSERT_PTR_NULL(kbnt_enum_name(KBNT_TYPE_PRIORITY, 99));
    kbnt_assert_int(kbnt_enum_next(KBNT_TYPE_STRING, 0), 0);
    kbnt_assert_int(kbnt_enum_next(KBNT_TYPE_PRIORITY, 99), 0);
}

static void
every_row_of_the_table_is_found_by_its_number(void)
{
#define CHECK(number, name, text, type) \
    kbnt_assert_string(kbnt_field_name(number), text); \
    kbnt_assert_int(kbnt_field_type(number), KBNT_TYPE_##type);
    KBNT_FIELD_TABLE(CHECK)
#undef CHECK
}

static void
an_unknown_field_has_neither_name_nor_type(void)
{
    CU_ASSERT_PTR_NULL(kbnt_field_name(0));
    CU_ASSERT_PTR_NULL(kbnt_field_name(99999));
    kbnt_assert_int(kbnt_field_type(0), KBNT_TYPE_NONE);
    kbnt_assert_int(kbnt_field_type(99999), KBNT_TYPE_NONE);
}

static const KbntTest tests[] = {
    KBNT_TEST(every_enumeration_can_be_walked_and_named_there_and_back),
    KBNT_TEST(a_name_of_an_enumeration_is_exact),
    KBNT_TEST(what_is_no_enumeration_has_no_names),
    KBNT_TEST(every_row_of_the_table_is_found_by_its_number),
    KBNT_TEST(an_unknown_field_has_neither_name_nor_type),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/fields", argc, argv, tests, G_N_ELEMENTS(tests));
}

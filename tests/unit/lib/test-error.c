/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the table of error codes. */
#include "runner.h"

#include <kbnt/kbnt-error.h>

static void
every_code_has_a_name_that_leads_back_to_it(void)
{
#define CHECK(number, name, class_name, status, text) \
    kbnt_assert_string(kbnt_error_code_name(number), #name); \
    kbnt_assert_int(kbnt_error_code_from_name(#name), number);
    KBNT_ERROR_TABLE(CHECK)
#undef CHECK
}

static void
no_text_ends_in_a_full_stop(void)
{
#define CHECK(number, name, class_name, status, text) \
    CU_ASSERT(!g_str_has_suffix(kbnt_error_code_text(number), "."));
    KBNT_ERROR_TABLE(CHECK)
#undef CHECK
}

static void
the_class_of_a_code_is_that_of_its_row(void)
{
    g_autoptr(GError) lost = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_HOST_LOST, "gone");
    g_autoptr(GError) late = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_DEADLINE_EXCEEDED,
                                                 "late");

    kbnt_assert_int(kbnt_error_class(lost), KBNT_CLASS_RETRY);
    kbnt_assert_int(kbnt_error_class(late), KBNT_CLASS_CANCELLED);
}

static void
an_error_of_a_foreign_domain_is_a_bug(void)
{
    g_autoptr(GError) foreign = g_error_new_literal(g_quark_from_static_string("foreign"),
                                                    KBNT_ERROR_HOST_LOST, "");

    kbnt_assert_int(kbnt_error_class(foreign), KBNT_CLASS_BUG);
}

static void
an_unknown_code_is_answered_as_internal(void)
{
    kbnt_assert_string(kbnt_error_code_name(9999), "INTERNAL");
    kbnt_assert_int(kbnt_error_http_status(9999), 500);
}

static void
an_unknown_name_has_no_code(void)
{
    kbnt_assert_int(kbnt_error_code_from_name("NO_SUCH_CODE"), 0);
    kbnt_assert_int(kbnt_error_code_from_name(NULL), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(every_code_has_a_name_that_leads_back_to_it),
    KBNT_TEST(no_text_ends_in_a_full_stop),
    KBNT_TEST(the_class_of_a_code_is_that_of_its_row),
    KBNT_TEST(an_error_of_a_foreign_domain_is_a_bug),
    KBNT_TEST(an_unknown_code_is_answered_as_internal),
    KBNT_TEST(an_unknown_name_has_no_code),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("lib/error", argc, argv, tests, G_N_ELEMENTS(tests));
}

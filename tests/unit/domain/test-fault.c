/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the gathering of faults and of the precedence among them. */
#include "fault.h"
#include "runner.h"

static void
a_fault_says_what_where_and_who_found_it(void)
{
    g_autoptr(KbntValue) verdict = kbnt_value_new();
    const KbntValue *fault;

    kbnt_fault_add(verdict, KBNT_ERROR_QUOTA_EXCEEDED, KBNT_FAULT_QUOTA, "/spec/cpu",
                   "'%s' is %d", "cpu", 5);
    fault = kbnt_value_nth_value(verdict, KBNT_FIELD_FAULTS, 0);

    kbnt_assert_string(kbnt_value_get_string(fault, KBNT_FIELD_CODE), "QUOTA_EXCEEDED");
    kbnt_assert_string(kbnt_value_get_string(fault, KBNT_FIELD_OPERATION), "quota");
    kbnt_assert_string(kbnt_value_get_string(fault, KBNT_FIELD_POINTER), "/spec/cpu");
    kbnt_assert_string(kbnt_value_get_string(fault, KBNT_FIELD_MESSAGE), "'cpu' is 5");
}

static void
the_leading_code_goes_by_precedence_then_by_order(void)
{
    g_autoptr(KbntValue) verdict = kbnt_value_new();

    kbnt_assert_int(kbnt_fault_leading_code(verdict), 0);
    kbnt_fault_add(verdict, KBNT_ERROR_RESOURCE_BUSY, "resource", "", "busy");
    kbnt_assert_int(kbnt_fault_leading_code(verdict), KBNT_ERROR_RESOURCE_BUSY);
    kbnt_fault_add(verdict, KBNT_ERROR_NOT_FOUND, "resource", "", "gone");
    kbnt_assert_int(kbnt_fault_leading_code(verdict), KBNT_ERROR_NOT_FOUND);
    kbnt_fault_add(verdict, KBNT_ERROR_POLICY_DENIED, "policy", "", "denied");
    kbnt_fault_add(verdict, KBNT_ERROR_QUOTA_EXCEEDED, "quota", "", "too much");
    kbnt_assert_int(kbnt_fault_leading_code(verdict), KBNT_ERROR_POLICY_DENIED);
    kbnt_fault_add(verdict, KBNT_ERROR_VALIDATION_FAILED, "specification", "", "wrong");
    kbnt_assert_int(kbnt_fault_leading_code(verdict), KBNT_ERROR_VALIDATION_FAILED);
}

static void
the_number_of_faults_is_bounded(void)
{
    g_autoptr(KbntValue) verdict = kbnt_value_new();

    for (guint i = 0; i < 2 * KBNT_FAULTS_MAX; i++)
        kbnt_fault_add(verdict, KBNT_ERROR_VALIDATION_FAILED, "specification", "", "no %u", i);

    kbnt_assert_int(kbnt_fault_count(verdict), KBNT_FAULTS_MAX);
}

static void
a_pointer_escapes_what_rfc_6901_reserves(void)
{
    g_autofree char *pointer = kbnt_pointer_child("/spec", "a/b~c");

    kbnt_assert_string(pointer, "/spec/a~1b~0c");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_fault_says_what_where_and_who_found_it),
    KBNT_TEST(the_leading_code_goes_by_precedence_then_by_order),
    KBNT_TEST(the_number_of_faults_is_bounded),
    KBNT_TEST(a_pointer_escapes_what_rfc_6901_reserves),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/fault", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of who may do what. */
#include "permission.h"
#include "runner.h"

static gboolean
may(const char *role, KbntDeed deed, const char *owner)
{
    const char *const roles[] = { role, NULL };
    const KbntCaller caller = { .user_id = "eve", .roles = roles, .authenticated = TRUE };

    return kbnt_permission_allows(&caller, deed, owner);
}

static void
a_user_does_everything_to_what_is_its_own_and_nothing_else(void)
{
    for (KbntDeed deed = KBNT_DEED_LOOK; deed <= KBNT_DEED_DESTROY; deed++) {
        CU_ASSERT(may("user", deed, "eve"));
        CU_ASSERT(!may("user", deed, "adam"));
    }
}

static void
a_viewer_and_an_auditor_only_look(void)
{
    CU_ASSERT(may("viewer", KBNT_DEED_LOOK, "eve"));
    CU_ASSERT(!may("viewer", KBNT_DEED_LOOK, "adam"));
    CU_ASSERT(may("auditor", KBNT_DEED_LOOK, "adam"));
    CU_ASSERT(!may("viewer", KBNT_DEED_CREATE, "eve"));
    CU_ASSERT(!may("auditor", KBNT_DEED_OPERATE, "eve"));
}

static void
an_operator_operates_what_others_own_but_destroys_only_its_own(void)
{
    CU_ASSERT(may("operator", KBNT_DEED_OPERATE, "adam"));
    CU_ASSERT(!may("operator", KBNT_DEED_DESTROY, "adam"));
    CU_ASSERT(may("operator", KBNT_DEED_DESTROY, "eve"));
}

static void
an_administrator_does_everything_by_role_or_by_itself(void)
{
    const KbntCaller caller = { .user_id = "root", .administrator = TRUE };

    CU_ASSERT(may("administrator", KBNT_DEED_DESTROY, "adam"));
    CU_ASSERT(kbnt_permission_allows(&caller, KBNT_DEED_DESTROY, "adam"));
}

static void
the_widest_of_several_roles_counts(void)
{
    const char *const roles[] = { "user", "auditor", "no-such-role", NULL };
    const KbntCaller caller = { .user_id = "eve", .roles = roles };

    CU_ASSERT(kbnt_permission_allows(&caller, KBNT_DEED_LOOK, "adam"));
    CU_ASSERT(kbnt_permission_allows(&caller, KBNT_DEED_CREATE, "eve"));
    CU_ASSERT(!kbnt_permission_allows(&caller, KBNT_DEED_OPERATE, "adam"));
}

static void
without_a_known_role_nothing_is_allowed(void)
{
    const KbntCaller caller = { .user_id = "eve" };

    CU_ASSERT(!kbnt_permission_allows(&caller, KBNT_DEED_LOOK, "eve"));
    CU_ASSERT(!may("king", KBNT_DEED_LOOK, "eve"));
}

static void
types_of_requests_are_deeds(void)
{
    kbnt_assert_int(kbnt_permission_deed(KBNT_REQUEST_TYPE_ALLOCATE_STORAGE), KBNT_DEED_CREATE);
    kbnt_assert_int(kbnt_permission_deed(KBNT_REQUEST_TYPE_DELETE_RESOURCE), KBNT_DEED_DESTROY);
    kbnt_assert_int(kbnt_permission_deed(KBNT_REQUEST_TYPE_ATTACH_STORAGE), KBNT_DEED_OPERATE);
    kbnt_assert_int(kbnt_permission_deed(KBNT_REQUEST_TYPE_CANCEL_REQUEST), KBNT_DEED_OPERATE);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_user_does_everything_to_what_is_its_own_and_nothing_else),
    KBNT_TEST(a_viewer_and_an_auditor_only_look),
    KBNT_TEST(an_operator_operates_what_others_own_but_destroys_only_its_own),
    KBNT_TEST(an_administrator_does_everything_by_role_or_by_itself),
    KBNT_TEST(the_widest_of_several_roles_counts),
    KBNT_TEST(without_a_known_role_nothing_is_allowed),
    KBNT_TEST(types_of_requests_are_deeds),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/permission", argc, argv, tests, G_N_ELEMENTS(tests));
}

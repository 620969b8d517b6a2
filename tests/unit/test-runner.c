/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the runner itself, on a program whose tests are known to fail. */
#include "runner.h"

/* Runs the planted program with a filter. Returns: (transfer full): what it printed. */
static char *
run_planted(const char *filter, int *ret_status)
{
    g_autofree char *program = g_build_filename(g_getenv("KBNT_TEST_BUILDDIR"), "tests",
                                                "planted-failure", NULL);
    char *arguments[] = { program, (char *)filter, NULL };
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "KBNT_TEST_TIMEOUT_S", "1",
                                                 TRUE);
    g_autoptr(GError) error = NULL;
    char *output = NULL;

    g_spawn_sync(NULL, arguments, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
                 NULL, ret_status, &error);
    kbnt_assert_no_error(error);
    return output;
}

static void
a_failed_assertion_fails_the_program_and_names_its_line(void)
{
    int status = 0;
    g_autofree char *output = run_planted("five", &status);

    CU_ASSERT(!g_spawn_check_wait_status(status, NULL));
    kbnt_assert_contains(output, "planted-failure.c:10: 2 + 2 is 4, expected 5");
    kbnt_assert_contains(output, "0 passed, 1 failed");
}

static void
a_filter_runs_only_what_it_names(void)
{
    int status = 1;
    g_autofree char *output = run_planted("are_four", &status);

    CU_ASSERT(g_spawn_check_wait_status(status, NULL));
    kbnt_assert_contains(output, "1 passed, 0 failed");
}

static void
a_run_without_any_test_fails(void)
{
    int status = 0;
    g_autofree char *output = run_planted("no such test", &status);

    CU_ASSERT(!g_spawn_check_wait_status(status, NULL));
    kbnt_assert_contains(output, "0 passed, 0 failed");
}

static void
a_test_that_never_ends_is_ended(void)
{
    int status = 0;
    g_autofree char *output = run_planted("endless", &status);

    CU_ASSERT(!g_spawn_check_wait_status(status, NULL));
    CU_ASSERT_PTR_NULL(strstr(output, "1 passed"));
}

static const KbntTest tests[] = {
    KBNT_TEST(a_failed_assertion_fails_the_program_and_names_its_line),
    KBNT_TEST(a_filter_runs_only_what_it_names),
    KBNT_TEST(a_run_without_any_test_fails),
    KBNT_TEST(a_test_that_never_ends_is_ended),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("runner", argc, argv, tests, G_N_ELEMENTS(tests));
}

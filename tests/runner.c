/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runner of all test programs: see runner.h for how a program uses it. */
#include "runner.h"

#include <CUnit/TestRun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_S 60

/* CUnit's handlers take no user data, so the one run of this process lives here. */
static struct {
    const char *suite;
    guint timeout_s;
    guint n_passed;
    guint n_failed;
    char banner[256];
} run;

static void
report_failure(const CU_FailureRecord *failure)
{
    printf("    %s:%u: %s\n", failure->strFileName ? failure->strFileName : "?",
           failure->uiLineNumber, failure->strCondition ? failure->strCondition : "failed");
}

/* Runs in a signal handler: only write() and _exit() are allowed. */
static void
on_timeout(int signal_number)
{
    if (write(STDERR_FILENO, run.banner, strlen(run.banner)) < 0)
        _exit(3);
    _exit(2);
}

static void
on_test_start(const CU_pTest test, const CU_pSuite suite)
{
    g_snprintf(run.banner, sizeof run.banner, "%s: '%s' did not end within %u s\n", run.suite,
               test->pName, run.timeout_s);
    fflush(stdout);
    alarm(run.timeout_s);
}

static void
on_test_complete(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failures)
{
    alarm(0);
    if (!failures) {
        run.n_passed++;
        printf("  ok    %s\n", test->pName);
        return;
    }

    run.n_failed++;
    printf("  FAIL  %s\n", test->pName);
    for (const CU_FailureRecord *failure = failures; failure; failure = failure->pNext)
        report_failure(failure);
}

static guint
number_from_environment(const char *name, guint fallback)
{
    const char *text = g_getenv(name);

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : fallback;
}

/* Returns: (transfer container): the tests that match the filter, in the order of the seed. */
static GPtrArray *
choose_tests(const KbntTest *tests, gsize n_tests, const char *filter, guint seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();

    for (gsize i = 0; i < n_tests; i++) {
        if (!filter || strstr(tests[i].name, filter))
            g_ptr_array_add(chosen, (gpointer)&tests[i]);
    }
    for (guint i = chosen->len; i > 1; i--) {
        guint other = (guint)g_rand_int_range(random, 0, (gint32)i);
        gpointer swapped = chosen->pdata[other];

        chosen->pdata[other] = chosen->pdata[i - 1];
        chosen->pdata[i - 1] = swapped;
    }
    return g_steal_pointer(&chosen);
}

static void
run_in_cunit(GPtrArray *chosen)
{
    CU_pSuite suite;

    g_assert(CU_initialize_registry() == CUE_SUCCESS);
    suite = CU_add_suite(run.suite, NULL, NULL);
    g_assert(suite);
    for (guint i = 0; i < chosen->len; i++) {
        const KbntTest *test = chosen->pdata[i];

        g_assert(CU_add_test(suite, test->name, test->run));
    }

    CU_set_test_start_handler(on_test_start);
    CU_set_test_complete_handler(on_test_complete);
    CU_run_all_tests();
    CU_cleanup_registry();
}

static void
list_tests(const KbntTest *tests, gsize n_tests)
{
    for (gsize i = 0; i < n_tests; i++)
        printf("%s\n", tests[i].name);
}

int
kbnt_test_main(const char *suite, int argc, char **argv, const KbntTest *tests, gsize n_tests)
{
    guint seed = number_from_environment("KBNT_TEST_SEED", g_random_int());
    const char *filter = argc > 1 ? argv[1] : NULL;
    g_autoptr(GPtrArray) chosen = NULL;

    if (g_strcmp0(filter, "--list") == 0) {
        list_tests(tests, n_tests);
        return EXIT_SUCCESS;
    }

    run.suite = suite;
    run.timeout_s = number_from_environment("KBNT_TEST_TIMEOUT_S", DEFAULT_TIMEOUT_S);
    signal(SIGALRM, on_timeout);
    printf("%s: KBNT_TEST_SEED=%u\n", suite, seed);
    chosen = choose_tests(tests, n_tests, filter, seed);
    run_in_cunit(chosen);

    printf("%u passed, %u failed\n", run.n_passed, run.n_failed);
    return run.n_failed == 0 && run.n_passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void
kbnt_test_check_no_error(const GError *error, const char *file, guint line)
{
    CU_assertImplementation(!error, line, error ? error->message : "", file, "", CU_TRUE);
}

void
kbnt_test_check_error(const GError *error, GQuark domain, int code, const char *code_name,
                      const char *file, guint line)
{
    g_autofree char *text = g_strdup_printf("error is '%s', expected %s",
                                            error ? error->message : "not set", code_name);

    CU_assertImplementation(g_error_matches(error, domain, code), line, text, file, "",
                            CU_FALSE);
}

void
kbnt_test_check_string(const char *actual, const char *expected, const char *expression,
                       const char *file, guint line)
{
    g_autofree char *text = g_strdup_printf("%s is '%s', expected '%s'", expression,
                                            actual ? actual : "(null)",
                                            expected ? expected : "(null)");

    CU_assertImplementation(g_strcmp0(actual, expected) == 0, line, text, file, "", CU_FALSE);
}

void
kbnt_test_check_int(gint64 actual, gint64 expected, const char *expression, const char *file,
                    guint line)
{
    g_autofree char *text = g_strdup_printf(
        "%s is %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, expression, actual, expected);

    CU_assertImplementation(actual == expected, line, text, file, "", CU_FALSE);
}

void
kbnt_test_check_contains(const char *text, const char *part, const char *expression,
                         const char *file, guint line)
{
    g_autofree char *message = g_strdup_printf("%s is '%s', which lacks '%s'", expression,
                                               text ? text : "(null)", part);

    CU_assertImplementation(text && strstr(text, part), line, message, file, "", CU_FALSE);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the tests of one program under CUnit: random order, a printed seed, one closing line.
 *
 * A program of tests is a table and a main of one line:
 *
 *     static const KbntTest tests[] = {
 *         KBNT_TEST(release_returns_exactly_what_was_reserved),
 *     };
 *
 *     int
 *     main(int argc, char **argv)
 *     {
 *         return kbnt_test_main("domain/quota", argc, argv, tests, G_N_ELEMENTS(tests));
 *     }
 *
 * Arguments: none runs all, any other word runs the tests whose name contains it, --list prints
 * the names. KBNT_TEST_SEED fixes the order, KBNT_TEST_TIMEOUT_S the time one test may take.
 */
#pragma once

#include <CUnit/CUnit.h>
#include <glib.h>

typedef struct {
    const char *name;
    void (*run)(void);
} KbntTest;

/* clang-format off */
#define KBNT_TEST(function) { #function, function }
/* clang-format on */

/* Returns the exit status: 0 when at least one test ran and none failed. */
int kbnt_test_main(const char *suite, int argc, char **argv, const KbntTest *tests,
                   gsize n_tests);

/* Ends the test unless error is NULL; the failure shows its message. */
#define kbnt_assert_no_error(error) kbnt_test_check_no_error(error, __FILE__, __LINE__)
/* Fails the test unless error has this domain and code. */
#define kbnt_assert_error(error, domain, code) \
    kbnt_test_check_error(error, domain, code, #code, __FILE__, __LINE__)
/* The failure of these shows both sides; NULL equals only NULL. */
#define kbnt_assert_string(actual, expected) \
    kbnt_test_check_string(actual, expected, #actual, __FILE__, __LINE__)
#define kbnt_assert_int(actual, expected) \
    kbnt_test_check_int(actual, expected, #actual, __FILE__, __LINE__)
#define kbnt_assert_contains(text, part) \
    kbnt_test_check_contains(text, part, #text, __FILE__, __LINE__)

void kbnt_test_check_no_error(const GError *error, const char *file, guint line);
void kbnt_test_check_error(const GError *error, GQuark domain, int code, const char *code_name,
                           const char *file, guint line);
void kbnt_test_check_string(const char *actual, const char *expected, const char *expression,
                            const char *file, guint line);
void kbnt_test_check_int(gint64 actual, gint64 expected, const char *expression,
                         const char *file, guint line);
void kbnt_test_check_contains(const char *text, const char *part, const char *expression,
                              const char *file, guint line);

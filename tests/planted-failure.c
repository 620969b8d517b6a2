/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of tests that must fail: test-runner.c runs it to see that the runner notices. */
#include "runner.h"

#include <unistd.h>

static void
two_and_two_are_five(void)
{
    kbnt_assert_int(2 + 2, 5);
}

static void
two_and_two_are_four(void)
{
    kbnt_assert_int(2 + 2, 4);
}

static void
an_endless_wait(void)
{
    for (;;)
        pause();
}

static const KbntTest tests[] = {
    KBNT_TEST(two_and_two_are_five),
    KBNT_TEST(two_and_two_are_four),
    KBNT_TEST(an_endless_wait),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("planted", argc, argv, tests, G_N_ELEMENTS(tests));
}

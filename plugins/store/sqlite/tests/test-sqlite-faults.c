/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the store does when the disk fails. Each test runs a test of the second table in a child
 * under strace, which lets system calls of its choice fail.
 */
#include "contract-store.h"

#include <string.h>
#include <sys/wait.h>

#define EXIT_AFTER_FAILED_FSYNC 74
#define N_COMMITS 200

static void
submit_quietly(Contract *contract, guint number, ContractAnswer *answer)
{
    const KbntStoreOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) accept = store_accept(number);
    KbntTask *task = contract_task(contract, KBNT_STORE_ACCEPT, accept, answer);

    ops->submit(contract->instance, &task, 1);
    contract_wait(contract, answer);
}

static void
commits_until_the_process_ends(void)
{
    g_autoptr(Contract) contract = contract_open();

    for (guint i = 0; i < N_COMMITS; i++) {
        g_auto(ContractAnswer) answer = { 0 };

        submit_quietly(contract, i, &answer);
    }
    CU_FAIL("the process is still here");
}

static void
fills_the_disk_and_goes_on(void)
{
    g_autoptr(Contract) contract = contract_open();
    guint n_full = 0;
    guint n_done = 0;

    for (guint i = 0; i < N_COMMITS; i++) {
        g_auto(ContractAnswer) answer = { 0 };

        submit_quietly(contract, i, &answer);
        n_full += g_error_matches(answer.error, KBNT_ERROR, KBNT_ERROR_STORE_FULL);
        n_done += answer.error == NULL;
    }

    CU_ASSERT(n_full > 0);
    kbnt_assert_int(n_full + n_done, N_COMMITS);
    kbnt_assert_int(store_see_total(contract, "requests"), n_done);
    kbnt_assert_int(store_count_outbox(contract), n_done);
    kbnt_assert_int(store_count_faults(contract), 0);
}

static const KbntTest child_tests[] = {
    KBNT_TEST(commits_until_the_process_ends),
    KBNT_TEST(fills_the_disk_and_goes_on),
};

static gboolean
can_trace(void)
{
    const char *const try[] = { "strace", "-qq", "-o", "/dev/null", "true", NULL };
    int status = 0;

    return contract_judges_time() &&
           g_spawn_sync(NULL, (char **)try, NULL,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                            G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, NULL, &status, NULL) &&
           status == 0;
}

/* Returns: the exit status of the child, whose words are then in @ret_words. */
static int
run_child(const char *test, const char *inject, char **ret_words)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    const char *arguments[] = { "strace", "-f",    "-qq",     "-o", "/dev/null", "-e",
                                inject,   program, "--child", test, NULL };
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                 &errors, &status, &error);
    kbnt_assert_no_error(error);
    *ret_words = g_strconcat(output, errors, NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_failed_fsync_ends_the_process_with_a_clear_line(void)
{
    g_autofree char *words = NULL;
    int status;

    if (!can_trace()) {
        contract_skip("strace cannot be used here");
        return;
    }
    status = run_child("commits_until", "inject=fdatasync:error=EIO:when=30+", &words);

    kbnt_assert_int(status, EXIT_AFTER_FAILED_FSYNC);
    kbnt_assert_contains(words, "fsync of the store failed");
}

static void
a_full_disk_fails_commands_and_the_store_goes_on(void)
{
    g_autofree char *words = NULL;
    int status;

    if (!can_trace()) {
        contract_skip("strace cannot be used here");
        return;
    }
    /* The writer makes one call a commit, and one more for what does not fit into it. */
    status = run_child("fills_the_disk", "inject=pwrite64:error=ENOSPC:when=120..170", &words);

    if (status != 0)
        g_printerr("%s", words);
    kbnt_assert_int(status, 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_failed_fsync_ends_the_process_with_a_clear_line),
    KBNT_TEST(a_full_disk_fails_commands_and_the_store_goes_on),
};

int
main(int argc, char **argv)
{
    contract_load_built("store", "sqlite", NULL);
    if (argc == 3 && !strcmp(argv[1], "--child"))
        return kbnt_test_main("plugins/store/sqlite child", 2, argv + 1, child_tests,
                              G_N_ELEMENTS(child_tests));
    return kbnt_test_main("plugins/store/sqlite faults", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What commits leave in the write-ahead log: how long it becomes, and how many they are. */
#include "contract-store.h"

#include <glib/gstdio.h>
#include <string.h>

#define LOG_HEADER 32
#define FRAME_HEADER 24
#define FRAME (FRAME_HEADER + 4096)

static char *
log_path_of(Contract *contract)
{
    return g_build_filename(fake_host_state_dir(contract->host), "producer.db-wal", NULL);
}

/* There is no pause between these commits, which write more than 50 MiB. */
static void
the_log_begins_anew_while_commits_go_on(void)
{
    static const char *const often[] = { "checkpoint=256KiB", NULL };
    g_autoptr(Contract) contract = contract_open_with(often);
    g_autofree char *path = log_path_of(contract);
    GStatBuf status;

    for (guint i = 0; i < 2000; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(i)));
    CU_ASSERT(g_stat(path, &status) == 0);

    CU_ASSERT(status.st_size < 16 * 1024 * 1024);
}

/* Returns: the commits in the write-ahead log: a frame that ends one says how long the file
 * then is. */
static guint
count_commits(Contract *contract)
{
    g_autofree char *path = log_path_of(contract);
    g_autofree char *content = NULL;
    gsize length;
    guint n_commits = 0;

    CU_ASSERT_FATAL(g_file_get_contents(path, &content, &length, NULL));
    for (gsize at = LOG_HEADER; at + FRAME <= length; at += FRAME)
        n_commits += memcmp(content + at + 4, "\0\0\0", 4) != 0;
    return n_commits;
}

static KbntTask *
projection(Contract *contract, guint number, gint64 sequence, KbntRequestStatus status,
           ContractAnswer *answer)
{
    g_autoptr(KbntValue) event = store_event(number, sequence, status);

    return contract_task(contract, KBNT_STORE_PROJECT, event, answer);
}

/* A pair that the machine's other work tears apart is no fault, so most is enough. */
static void
an_event_on_the_way_shares_the_commit_of_the_one_that_ends_it(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntStoreOps *ops = contract_ops(contract);
    guint n_pairs = contract_judges_time() ? 20 : 0;
    guint n_before;

    for (guint i = 1; i <= n_pairs; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(i)));
    n_before = n_pairs ? count_commits(contract) : 0;
    for (guint i = 1; i <= n_pairs; i++) {
        g_auto(ContractAnswer) first = { 0 };
        g_auto(ContractAnswer) last = { 0 };
        KbntTask *begins = projection(contract, i, 1, KBNT_REQUEST_STATUS_PROCESSING, &first);
        KbntTask *ends = projection(contract, i, 2, KBNT_REQUEST_STATUS_COMPLETED, &last);

        ops->submit(contract->instance, &begins, 1);
        contract_linger(contract, 1);
        ops->submit(contract->instance, &ends, 1);
        contract_wait(contract, &first);
        contract_wait(contract, &last);
    }

    CU_ASSERT(n_pairs == 0 || count_commits(contract) - n_before < n_pairs + n_pairs / 2);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_log_begins_anew_while_commits_go_on),
    KBNT_TEST(an_event_on_the_way_shares_the_commit_of_the_one_that_ends_it),
};

int
main(int argc, char **argv)
{
    contract_load_built("store", "sqlite", NULL);
    return kbnt_test_main("plugins/store/sqlite log", argc, argv, tests, G_N_ELEMENTS(tests));
}

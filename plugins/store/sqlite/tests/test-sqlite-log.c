/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What commits leave in the write-ahead log: how long it becomes. */
#include "contract-store.h"

#include <glib/gstdio.h>

static char *
log_path_of(Contract *contract)
{
    return g_build_filename(fake_host_state_dir(contract->host), "producer.db-wal", NULL);
}

/* There is no pause between these commits, which write some 27 MiB. */
static void
the_log_begins_anew_while_commits_go_on(void)
{
    static const char *const often[] = { "checkpoint=256KiB", NULL };
    g_autoptr(Contract) contract = contract_open_with(often);
    g_autofree char *path = log_path_of(contract);
    GStatBuf status;

    for (guint i = 0; i < 1000; i++)
        kbnt_value_unref(store_submit(contract, KBNT_STORE_ACCEPT, store_accept(i)));
    CU_ASSERT(g_stat(path, &status) == 0);

    CU_ASSERT(status.st_size < 4 * 1024 * 1024);
}

static const KbntTest tests[] = {
    KBNT_TEST(the_log_begins_anew_while_commits_go_on),
};

int
main(int argc, char **argv)
{
    contract_load_built("store", "sqlite", NULL);
    return kbnt_test_main("plugins/store/sqlite log", argc, argv, tests, G_N_ELEMENTS(tests));
}

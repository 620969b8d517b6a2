/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left when the process ends before or after any of its commits. Needs a build with
 * --enable-crash-points; any other one skips it.
 */
#include "contract-store.h"

#include <sys/mman.h>

#define N_REQUESTS 8

/* Shared with the child: how many accepts and how many ends have completed. */
typedef struct {
    volatile guint n_accepted;
    volatile guint n_ended;
} Progress;

static Progress *progress;

static void
live_lives(Contract *child)
{
    for (guint i = 1; i <= N_REQUESTS; i++) {
        KbntValue *accept = store_accept(i);
        KbntValue *end = store_event(i, 1, KBNT_REQUEST_STATUS_COMPLETED);

        store_add_charge(accept, "user:user-1", 1, 100);
        kbnt_value_set_int(end, KBNT_FIELD_LEDGER_MOVE, KBNT_LEDGER_MOVE_COMMIT);
        kbnt_value_unref(store_submit(child, KBNT_STORE_ACCEPT, accept));
        progress->n_accepted++;
        kbnt_value_unref(store_submit(child, KBNT_STORE_PROJECT, end));
        progress->n_ended++;
    }
}

/* What had completed is there; of what had not, at most the one command in flight. */
static void
check_what_is_left(Contract *contract)
{
    gint64 n_open = store_see_total(contract, "requests");
    double n_reserved = store_see_reserved(contract, "user:user-1");
    double n_used = store_see_used(contract, "user:user-1");
    double n_known = n_reserved + n_used;

    kbnt_assert_int(store_count_faults(contract), 0);
    CU_ASSERT(n_known >= progress->n_accepted && n_known <= progress->n_accepted + 1);
    CU_ASSERT(n_used >= progress->n_ended && n_used <= progress->n_ended + 1);
    CU_ASSERT((double)n_open == n_reserved);
    CU_ASSERT((double)store_count_outbox(contract) == n_known);
}

static void
end_at_each_commit(const char *key)
{
    for (guint i = 1; i <= 2 * N_REQUESTS; i++) {
        g_autofree char *setting = g_strdup_printf("%s=commit:%u", key, i);
        const char *const more[] = { setting, NULL };
        g_autoptr(Contract) contract = contract_new();

        *progress = (Progress){ 0, 0 };
        contract_in_killed_child_with(contract, more, live_lives);
        CU_ASSERT(progress->n_ended < N_REQUESTS);
        CU_ASSERT_FATAL(contract_start(contract, NULL));
        check_what_is_left(contract);
    }
}

static void
an_end_before_any_commit_leaves_what_had_completed(void)
{
    if (contract_has_key("crash_before_commit"))
        end_at_each_commit("crash_before_commit");
    else
        contract_skip("the store was built without crash points");
}

static void
an_end_after_any_commit_leaves_it_whole(void)
{
    if (contract_has_key("crash_after_commit"))
        end_at_each_commit("crash_after_commit");
    else
        contract_skip("the store was built without crash points");
}

static const KbntTest tests[] = {
    KBNT_TEST(an_end_before_any_commit_leaves_what_had_completed),
    KBNT_TEST(an_end_after_any_commit_leaves_it_whole),
};

int
main(int argc, char **argv)
{
    progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                    -1, 0);
    g_assert(progress != MAP_FAILED);
    contract_load_built("store", "sqlite", NULL);
    return kbnt_test_main("plugins/store/sqlite crash", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what dry runs remember of the ledger. */
#include "ledger-cache.h"
#include "runner.h"

#define ACCOUNTS "user:user-1"
#define FRESH_US (100 * 1000)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntLedgerCache, kbnt_ledger_cache_free)

static void
what_was_read_is_found_for_its_accounts_alone(void)
{
    g_autoptr(KbntLedgerCache) cache = kbnt_ledger_cache_new();
    g_autoptr(KbntValue) ledger = kbnt_value_new();

    kbnt_ledger_cache_keep(cache, ACCOUNTS, ledger, kbnt_ledger_cache_age(cache), 1000);

    CU_ASSERT_PTR_EQUAL(kbnt_ledger_cache_find(cache, ACCOUNTS, 1000), ledger);
    CU_ASSERT_PTR_NULL(kbnt_ledger_cache_find(cache, "user:user-2", 1000));
}

static void
what_was_read_is_forgotten_after_a_tenth_of_a_second(void)
{
    g_autoptr(KbntLedgerCache) cache = kbnt_ledger_cache_new();
    g_autoptr(KbntValue) ledger = kbnt_value_new();

    kbnt_ledger_cache_keep(cache, ACCOUNTS, ledger, kbnt_ledger_cache_age(cache), 1000);

    CU_ASSERT_PTR_EQUAL(kbnt_ledger_cache_find(cache, ACCOUNTS, 999 + FRESH_US), ledger);
    CU_ASSERT_PTR_NULL(kbnt_ledger_cache_find(cache, ACCOUNTS, 1000 + FRESH_US));
}

static void
a_commit_makes_everything_forgotten(void)
{
    g_autoptr(KbntLedgerCache) cache = kbnt_ledger_cache_new();
    g_autoptr(KbntValue) ledger = kbnt_value_new();

    kbnt_ledger_cache_keep(cache, ACCOUNTS, ledger, kbnt_ledger_cache_age(cache), 1000);
    kbnt_ledger_cache_moved(cache);

    CU_ASSERT_PTR_NULL(kbnt_ledger_cache_find(cache, ACCOUNTS, 1000));
}

static void
what_was_asked_before_a_commit_is_not_kept_after_it(void)
{
    g_autoptr(KbntLedgerCache) cache = kbnt_ledger_cache_new();
    g_autoptr(KbntValue) ledger = kbnt_value_new();
    guint64 age = kbnt_ledger_cache_age(cache);

    kbnt_ledger_cache_moved(cache);
    kbnt_ledger_cache_keep(cache, ACCOUNTS, ledger, age, 1000);

    CU_ASSERT_PTR_NULL(kbnt_ledger_cache_find(cache, ACCOUNTS, 1000));
}

static void
a_later_reading_takes_the_place_of_an_earlier_one(void)
{
    g_autoptr(KbntLedgerCache) cache = kbnt_ledger_cache_new();
    g_autoptr(KbntValue) earlier = kbnt_value_new();
    g_autoptr(KbntValue) later = kbnt_value_new();
    guint64 age = kbnt_ledger_cache_age(cache);

    kbnt_ledger_cache_keep(cache, ACCOUNTS, earlier, age, 1000);
    kbnt_ledger_cache_keep(cache, ACCOUNTS, later, age, 2000);

    CU_ASSERT_PTR_EQUAL(kbnt_ledger_cache_find(cache, ACCOUNTS, 2000), later);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_was_read_is_found_for_its_accounts_alone),
    KBNT_TEST(what_was_read_is_forgotten_after_a_tenth_of_a_second),
    KBNT_TEST(a_commit_makes_everything_forgotten),
    KBNT_TEST(what_was_asked_before_a_commit_is_not_kept_after_it),
    KBNT_TEST(a_later_reading_takes_the_place_of_an_earlier_one),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/ledger-cache", argc, argv, tests, G_N_ELEMENTS(tests));
}

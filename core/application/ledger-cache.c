/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-cache.c: owns what dry runs remember of the ledger, until it moves. */
#include "ledger-cache.h"

#define FRESH_US (100 * 1000)
#define MOST_KEPT 1024

typedef struct {
    KbntValue *ledger;
    gint64 read_us;
} Kept;

struct KbntLedgerCache {
    GHashTable *by_accounts; /* accounts -> Kept */
    guint64 age;
};

static void
kept_free(gpointer data)
{
    Kept *kept = data;

    kbnt_value_unref(kept->ledger);
    g_free(kept);
}

KbntLedgerCache *
kbnt_ledger_cache_new(void)
{
    KbntLedgerCache *cache = g_new0(KbntLedgerCache, 1);

    cache->by_accounts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    return cache;
}

void
kbnt_ledger_cache_free(KbntLedgerCache *cache)
{
    if (cache == NULL)
        return;
    g_hash_table_unref(cache->by_accounts);
    g_free(cache);
}

void
kbnt_ledger_cache_moved(KbntLedgerCache *cache)
{
    cache->age++;
    g_hash_table_remove_all(cache->by_accounts);
}

guint64
kbnt_ledger_cache_age(const KbntLedgerCache *cache)
{
    return cache->age;
}

KbntValue *
kbnt_ledger_cache_find(KbntLedgerCache *cache, const char *accounts, gint64 now_us)
{
    Kept *kept = g_hash_table_lookup(cache->by_accounts, accounts);

    return kept != NULL && now_us - kept->read_us < FRESH_US ? kept->ledger : NULL;
}

void
kbnt_ledger_cache_keep(KbntLedgerCache *cache, const char *accounts, KbntValue *ledger,
                       guint64 age, gint64 now_us)
{
    Kept *kept;

    if (age != cache->age)
        return;
    if (g_hash_table_size(cache->by_accounts) >= MOST_KEPT)
        g_hash_table_remove_all(cache->by_accounts);
    kept = g_new0(Kept, 1);
    kept->ledger = kbnt_value_ref(ledger);
    kept->read_us = now_us;
    g_hash_table_replace(cache->by_accounts, g_strdup(accounts), kept);
}

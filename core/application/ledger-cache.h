/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-cache.h: owns what dry runs remember of the ledger, until it moves.
 *
 * A dry run promises nothing: ACCEPT checks the quota in its own transaction. So what was read
 * a moment ago will do, unless this process has moved the ledger since. Another producer on a
 * shared store may have: nothing is remembered for long.
 */
#ifndef KBNT_LEDGER_CACHE_H
#define KBNT_LEDGER_CACHE_H

#include <kbnt/kbnt-values.h>

typedef struct KbntLedgerCache KbntLedgerCache;

KbntLedgerCache *kbnt_ledger_cache_new(void);
void kbnt_ledger_cache_free(KbntLedgerCache *cache);

/* A commit has moved the ledger. */
void kbnt_ledger_cache_moved(KbntLedgerCache *cache);

/* How often it has moved: what is read now belongs to this age. */
guint64 kbnt_ledger_cache_age(const KbntLedgerCache *cache);

/* Returns: (transfer none) (nullable): the answer of QUOTA for @accounts, if it still holds. */
KbntValue *kbnt_ledger_cache_find(KbntLedgerCache *cache, const char *accounts, gint64 now_us);

/* Remembers @ledger as of @now_us, unless the ledger has moved since @age. */
void kbnt_ledger_cache_keep(KbntLedgerCache *cache, const char *accounts, KbntValue *ledger,
                            guint64 age, gint64 now_us);

#endif

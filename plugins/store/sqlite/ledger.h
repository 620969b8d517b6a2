/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger.h: owns what each account has reserved and used, in whole millionths so that a
 * release takes back exactly what was charged.
 *
 * The writer moves amounts in memory; what has moved is written once a commit. Writer only.
 */
#ifndef SQLITE_LEDGER_H
#define SQLITE_LEDGER_H

#include "store.h"

/* What became of the charges of a request; kept in requests.charges. */
typedef enum {
    CHARGES_NONE = 0,
    CHARGES_RESERVED = 1,
    CHARGES_USED = 2,
    CHARGES_RELEASED = 3,
} ChargesState;

Ledger *ledger_new(void);
void ledger_free(Ledger *ledger);
/* Reserves all CHARGES of @holder, or none of them with QUOTA_EXCEEDED. */
gboolean ledger_reserve(Store *store, const KbntValue *holder, GError **error);
/* Moves all CHARGES of @holder from one state to another. */
void ledger_move(Store *store, const KbntValue *holder, ChargesState from, ChargesState to);
/* Writes what has moved, before a commit. */
void ledger_save(Store *store);
/* Drops what is in memory, after a transaction was undone. */
void ledger_forget(Ledger *ledger);
/* Returns: an amount as the ledger keeps it. */
gint64 ledger_amount(double amount);
double ledger_amount_shown(gint64 amount);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger.h: owns what each account has reserved and used, in whole millionths so that a
 * release takes back exactly what was charged.
 *
 * The writer moves amounts in memory; what has moved is written once a commit. Writer only.
 */
#ifndef SQLITE_LEDGER_H
#define SQLITE_LEDGER_H

#include "charges.h"
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
/* Reserves all CHARGES of @argument, or none of them with QUOTA_EXCEEDED. */
gboolean ledger_reserve(Store *store, const KbntValue *argument, GError **error);
/* Takes back what ledger_reserve() has just done. */
void ledger_unreserve(Store *store, const KbntValue *argument);
/* Moves all that a request holds (charges.h) from one state to another. */
void ledger_move(Store *store, GBytes *holds, ChargesState from, ChargesState to);
/* Writes what has moved, before a commit. */
void ledger_save(Store *store);
/* Drops what is in memory, after a transaction was undone. */
void ledger_forget(Ledger *ledger);

#endif

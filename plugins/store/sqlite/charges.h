/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * charges.h: owns what a request holds of the ledger, as it lies in requests.holds: for each
 * charge the account, NUL, the quantity, NUL, and the amount in 8 bytes, little-endian.
 *
 * A request has some eight charges and keeps them to its end. As values they would be longer
 * than all the rest of it.
 */
#ifndef SQLITE_CHARGES_H
#define SQLITE_CHARGES_H

#include <kbnt/kbnt-values.h>

/* Borrowed from the bytes. */
typedef struct {
    const char *account;
    const char *quantity;
    gint64 amount; /* in millionths */
} Charge;

typedef struct {
    const char *at;
    const char *end;
} ChargesIter;

/* Returns: an amount as the ledger keeps it, in whole millionths. */
gint64 charges_amount(double amount);
double charges_amount_shown(gint64 amount);

/* Returns: (transfer full) (nullable): the CHARGES of a command; NULL without any. */
GBytes *charges_pack(const KbntValue *argument);

/* @holds may be NULL. */
void charges_iter_init(ChargesIter *iter, GBytes *holds);
gboolean charges_next(ChargesIter *iter, Charge *ret_charge);

#endif

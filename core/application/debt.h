/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debt.h: owns the payment of one cleanup debt: what a failed request left is taken away, and
 * what it held is given back.
 */
#ifndef KBNT_DEBT_H
#define KBNT_DEBT_H

#include "ports.h"
#include "relay.h"

/* What all that mends the difference between store and hypervisor shares. */
typedef struct {
    const KbntPorts *ports;
    KbntRelay *relay;
    const char *owner; /* this incarnation of the consumer */
} KbntUpkeep;

/* How long one call to the provisioner may take; less where the step's own deadline is. */
#define KBNT_UPKEEP_CALL_MS 8000

typedef struct KbntDebt KbntDebt;

/*
 * Returns: (transfer full): the payment of @row, an inbox row in DEBT, under way. @done hears
 * once, with an error where the debt stays; not before the call has returned.
 */
KbntDebt *kbnt_debt_pay(const KbntUpkeep *upkeep, const KbntValue *row, KbntDone done,
                        gpointer data);

/* Not while a port owes an answer, unless none will come any more. */
void kbnt_debt_free(KbntDebt *debt);

/* Returns: (transfer none) (nullable): the host that @row, an inbox row, is on. */
const char *kbnt_debt_host(const KbntValue *row);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reconcile.h: owns the rounds that hold store against hypervisor: debts are paid, then host by
 * host what is amiss is found and told.
 */
#ifndef KBNT_RECONCILE_H
#define KBNT_RECONCILE_H

#include "debt.h"

typedef struct KbntReconcile KbntReconcile;

/* @owner: this incarnation of the consumer; it and @relay live on. */
KbntReconcile *kbnt_reconcile_new(const KbntPorts *ports, KbntRelay *relay, const char *owner);

void kbnt_reconcile_free(KbntReconcile *reconcile);

/* A round each @interval_ms from now on; none but those that are asked for where it is 0. */
void kbnt_reconcile_start(KbntReconcile *reconcile, gint64 interval_ms);

/* Begins nothing more; who has asked hears that it is stopped. */
void kbnt_reconcile_stop(KbntReconcile *reconcile);

/*
 * A round at once, or after the one under way; @host (nullable): of this host alone, NOT_FOUND
 * where nobody reports it. Result {ITEMS: findings (inspection.h); TOTALS: values {NAME,
 * COUNT}: "hosts" (compared), "skipped" (hosts that did not answer, or for which there was no
 * time), "paid", "debts" (still owed), and one for each finding}.
 */
void kbnt_reconcile_ask(KbntReconcile *reconcile, const char *host, KbntDone done,
                        gpointer data);

#endif

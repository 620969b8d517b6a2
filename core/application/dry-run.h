/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dry-run.h: owns the verdict without the deed: what a POST would give, and where.
 */
#ifndef KBNT_DRY_RUN_H
#define KBNT_DRY_RUN_H

#include "accept.h"
#include "ledger-cache.h"

typedef struct KbntDryRun KbntDryRun;

KbntDryRun *kbnt_dry_run_new(const KbntPorts *ports, KbntRoster *roster,
                             KbntLedgerCache *ledger_cache, const KbntRules *rules);

/* Only once every question has been answered. */
void kbnt_dry_run_free(KbntDryRun *dry_run);

void kbnt_dry_run_set_rules(KbntDryRun *dry_run, const KbntRules *rules);

/*
 * The same judgement as kbnt_accept_submit(). @view: {REQUEST_TYPE, RESOURCE_TYPE,
 * SPECIFICATION, BUDGET, HOST and REGION (where a host would take it, by the last reports),
 * REPORTED_AT, CHARGES: values {QUANTITY, LIMIT, LEFT, AMOUNT}, STEP names in LABELS}; with
 * faults it is an error, as there. What the cache knows is answered inside the call.
 */
void kbnt_dry_run(KbntDryRun *dry_run, const KbntSubmission *submission, KbntAnswer answer,
                  gpointer data);

#endif

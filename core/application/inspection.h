/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspection.h: owns the comparison of one host: what the store says is there, and what is.
 */
#ifndef KBNT_INSPECTION_H
#define KBNT_INSPECTION_H

#include "debt.h"

typedef struct KbntInspection KbntInspection;

/*
 * Returns: (transfer full): the inspection of @host (of HOSTS), under way. @done hears once of
 * {ITEMS: findings {REASON (the finding's name), HOST, VIRTUAL_RESOURCE_ID, RESOURCE_TYPE,
 * MESSAGE_ID, RESOURCE_STATUS_BEFORE and RESOURCE_STATUS where it has been changed, and of an
 * orphan PART and PART_ID}}; not before the call has returned.
 */
KbntInspection *kbnt_inspection_begin(const KbntUpkeep *upkeep, const KbntValue *host,
                                      KbntDone done, gpointer data);

/* Not while a port owes an answer, unless none will come any more. */
void kbnt_inspection_free(KbntInspection *inspection);

#endif

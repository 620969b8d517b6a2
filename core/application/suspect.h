/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suspect.h: owns the second look at what seems amiss on a host, and what follows from it.
 */
#ifndef KBNT_SUSPECT_H
#define KBNT_SUSPECT_H

#include "debt.h"
#include "inventory.h"

typedef struct KbntSuspect KbntSuspect;

/*
 * Returns: (transfer full): the look at @thing, a part or a resource, under way; @is_alive: the
 * host answers. @done hears once of the finding (inspection.h), or of NULL where nothing
 * is amiss; not before the call has returned.
 */
KbntSuspect *kbnt_suspect_investigate(const KbntUpkeep *upkeep, KbntFinding finding,
                                      KbntValue *thing, gboolean is_alive, KbntDone done,
                                      gpointer data);

/* Not while a port owes an answer, unless none will come any more. */
void kbnt_suspect_free(KbntSuspect *suspect);

#endif

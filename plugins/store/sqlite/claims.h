/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * claims.h: owns what is claimed of each host.
 *
 * A claim is a row; the sums lie with the hosts and are written once a commit. Writer only.
 */
#ifndef SQLITE_CLAIMS_H
#define SQLITE_CLAIMS_H

#include "store.h"

Claims *claims_new(void);
void claims_free(Claims *claims);
/* Drops what is in memory, after a transaction was undone. */
void claims_forget(Claims *claims);

/* Notes what was reported, before its row is written; @capacity: (nullable): as it was. */
void claims_learn_host(Store *store, const char *name, gboolean alive,
                       const KbntValue *capacity);
/* Whether a CLAIM {VIRTUAL_RESOURCE_ID, HOST, CPU, MEMORY_MB, DISK_MB} fits (NO_CAPACITY). */
gboolean claims_check(Store *store, const KbntValue *claim, GError **error);
/* Replaces the claim that the resource has. */
void claims_take(Store *store, const KbntValue *claim);
void claims_drop(Store *store, const char *resource_id);
/* Writes the sums that have moved, before a commit. */
void claims_save(Store *store);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.h: owns the judgement whether file and rows are sound. */
#ifndef SQLITE_CHECK_H
#define SQLITE_CHECK_H

#include "store.h"

/* Returns: FALSE with STORE_CORRUPT where a row that still counts is not what was written. */
gboolean check_open_rows(Db *db, KbntHalf half, GError **error);
/* The query CHECK: file, rows, ledger and claims. */
KbntValue *check_all(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

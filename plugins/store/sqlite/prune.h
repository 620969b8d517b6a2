/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prune.h: owns the deletion of what has ended long ago. */
#ifndef SQLITE_PRUNE_H
#define SQLITE_PRUNE_H

#include "store.h"

KbntValue *prune(Store *store, const KbntValue *argument, GError **error);

#endif

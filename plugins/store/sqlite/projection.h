/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* projection.h: owns how an event becomes the producer's view, and the events kept for replay.
 */
#ifndef SQLITE_PROJECTION_H
#define SQLITE_PROJECTION_H

#include "store.h"

KbntValue *projection_apply(Store *store, const KbntValue *argument, GError **error);
KbntValue *projection_list_events(Store *store, Db *db, const KbntValue *argument,
                                  GError **error);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intake.h: owns the commands by which a message comes into the inbox. */
#ifndef SQLITE_INTAKE_H
#define SQLITE_INTAKE_H

#include "store.h"

KbntValue *intake_take_in(Store *store, const KbntValue *argument, GError **error);
KbntValue *intake_take_cancel(Store *store, const KbntValue *argument, GError **error);

#endif

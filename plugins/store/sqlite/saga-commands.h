/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* saga-commands.h: owns the commands by which a worker takes a message and moves it on. */
#ifndef SQLITE_SAGA_COMMANDS_H
#define SQLITE_SAGA_COMMANDS_H

#include "store.h"

KbntValue *saga_claim(Store *store, const KbntValue *argument, GError **error);
KbntValue *saga_advance(Store *store, const KbntValue *argument, GError **error);
KbntValue *saga_renew(Store *store, const KbntValue *argument, GError **error);
KbntValue *saga_take_serials(Store *store, const KbntValue *argument, GError **error);

#endif

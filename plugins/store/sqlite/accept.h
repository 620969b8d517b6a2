/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* accept.h: owns the commands by which a request comes in or is to be undone. */
#ifndef SQLITE_ACCEPT_H
#define SQLITE_ACCEPT_H

#include "store.h"

KbntValue *accept_request(Store *store, const KbntValue *argument, GError **error);
KbntValue *accept_cancel(Store *store, const KbntValue *argument, GError **error);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dependencies.h: owns which message waits for which others, and until when. */
#ifndef SQLITE_DEPENDENCIES_H
#define SQLITE_DEPENDENCIES_H

#include "inbox.h"

/* Makes a message wait for those of DEPENDS_ON that have not ended, whether they have come or
 * not, but no longer than REMAINING_MS. */
void dependencies_add(Store *store, Message *message, const KbntValue *argument);
/* Ends that wait. */
void dependencies_drop(Store *store, Message *message);
/* The message has ended: those that wait for it wait for one less. */
void dependencies_release(Store *store, const char *message_id);

#endif

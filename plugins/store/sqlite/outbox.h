/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outbox.h: owns the records that wait to be published, in the order of their commits. */
#ifndef SQLITE_OUTBOX_H
#define SQLITE_OUTBOX_H

#include "store.h"

/* Puts a record in and appends it with its POSITION to the RECORDS of @result. */
void outbox_put(Store *store, const KbntValue *record, const char *message_id,
                KbntValue *result);
/* The same for all RECORDS of @argument. */
void outbox_put_all(Store *store, const KbntValue *argument, const char *message_id,
                    KbntValue *result);

KbntValue *outbox_confirm(Store *store, const KbntValue *argument, GError **error);
KbntValue *outbox_settle(Store *store, const KbntValue *argument, GError **error);
KbntValue *outbox_list(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

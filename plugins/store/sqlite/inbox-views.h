/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inbox-views.h: owns the consumer's queries of messages. */
#ifndef SQLITE_INBOX_VIEWS_H
#define SQLITE_INBOX_VIEWS_H

#include "store.h"

KbntValue *inbox_views_one(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *inbox_views_waiting(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *inbox_views_debts(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *inbox_views_working(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

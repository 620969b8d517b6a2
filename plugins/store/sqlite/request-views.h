/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-views.h: owns the producer's queries of requests and of the ledger. */
#ifndef SQLITE_REQUEST_VIEWS_H
#define SQLITE_REQUEST_VIEWS_H

#include "store.h"

KbntValue *request_views_lookup(Store *store, Db *db, const KbntValue *argument,
                                GError **error);
KbntValue *request_views_one(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *request_views_list(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *request_views_overdue(Store *store, Db *db, const KbntValue *argument,
                                 GError **error);
KbntValue *request_views_quota(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

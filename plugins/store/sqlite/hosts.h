/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hosts.h: owns what each host has reported. */
#ifndef SQLITE_HOSTS_H
#define SQLITE_HOSTS_H

#include "store.h"

/* Replaces the report {HOST, …} of one host. */
void hosts_keep_report(Store *store, const KbntValue *report, gint64 reported_at);
/* The same for all HOSTS; with @all, a host that is not named any more is not ALIVE. */
void hosts_keep_reports(Store *store, const KbntValue *argument, gboolean all);

KbntValue *hosts_report_all(Store *store, const KbntValue *argument, GError **error);
KbntValue *hosts_list(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

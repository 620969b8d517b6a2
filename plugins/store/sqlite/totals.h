/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * totals.h: owns what is counted of all rows, so that a gauge never scans a table.
 *
 * The writer moves its own copy with each command and publishes it with each commit.
 */
#ifndef SQLITE_TOTALS_H
#define SQLITE_TOTALS_H

#include "db.h"

typedef struct {
    gint64 outbox;
    gint64 dead_letters;
    gint64 requests[KBNT_PRIORITY_CRITICAL + 1][KBNT_REQUEST_STATUS_COMPLETED];
    gint64 unstarted[KBNT_PRIORITY_CRITICAL + 1];
    gint64 inbox[KBNT_PRIORITY_CRITICAL + 1];
    gint64 resources[KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK + 1];
} Totals;

typedef struct SharedTotals SharedTotals;

SharedTotals *shared_totals_new(void);
void shared_totals_free(SharedTotals *shared);
void shared_totals_set(SharedTotals *shared, const Totals *totals);
Totals shared_totals_get(SharedTotals *shared);

/* Counts the rows, but for the outbox (unconfirmed.h). */
Totals totals_recount(Db *db, KbntHalf half);
void totals_count_request(Totals *totals, gint64 priority, gint64 status, gboolean started,
                          gint64 delta);
void totals_count_message(Totals *totals, gint64 priority, gint64 state, gint64 delta);
void totals_count_resource(Totals *totals, gint64 type, gint64 status, gint64 delta);
/* Appends the TOTALS of a query. */
void totals_write(const Totals *totals, KbntHalf half, KbntValue *result);

#endif

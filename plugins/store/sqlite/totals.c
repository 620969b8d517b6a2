/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* totals.c: owns what is counted of all rows, so that a gauge never scans a table. */
#include "totals.h"

#include <pthread.h>

struct SharedTotals {
    pthread_mutex_t lock;
    Totals totals;
};

SharedTotals *
shared_totals_new(void)
{
    SharedTotals *shared = g_new0(SharedTotals, 1);

    pthread_mutex_init(&shared->lock, NULL);
    return shared;
}

void
shared_totals_free(SharedTotals *shared)
{
    if (!shared)
        return;
    pthread_mutex_destroy(&shared->lock);
    g_free(shared);
}

void
shared_totals_set(SharedTotals *shared, const Totals *totals)
{
    pthread_mutex_lock(&shared->lock);
    shared->totals = *totals;
    pthread_mutex_unlock(&shared->lock);
}

Totals
shared_totals_get(SharedTotals *shared)
{
    Totals totals;

    pthread_mutex_lock(&shared->lock);
    totals = shared->totals;
    pthread_mutex_unlock(&shared->lock);
    return totals;
}

static gsize
lane_of(gint64 priority)
{
    return (gsize)CLAMP(priority, 0, KBNT_PRIORITY_CRITICAL);
}

void
totals_count_request(Totals *totals, gint64 priority, gint64 status, gboolean started,
                     gint64 delta)
{
    if (status <= 0 || status >= KBNT_REQUEST_STATUS_COMPLETED)
        return;
    totals->requests[lane_of(priority)][status] += delta;
    if (!started)
        totals->unstarted[lane_of(priority)] += delta;
}

/* A tombstone waits for nothing and nobody works on it: it is as ended as ENDED. */
void
totals_count_message(Totals *totals, gint64 priority, gint64 state, gint64 delta)
{
    if (state != KBNT_INBOX_STATE_ENDED && state != KBNT_INBOX_STATE_TOMBSTONE)
        totals->inbox[lane_of(priority)] += delta;
}

void
totals_count_resource(Totals *totals, gint64 type, gint64 status, gint64 delta)
{
    if (status == KBNT_RESOURCE_STATUS_PENDING || status == KBNT_RESOURCE_STATUS_DELETED ||
        type <= 0 || type > KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK)
        return;
    totals->resources[type] += delta;
}

static void
recount_producer(Totals *totals, Db *db)
{
    DbRow *row = db_find(db,
                         "SELECT priority, status, started, count(*) FROM requests"
                         " INDEXED BY requests_open WHERE ended_at IS NULL GROUP BY 1, 2, 3",
                         "");

    for (; row; row = db_next(db, row))
        totals_count_request(totals, row_int(row, 0), row_int(row, 1), row_int(row, 2) != 0,
                             row_int(row, 3));
}

static void
recount_consumer(Totals *totals, Db *db)
{
    DbRow *row = db_find(db,
                         "SELECT priority, state, count(*) FROM inbox INDEXED BY inbox_ready"
                         " WHERE state = 1 GROUP BY 1 UNION ALL"
                         " SELECT priority, state, count(*) FROM inbox INDEXED BY inbox_open"
                         " WHERE state IN (2, 3, 6) GROUP BY 1, 2",
                         "");

    for (; row; row = db_next(db, row))
        totals_count_message(totals, row_int(row, 0), row_int(row, 1), row_int(row, 2));
}

Totals
totals_recount(Db *db, KbntHalf half)
{
    Totals totals = { 0 };
    DbRow *row;

    totals.dead_letters = db_number(db, "SELECT count(*) FROM dead_letters", "");
    row = db_find(db,
                  "SELECT type, status, count(*) FROM resources INDEXED BY resources_of_user"
                  " WHERE status <> 8 GROUP BY 1, 2",
                  "");
    for (; row; row = db_next(db, row))
        totals_count_resource(&totals, row_int(row, 0), row_int(row, 1), row_int(row, 2));
    if (half == KBNT_HALF_PRODUCER)
        recount_producer(&totals, db);
    else
        recount_consumer(&totals, db);
    return totals;
}

/* Returns: (transfer none): a new item of TOTALS. */
static KbntValue *
append(KbntValue *result, const char *name, gint64 count)
{
    KbntValue *item = kbnt_value_new();

    kbnt_value_set_string(item, KBNT_FIELD_NAME, name);
    kbnt_value_set_int(item, KBNT_FIELD_COUNT, count);
    kbnt_value_take_item(result, KBNT_FIELD_TOTALS, item);
    return item;
}

static void
write_lanes(KbntValue *result, const char *name, const gint64 *lanes)
{
    for (gint64 priority = KBNT_PRIORITY_LOW; priority <= KBNT_PRIORITY_CRITICAL; priority++)
        kbnt_value_set_int(append(result, name, lanes[priority]), KBNT_FIELD_PRIORITY,
                           priority);
}

static void
write_requests(const Totals *totals, KbntValue *result)
{
    for (gint64 priority = KBNT_PRIORITY_LOW; priority <= KBNT_PRIORITY_CRITICAL; priority++) {
        for (gint64 status = 1; status < KBNT_REQUEST_STATUS_COMPLETED; status++) {
            KbntValue *item = append(result, "requests", totals->requests[priority][status]);

            kbnt_value_set_int(item, KBNT_FIELD_PRIORITY, priority);
            kbnt_value_set_int(item, KBNT_FIELD_REQUEST_STATUS, status);
        }
    }
}

void
totals_write(const Totals *totals, KbntHalf half, KbntValue *result)
{
    append(result, "outbox", totals->outbox);
    append(result, "dead-letters", totals->dead_letters);
    if (half == KBNT_HALF_PRODUCER) {
        write_requests(totals, result);
        write_lanes(result, "unstarted", totals->unstarted);
        return;
    }
    write_lanes(result, "inbox", totals->inbox);
    for (gint64 type = 1; type <= KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK; type++)
        kbnt_value_set_int(append(result, "resources", totals->resources[type]),
                           KBNT_FIELD_RESOURCE_TYPE, type);
}

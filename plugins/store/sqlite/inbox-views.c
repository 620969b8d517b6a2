/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inbox-views.c: owns the consumer's queries of messages. */
#include "inbox-views.h"

#include "inbox.h"
#include "views.h"

#define N_LANES (KBNT_PRIORITY_CRITICAL + 1)

KbntValue *
inbox_views_one(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    const char *message_id = kbnt_value_get_string(argument, KBNT_FIELD_MESSAGE_ID);
    DbRow *row = db_find(db, "SELECT " INBOX_COLUMNS " FROM inbox WHERE message_id = ?", "u",
                         message_id);
    KbntValue *message;

    if (!row)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, message_id, "is not in the inbox");
    message = inbox_read(db, row);
    db_row_end(row);
    return message;
}

static gint
compare_ids(gconstpointer one, gconstpointer other)
{
    gint64 a = *(const gint64 *)one;
    gint64 b = *(const gint64 *)other;

    return a < b ? -1 : a > b;
}

static void
find_waiting(Db *db, gint64 priority, gint64 max_rows, GArray *lane)
{
    DbRow *row = db_find(db,
                         "SELECT id FROM inbox INDEXED BY inbox_ready WHERE state = 1"
                         " AND parked = 0 AND priority = ? ORDER BY id LIMIT ?",
                         "ii", priority, max_rows);

    for (; row; row = db_next(db, row)) {
        gint64 id = row_int(row, 0);

        g_array_append_val(lane, id);
    }
}

/* Those whose worker has gone: few, so that asking for each lease costs nothing. */
static void
find_abandoned(Store *store, Db *db, GArray **lanes)
{
    DbRow *row = db_find(db,
                         "SELECT id, message_id, priority FROM inbox INDEXED BY inbox_open"
                         " WHERE state IN (2, 3, 6) AND state <> 6",
                         "");

    for (; row; row = db_next(db, row)) {
        g_autofree char *message_id = row_id(row, 1);
        gint64 id = row_int(row, 0);

        if (!leases_hold(store->leases, message_id))
            g_array_append_val(lanes[CLAMP(row_int(row, 2), 0, N_LANES - 1)], id);
    }
}

/* Those that still wait for others when their time is up. */
static void
find_expired(Store *store, Db *db, GArray **lanes)
{
    DbRow *row = db_find(db,
                         "SELECT DISTINCT id, priority FROM dependencies"
                         " INDEXED BY dependencies_until CROSS JOIN inbox ON id = owner"
                         " WHERE until <= ? AND state = 1",
                         "i", kbnt_host_wall_ms(store->host));

    for (; row; row = db_next(db, row)) {
        gint64 id = row_int(row, 0);

        g_array_append_val(lanes[CLAMP(row_int(row, 1), 0, N_LANES - 1)], id);
    }
}

/* What is read though it is parked has no time left. */
static void
read_message(Db *db, gint64 id, KbntValue *result)
{
    DbRow *row = db_find(db, "SELECT " INBOX_COLUMNS " FROM inbox WHERE id = ?", "i", id);
    KbntValue *message;

    if (!row)
        return;
    message = inbox_read(db, row);
    if (message && row_int(row, 8) > 0)
        kbnt_value_set_int(message, KBNT_FIELD_REMAINING_MS, 0);
    db_row_end(row);
    if (message)
        kbnt_value_take_item(result, KBNT_FIELD_ITEMS, message);
}

/* A full lane must not hide the others: each gives one row in turn until there are enough. */
static void
share(GArray **lanes, gint64 max_rows, guint shares[N_LANES])
{
    gboolean given = TRUE;

    while (given && max_rows > 0) {
        given = FALSE;
        for (int i = N_LANES - 1; i >= 0 && max_rows > 0; i--) {
            if (shares[i] == lanes[i]->len)
                continue;
            shares[i]++;
            max_rows--;
            given = TRUE;
        }
    }
}

KbntValue *
inbox_views_waiting(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();
    gint64 max_rows = views_max_rows(argument);
    GArray *lanes[N_LANES];
    guint shares[N_LANES] = { 0 };

    for (int i = 0; i < N_LANES; i++) {
        lanes[i] = g_array_new(FALSE, FALSE, sizeof(gint64));
        find_waiting(db, i, max_rows, lanes[i]);
    }
    find_abandoned(store, db, lanes);
    find_expired(store, db, lanes);
    share(lanes, max_rows, shares);
    for (int i = N_LANES - 1; i >= 0; i--) {
        g_array_sort(lanes[i], compare_ids);
        for (guint k = 0; k < shares[i]; k++)
            read_message(db, g_array_index(lanes[i], gint64, k), result);
        g_array_unref(lanes[i]);
    }
    return result;
}

/* Reads the rows to their end. Returns: how many there were; @ret_last is the id of the last.
 */
static gint64
read_messages(Db *db, DbRow *row, KbntValue *result, gint64 *ret_last)
{
    gint64 n_rows = 0;

    for (; row; row = db_next(db, row)) {
        KbntValue *message = inbox_read(db, row);

        *ret_last = row_int(row, 0);
        n_rows++;
        if (message)
            kbnt_value_take_item(result, KBNT_FIELD_ITEMS, message);
    }
    return n_rows;
}

KbntValue *
inbox_views_debts(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();
    gint64 max_rows = views_max_rows(argument);
    gint64 last = 0;
    DbRow *row = db_find(db,
                         "SELECT " INBOX_COLUMNS " FROM inbox INDEXED BY inbox_open"
                         " WHERE state IN (2, 3, 6) AND state = 6 AND id > ?"
                         " ORDER BY id LIMIT ?",
                         "ii", kbnt_value_get_int(argument, KBNT_FIELD_POSITION), max_rows);

    if (read_messages(db, row, result, &last) == max_rows)
        kbnt_value_set_int(result, KBNT_FIELD_POSITION, last);
    return result;
}

KbntValue *
inbox_views_working(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();
    gint64 last = 0;
    DbRow *row = db_find(db,
                         "SELECT " INBOX_COLUMNS " FROM inbox INDEXED BY inbox_open"
                         " WHERE state IN (2, 3, 6) AND state <> 6 LIMIT ?",
                         "i", views_max_rows(argument));

    read_messages(db, row, result, &last);
    return result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prune.c: owns the deletion of what has ended long ago.
 *
 * Some old rows stay, because something that lives leans on them: a request as long as it
 * holds charges, and the newest event of a stream that can go on, by which duplicates are told.
 */
#include "prune.h"

#include "dead-letters.h"
#include "inbox.h"
#include "parts.h"
#include "requests.h"

#define MAX_ROWS_DEFAULT 1000
#define LOOK_AHEAD 4

/* Returns: (transfer full): the ids that the row and its followers hold. */
static GArray *
ids_in(Db *db, DbRow *row)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (; row; row = db_next(db, row)) {
        gint64 id = row_int(row, 0);

        g_array_append_val(ids, id);
    }
    return ids;
}

static gint64
prune_requests(Store *store, gint64 before, gint64 max_rows)
{
    g_autoptr(GArray) ids = ids_in(
        store->db, db_find(store->db,
                           "SELECT id FROM requests INDEXED BY requests_ended"
                           " WHERE ended_at IS NOT NULL AND charges NOT IN (1, 2)"
                           " AND ended_at < ? ORDER BY ended_at LIMIT ?",
                           "ii", before, max_rows));

    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);

        parts_delete(store->db, PARTS_OF_REQUESTS, id);
        db_run(store->db, "DELETE FROM requests WHERE id = ?", "i", id);
    }
    if (ids->len)
        cache_clear(store->requests);
    return ids->len;
}

static gint64
prune_inbox(Store *store, gint64 before, gint64 max_rows)
{
    g_autoptr(GArray) ids = ids_in(store->db,
                                   db_find(store->db,
                                           "SELECT id FROM inbox INDEXED BY inbox_ended"
                                           " WHERE ended_at IS NOT NULL AND ended_at < ?"
                                           " ORDER BY ended_at LIMIT ?",
                                           "ii", before, max_rows));

    for (guint i = 0; i < ids->len; i++) {
        gint64 id = g_array_index(ids, gint64, i);

        parts_delete(store->db, PARTS_OF_INBOX, id);
        db_run(store->db, "DELETE FROM inbox WHERE id = ?", "i", id);
    }
    if (ids->len)
        cache_clear(store->inbox);
    return ids->len;
}

#define OLD_EVENTS \
    "SELECT position, ended_at," \
    " EXISTS (SELECT 1 FROM events newer WHERE newer.stream_id = old.stream_id" \
    "  AND newer.sequence > old.sequence)" \
    " OR of_request AND NOT EXISTS (SELECT 1 FROM requests" \
    "  WHERE message_id = old.stream_id)" \
    " FROM events old WHERE position > ? AND position < (SELECT max(position) FROM events)" \
    " ORDER BY position LIMIT ?"

/*
 * Events lie in the order of their age, but some old ones stay: so a look goes on behind the
 * last one, a bounded way, and begins anew at the first event that is too young.
 */
static gint64
prune_events(Store *store, gint64 before, gint64 max_rows)
{
    g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(gint64));
    DbRow *row = db_find(store->db, OLD_EVENTS, "ii", store->pruned_to, max_rows * LOOK_AHEAD);

    store->pruned_to = 0;
    while (row && old->len < max_rows && row_int(row, 1) < before) {
        gint64 position = row_int(row, 0);

        if (row_int(row, 2))
            g_array_append_val(old, position);
        store->pruned_to = position;
        row = db_next(store->db, row);
    }
    if (row && row_int(row, 1) >= before)
        store->pruned_to = 0;
    g_clear_pointer(&row, db_row_end);

    for (guint i = 0; i < old->len; i++)
        db_run(store->db, "DELETE FROM events WHERE position = ?", "i",
               g_array_index(old, gint64, i));
    return old->len;
}

static const struct {
    const char *name;
    KbntHalf half;
    gint64 (*prune)(Store *store, gint64 before, gint64 max_rows);
} kinds[] = {
    { "requests", KBNT_HALF_PRODUCER, prune_requests },
    { "events", KBNT_HALF_PRODUCER, prune_events },
    { "inbox", KBNT_HALF_CONSUMER, prune_inbox },
    { "dead-letters", KBNT_HALF_ALL, dead_letters_prune },
};

KbntValue *
prune(Store *store, const KbntValue *argument, GError **error)
{
    const char *name = kbnt_value_get_string(argument, KBNT_FIELD_NAME);
    gint64 max_rows = kbnt_value_has(argument, KBNT_FIELD_MAX_ROWS)
                          ? MAX(kbnt_value_get_int(argument, KBNT_FIELD_MAX_ROWS), 0)
                          : MAX_ROWS_DEFAULT;

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        KbntValue *result;

        if (g_strcmp0(name, kinds[i].name) || !(kinds[i].half & store->half))
            continue;
        result = kbnt_value_new();
        kbnt_value_set_int(
            result, KBNT_FIELD_COUNT,
            kinds[i].prune(store, kbnt_value_get_int(argument, KBNT_FIELD_BEFORE), max_rows));
        return result;
    }
    return store_refuse(error, KBNT_ERROR_NOT_SUPPORTED, name, "is nothing that can be pruned");
}

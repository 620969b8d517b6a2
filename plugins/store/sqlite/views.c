/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* views.c: owns lists and their cursors, and the small views that both halves have. */
#include "views.h"

#include "parts.h"
#include "resources.h"
#include "schema.h"

#define MAX_ROWS_DEFAULT 100
#define MAX_ROWS_MAX 10000

KbntValue *
views_new_list(void)
{
    KbntValue *result = kbnt_value_new();

    kbnt_value_set_empty_list(result, KBNT_FIELD_ITEMS);
    return result;
}

gint64
views_max_rows(const KbntValue *argument)
{
    if (!kbnt_value_has(argument, KBNT_FIELD_MAX_ROWS))
        return MAX_ROWS_DEFAULT;
    return CLAMP(kbnt_value_get_int(argument, KBNT_FIELD_MAX_ROWS), 1, MAX_ROWS_MAX);
}

/* Returns: (transfer full): the row's id, and a mark that only this store and list make. */
static char *
cursor_of(Store *store, KbntStoreVerb verb, gint64 id)
{
    gint64 mark = parts_checksum_text(id ^ (gint64)verb << 48, store->store_id);

    return g_strdup_printf("%" G_GINT64_MODIFIER "x-%08" G_GINT64_MODIFIER "x", id, mark);
}

gboolean
views_read_cursor(Store *store, KbntStoreVerb verb, const KbntValue *argument,
                  gint64 *ret_before, GError **error)
{
    const char *cursor = kbnt_value_get_string(argument, KBNT_FIELD_CURSOR);
    g_autofree char *expected = NULL;
    gint64 id;

    *ret_before = G_MAXINT64;
    if (!cursor)
        return TRUE;
    id = g_ascii_strtoll(cursor, NULL, 16);
    expected = cursor_of(store, verb, id);
    if (g_str_equal(cursor, expected)) {
        *ret_before = id;
        return TRUE;
    }
    store_refuse(error, KBNT_ERROR_MALFORMED, cursor,
                 "is not a cursor of this list; begin without one");
    return FALSE;
}

void
views_set_cursor(Store *store, KbntStoreVerb verb, KbntValue *result, gint64 id)
{
    g_autofree char *cursor = cursor_of(store, verb, id);

    kbnt_value_set_string(result, KBNT_FIELD_NEXT_CURSOR, cursor);
}

KbntValue *
views_meta(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();
    g_autofree char *version = g_strdup_printf("%d", SCHEMA_VERSION);
    gint64 pages = db_number(db, "PRAGMA page_count", "");

    kbnt_value_set_string(result, KBNT_FIELD_STORE_ID, store->store_id);
    kbnt_value_set_string(result, KBNT_FIELD_VERSION, version);
    kbnt_value_set_int(
        result, KBNT_FIELD_POSITION,
        MAX(db_number(db, "SELECT next FROM counters WHERE name = 'outbox'", ""), 1) - 1);
    kbnt_value_set_int(result, KBNT_FIELD_SIZE_BYTES,
                       pages * db_number(db, "PRAGMA page_size", ""));
    return result;
}

KbntValue *
views_totals(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();
    Totals totals = shared_totals_get(store->committed_totals);

    totals_write(&totals, store->half, result);
    return result;
}

KbntValue *
views_resource(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    const char *resource_id = kbnt_value_get_string(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    g_autoptr(KbntValue) resource = resources_find(db, resource_id);
    KbntValue *result;

    if (!resource)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, resource_id, "is not a resource");
    result = kbnt_value_new();
    kbnt_value_set_value(result, KBNT_FIELD_RESOURCE, resource);
    return result;
}

/* The index of what exists serves only where no status is asked for. */
static DbRow *
find_resources(Db *db, const KbntValue *argument, gint64 before, gint64 max_rows)
{
    const char *user_id = kbnt_value_get_string(argument, KBNT_FIELD_USER_ID);
    const char *host = kbnt_value_get_string(argument, KBNT_FIELD_HOST);
    const char *attached_to = kbnt_value_get_string(argument, KBNT_FIELD_ATTACHED_TO);
    gint64 type = kbnt_value_get_int(argument, KBNT_FIELD_RESOURCE_TYPE);
    gint64 status = kbnt_value_get_int(argument, KBNT_FIELD_RESOURCE_STATUS);

    if (attached_to)
        return db_find(db,
                       "SELECT " RESOURCE_COLUMNS " FROM resources"
                       " WHERE attached_to = ?1 AND id < ?2 AND (?3 = 0 OR type = ?3)"
                       " AND CASE WHEN ?4 = 0 THEN status <> 8 ELSE status = ?4 END"
                       " AND (?6 IS NULL OR user_id = ?6) ORDER BY id DESC LIMIT ?5",
                       "tiiiit", attached_to, before, type, status, max_rows, user_id);
    if (host && status != KBNT_RESOURCE_STATUS_DELETED)
        return db_find(db,
                       "SELECT " RESOURCE_COLUMNS " FROM resources"
                       " WHERE host = ?1 AND id < ?2 AND status <> 8"
                       " AND (?3 = 0 OR type = ?3) AND (?4 = 0 OR status = ?4)"
                       " AND (?6 IS NULL OR user_id = ?6) ORDER BY id DESC LIMIT ?5",
                       "tiiiit", host, before, type, status, max_rows, user_id);
    if (user_id && status != KBNT_RESOURCE_STATUS_DELETED)
        return db_find(db,
                       "SELECT " RESOURCE_COLUMNS " FROM resources"
                       " WHERE user_id = ?1 AND id < ?2 AND status <> 8"
                       " AND (?3 = 0 OR type = ?3) AND (?4 = 0 OR status = ?4)"
                       " ORDER BY id DESC LIMIT ?5",
                       "tiiii", user_id, before, type, status, max_rows);
    return db_find(db,
                   "SELECT " RESOURCE_COLUMNS " FROM resources"
                   " WHERE id < ?2 AND (?3 = 0 OR type = ?3)"
                   " AND CASE WHEN ?4 = 0 THEN status <> 8 ELSE status = ?4 END"
                   " AND (?1 IS NULL OR host = ?1) AND (?6 IS NULL OR user_id = ?6)"
                   " ORDER BY id DESC LIMIT ?5",
                   "tiiiit", host, before, type, status, max_rows, user_id);
}

KbntValue *
views_resources(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    gint64 max_rows = views_max_rows(argument);
    g_autoptr(KbntValue) result = views_new_list();
    gint64 before;
    gint64 last = 0;
    gint64 n_rows = 0;

    if (!views_read_cursor(store, KBNT_STORE_RESOURCES, argument, &before, error))
        return NULL;
    for (DbRow *row = find_resources(db, argument, before, max_rows + 1); row;
         row = db_next(db, row)) {
        KbntValue *resource = n_rows < max_rows ? resources_read(db, row) : NULL;

        if (!resource) {
            if (!db_has_failed(db))
                views_set_cursor(store, KBNT_STORE_RESOURCES, result, last);
            db_row_end(row);
            break;
        }
        last = row_int(row, 0);
        n_rows++;
        kbnt_value_take_item(result, KBNT_FIELD_ITEMS, resource);
    }
    return g_steal_pointer(&result);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-views.c: owns the producer's queries of requests and of the ledger. */
#include "request-views.h"

#include "ledger.h"
#include "requests.h"
#include "resources.h"
#include "views.h"

/* More of what is attached to a resource need not be named. */
#define MOST_ATTACHED 16

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

/* Returns: (transfer full) (nullable): the request of a row, which ends here. */
static KbntValue *
read_only_row(Db *db, DbRow *row)
{
    KbntValue *request;

    if (!row)
        return NULL;
    request = request_row_value(db, row);
    db_row_end(row);
    return request;
}

/* Returns: (transfer full) (nullable) */
static KbntValue *
find_by_names(Db *db, const KbntValue *argument)
{
    const char *scope = text(argument, KBNT_FIELD_SCOPE);
    const char *key = text(argument, KBNT_FIELD_IDEMPOTENCY_KEY);
    KbntValue *request = read_only_row(
        db,
        db_find(db,
                "SELECT " REQUEST_COLUMNS " FROM requests WHERE scope = ? AND request_id = ?",
                "tt", scope, text(argument, KBNT_FIELD_REQUEST_ID)));

    if (request || !key)
        return request;
    return read_only_row(db, db_find(db,
                                     "SELECT " REQUEST_COLUMNS " FROM requests"
                                     " WHERE scope = ? AND idempotency_key = ?",
                                     "tt", scope, key));
}

/* What works on the resource, or was the last to. */
static void
add_type(Db *db, KbntValue *resource)
{
    const char *open = text(resource, KBNT_FIELD_OPEN_MESSAGE_ID);
    gint64 type = db_number(db, "SELECT type FROM requests WHERE message_id = ?", "u",
                            open ? open : text(resource, KBNT_FIELD_LAST_MESSAGE_ID));

    if (type)
        kbnt_value_set_int(resource, KBNT_FIELD_REQUEST_TYPE, type);
}

static void
add_attached(Db *db, KbntValue *resource)
{
    DbRow *row = db_find(db,
                         "SELECT resource_id FROM resources INDEXED BY resources_attached"
                         " WHERE attached_to = ? AND status <> 8 ORDER BY id LIMIT ?",
                         "ti", text(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID), MOST_ATTACHED);

    for (; row; row = db_next(db, row)) {
        KbntValue *attached = kbnt_value_new();

        kbnt_value_set_string(attached, KBNT_FIELD_VIRTUAL_RESOURCE_ID, row_text(row, 0));
        kbnt_value_take_item(resource, KBNT_FIELD_RESOURCES, attached);
    }
}

KbntValue *
request_views_lookup(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();

    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, find_by_names(db, argument));
    kbnt_value_set_empty_list(result, KBNT_FIELD_RESOURCES);
    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_RESOURCE_IDS); i++) {
        KbntValue *resource = resources_find(
            db, kbnt_value_nth_string(argument, KBNT_FIELD_RESOURCE_IDS, i));

        if (!resource)
            continue;
        add_type(db, resource);
        add_attached(db, resource);
        kbnt_value_take_item(result, KBNT_FIELD_RESOURCES, resource);
    }
    return result;
}

KbntValue *
request_views_one(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    const char *message_id = text(argument, KBNT_FIELD_MESSAGE_ID);
    KbntValue *request;
    KbntValue *result;

    if (message_id)
        request = read_only_row(
            db, db_find(db, "SELECT " REQUEST_COLUMNS " FROM requests WHERE message_id = ?",
                        "u", message_id));
    else
        request = find_by_names(db, argument);
    if (!request)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND,
                            message_id ? message_id : text(argument, KBNT_FIELD_REQUEST_ID),
                            "is not a request");
    result = kbnt_value_new();
    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, request);
    return result;
}

/* The few that are open are looked up in the order of the list, however long the table is. */
static DbRow *
find_open(Db *db, gint64 status, gint64 type, gint64 before, gint64 max_rows)
{
    return db_find(db,
                   "SELECT " REQUEST_COLUMNS " FROM requests WHERE id IN"
                   " (SELECT id FROM requests INDEXED BY requests_open"
                   " WHERE ended_at IS NULL AND id < ?1)"
                   " AND status = ?2 AND (?3 = 0 OR type = ?3) ORDER BY id DESC LIMIT ?4",
                   "iiii", before, status, type, max_rows);
}

static DbRow *
find_unsuccessful(Db *db, gint64 status, gint64 type, gint64 before, gint64 max_rows)
{
    return db_find(db,
                   "SELECT " REQUEST_COLUMNS " FROM requests INDEXED BY requests_unsuccessful"
                   " WHERE status IN (5, 6) AND status = ?2 AND id < ?1"
                   " AND (?3 = 0 OR type = ?3) ORDER BY id DESC LIMIT ?4",
                   "iiii", before, status, type, max_rows);
}

/* Of most that were ever asked: COMPLETED, or whatever their status. */
static DbRow *
find_common(Db *db, gint64 status, gint64 type, gint64 before, gint64 max_rows)
{
    return db_find(db,
                   "SELECT " REQUEST_COLUMNS " FROM requests WHERE id < ?1"
                   " AND (?2 = 0 OR status = ?2) AND (?3 = 0 OR type = ?3)"
                   " ORDER BY id DESC LIMIT ?4",
                   "iiii", before, status, type, max_rows);
}

static DbRow *
find_of_user(Db *db, const char *user_id, gint64 status, gint64 type, gint64 before,
             gint64 max_rows)
{
    return db_find(db,
                   "SELECT " REQUEST_COLUMNS " FROM requests INDEXED BY requests_of_user"
                   " WHERE user_id = ? AND id < ? AND (?3 = 0 OR status = ?3)"
                   " AND (?4 = 0 OR type = ?4) ORDER BY id DESC LIMIT ?5",
                   "tiiii", user_id, before, status, type, max_rows);
}

static DbRow *
find_requests(Db *db, const KbntValue *argument, gint64 before, gint64 max_rows)
{
    const char *user_id = text(argument, KBNT_FIELD_USER_ID);
    gint64 status = kbnt_value_get_int(argument, KBNT_FIELD_REQUEST_STATUS);
    gint64 type = kbnt_value_get_int(argument, KBNT_FIELD_REQUEST_TYPE);

    if (user_id)
        return find_of_user(db, user_id, status, type, before, max_rows);
    switch (status) {
    case KBNT_REQUEST_STATUS_QUEUED:
    case KBNT_REQUEST_STATUS_PROCESSING:
    case KBNT_REQUEST_STATUS_COMPENSATING:
        return find_open(db, status, type, before, max_rows);
    case KBNT_REQUEST_STATUS_FAILED:
    case KBNT_REQUEST_STATUS_CANCELLED:
        return find_unsuccessful(db, status, type, before, max_rows);
    default:
        return find_common(db, status, type, before, max_rows);
    }
}

/* Reads up to @max_rows of the rows. Returns: the id of the last one where there are more. */
static gint64
read_page(Db *db, DbRow *row, gint64 max_rows, KbntValue *result)
{
    gint64 last = 0;

    for (gint64 n_rows = 0; row; n_rows++, row = db_next(db, row)) {
        KbntValue *request;

        if (n_rows == max_rows) {
            db_row_end(row);
            return last;
        }
        last = row_int(row, 0);
        request = request_row_value(db, row);
        if (!request) {
            db_row_end(row);
            return 0;
        }
        kbnt_value_take_item(result, KBNT_FIELD_ITEMS, request);
    }
    return 0;
}

KbntValue *
request_views_list(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    gint64 max_rows = views_max_rows(argument);
    KbntValue *result;
    gint64 before;
    gint64 last;

    if (!views_read_cursor(store, KBNT_STORE_REQUESTS, argument, &before, error))
        return NULL;
    result = views_new_list();
    last = read_page(db, find_requests(db, argument, before, max_rows + 1), max_rows, result);
    if (last)
        views_set_cursor(store, KBNT_STORE_REQUESTS, result, last);
    return result;
}

KbntValue *
request_views_overdue(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();
    gint64 max_rows = views_max_rows(argument);
    DbRow *row = db_find(db,
                         "SELECT " REQUEST_COLUMNS " FROM requests INDEXED BY requests_open"
                         " WHERE ended_at IS NULL AND deadline > 0 AND deadline < ?"
                         " AND cancel_reason = 0 ORDER BY deadline LIMIT ?",
                         "ii", kbnt_value_get_int(argument, KBNT_FIELD_BEFORE), max_rows);

    read_page(db, row, max_rows, result);
    return result;
}

/* "user:" stands for all of "user:NAME": ';' comes right behind ':'. */
static DbRow *
find_account(Db *db, const char *account)
{
    if (!account || !g_str_has_suffix(account, ":"))
        return db_find(db, "SELECT quantity, reserved, used FROM ledger WHERE account = ?", "t",
                       account);
    return db_find(db,
                   "SELECT quantity, sum(reserved), sum(used) FROM ledger WHERE account > ?1"
                   " AND account < substr(?1, 1, length(?1) - 1) || ';' GROUP BY quantity",
                   "t", account);
}

static void
read_account(Db *db, const char *account, KbntValue *result)
{
    DbRow *row = find_account(db, account);

    for (; row; row = db_next(db, row)) {
        KbntValue *charge = kbnt_value_new();

        kbnt_value_set_string(charge, KBNT_FIELD_ACCOUNT, account);
        kbnt_value_set_string(charge, KBNT_FIELD_QUANTITY, row_text(row, 0));
        kbnt_value_set_number(charge, KBNT_FIELD_RESERVED,
                              charges_amount_shown(row_int(row, 1)));
        kbnt_value_set_number(charge, KBNT_FIELD_USED, charges_amount_shown(row_int(row, 2)));
        kbnt_value_take_item(result, KBNT_FIELD_CHARGES, charge);
    }
}

KbntValue *
request_views_quota(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();

    kbnt_value_set_empty_list(result, KBNT_FIELD_CHARGES);
    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_ITEMS); i++)
        read_account(
            db, text(kbnt_value_nth_value(argument, KBNT_FIELD_ITEMS, i), KBNT_FIELD_ACCOUNT),
            result);
    return result;
}

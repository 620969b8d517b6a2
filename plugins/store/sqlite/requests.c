/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * requests.c: owns the producer's requests as the writer moves them.
 *
 * Requests that move are asked for again soon, so the writer keeps the last ones in memory.
 * What it keeps is what the transaction has written; one that is undone empties the cache.
 */
#include "requests.h"

#include "changes.h"
#include "parts.h"

#define CACHE_MAX 1024

static void
free_request(gpointer data)
{
    request_clear(data);
    g_free(data);
}

Cache *
requests_cache_new(void)
{
    return cache_new(CACHE_MAX, free_request);
}

static Request *
keep(Store *store, const char *message_id, const Request *request)
{
    return cache_put(store->requests, message_id, g_memdup2(request, sizeof *request));
}

Request *
requests_find(Store *store, const char *message_id)
{
    Request request;
    Request *known;
    gboolean is_read;
    DbRow *row;

    if (!message_id)
        return NULL;
    known = cache_get(store->requests, message_id);
    if (known)
        return known;
    row = db_find(store->db, "SELECT " REQUEST_COLUMNS " FROM requests WHERE message_id = ?",
                  "u", message_id);
    if (!row)
        return NULL;
    is_read = request_row_read(store->db, row, &request);
    db_row_end(row);
    return is_read ? keep(store, message_id, &request) : NULL;
}

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

static void
count(Store *store, const KbntValue *value, gint64 delta)
{
    totals_count_request(&store->totals, kbnt_value_get_int(value, KBNT_FIELD_PRIORITY),
                         kbnt_value_get_int(value, KBNT_FIELD_REQUEST_STATUS),
                         kbnt_value_get_int(value, KBNT_FIELD_STARTED) != 0, delta);
}

static void
insert_row(Store *store, const Request *request, GBytes *body)
{
    const KbntValue *value = request->value;

    db_run(store->db,
           "INSERT OR IGNORE INTO requests"
           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, NULL, ?, ?, ?, ?)",
           "iuttttiiiiiiibbt", request->id, text(value, KBNT_FIELD_MESSAGE_ID),
           text(value, KBNT_FIELD_SCOPE), text(value, KBNT_FIELD_REQUEST_ID),
           text(value, KBNT_FIELD_IDEMPOTENCY_KEY), text(value, KBNT_FIELD_USER_ID),
           kbnt_value_get_int(value, KBNT_FIELD_REQUEST_TYPE),
           kbnt_value_get_int(value, KBNT_FIELD_PRIORITY), request->status,
           kbnt_value_get_int(value, KBNT_FIELD_STARTED), request->charges,
           kbnt_value_get_int(value, KBNT_FIELD_DEADLINE), request_checksum(request), body,
           request->holds, request->touches);
}

gboolean
requests_insert(Store *store, const KbntValue *argument)
{
    KbntValue *value = kbnt_value_get_value(argument, KBNT_FIELD_REQUEST);
    g_autoptr(GBytes) body = kbnt_value_to_bytes(value);
    g_auto(Request) request = {
        .id = counters_take(&store->counters, COUNTER_ROWS),
        .n_parts = 1,
        .status = kbnt_value_get_int(value, KBNT_FIELD_REQUEST_STATUS),
        .holds = charges_pack(argument),
        .touches = request_touches(argument),
        .value = kbnt_value_ref(value),
    };

    request.charges = request.holds ? CHARGES_RESERVED : CHARGES_NONE;
    request.seed = request_seed(request.id, body, request.holds, request.touches);
    insert_row(store, &request, body);
    if (db_has_failed(store->db) || !sqlite3_changes(db_handle(store->db)))
        return FALSE;

    count(store, value, 1);
    keep(store, text(value, KBNT_FIELD_MESSAGE_ID), &request);
    request = (Request){ 0 };
    return TRUE;
}

gboolean
requests_is_terminal(const Request *request)
{
    return request->status >= KBNT_REQUEST_STATUS_COMPLETED;
}

static void
update_row(Store *store, Request *request, gint64 ended_at)
{
    if (requests_is_terminal(request))
        db_run(store->db,
               "UPDATE requests SET status = ?, started = ?, checksum = ?, ended_at = ?"
               " WHERE id = ?",
               "iiiii", request->status, kbnt_value_get_int(request->value, KBNT_FIELD_STARTED),
               request_checksum(request), ended_at, request->id);
    else
        db_run(store->db,
               "UPDATE requests SET status = ?, started = ?, checksum = ? WHERE id = ?", "iiii",
               request->status, kbnt_value_get_int(request->value, KBNT_FIELD_STARTED),
               request_checksum(request), request->id);
}

void
requests_patch(Store *store, Request *request, const KbntValue *patch, gint64 ended_at)
{
    g_autoptr(KbntValue) fresh = changes_of_request(request->value, patch);
    KbntValue *after;

    if (!kbnt_value_n_fields(fresh))
        return;
    after = kbnt_value_copy(request->value);
    parts_join(after, fresh, KBNT_FIELD_HISTORY);
    parts_append(store->db, PARTS_OF_REQUESTS, request->id, request->n_parts++, fresh);
    count(store, request->value, -1);
    count(store, after, 1);

    kbnt_value_unref(request->value);
    request->value = after;
    if (!kbnt_value_has(fresh, KBNT_FIELD_REQUEST_STATUS) &&
        !kbnt_value_has(fresh, KBNT_FIELD_STARTED))
        return;
    request->status = kbnt_value_get_int(after, KBNT_FIELD_REQUEST_STATUS);
    update_row(store, request, ended_at);
}

void
requests_set_charges(Store *store, Request *request, ChargesState charges)
{
    ledger_move(store, request->holds, (ChargesState)request->charges, charges);
    request->charges = charges;
    db_run(store->db, "UPDATE requests SET charges = ?, checksum = ? WHERE id = ?", "iii",
           request->charges, request_checksum(request), request->id);
}

void
requests_set_cancelled(Store *store, Request *request, gint64 reason)
{
    KbntValue *after = kbnt_value_copy(request->value);

    kbnt_value_set_int(after, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
    kbnt_value_unref(request->value);
    request->value = after;
    request->cancel_reason = reason;
    db_run(store->db, "UPDATE requests SET cancel_reason = ?, checksum = ? WHERE id = ?", "iii",
           reason, request_checksum(request), request->id);
}

void
requests_publish(Store *store, const KbntValue *argument, KbntValue *result)
{
    Request *request = requests_find(store, text(argument, KBNT_FIELD_MESSAGE_ID));
    g_autoptr(KbntValue) patch = NULL;

    /* A record that is sent again after a restart has been published before. */
    if (!request || kbnt_value_has(request->value, KBNT_FIELD_PUBLICATION))
        return;
    patch = kbnt_value_new();
    kbnt_value_copy_field(patch, argument, KBNT_FIELD_HISTORY);
    kbnt_value_copy_field(patch, argument, KBNT_FIELD_PUBLICATION);
    if (request->status == KBNT_REQUEST_STATUS_QUEUED)
        kbnt_value_set_int(patch, KBNT_FIELD_REQUEST_STATUS, KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_value_set_int(result, KBNT_FIELD_PREVIOUS_STATUS, request->status);
    requests_patch(store, request, patch, 0);
}

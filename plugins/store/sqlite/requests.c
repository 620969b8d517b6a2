/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * requests.c: owns the producer's requests: a lean row of what is asked for, and the parts
 * that make up the value.
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
    Request *request = data;

    kbnt_value_unref(request->holder);
    kbnt_value_unref(request->value);
    g_free(request);
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

gint64
requests_seed(const KbntValue *request)
{
    static const KbntField names[] = { KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_SCOPE,
                                       KBNT_FIELD_REQUEST_ID, KBNT_FIELD_IDEMPOTENCY_KEY,
                                       KBNT_FIELD_BODY_HASH,  KBNT_FIELD_USER_ID };
    gint64 seed = kbnt_value_get_int(request, KBNT_FIELD_DEADLINE);

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        seed = parts_checksum_text(seed, kbnt_value_get_string(request, names[i]));
    return seed;
}

gint64
requests_checksum(gint64 seed, gint64 status, gint64 charges, gint64 cancel_reason)
{
    gint64 state[] = { status, charges, cancel_reason };

    return parts_checksum(seed, state, sizeof state);
}

typedef struct {
    KbntValue *holder;
    KbntValue *value;
} Reading;

static void
join_part(const KbntValue *part, gint64 n, gpointer data)
{
    Reading *reading = data;

    if (n == 0 && kbnt_value_has(part, KBNT_FIELD_REQUEST)) {
        reading->holder = kbnt_value_ref(part);
        reading->value = kbnt_value_copy(kbnt_value_get_value(part, KBNT_FIELD_REQUEST));
    } else if (reading->value) {
        parts_join(reading->value, part, KBNT_FIELD_HISTORY);
    }
}

KbntValue *
requests_read(Db *db, gint64 id, gint64 cancel_reason, KbntValue **ret_holder,
              gint64 *ret_n_parts)
{
    Reading reading = { NULL, NULL };
    gint64 n_parts = parts_read(db, PARTS_OF_REQUESTS, id, join_part, &reading);

    if (!n_parts || !reading.value) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT,
                "a request has lost its parts; see 'kbntctl store check'");
        kbnt_value_unref(reading.holder);
        kbnt_value_unref(reading.value);
        return NULL;
    }
    if (cancel_reason)
        kbnt_value_set_int(reading.value, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
    if (ret_holder)
        *ret_holder = g_steal_pointer(&reading.holder);
    if (ret_n_parts)
        *ret_n_parts = n_parts;
    kbnt_value_unref(reading.holder);
    return reading.value;
}

Request *
requests_find(Store *store, const char *message_id)
{
    Request request = { 0 };
    Request *known;
    DbRow *row;

    if (!message_id)
        return NULL;
    known = cache_get(store->requests, message_id);
    if (known)
        return known;
    row = db_find(
        store->db,
        "SELECT id, status, charges, cancel_reason FROM requests WHERE message_id = ?", "u",
        message_id);
    if (!row)
        return NULL;
    request.id = row_int(row, 0);
    request.status = row_int(row, 1);
    request.charges = row_int(row, 2);
    request.cancel_reason = row_int(row, 3);
    db_row_end(row);

    request.value = requests_read(store->db, request.id, request.cancel_reason, &request.holder,
                                  &request.n_parts);
    if (!request.value)
        return NULL;
    request.seed = requests_seed(request.value);
    return keep(store, message_id, &request);
}

static gint64
checksum_of(const Request *request)
{
    return requests_checksum(request->seed, request->status, request->charges,
                             request->cancel_reason);
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
insert_row(Store *store, const Request *request)
{
    const KbntValue *value = request->value;

    db_run(store->db,
           "INSERT OR IGNORE INTO requests"
           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, NULL, ?)",
           "iutttttiiiiiii", request->id, text(value, KBNT_FIELD_MESSAGE_ID),
           text(value, KBNT_FIELD_SCOPE), text(value, KBNT_FIELD_REQUEST_ID),
           text(value, KBNT_FIELD_IDEMPOTENCY_KEY), text(value, KBNT_FIELD_BODY_HASH),
           text(value, KBNT_FIELD_USER_ID), kbnt_value_get_int(value, KBNT_FIELD_REQUEST_TYPE),
           kbnt_value_get_int(value, KBNT_FIELD_PRIORITY), request->status,
           kbnt_value_get_int(value, KBNT_FIELD_STARTED), request->charges,
           kbnt_value_get_int(value, KBNT_FIELD_DEADLINE), checksum_of(request));
}

gboolean
requests_insert(Store *store, KbntValue *holder)
{
    KbntValue *value = kbnt_value_get_value(holder, KBNT_FIELD_REQUEST);
    Request request = { .n_parts = 1, .holder = holder, .value = value };

    request.id = counters_take(&store->counters, COUNTER_ROWS);
    request.seed = requests_seed(value);
    request.status = kbnt_value_get_int(value, KBNT_FIELD_REQUEST_STATUS);
    request.charges = kbnt_value_length(holder, KBNT_FIELD_CHARGES) ? CHARGES_RESERVED
                                                                    : CHARGES_NONE;
    insert_row(store, &request);
    if (db_has_failed(store->db) || !sqlite3_changes(db_handle(store->db)))
        return FALSE;

    parts_append(store->db, PARTS_OF_REQUESTS, request.id, 0, holder);
    count(store, value, 1);
    kbnt_value_ref(holder);
    kbnt_value_ref(value);
    keep(store, text(value, KBNT_FIELD_MESSAGE_ID), &request);
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
               checksum_of(request), ended_at, request->id);
    else
        db_run(store->db,
               "UPDATE requests SET status = ?, started = ?, checksum = ? WHERE id = ?", "iiii",
               request->status, kbnt_value_get_int(request->value, KBNT_FIELD_STARTED),
               checksum_of(request), request->id);
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
    ledger_move(store, request->holder, (ChargesState)request->charges, charges);
    request->charges = charges;
    db_run(store->db, "UPDATE requests SET charges = ?, checksum = ? WHERE id = ?", "iii",
           request->charges, checksum_of(request), request->id);
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
           reason, checksum_of(request), request->id);
}

void
requests_publish(Store *store, const KbntValue *argument, KbntValue *result)
{
    Request *request = requests_find(store, text(argument, KBNT_FIELD_MESSAGE_ID));
    g_autoptr(KbntValue) patch = NULL;

    if (!request)
        return;
    patch = kbnt_value_new();
    kbnt_value_copy_field(patch, argument, KBNT_FIELD_HISTORY);
    kbnt_value_copy_field(patch, argument, KBNT_FIELD_PUBLICATION);
    if (request->status == KBNT_REQUEST_STATUS_QUEUED)
        kbnt_value_set_int(patch, KBNT_FIELD_REQUEST_STATUS, KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_value_set_int(result, KBNT_FIELD_PREVIOUS_STATUS, request->status);
    requests_patch(store, request, patch, 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-rows.c: owns the row of a request. */
#include "request-rows.h"

#include "parts.h"

void
request_clear(Request *request)
{
    g_clear_pointer(&request->holds, g_bytes_unref);
    g_clear_pointer(&request->touches, g_free);
    g_clear_pointer(&request->value, kbnt_value_unref);
}

gint64
request_checksum(const Request *request)
{
    gint64 state[] = { request->status, request->charges, request->cancel_reason };

    return parts_checksum(request->seed, state, sizeof state);
}

static gint64
checksum_of_bytes(gint64 seed, GBytes *bytes)
{
    gsize size = 0;
    const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    return parts_checksum(seed, data, size);
}

gint64
request_seed(gint64 id, GBytes *body, GBytes *holds, const char *touches)
{
    gint64 seed = checksum_of_bytes(checksum_of_bytes(id, body), holds);

    return parts_checksum_text(seed, touches);
}

char *
request_touches(const KbntValue *argument)
{
    guint n_touches = kbnt_value_length(argument, KBNT_FIELD_TOUCHES);
    g_autoptr(GPtrArray) ids = NULL;

    if (!n_touches)
        return NULL;
    ids = g_ptr_array_new();
    for (guint i = 0; i < n_touches; i++)
        g_ptr_array_add(ids, (gpointer)kbnt_value_get_string(
                                 kbnt_value_nth_value(argument, KBNT_FIELD_TOUCHES, i),
                                 KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    g_ptr_array_add(ids, NULL);
    return g_strjoinv("\n", (char **)ids->pdata);
}

static void
join_part(const KbntValue *part, gint64 n, gpointer value)
{
    parts_join(value, part, KBNT_FIELD_HISTORY);
}

/* Makes the value of the body and the parts that came after it. */
static gboolean
read_value(Db *db, GBytes *body, Request *request)
{
    g_autoptr(GError) error = NULL;
    gint64 n_parts;

    request->value = kbnt_value_from_bytes(body, &error);
    if (!request->value) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT, error->message);
        return FALSE;
    }
    n_parts = parts_read(db, PARTS_OF_REQUESTS, request->id, join_part, request->value);
    request->n_parts = MAX(n_parts, 1);
    if (request->cancel_reason)
        kbnt_value_set_int(request->value, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
    return !db_has_failed(db);
}

static void
fail_for(Db *db, DbRow *row)
{
    g_autofree char *message_id = row_id(row, 8);
    g_autofree char *fault = g_strdup_printf(
        "request '%s' is not what was written; see 'kbntctl store check'", message_id);

    db_fail(db, KBNT_ERROR_STORE_CORRUPT, fault);
}

gboolean
request_row_read(Db *db, DbRow *row, Request *ret_request)
{
    g_autoptr(GBytes) body = row_bytes(row, 5);
    g_autoptr(GBytes) holds = row_bytes(row, 6);
    g_auto(Request) request = {
        .id = row_int(row, 0),
        .status = row_int(row, 1),
        .charges = row_int(row, 2),
        .cancel_reason = row_int(row, 3),
        .touches = g_strdup(row_text(row, 7)),
    };

    if (g_bytes_get_size(holds))
        request.holds = g_steal_pointer(&holds);
    request.seed = request_seed(request.id, body, request.holds, request.touches);
    if (request_checksum(&request) != row_int(row, 4)) {
        fail_for(db, row);
        return FALSE;
    }
    if (!read_value(db, body, &request))
        return FALSE;
    *ret_request = request;
    request = (Request){ 0 };
    return TRUE;
}

KbntValue *
request_row_value(Db *db, DbRow *row)
{
    g_auto(Request) request = { 0 };

    return request_row_read(db, row, &request) ? g_steal_pointer(&request.value) : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * projection.c: owns how an event becomes the producer's view, and the events kept for replay.
 *
 * An event carries the full present state, so the highest sequence of a stream wins: an elder
 * one that comes late is kept for replay and changes nothing.
 */
#include "projection.h"

#include "hosts.h"
#include "ledger.h"
#include "parts.h"
#include "requests.h"
#include "resources.h"
#include "views.h"

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

static gint64
highest_sequence(Store *store, const char *stream_id)
{
    return db_number(store->db,
                     "SELECT sequence FROM events WHERE stream_id = ?"
                     " ORDER BY sequence DESC LIMIT 1",
                     "u", stream_id);
}

static gboolean
is_known(Store *store, const char *stream_id, gint64 sequence)
{
    return db_number(store->db, "SELECT 1 FROM events WHERE stream_id = ? AND sequence = ?",
                     "ui", stream_id, sequence) != 0;
}

static gint64
keep_event(Store *store, const KbntValue *argument)
{
    gint64 position = counters_take(&store->counters, COUNTER_EVENTS);
    KbntValue *record = kbnt_value_get_value(argument, KBNT_FIELD_RECORD);
    g_autoptr(GBytes) bytes = record ? kbnt_value_to_bytes(record) : NULL;
    gint64 of_request = kbnt_value_has(argument, KBNT_FIELD_MESSAGE_ID);

    db_run(
        store->db, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "iuiitiib", position,
        text(argument, KBNT_FIELD_STREAM_ID), kbnt_value_get_int(argument, KBNT_FIELD_SEQUENCE),
        kbnt_value_get_int(argument, KBNT_FIELD_EVENT_TYPE), text(argument, KBNT_FIELD_USER_ID),
        kbnt_value_get_int(argument, KBNT_FIELD_TIMESTAMP), of_request, bytes);
    return position;
}

static void
close_resources(Store *store, const Request *request, const char *message_id)
{
    g_auto(GStrv) touched = request->touches ? g_strsplit(request->touches, "\n", -1) : NULL;

    resources_close(store, text(request->value, KBNT_FIELD_VIRTUAL_RESOURCE_ID), message_id);
    for (guint i = 0; touched && touched[i]; i++)
        resources_close(store, touched[i], message_id);
}

static void
apply_to_request(Store *store, Request *request, const KbntValue *argument)
{
    const KbntValue *fields = kbnt_value_get_value(argument, KBNT_FIELD_REQUEST);
    g_autoptr(KbntValue) patch = NULL;
    gint64 ended_at;

    if (!fields || requests_is_terminal(request))
        return;
    ended_at = kbnt_value_get_int(
        kbnt_value_has(fields, KBNT_FIELD_UPDATED_AT) ? fields : argument,
        kbnt_value_has(fields, KBNT_FIELD_UPDATED_AT) ? KBNT_FIELD_UPDATED_AT
                                                      : KBNT_FIELD_TIMESTAMP);
    patch = kbnt_value_copy(fields);
    kbnt_value_copy_field(patch, argument, KBNT_FIELD_SEQUENCE);
    requests_patch(store, request, patch, ended_at);
    if (requests_is_terminal(request))
        close_resources(store, request, text(argument, KBNT_FIELD_MESSAGE_ID));
}

static void
release(Store *store, Request *request)
{
    if (request && (request->charges == CHARGES_RESERVED || request->charges == CHARGES_USED))
        requests_set_charges(store, request, CHARGES_RELEASED);
}

static void
move_ledger(Store *store, Request *request, gint64 move)
{
    if (move == KBNT_LEDGER_MOVE_RELEASE)
        release(store, request);
    else if (move == KBNT_LEDGER_MOVE_COMMIT && request->charges == CHARGES_RESERVED)
        requests_set_charges(store, request, CHARGES_USED);
}

/* Of a resource that nobody here has asked for, the first event is all that is known. */
static void
apply_to_resource(Store *store, const KbntValue *resource, gint64 told_at)
{
    g_autofree char *creator = NULL;
    g_autoptr(KbntValue) patch = NULL;

    if (!resource || !text(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID))
        return;
    if (!resources_is_known(store, text(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID))) {
        patch = kbnt_value_copy(resource);
        kbnt_value_set_int(patch, KBNT_FIELD_CREATED_AT, told_at);
    }
    creator = resources_patch(store, patch ? patch : resource);
    if (creator)
        release(store, requests_find(store, creator));
}

/* A create that ends before a consumer began it has an event that tells of no resource. */
static void
forget_pending(Store *store, const Request *request)
{
    const char *resource_id = text(request->value, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *message_id = text(request->value, KBNT_FIELD_MESSAGE_ID);
    g_autoptr(KbntValue) patch = kbnt_value_new();

    if (!resources_is_pending(store, resource_id, message_id))
        return;
    kbnt_value_set_string(patch, KBNT_FIELD_VIRTUAL_RESOURCE_ID, resource_id);
    kbnt_value_set_int(patch, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_DELETED);
    g_free(resources_patch(store, patch));
}

static void
apply(Store *store, Request *request, const KbntValue *argument)
{
    gint64 move = kbnt_value_get_int(argument, KBNT_FIELD_LEDGER_MOVE);
    const KbntValue *report = kbnt_value_get_value(argument, KBNT_FIELD_HOST_REPORT);

    if (request) {
        apply_to_request(store, request, argument);
        move_ledger(store, request, move);
        if (move == KBNT_LEDGER_MOVE_RELEASE && !kbnt_value_has(argument, KBNT_FIELD_RESOURCE))
            forget_pending(store, request);
    }
    apply_to_resource(store, kbnt_value_get_value(argument, KBNT_FIELD_RESOURCE),
                      kbnt_value_get_int(argument, KBNT_FIELD_TIMESTAMP));
    if (report)
        hosts_keep_report(store, report, kbnt_value_get_int(argument, KBNT_FIELD_TIMESTAMP));
}

/* Most events are of requests that the writer knows, and with them how far their stream is. */
static gint64
stream_stands_at(Store *store, Request *request, const char *stream_id)
{
    gboolean is_own = request &&
                      !g_strcmp0(text(request->value, KBNT_FIELD_MESSAGE_ID), stream_id);
    gint64 highest;

    if (is_own && request->highest_sequence)
        return request->highest_sequence;
    highest = highest_sequence(store, stream_id);
    if (is_own)
        request->highest_sequence = highest;
    return highest;
}

static void
note_sequence(Request *request, const KbntValue *argument)
{
    if (!g_strcmp0(text(request->value, KBNT_FIELD_MESSAGE_ID),
                   text(argument, KBNT_FIELD_STREAM_ID)))
        request->highest_sequence = kbnt_value_get_int(argument, KBNT_FIELD_SEQUENCE);
}

KbntValue *
projection_apply(Store *store, const KbntValue *argument, GError **error)
{
    const char *stream_id = text(argument, KBNT_FIELD_STREAM_ID);
    gint64 sequence = kbnt_value_get_int(argument, KBNT_FIELD_SEQUENCE);
    Request *request = requests_find(store, text(argument, KBNT_FIELD_MESSAGE_ID));
    gint64 highest = stream_stands_at(store, request, stream_id);
    KbntValue *result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_EXPECTED_SEQUENCE, highest + 1);
    if (sequence == highest || (sequence < highest && is_known(store, stream_id, sequence))) {
        kbnt_value_set_int(result, KBNT_FIELD_DUPLICATE, TRUE);
        return result;
    }
    kbnt_value_set_int(result, KBNT_FIELD_POSITION, keep_event(store, argument));
    if (request)
        kbnt_value_set_int(result, KBNT_FIELD_PREVIOUS_STATUS, request->status);
    if (sequence > highest)
        apply(store, request, argument);
    if (request && sequence > highest)
        note_sequence(request, argument);
    if (request)
        kbnt_value_set_value(result, KBNT_FIELD_REQUEST, request->value);
    return result;
}

static DbRow *
find_events(Db *db, const KbntValue *argument)
{
    gint64 position = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);
    gint64 max_rows = views_max_rows(argument);

    if (kbnt_value_has(argument, KBNT_FIELD_MESSAGE_ID))
        return db_find(db,
                       "SELECT position, stream_id, sequence, type, record FROM events"
                       " WHERE stream_id = ? AND position > ? AND record IS NOT NULL"
                       " ORDER BY position LIMIT ?",
                       "uii", text(argument, KBNT_FIELD_MESSAGE_ID), position, max_rows);
    if (kbnt_value_has(argument, KBNT_FIELD_USER_ID))
        return db_find(db,
                       "SELECT position, stream_id, sequence, type, record FROM events"
                       " INDEXED BY events_of_user"
                       " WHERE user_id = ? AND position > ? AND record IS NOT NULL"
                       " ORDER BY position LIMIT ?",
                       "tii", text(argument, KBNT_FIELD_USER_ID), position, max_rows);
    return db_find(db,
                   "SELECT position, stream_id, sequence, type, record FROM events"
                   " WHERE position > ? AND record IS NOT NULL ORDER BY position LIMIT ?",
                   "ii", position, max_rows);
}

static KbntValue *
read_event(Db *db, DbRow *row)
{
    KbntValue *item = kbnt_value_new();
    g_autofree char *stream_id = row_id(row, 1);
    KbntValue *record = parts_read_value(db, row, 4);

    kbnt_value_set_int(item, KBNT_FIELD_POSITION, row_int(row, 0));
    kbnt_value_set_string(item, KBNT_FIELD_STREAM_ID, stream_id);
    kbnt_value_set_int(item, KBNT_FIELD_SEQUENCE, row_int(row, 2));
    kbnt_value_set_int(item, KBNT_FIELD_EVENT_TYPE, row_int(row, 3));
    kbnt_value_take_value(item, KBNT_FIELD_RECORD, record);
    return item;
}

KbntValue *
projection_list_events(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();

    for (DbRow *row = find_events(db, argument); row; row = db_next(db, row))
        kbnt_value_take_item(result, KBNT_FIELD_ITEMS, read_event(db, row));
    kbnt_value_set_int(result, KBNT_FIELD_POSITION,
                       db_number(db, "SELECT min(position) FROM events", ""));
    kbnt_value_set_int(result, KBNT_FIELD_COUNT,
                       db_number(db, "SELECT max(position) FROM events", ""));
    return result;
}

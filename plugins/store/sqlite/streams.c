/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* streams.c: owns where each stream of events stands, and events outside any request. */
#include "streams.h"

#include "claims.h"
#include "hosts.h"
#include "inbox.h"
#include "outbox.h"
#include "resources.h"

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

static void
put(Store *store, const KbntValue *argument)
{
    db_run(store->db, "INSERT OR REPLACE INTO streams VALUES (?, ?, ?)", "uit",
           text(argument, KBNT_FIELD_STREAM_ID),
           kbnt_value_get_int(argument, KBNT_FIELD_SEQUENCE),
           text(argument, KBNT_FIELD_PREVIOUS_CHECKSUM));
}

gboolean
streams_is_foreign(const KbntValue *argument, const char *message_id)
{
    const char *stream_id = text(argument, KBNT_FIELD_STREAM_ID);

    return stream_id && g_strcmp0(stream_id, message_id);
}

gboolean
streams_check(Store *store, const KbntValue *argument, GError **error)
{
    const char *stream_id = text(argument, KBNT_FIELD_STREAM_ID);
    gint64 stands_at = db_number(store->db, "SELECT sequence FROM streams WHERE stream_id = ?",
                                 "u", stream_id);

    if (stands_at + kbnt_value_length(argument, KBNT_FIELD_RECORDS) ==
        kbnt_value_get_int(argument, KBNT_FIELD_SEQUENCE))
        return TRUE;
    store_refuse(error, KBNT_ERROR_STORE_CONFLICT, stream_id,
                 "has got another event meanwhile; look again");
    return FALSE;
}

void
streams_follow(Store *store, const KbntValue *argument, const char *message_id)
{
    if (streams_is_foreign(argument, message_id) &&
        kbnt_value_has(argument, KBNT_FIELD_SEQUENCE))
        put(store, argument);
}

static gboolean
is_deleted(Store *store, const KbntValue *resource)
{
    return db_number(store->db, "SELECT status FROM resources WHERE resource_id = ?", "t",
                     text(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID)) ==
           KBNT_RESOURCE_STATUS_DELETED;
}

KbntValue *
streams_emit(Store *store, const KbntValue *argument, GError **error)
{
    const KbntValue *resource = kbnt_value_get_value(argument, KBNT_FIELD_RESOURCE);
    KbntValue *result;

    if (!streams_check(store, argument, error))
        return NULL;
    if (resource && is_deleted(store, resource))
        return store_refuse(error, KBNT_ERROR_STORE_CONFLICT,
                            text(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                            "is deleted and stays so");
    put(store, argument);
    if (resource)
        g_free(resources_patch(store, resource));
    if (kbnt_value_get_int(argument, KBNT_FIELD_UNCLAIM))
        claims_drop(store, text(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    hosts_keep_reports(store, argument, FALSE);
    result = kbnt_value_new();
    outbox_put_all(store, argument, NULL, result);
    return result;
}

/* Returns: (transfer full) (nullable): {SEQUENCE, PREVIOUS_CHECKSUM} of a request's stream. */
static KbntValue *
find_in_inbox(Db *db, const char *stream_id)
{
    DbRow *row = db_find(db, "SELECT " INBOX_COLUMNS " FROM inbox WHERE message_id = ?", "u",
                         stream_id);
    g_autoptr(KbntValue) message = NULL;
    KbntValue *result;

    if (!row)
        return NULL;
    message = inbox_read(db, row);
    db_row_end(row);
    if (!message || g_strcmp0(text(message, KBNT_FIELD_STREAM_ID), stream_id))
        return NULL;
    result = kbnt_value_new();
    kbnt_value_set_int(result, KBNT_FIELD_SEQUENCE,
                       kbnt_value_get_int(message, KBNT_FIELD_SEQUENCE));
    kbnt_value_copy_field(result, message, KBNT_FIELD_PREVIOUS_CHECKSUM);
    return result;
}

KbntValue *
streams_view(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    const char *stream_id = text(argument, KBNT_FIELD_STREAM_ID);
    KbntValue *result = find_in_inbox(db, stream_id);
    DbRow *row;

    if (result)
        return result;
    result = kbnt_value_new();
    kbnt_value_set_int(result, KBNT_FIELD_SEQUENCE, 0);
    row = db_find(db, "SELECT sequence, previous_checksum FROM streams WHERE stream_id = ?",
                  "u", stream_id);
    if (!row)
        return result;
    kbnt_value_set_int(result, KBNT_FIELD_SEQUENCE, row_int(row, 0));
    kbnt_value_set_string(result, KBNT_FIELD_PREVIOUS_CHECKSUM, row_text(row, 1));
    db_row_end(row);
    return result;
}

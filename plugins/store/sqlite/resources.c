/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resources.c: owns the rows of resources, of both halves.
 *
 * What is asked for or changes alone lies in columns, the rest in the body. The checksum
 * covers the id and the body, which are always written together. The events of a request patch
 * its resource again and again, mostly to what it is, so the writer keeps the last ones in
 * memory.
 */
#include "resources.h"

#include "changes.h"
#include "parts.h"

#define CACHE_MAX 512

/* The fields that lie in columns, beside the id of the row and the body. */
static const KbntField column_fields[] = {
    KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_RESOURCE_TYPE,
    KBNT_FIELD_RESOURCE_STATUS,
    KBNT_FIELD_USER_ID,
    KBNT_FIELD_HOST,
    KBNT_FIELD_MESSAGE_ID,
    KBNT_FIELD_OPEN_MESSAGE_ID,
    KBNT_FIELD_LAST_MESSAGE_ID,
    KBNT_FIELD_ATTACHED_TO,
};

static void
free_resource(gpointer resource)
{
    kbnt_value_unref(resource);
}

Cache *
resources_cache_new(void)
{
    return cache_new(CACHE_MAX, free_resource);
}

static gint64
checksum_of(const char *resource_id, GBytes *body)
{
    gsize size;
    const void *data = g_bytes_get_data(body, &size);

    return parts_checksum(parts_checksum_text(0, resource_id), data, size);
}

gboolean
resources_is_sound(DbRow *row)
{
    g_autoptr(GBytes) body = row_bytes(row, 10);

    return checksum_of(row_text(row, 1), body) == row_int(row, 11);
}

static void
set_id(KbntValue *resource, KbntField field, DbRow *row, int column)
{
    g_autofree char *id = row_id(row, column);

    kbnt_value_set_string(resource, field, id);
}

KbntValue *
resources_read(Db *db, DbRow *row)
{
    KbntValue *resource;

    if (!resources_is_sound(row)) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT,
                "the row of a resource is not what was written; see 'kbntctl store check'");
        return NULL;
    }
    resource = parts_read_value(db, row, 10);
    if (!resource)
        return NULL;
    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, row_text(row, 1));
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_TYPE, row_int(row, 2));
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, row_int(row, 3));
    kbnt_value_set_string(resource, KBNT_FIELD_USER_ID, row_text(row, 4));
    kbnt_value_set_string(resource, KBNT_FIELD_HOST, row_text(row, 5));
    kbnt_value_set_string(resource, KBNT_FIELD_ATTACHED_TO, row_text(row, 6));
    set_id(resource, KBNT_FIELD_MESSAGE_ID, row, 7);
    set_id(resource, KBNT_FIELD_OPEN_MESSAGE_ID, row, 8);
    set_id(resource, KBNT_FIELD_LAST_MESSAGE_ID, row, 9);
    return resource;
}

KbntValue *
resources_find(Db *db, const char *resource_id)
{
    DbRow *row = db_find(db, "SELECT " RESOURCE_COLUMNS " FROM resources WHERE resource_id = ?",
                         "t", resource_id);
    KbntValue *resource;

    if (!row)
        return NULL;
    resource = resources_read(db, row);
    db_row_end(row);
    return resource;
}

/* Returns: (transfer full): what of the resource does not lie in columns. */
static KbntValue *
rest_of(const KbntValue *resource)
{
    KbntValue *rest = kbnt_value_copy(resource);

    for (gsize i = 0; i < G_N_ELEMENTS(column_fields); i++)
        kbnt_value_clear(rest, column_fields[i]);
    return rest;
}

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

gboolean
resources_insert(Store *store, const ResourceRow *row)
{
    g_autoptr(GBytes) body = kbnt_value_to_bytes(row->rest);

    db_run(store->db,
           "INSERT OR IGNORE INTO resources"
           " VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?)",
           "itiitttuuuib", counters_take(&store->counters, COUNTER_ROWS), row->resource_id,
           row->type, row->status, row->user_id, row->host, row->attached_to, row->message_id,
           row->open_message_id, row->last_message_id, checksum_of(row->resource_id, body),
           body);
    if (!sqlite3_changes(db_handle(store->db)))
        return FALSE;
    totals_count_resource(&store->totals, row->type, row->status, 1);
    return TRUE;
}

static void
update(Store *store, const KbntValue *resource)
{
    const char *resource_id = text(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    g_autoptr(KbntValue) rest = rest_of(resource);
    g_autoptr(GBytes) body = kbnt_value_to_bytes(rest);

    db_run(
        store->db,
        "UPDATE resources SET type = ?, status = ?, user_id = ?, host = ?,"
        " attached_to = nullif(?, ''), message_id = ?, checksum = ?, body = ? WHERE resource_id = ?",
        "iitttuibt", kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_TYPE),
        kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS),
        text(resource, KBNT_FIELD_USER_ID), text(resource, KBNT_FIELD_HOST),
        text(resource, KBNT_FIELD_ATTACHED_TO), text(resource, KBNT_FIELD_MESSAGE_ID),
        checksum_of(resource_id, body), body, resource_id);
}

static void
insert_patch(Store *store, const KbntValue *patch)
{
    g_autoptr(KbntValue) rest = rest_of(patch);
    gint64 status = kbnt_value_get_int(patch, KBNT_FIELD_RESOURCE_STATUS);
    const ResourceRow row = {
        .resource_id = text(patch, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
        .type = kbnt_value_get_int(patch, KBNT_FIELD_RESOURCE_TYPE),
        .status = status ? status : KBNT_RESOURCE_STATUS_PENDING,
        .user_id = text(patch, KBNT_FIELD_USER_ID),
        .host = text(patch, KBNT_FIELD_HOST),
        .attached_to = text(patch, KBNT_FIELD_ATTACHED_TO),
        .message_id = text(patch, KBNT_FIELD_MESSAGE_ID),
        .open_message_id = text(patch, KBNT_FIELD_OPEN_MESSAGE_ID),
        .last_message_id = text(patch, KBNT_FIELD_LAST_MESSAGE_ID),
        .rest = rest,
    };

    if (row.type)
        resources_insert(store, &row);
}

/* Returns: (transfer none) (nullable): the row, from memory where it is known. */
static KbntValue *
find_known(Store *store, const char *resource_id)
{
    KbntValue *resource = resource_id ? cache_get(store->resources, resource_id) : NULL;

    if (resource)
        return resource;
    resource = resources_find(store->db, resource_id);
    return resource ? cache_put(store->resources, resource_id, resource) : NULL;
}

gboolean
resources_is_pending(Store *store, const char *resource_id, const char *message_id)
{
    const KbntValue *resource = find_known(store, resource_id);

    return resource &&
           kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS) ==
               KBNT_RESOURCE_STATUS_PENDING &&
           !g_strcmp0(text(resource, KBNT_FIELD_MESSAGE_ID), message_id);
}

static gboolean
would_change(const KbntValue *resource, const KbntValue *patch)
{
    for (guint i = 0; i < kbnt_value_n_fields(patch); i++)
        if (!changes_is_same(resource, patch, kbnt_value_nth_field(patch, i)))
            return TRUE;
    return FALSE;
}

static void
replace(Store *store, const char *resource_id, KbntValue *resource)
{
    update(store, resource);
    cache_drop(store->resources, resource_id);
    cache_put(store->resources, resource_id, kbnt_value_ref(resource));
}

gboolean
resources_is_known(Store *store, const char *resource_id)
{
    return find_known(store, resource_id) != NULL;
}

char *
resources_patch(Store *store, const KbntValue *patch)
{
    const char *resource_id = text(patch, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    KbntValue *before = find_known(store, resource_id);
    g_autoptr(KbntValue) after = NULL;
    gint64 type;
    gint64 old_status;
    gint64 status;

    if (!before) {
        insert_patch(store, patch);
        return NULL;
    }
    if (!would_change(before, patch))
        return NULL;

    old_status = kbnt_value_get_int(before, KBNT_FIELD_RESOURCE_STATUS);
    after = kbnt_value_copy(before);
    kbnt_value_merge(after, patch);
    replace(store, resource_id, after);
    type = kbnt_value_get_int(after, KBNT_FIELD_RESOURCE_TYPE);
    status = kbnt_value_get_int(after, KBNT_FIELD_RESOURCE_STATUS);
    totals_count_resource(&store->totals, type, old_status, -1);
    totals_count_resource(&store->totals, type, status, 1);
    if (status != KBNT_RESOURCE_STATUS_DELETED || old_status == KBNT_RESOURCE_STATUS_DELETED)
        return NULL;
    return g_strdup(text(after, KBNT_FIELD_MESSAGE_ID));
}

void
resources_open(Store *store, const char *resource_id, const char *message_id)
{
    db_run(store->db,
           "UPDATE resources SET open_message_id = ?1, last_message_id = ?1"
           " WHERE resource_id = ?2",
           "ut", message_id, resource_id);
    cache_drop(store->resources, resource_id);
}

void
resources_close(Store *store, const char *resource_id, const char *message_id)
{
    db_run(store->db,
           "UPDATE resources SET open_message_id = NULL"
           " WHERE resource_id = ? AND open_message_id = ?",
           "tu", resource_id, message_id);
    cache_drop(store->resources, resource_id);
}

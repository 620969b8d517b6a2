/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resources.h: owns the rows of resources, of both halves. */
#ifndef SQLITE_RESOURCES_H
#define SQLITE_RESOURCES_H

#include "store.h"

/* What a query or a check needs of a row; resources_read() reads them in this order. */
#define RESOURCE_COLUMNS \
    "id, resource_id, type, status, user_id, host, attached_to, message_id," \
    " open_message_id, last_message_id, body, checksum"

/* Returns: (transfer full): a cache of resources as they are read, by their ids. */
Cache *resources_cache_new(void);

/* Returns: (transfer full) (nullable): the resource in a row of RESOURCE_COLUMNS. */
KbntValue *resources_read(Db *db, DbRow *row);
/* Returns: (transfer full) (nullable): the resource of that id. */
KbntValue *resources_find(Db *db, const char *resource_id);
/* Returns: whether the row is what was written. */
gboolean resources_is_sound(DbRow *row);

/* What is written of a new resource; the value has what does not lie in columns. */
typedef struct {
    const char *resource_id;
    gint64 type;
    gint64 status;
    const char *user_id;
    const char *host;
    const char *attached_to;
    const char *message_id;
    const char *open_message_id;
    const char *last_message_id;
    const KbntValue *rest;
} ResourceRow;

/* Returns: FALSE where the id is taken. */
gboolean resources_insert(Store *store, const ResourceRow *row);
gboolean resources_is_known(Store *store, const char *resource_id);

/*
 * Sets the fields of @patch on its VIRTUAL_RESOURCE_ID, which appears where it is unknown and
 * the patch has a RESOURCE_TYPE. Returns: (transfer full) (nullable): the MESSAGE_ID that
 * created a resource which is DELETED by this.
 */
char *resources_patch(Store *store, const KbntValue *patch);
/* Returns: whether nobody has made yet what the request @message_id is to create. */
gboolean resources_is_pending(Store *store, const char *resource_id, const char *message_id);
/* Opens the resource for a message, or closes it where that message is the open one. */
void resources_open(Store *store, const char *resource_id, const char *message_id);
void resources_close(Store *store, const char *resource_id, const char *message_id);

#endif

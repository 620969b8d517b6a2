/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dependencies.c: owns which message waits for which others, and until when. */
#include "dependencies.h"

/* Returns: whether @other, come or not, has not ended; it is waited for then. */
static gint64
wait_for(Store *store, const char *other, const Message *message, gint64 until)
{
    db_run(store->db,
           "INSERT OR IGNORE INTO dependencies SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
           " (SELECT 1 FROM inbox WHERE message_id = ?1 AND state IN (4, 5))",
           "uii", other, message->id, until);
    return sqlite3_changes(db_handle(store->db));
}

void
dependencies_add(Store *store, Message *message, const KbntValue *argument)
{
    gint64 now = kbnt_host_wall_ms(store->host);
    gint64 left_ms = kbnt_value_get_int(argument, KBNT_FIELD_REMAINING_MS);
    gint64 until = now + MIN(left_ms, G_MAXINT64 - now);
    gint64 n_open = 0;

    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_DEPENDS_ON); i++)
        n_open += wait_for(store, kbnt_value_nth_string(argument, KBNT_FIELD_DEPENDS_ON, i),
                           message, until);
    if (!n_open)
        return;
    db_run(store->db, "UPDATE inbox SET parked = ? WHERE id = ?", "ii", n_open, message->id);
    message->is_parked = TRUE;
}

void
dependencies_drop(Store *store, Message *message)
{
    if (!message->is_parked)
        return;
    db_run(store->db, "UPDATE inbox SET parked = 0 WHERE id = ?", "i", message->id);
    db_run(store->db, "DELETE FROM dependencies WHERE owner = ?", "i", message->id);
    message->is_parked = FALSE;
}

void
dependencies_release(Store *store, const char *message_id)
{
    if (!db_number(store->db, "SELECT 1 FROM dependencies WHERE message_id = ?", "u",
                   message_id))
        return;
    db_run(store->db,
           "UPDATE inbox SET parked = parked - 1"
           " WHERE id IN (SELECT owner FROM dependencies WHERE message_id = ?)",
           "u", message_id);
    db_run(store->db, "DELETE FROM dependencies WHERE message_id = ?", "u", message_id);
}

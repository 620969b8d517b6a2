/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dead-letters.c: owns what could not be worked on and waits for an operator. */
#include "dead-letters.h"

#include "inbox.h"
#include "outbox.h"
#include "parts.h"
#include "views.h"

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

/* Returns: (transfer full): the letter as it is kept. */
static KbntValue *
letter_of(const KbntValue *argument, gint64 now)
{
    static const KbntField fields[] = {
        KBNT_FIELD_REASON,   KBNT_FIELD_DETAIL,     KBNT_FIELD_STEP,
        KBNT_FIELD_ATTEMPTS, KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_RECORD,
    };
    KbntValue *letter = kbnt_value_new();

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(letter, argument, fields[i]);
    kbnt_value_set_int(letter, KBNT_FIELD_TIMESTAMP, now);
    return letter;
}

/* A record without offset, or no record at all, is kept each time: nothing tells it apart. */
static gboolean
insert(Store *store, gint64 position, const KbntValue *argument)
{
    const KbntValue *record = kbnt_value_get_value(argument, KBNT_FIELD_RECORD);
    gboolean placed = record && kbnt_value_has(record, KBNT_FIELD_OFFSET);
    gint64 now = kbnt_host_wall_ms(store->host);
    g_autoptr(KbntValue) letter = letter_of(argument, now);
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(letter);

    db_run(store->db,
           "INSERT OR IGNORE INTO dead_letters VALUES (?, ?, ?, nullif(?, -1), ?, ?, ?, ?)",
           "itiiutib", position, record ? text(record, KBNT_FIELD_TOPIC) : NULL,
           record ? kbnt_value_get_int(record, KBNT_FIELD_PARTITION) : (gint64)0,
           placed ? kbnt_value_get_int(record, KBNT_FIELD_OFFSET) : (gint64)-1,
           text(argument, KBNT_FIELD_MESSAGE_ID), text(argument, KBNT_FIELD_REASON), now,
           bytes);
    return !db_has_failed(store->db) && sqlite3_changes(db_handle(store->db)) > 0;
}

static gint64
position_of_known(Store *store, const KbntValue *record)
{
    return db_number(store->db,
                     "SELECT position FROM dead_letters"
                     " WHERE topic = ? AND partition = ? AND offset = ?",
                     "tii", text(record, KBNT_FIELD_TOPIC),
                     kbnt_value_get_int(record, KBNT_FIELD_PARTITION),
                     kbnt_value_get_int(record, KBNT_FIELD_OFFSET));
}

void
dead_letters_keep(Store *store, const KbntValue *letter, const char *message_id)
{
    g_autoptr(KbntValue) named = kbnt_value_copy(letter);

    kbnt_value_set_string(named, KBNT_FIELD_MESSAGE_ID, message_id);
    if (insert(store, counters_take(&store->counters, COUNTER_DEAD_LETTERS), named))
        store->totals.dead_letters++;
}

KbntValue *
dead_letters_bury(Store *store, const KbntValue *argument, GError **error)
{
    gint64 position = counters_take(&store->counters, COUNTER_DEAD_LETTERS);
    KbntValue *result = kbnt_value_new();

    if (insert(store, position, argument)) {
        store->totals.dead_letters++;
        outbox_put_all(store, argument, text(argument, KBNT_FIELD_MESSAGE_ID), result);
    } else if (!db_has_failed(store->db)) {
        position = position_of_known(store, kbnt_value_get_value(argument, KBNT_FIELD_RECORD));
        kbnt_value_set_int(result, KBNT_FIELD_DUPLICATE, TRUE);
    }
    kbnt_value_set_int(result, KBNT_FIELD_POSITION, position);
    return result;
}

/* What was kept for redriving a message is not needed any more. */
static void
drop_secrets(Store *store, const char *message_id)
{
    Message *message = store->half == KBNT_HALF_CONSUMER ? inbox_find(store, message_id) : NULL;

    if (message && message->state == KBNT_INBOX_STATE_ENDED)
        inbox_drop_secrets(store, message);
}

static gboolean
take_away(Store *store, gint64 position)
{
    DbRow *row = db_find(store->db, "SELECT message_id FROM dead_letters WHERE position = ?",
                         "i", position);
    g_autofree char *message_id = NULL;

    if (!row)
        return FALSE;
    message_id = row_id(row, 0);
    db_row_end(row);
    db_run(store->db, "DELETE FROM dead_letters WHERE position = ?", "i", position);
    store->totals.dead_letters--;
    drop_secrets(store, message_id);
    return TRUE;
}

gint64
dead_letters_prune(Store *store, gint64 before, gint64 max_rows)
{
    g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(gint64));
    DbRow *row = db_find(store->db,
                         "SELECT position FROM dead_letters WHERE ended_at < ?"
                         " ORDER BY position LIMIT ?",
                         "ii", before, max_rows);

    for (; row; row = db_next(store->db, row)) {
        gint64 position = row_int(row, 0);

        g_array_append_val(old, position);
    }
    for (guint i = 0; i < old->len; i++)
        take_away(store, g_array_index(old, gint64, i));
    return old->len;
}

KbntValue *
dead_letters_exhume(Store *store, const KbntValue *argument, GError **error)
{
    gint64 position = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, position);
    KbntValue *result;

    if (!take_away(store, position))
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, number, "is not a dead letter");
    result = kbnt_value_new();
    outbox_put_all(store, argument, NULL, result);
    return result;
}

static KbntValue *
read_letter(Db *db, DbRow *row)
{
    KbntValue *letter = parts_read_value(db, row, 1);

    if (letter)
        kbnt_value_set_int(letter, KBNT_FIELD_POSITION, row_int(row, 0));
    return letter;
}

KbntValue *
dead_letters_list(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();
    DbRow *row = db_find(db,
                         "SELECT position, letter FROM dead_letters WHERE position > ?"
                         " ORDER BY position LIMIT ?",
                         "ii", kbnt_value_get_int(argument, KBNT_FIELD_POSITION),
                         views_max_rows(argument));

    for (; row; row = db_next(db, row)) {
        KbntValue *letter = read_letter(db, row);

        if (letter)
            kbnt_value_take_item(result, KBNT_FIELD_ITEMS, letter);
    }
    return result;
}

KbntValue *
dead_letters_one(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    gint64 position = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, position);
    DbRow *row = db_find(db, "SELECT position, letter FROM dead_letters WHERE position = ?",
                         "i", position);
    KbntValue *result;

    if (!row)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, number, "is not a dead letter");
    result = kbnt_value_new();
    kbnt_value_take_value(result, KBNT_FIELD_RECORD, read_letter(db, row));
    db_row_end(row);
    return result;
}

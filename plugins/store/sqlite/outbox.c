/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outbox.c: owns the records that wait to be published, in the order of their commits. */
#include "outbox.h"

#include "parts.h"
#include "requests.h"
#include "views.h"

void
outbox_put(Store *store, const KbntValue *record, const char *message_id, KbntValue *result)
{
    gint64 position = counters_take(&store->counters, COUNTER_OUTBOX);
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(record);
    KbntValue *placed = kbnt_value_copy(record);

    if (kbnt_value_has(record, KBNT_FIELD_MESSAGE_ID))
        message_id = kbnt_value_get_string(record, KBNT_FIELD_MESSAGE_ID);
    db_run(store->db, "INSERT INTO outbox VALUES (?, ?, ?)", "iub", position, message_id,
           bytes);
    unconfirmed_add(store->unconfirmed, position);

    kbnt_value_set_int(placed, KBNT_FIELD_POSITION, position);
    kbnt_value_take_item(result, KBNT_FIELD_RECORDS, placed);
}

void
outbox_put_all(Store *store, const KbntValue *argument, const char *message_id,
               KbntValue *result)
{
    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_RECORDS); i++)
        outbox_put(store, kbnt_value_nth_value(argument, KBNT_FIELD_RECORDS, i), message_id,
                   result);
}

static void
remove_row(Store *store, gint64 position)
{
    db_run(store->db, "DELETE FROM outbox WHERE position = ?", "i", position);
}

KbntValue *
outbox_confirm(Store *store, const KbntValue *argument, GError **error)
{
    gint64 position = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);
    gboolean is_news = unconfirmed_take(store->unconfirmed, position);
    KbntValue *result = kbnt_value_new();

    if (kbnt_value_get_int(argument, KBNT_FIELD_SETTLED))
        remove_row(store, position);
    if (is_news && store->half == KBNT_HALF_PRODUCER)
        requests_publish(store, argument, result);
    return result;
}

KbntValue *
outbox_settle(Store *store, const KbntValue *argument, GError **error)
{
    gint64 first = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);
    gint64 last = first + MAX(kbnt_value_get_int(argument, KBNT_FIELD_COUNT), 1) - 1;

    for (gint64 position = first; position <= last; position++)
        unconfirmed_take(store->unconfirmed, position);
    db_run(store->db, "DELETE FROM outbox WHERE position BETWEEN ? AND ?", "ii", first, last);
    return kbnt_value_new();
}

KbntValue *
outbox_list(Store *store, Db *db, const KbntValue *argument, GError **error)
{
    KbntValue *result = views_new_list();
    DbRow *row = db_find(db,
                         "SELECT record, position, message_id FROM outbox WHERE position > ?"
                         " ORDER BY position LIMIT ?",
                         "ii", kbnt_value_get_int(argument, KBNT_FIELD_POSITION),
                         views_max_rows(argument));

    for (; row; row = db_next(db, row)) {
        g_autofree char *message_id = row_id(row, 2);
        KbntValue *record = parts_read_value(db, row, 0);

        if (!record) {
            db_row_end(row);
            break;
        }
        kbnt_value_set_int(record, KBNT_FIELD_POSITION, row_int(row, 1));
        kbnt_value_set_string(record, KBNT_FIELD_MESSAGE_ID, message_id);
        kbnt_value_set_int(record, KBNT_FIELD_SETTLED, FALSE);
        kbnt_value_take_item(result, KBNT_FIELD_ITEMS, record);
    }
    return result;
}

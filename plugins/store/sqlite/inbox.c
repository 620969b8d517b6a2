/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inbox.c: owns the consumer's rows of messages, and what their end brings. */
#include "inbox.h"

#include "dependencies.h"
#include "leases.h"
#include "parts.h"
#include "saga-state.h"
#include "secrets.h"

#define CACHE_MAX 1024

static void
free_message(gpointer data)
{
    Message *message = data;

    kbnt_value_unref(message->data);
    g_free(message->message_id);
    g_free(message);
}

Cache *
inbox_cache_new(void)
{
    return cache_new(CACHE_MAX, free_message);
}

gboolean
inbox_has_ended(gint64 state)
{
    return state == KBNT_INBOX_STATE_ENDED || state == KBNT_INBOX_STATE_TOMBSTONE;
}

static gboolean
is_worked_on(gint64 state)
{
    return state == KBNT_INBOX_STATE_RUNNING || state == KBNT_INBOX_STATE_UNDOING;
}

static gint64
checksum_of(const char *message_id, gint64 state, gint64 epoch, gint64 cancel_reason)
{
    gint64 mutable[] = { state, epoch, cancel_reason };

    return parts_checksum(parts_checksum_text(0, message_id), mutable, sizeof mutable);
}

gboolean
inbox_is_sound(DbRow *row)
{
    g_autofree char *message_id = row_id(row, 1);

    return checksum_of(message_id, row_int(row, 4), row_int(row, 5), row_int(row, 6)) ==
           row_int(row, 7);
}

static void
set_data(Message *message, KbntValue *data)
{
    kbnt_value_unref(message->data);
    message->data = data;
}

static void
learn_part(const KbntValue *part, gint64 n, gpointer data)
{
    Message *message = data;

    if (n == 0)
        message->has_secrets = secrets_are_in(part);
    set_data(message, saga_state_after(message->data, part));
    if (kbnt_value_has(part, KBNT_FIELD_SEQUENCE))
        message->sequence = kbnt_value_get_int(part, KBNT_FIELD_SEQUENCE);
}

Message *
inbox_find(Store *store, const char *message_id)
{
    Message message = { 0 };
    Message *cached;
    DbRow *row;

    if (!message_id)
        return NULL;
    cached = cache_get(store->inbox, message_id);
    if (cached)
        return cached;
    row = db_find(store->db, "SELECT " INBOX_COLUMNS " FROM inbox WHERE message_id = ?", "u",
                  message_id);
    if (!row)
        return NULL;
    message.id = row_int(row, 0);
    message.priority = row_int(row, 3);
    message.state = row_int(row, 4);
    message.epoch = row_int(row, 5);
    message.cancel_reason = row_int(row, 6);
    message.is_parked = row_int(row, 8) > 0;
    db_row_end(row);

    message.n_parts = parts_read(store->db, PARTS_OF_INBOX, message.id, learn_part, &message);
    if (!is_worked_on(message.state))
        set_data(&message, NULL);
    message.message_id = g_strdup(message_id);
    return cache_put(store->inbox, message_id, g_memdup2(&message, sizeof message));
}

/* Whoever takes a message in is likely to claim it soon. */
static void
keep_fresh(Store *store, const Message *message, gint64 id, const KbntValue *first)
{
    Message *fresh = g_memdup2(message, sizeof *message);

    fresh->id = id;
    fresh->n_parts = 1;
    fresh->message_id = g_strdup(message->message_id);
    learn_part(first, 0, fresh);
    cache_put(store->inbox, fresh->message_id, fresh);
}

gboolean
inbox_insert(Store *store, const Message *message, const char *body_hash, const char *user_id,
             KbntValue *first)
{
    g_autoptr(KbntValue) stripped = inbox_has_ended(message->state) ? secrets_left_out(first)
                                                                    : kbnt_value_ref(first);
    gint64 id = counters_take(&store->counters, COUNTER_ROWS);
    gint64 ended_at = inbox_has_ended(message->state) ? kbnt_host_wall_ms(store->host) : 0;

    db_run(store->db,
           "INSERT OR IGNORE INTO inbox VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, nullif(?, 0), ?)",
           "iuttiiiiii", id, message->message_id, body_hash, user_id, message->priority,
           message->state, message->epoch, message->cancel_reason, ended_at,
           checksum_of(message->message_id, message->state, message->epoch,
                       message->cancel_reason));
    if (db_has_failed(store->db) || !sqlite3_changes(db_handle(store->db)))
        return FALSE;
    parts_append(store->db, PARTS_OF_INBOX, id, 0, stripped);
    totals_count_message(&store->totals, message->priority, message->state, 1);
    keep_fresh(store, message, id, stripped);
    if (inbox_has_ended(message->state))
        dependencies_release(store, message->message_id);
    return TRUE;
}

static void
take_first(const KbntValue *part, gint64 n, gpointer data)
{
    KbntValue **first = data;

    if (n == 0)
        *first = kbnt_value_ref(part);
}

void
inbox_drop_secrets(Store *store, Message *message)
{
    g_autoptr(KbntValue) first = NULL;
    g_autoptr(KbntValue) stripped = NULL;

    if (!message->has_secrets ||
        db_number(store->db,
                  "SELECT 1 FROM dead_letters WHERE message_id = ? AND reason = 'EXHAUSTED'",
                  "u", message->message_id))
        return;
    parts_read(store->db, PARTS_OF_INBOX, message->id, take_first, &first);
    if (!first)
        return;
    stripped = secrets_left_out(first);
    parts_rewrite_first(store->db, PARTS_OF_INBOX, message->id, stripped);
    message->has_secrets = FALSE;
}

static void
end(Store *store, Message *message)
{
    db_run(store->db, "UPDATE inbox SET ended_at = ? WHERE id = ?", "ii",
           kbnt_host_wall_ms(store->host), message->id);
    inbox_drop_secrets(store, message);
    dependencies_release(store, message->message_id);
}

void
inbox_update(Store *store, Message *message, gint64 state)
{
    gint64 before = message->state;

    message->state = state;
    db_run(store->db,
           "UPDATE inbox SET state = ?, epoch = ?, cancel_reason = ?, checksum = ?"
           " WHERE id = ?",
           "iiiii", state, message->epoch, message->cancel_reason,
           checksum_of(message->message_id, state, message->epoch, message->cancel_reason),
           message->id);
    if (state == before)
        return;
    dependencies_drop(store, message);
    totals_count_message(&store->totals, message->priority, before, -1);
    totals_count_message(&store->totals, message->priority, state, 1);
    if (inbox_has_ended(state))
        end(store, message);
    if (is_worked_on(state))
        return;
    set_data(message, NULL);
    leases_drop(store->leases, message->message_id);
}

void
inbox_append(Store *store, Message *message, const KbntValue *part)
{
    g_autoptr(KbntValue) lean = saga_state_part(message->data, part);

    parts_append(store->db, PARTS_OF_INBOX, message->id, message->n_parts++, lean);
    if (kbnt_value_has(part, KBNT_FIELD_DATA))
        set_data(message, kbnt_value_ref(kbnt_value_get_value(part, KBNT_FIELD_DATA)));
    if (kbnt_value_has(part, KBNT_FIELD_SEQUENCE))
        message->sequence = kbnt_value_get_int(part, KBNT_FIELD_SEQUENCE);
}

static void
join_part(const KbntValue *part, gint64 n, gpointer data)
{
    KbntValue *value = data;
    KbntValue *after = saga_state_after(kbnt_value_get_value(value, KBNT_FIELD_DATA), part);

    parts_join(value, part, KBNT_FIELD_JOURNAL);
    kbnt_value_take_value(value, KBNT_FIELD_DATA, after);
    kbnt_value_clear(value, KBNT_FIELD_FIRST);
}

KbntValue *
inbox_read(Db *db, DbRow *row)
{
    g_autofree char *message_id = row_id(row, 1);
    gint64 cancel_reason = row_int(row, 6);
    KbntValue *value;

    if (!inbox_is_sound(row)) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT,
                "the row of a message is not what was written; see 'kbntctl store check'");
        return NULL;
    }
    value = kbnt_value_new();
    parts_read(db, PARTS_OF_INBOX, row_int(row, 0), join_part, value);
    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_string(value, KBNT_FIELD_USER_ID, row_text(row, 2));
    kbnt_value_set_int(value, KBNT_FIELD_PRIORITY, row_int(row, 3));
    kbnt_value_set_int(value, KBNT_FIELD_INBOX_STATE, row_int(row, 4));
    kbnt_value_set_int(value, KBNT_FIELD_EPOCH, row_int(row, 5));
    if (cancel_reason) {
        kbnt_value_set_int(value, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
        kbnt_value_set_int(value, KBNT_FIELD_CANCEL_REASON, cancel_reason);
    }
    return value;
}

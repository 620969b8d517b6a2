/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schema-requests.c: owns the way of the requests between the versions 2 and 3 of the tables.
 *
 * Version 2 kept {REQUEST, CHARGES, TOUCHES} as part 0 of a request, mostly longer than what a
 * page of such a table takes, and had checksums of its own: one of the names, one of each part.
 */
#include "schema-requests.h"

#include "charges.h"
#include "parts.h"
#include "request-rows.h"

#define INDEXES \
    "CREATE UNIQUE INDEX requests_by_key ON requests (scope, idempotency_key)" \
    " WHERE idempotency_key IS NOT NULL;" \
    "CREATE INDEX requests_of_user ON requests (user_id);" \
    "CREATE INDEX requests_open ON requests (deadline) WHERE ended_at IS NULL;" \
    "CREATE INDEX requests_ended ON requests (ended_at)" \
    " WHERE ended_at IS NOT NULL AND charges NOT IN (1, 2);"
#define PUT_ASIDE \
    "DROP INDEX requests_by_key; DROP INDEX requests_of_user;" \
    "DROP INDEX requests_open; DROP INDEX requests_ended;" \
    "ALTER TABLE requests RENAME TO requests_before;"

static void
copy_to_3(Db *db, DbRow *row)
{
    g_autoptr(GBytes) part = row_bytes(row, 4);
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) holder = kbnt_value_from_bytes(part, &error);
    g_autoptr(GBytes) body = NULL;
    g_auto(Request) request = {
        .id = row_int(row, 0),
        .status = row_int(row, 1),
        .charges = row_int(row, 2),
        .cancel_reason = row_int(row, 3),
    };

    if (!holder || !kbnt_value_has(holder, KBNT_FIELD_REQUEST)) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT, "a request is not what was written");
        return;
    }
    body = kbnt_value_to_bytes(kbnt_value_get_value(holder, KBNT_FIELD_REQUEST));
    request.holds = charges_pack(holder);
    request.touches = request_touches(holder);
    request.seed = request_seed(request.id, body, request.holds, request.touches);
    db_run(db,
           "INSERT INTO requests SELECT id, message_id, scope, request_id, idempotency_key,"
           " user_id, type, priority, status, started, cancel_reason, charges, deadline,"
           " ended_at, ?2, ?3, ?4, ?5 FROM requests_before WHERE id = ?1",
           "iibbt", request.id, request_checksum(&request), body, request.holds,
           request.touches);
}

void
schema_requests_to_3(Db *db)
{
    DbRow *row;

    db_script(db, PUT_ASIDE
              "CREATE TABLE requests (id INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE,"
              " scope TEXT NOT NULL, request_id TEXT NOT NULL, idempotency_key TEXT,"
              " user_id TEXT, type INTEGER NOT NULL, priority INTEGER NOT NULL,"
              " status INTEGER NOT NULL, started INTEGER NOT NULL,"
              " cancel_reason INTEGER NOT NULL, charges INTEGER NOT NULL,"
              " deadline INTEGER NOT NULL, ended_at INTEGER, checksum INTEGER NOT NULL,"
              " body BLOB NOT NULL, holds BLOB, touches TEXT, UNIQUE (scope, request_id));");
    row = db_find(db,
                  "SELECT id, status, charges, cancel_reason, part FROM requests_before"
                  " JOIN request_parts ON owner = id AND n = 0",
                  "");
    for (; row; row = db_has_failed(db) ? (db_row_end(row), NULL) : db_next(db, row))
        copy_to_3(db, row);
    db_script(db, "DROP TABLE requests_before; DELETE FROM request_parts WHERE n = 0;" INDEXES);
}

/* Returns: (transfer full): what version 2 kept as part 0. */
static KbntValue *
holder_of(const KbntValue *value, GBytes *holds, const char *touches)
{
    g_auto(GStrv) ids = touches ? g_strsplit(touches, "\n", -1) : NULL;
    KbntValue *holder = kbnt_value_new();
    ChargesIter iter;
    Charge charge;

    kbnt_value_set_value(holder, KBNT_FIELD_REQUEST, value);
    charges_iter_init(&iter, holds);
    while (charges_next(&iter, &charge)) {
        KbntValue *item = kbnt_value_new();

        kbnt_value_set_string(item, KBNT_FIELD_ACCOUNT, charge.account);
        kbnt_value_set_string(item, KBNT_FIELD_QUANTITY, charge.quantity);
        kbnt_value_set_number(item, KBNT_FIELD_AMOUNT, charges_amount_shown(charge.amount));
        kbnt_value_take_item(holder, KBNT_FIELD_CHARGES, item);
    }
    for (guint i = 0; ids && ids[i]; i++) {
        KbntValue *item = kbnt_value_new();

        kbnt_value_set_string(item, KBNT_FIELD_VIRTUAL_RESOURCE_ID, ids[i]);
        kbnt_value_take_item(holder, KBNT_FIELD_TOUCHES, item);
    }
    return holder;
}

static gint64
checksum_of_2(const KbntValue *value, DbRow *row)
{
    static const KbntField names[] = { KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_SCOPE,
                                       KBNT_FIELD_REQUEST_ID, KBNT_FIELD_IDEMPOTENCY_KEY,
                                       KBNT_FIELD_BODY_HASH,  KBNT_FIELD_USER_ID };
    gint64 state[] = { row_int(row, 1), row_int(row, 2), row_int(row, 3) };
    gint64 seed = kbnt_value_get_int(value, KBNT_FIELD_DEADLINE);

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        seed = parts_checksum_text(seed, kbnt_value_get_string(value, names[i]));
    return parts_checksum(seed, state, sizeof state);
}

static void
copy_to_2(Db *db, DbRow *row)
{
    g_autoptr(GBytes) body = row_bytes(row, 4);
    g_autoptr(GBytes) holds = row_bytes(row, 5);
    g_autoptr(KbntValue) value = kbnt_value_from_bytes(body, NULL);
    g_autoptr(KbntValue) holder = NULL;
    gint64 id = row_int(row, 0);

    if (!value) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT, "a request is not what was written");
        return;
    }
    holder = holder_of(value, holds, row_text(row, 6));
    parts_append(db, PARTS_OF_REQUESTS, id, 0, holder);
    db_run(db,
           "INSERT INTO requests SELECT id, message_id, scope, request_id, idempotency_key,"
           " ?2, user_id, type, priority, status, started, cancel_reason, charges, deadline,"
           " ended_at, ?3 FROM requests_before WHERE id = ?1",
           "iti", id, kbnt_value_get_string(value, KBNT_FIELD_BODY_HASH),
           checksum_of_2(value, row));
}

void
schema_requests_to_2(Db *db)
{
    DbRow *row;

    db_script(db, PUT_ASIDE
              "CREATE TABLE requests (id INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE,"
              " scope TEXT NOT NULL, request_id TEXT NOT NULL, idempotency_key TEXT,"
              " body_hash TEXT, user_id TEXT, type INTEGER NOT NULL, priority INTEGER NOT NULL,"
              " status INTEGER NOT NULL, started INTEGER NOT NULL,"
              " cancel_reason INTEGER NOT NULL, charges INTEGER NOT NULL,"
              " deadline INTEGER NOT NULL, ended_at INTEGER, checksum INTEGER NOT NULL,"
              " UNIQUE (scope, request_id));");
    row = db_find(db,
                  "SELECT id, status, charges, cancel_reason, body, holds, touches"
                  " FROM requests_before",
                  "");
    for (; row; row = db_has_failed(db) ? (db_row_end(row), NULL) : db_next(db, row))
        copy_to_2(db, row);
    db_script(db, "DROP TABLE requests_before;" INDEXES);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store-bare.c: owns the bare SQLite writer of the rows of a request's life: statements made
 * once, contents made before, no check, no logic, nothing but SQLite and the disk.
 */
#include "store-bare.h"

#include "store-life.h"

#include <sqlite3.h>
#include <stdio.h>

#define ID_BYTES 16
/* Eight charges, as the store packs them. */
#define HOLDS_BYTES 194

#define N_STATEMENTS 9

struct Bare {
    sqlite3 *db;
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    sqlite3_stmt *statements[N_STATEMENTS]; /* of the half that is written */
    GBytes *request;
    GBytes *holds;
    GBytes *record;
    GBytes *event; /* as it waits in the outbox */
    GBytes *kept;  /* and as it is kept for replay */
    GBytes *patch;
    GBytes *part; /* of a message, behind its first */
    GBytes *body;
    guint n_failed;
};

/* The rows of the producer, in the order of their first use. */
static const char *const producer_sql[] = {
    "INSERT INTO requests VALUES (?, ?, '', ?, NULL, 'user-789', 1, 2, 1, 0, 0, 1,"
    " 1700000900000, NULL, 1234567890, ?, ?, NULL)",
    "INSERT INTO request_parts VALUES (?, ?, 1234567890, ?)",
    "INSERT INTO resources VALUES (?, ?, 1, 1, 'user-789', NULL, NULL,"
    " ?3, ?3, ?3, 1234567890, ?4)",
    "INSERT INTO outbox VALUES (?, ?, ?)",
    "DELETE FROM outbox WHERE position = ?",
    "UPDATE requests SET status = 2, checksum = 1234567891 WHERE id = ?",
    "INSERT INTO events VALUES (NULL, ?, ?, 3, 'user-789', 1700000000000, 1,"
    " ?)",
    "UPDATE requests SET status = 4, ended_at = 1700000000000, charges = 2"
    " WHERE id = ?",
    "UPDATE resources SET status = 2, host = 'host-1',"
    " open_message_id = NULL, body = ?2 WHERE resource_id = ?1",
};

/* Those of the consumer. */
static const char *const consumer_sql[] = {
    "INSERT INTO inbox VALUES (?, ?,"
    " '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',"
    " 'user-789', 2, 1, 0, 0, 0, NULL, 1234567890)",
    "INSERT INTO inbox_parts VALUES (?, ?, 1234567890, ?)",
    "INSERT INTO outbox VALUES (?, ?, ?)",
    "DELETE FROM outbox WHERE position = ?",
    "UPDATE inbox SET state = ?2, epoch = 1, checksum = 1234567891,"
    " ended_at = CASE WHEN ?2 = 4 THEN 1700000000000 END WHERE id = ?1",
};

static sqlite3_stmt *
prepare(Bare *bare, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v3(bare->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)) {
        fprintf(stderr, "store-writer: %s\n", sqlite3_errmsg(bare->db));
        bare->n_failed++;
    }
    return statement;
}

static void
step(Bare *bare, sqlite3_stmt *statement)
{
    bare->n_failed += sqlite3_step(statement) != SQLITE_DONE;
    sqlite3_reset(statement);
}

static void
bind_bytes(sqlite3_stmt *statement, int index, GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);

    sqlite3_bind_blob(statement, index, data, (int)size, SQLITE_STATIC);
}

/* Sixteen bytes that are as scattered as those of a random UUID. */
static void
bind_id(sqlite3_stmt *statement, int index, guint number)
{
    guint32 words[4] = { number * 2654435761u, 0, 0, number };

    sqlite3_bind_blob(statement, index, words, ID_BYTES, SQLITE_TRANSIENT);
}

static void
bind_name(sqlite3_stmt *statement, int index, const char *prefix, guint number)
{
    char text[40];

    g_snprintf(text, sizeof text, "%s%08X", prefix, number * 2654435761u);
    sqlite3_bind_text(statement, index, text, -1, SQLITE_TRANSIENT);
}

static GBytes *
bytes_of(KbntValue *value, KbntField field)
{
    GBytes *bytes = kbnt_value_to_bytes(field ? kbnt_value_get_value(value, field) : value);

    kbnt_value_unref(value);
    return bytes;
}

static GBytes *
first_record(KbntValue *value)
{
    GBytes *bytes = kbnt_value_to_bytes(kbnt_value_nth_value(value, KBNT_FIELD_RECORDS, 0));

    kbnt_value_unref(value);
    return bytes;
}

static Bare *
open_bare(const char *path)
{
    Bare *bare = g_new0(Bare, 1);

    bare->n_failed += sqlite3_open(path, &bare->db) != SQLITE_OK;
    sqlite3_exec(bare->db,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY",
                 NULL, NULL, NULL);
    bare->begin = prepare(bare, "BEGIN IMMEDIATE");
    bare->commit = prepare(bare, "COMMIT");
    bare->request = bytes_of(life_accept(1), KBNT_FIELD_REQUEST);
    bare->holds = g_bytes_new_take(g_strnfill(HOLDS_BYTES, 'x'), HOLDS_BYTES);
    bare->record = bytes_of(life_accept(1), KBNT_FIELD_RECORD);
    bare->kept = bytes_of(life_project(1, 1), KBNT_FIELD_RECORD);
    bare->event = first_record(life_advance(1, 1, 2));
    bare->part = bytes_of(life_part(2), 0);
    bare->patch = bytes_of(life_project(1, 1), KBNT_FIELD_REQUEST);
    bare->body = bytes_of(life_project(1, LIFE_N_EVENTS), KBNT_FIELD_RESOURCE);
    return bare;
}

gboolean
bare_close(Bare *bare)
{
    gboolean is_well = bare->n_failed == 0;
    sqlite3_stmt *statement;

    while ((statement = sqlite3_next_stmt(bare->db, NULL)))
        sqlite3_finalize(statement);
    sqlite3_close(bare->db);
    g_bytes_unref(bare->request);
    g_bytes_unref(bare->holds);
    g_bytes_unref(bare->record);
    g_bytes_unref(bare->event);
    g_bytes_unref(bare->kept);
    g_bytes_unref(bare->patch);
    g_bytes_unref(bare->part);
    g_bytes_unref(bare->body);
    g_free(bare);
    return is_well;
}

static void
prepare_all(Bare *bare, const char *const *sql, guint n_statements)
{
    g_assert(n_statements <= N_STATEMENTS);
    for (guint i = 0; i < n_statements; i++)
        bare->statements[i] = prepare(bare, sql[i]);
}

Bare *
bare_open(const char *path)
{
    Bare *bare = open_bare(path);

    prepare_all(bare, producer_sql, G_N_ELEMENTS(producer_sql));
    return bare;
}

void
bare_begin(Bare *bare)
{
    step(bare, bare->begin);
}

void
bare_commit(Bare *bare)
{
    step(bare, bare->commit);
}

void
bare_accept(Bare *bare, guint first, guint n_requests)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(bare->statements[0], 1, i + 1);
        bind_id(bare->statements[0], 2, i);
        bind_name(bare->statements[0], 3, "req-", i);
        bind_bytes(bare->statements[0], 4, bare->request);
        bind_bytes(bare->statements[0], 5, bare->holds);
        step(bare, bare->statements[0]);
        sqlite3_bind_int64(bare->statements[2], 1, i + 1);
        bind_name(bare->statements[2], 2, "VM-", i);
        bind_id(bare->statements[2], 3, i);
        bind_bytes(bare->statements[2], 4, bare->body);
        step(bare, bare->statements[2]);
        sqlite3_bind_int64(bare->statements[3], 1, i + 1);
        bind_id(bare->statements[3], 2, i);
        bind_bytes(bare->statements[3], 3, bare->record);
        step(bare, bare->statements[3]);
    }
}

void
bare_confirm(Bare *bare, guint first, guint n_requests, gboolean settled)
{
    for (guint i = first; i < first + n_requests; i++) {
        if (settled) {
            sqlite3_bind_int64(bare->statements[4], 1, i + 1);
            step(bare, bare->statements[4]);
        }
        sqlite3_bind_int64(bare->statements[1], 1, i + 1);
        sqlite3_bind_int(bare->statements[1], 2, 1);
        bind_bytes(bare->statements[1], 3, bare->patch);
        step(bare, bare->statements[1]);
        sqlite3_bind_int64(bare->statements[5], 1, i + 1);
        step(bare, bare->statements[5]);
    }
}

static void
project_wave(Bare *bare, guint first, guint n_requests, guint sequence)
{
    for (guint i = first; i < first + n_requests; i++) {
        bind_id(bare->statements[6], 1, i);
        sqlite3_bind_int(bare->statements[6], 2, (int)sequence);
        bind_bytes(bare->statements[6], 3, bare->kept);
        step(bare, bare->statements[6]);
        sqlite3_bind_int64(bare->statements[1], 1, i + 1);
        sqlite3_bind_int(bare->statements[1], 2, (int)sequence + 1);
        bind_bytes(bare->statements[1], 3, bare->patch);
        step(bare, bare->statements[1]);
        if (sequence > 1 && sequence < LIFE_N_EVENTS)
            continue;
        sqlite3_bind_int64(bare->statements[5], 1, i + 1);
        step(bare, bare->statements[5]);
        if (sequence == 1)
            continue;
        sqlite3_bind_int64(bare->statements[7], 1, i + 1);
        step(bare, bare->statements[7]);
        bind_name(bare->statements[8], 1, "VM-", i);
        bind_bytes(bare->statements[8], 2, bare->body);
        step(bare, bare->statements[8]);
    }
}

double
bare_run_producer(const char *path, guint n_requests, guint wave)
{
    Bare *bare = bare_open(path);
    gint64 began_us = g_get_monotonic_time();

    for (guint first = 0; first < n_requests; first += wave) {
        bare_begin(bare);
        bare_accept(bare, first, wave);
        bare_commit(bare);
        bare_begin(bare);
        bare_confirm(bare, first, wave, TRUE);
        bare_commit(bare);
        for (guint sequence = 1; sequence <= LIFE_N_EVENTS; sequence++) {
            bare_begin(bare);
            project_wave(bare, first, wave, sequence);
            bare_commit(bare);
        }
    }
    began_us = g_get_monotonic_time() - began_us;
    return bare_close(bare) ? n_requests * 1e6 / (double)began_us : 0;
}

static void
take_in_wave(Bare *bare, guint first, guint n_requests)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(bare->statements[0], 1, i + 1);
        bind_id(bare->statements[0], 2, i);
        step(bare, bare->statements[0]);
        sqlite3_bind_int64(bare->statements[1], 1, i + 1);
        sqlite3_bind_int(bare->statements[1], 2, 0);
        bind_bytes(bare->statements[1], 3, bare->request);
        step(bare, bare->statements[1]);
    }
}

/* The outbox row of each event is written in the wave of its own and deleted in the next. */
static void
event_wave(Bare *bare, guint first, guint n_requests, guint sequence)
{
    for (guint i = first; i < first + n_requests; i++) {
        if (sequence > 1) {
            sqlite3_bind_int64(bare->statements[1], 1, i + 1);
            sqlite3_bind_int(bare->statements[1], 2, (int)sequence);
            bind_bytes(bare->statements[1], 3, bare->part);
            step(bare, bare->statements[1]);
        }
        sqlite3_bind_int64(bare->statements[2], 1,
                           (gint64)first * LIFE_N_EVENTS + n_requests * sequence + (i - first));
        bind_id(bare->statements[2], 2, i);
        bind_bytes(bare->statements[2], 3, bare->event);
        step(bare, bare->statements[2]);
        if (sequence != 2 && sequence != LIFE_N_EVENTS)
            continue;
        sqlite3_bind_int64(bare->statements[4], 1, i + 1);
        sqlite3_bind_int(bare->statements[4], 2, sequence == 2 ? 2 : 4);
        step(bare, bare->statements[4]);
    }
}

static void
settle_wave(Bare *bare, guint first, guint n_requests, guint sequence)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(bare->statements[3], 1,
                           (gint64)first * LIFE_N_EVENTS + n_requests * sequence + (i - first));
        step(bare, bare->statements[3]);
    }
}

Bare *
bare_open_consumer(const char *path)
{
    Bare *bare = open_bare(path);

    prepare_all(bare, consumer_sql, G_N_ELEMENTS(consumer_sql));
    return bare;
}

void
bare_take_in(Bare *bare, guint first, guint n_requests)
{
    take_in_wave(bare, first, n_requests);
    event_wave(bare, first, n_requests, 1);
}

double
bare_run_consumer(const char *path, guint n_requests, guint wave)
{
    Bare *bare = bare_open_consumer(path);
    gint64 began_us;

    began_us = g_get_monotonic_time();
    for (guint first = 0; first < n_requests; first += wave) {
        for (guint sequence = 1; sequence <= LIFE_N_EVENTS; sequence++) {
            bare_begin(bare);
            if (sequence == 1)
                take_in_wave(bare, first, wave);
            event_wave(bare, first, wave, sequence);
            bare_commit(bare);
            bare_begin(bare);
            settle_wave(bare, first, wave, sequence);
            bare_commit(bare);
        }
    }
    began_us = g_get_monotonic_time() - began_us;
    return bare_close(bare) ? n_requests * 1e6 / (double)began_us : 0;
}

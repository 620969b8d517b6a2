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

typedef struct {
    sqlite3 *db;
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    GBytes *holder;
    GBytes *record;
    GBytes *event;
    GBytes *patch;
    GBytes *body;
    guint n_failed;
} Bare;

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

static void
open_bare(Bare *bare, const char *path)
{
    *bare = (Bare){ 0 };
    bare->n_failed += sqlite3_open(path, &bare->db) != SQLITE_OK;
    sqlite3_exec(bare->db,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY",
                 NULL, NULL, NULL);
    bare->begin = prepare(bare, "BEGIN IMMEDIATE");
    bare->commit = prepare(bare, "COMMIT");
    bare->holder = bytes_of(life_accept(1), KBNT_FIELD_REQUEST);
    bare->record = bytes_of(life_accept(1), KBNT_FIELD_RECORD);
    bare->event = bytes_of(life_project(1, 1), KBNT_FIELD_RECORD);
    bare->patch = bytes_of(life_project(1, 1), KBNT_FIELD_REQUEST);
    bare->body = bytes_of(life_project(1, LIFE_N_EVENTS), KBNT_FIELD_RESOURCE);
}

static void
close_bare(Bare *bare)
{
    sqlite3_stmt *statement;

    while ((statement = sqlite3_next_stmt(bare->db, NULL)))
        sqlite3_finalize(statement);
    sqlite3_close(bare->db);
    g_bytes_unref(bare->holder);
    g_bytes_unref(bare->record);
    g_bytes_unref(bare->event);
    g_bytes_unref(bare->patch);
    g_bytes_unref(bare->body);
}

static void
accept_wave(Bare *bare, guint first, guint n_requests, sqlite3_stmt *const *statements)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(statements[0], 1, i + 1);
        bind_id(statements[0], 2, i);
        bind_name(statements[0], 3, "req-", i);
        step(bare, statements[0]);
        sqlite3_bind_int64(statements[1], 1, i + 1);
        sqlite3_bind_int(statements[1], 2, 0);
        bind_bytes(statements[1], 3, bare->holder);
        step(bare, statements[1]);
        sqlite3_bind_int64(statements[2], 1, i + 1);
        bind_name(statements[2], 2, "VM-", i);
        bind_id(statements[2], 3, i);
        bind_bytes(statements[2], 4, bare->body);
        step(bare, statements[2]);
        sqlite3_bind_int64(statements[3], 1, i + 1);
        bind_id(statements[3], 2, i);
        bind_bytes(statements[3], 3, bare->record);
        step(bare, statements[3]);
    }
}

static void
confirm_wave(Bare *bare, guint first, guint n_requests, sqlite3_stmt *const *statements)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(statements[4], 1, i + 1);
        step(bare, statements[4]);
        sqlite3_bind_int64(statements[1], 1, i + 1);
        sqlite3_bind_int(statements[1], 2, 1);
        bind_bytes(statements[1], 3, bare->patch);
        step(bare, statements[1]);
        sqlite3_bind_int64(statements[5], 1, i + 1);
        step(bare, statements[5]);
    }
}

static void
project_wave(Bare *bare, guint first, guint n_requests, guint sequence,
             sqlite3_stmt *const *statements)
{
    for (guint i = first; i < first + n_requests; i++) {
        bind_id(statements[6], 1, i);
        sqlite3_bind_int(statements[6], 2, (int)sequence);
        bind_bytes(statements[6], 3, bare->event);
        step(bare, statements[6]);
        sqlite3_bind_int64(statements[1], 1, i + 1);
        sqlite3_bind_int(statements[1], 2, (int)sequence + 1);
        bind_bytes(statements[1], 3, bare->patch);
        step(bare, statements[1]);
        if (sequence > 1 && sequence < LIFE_N_EVENTS)
            continue;
        sqlite3_bind_int64(statements[5], 1, i + 1);
        step(bare, statements[5]);
        if (sequence == 1)
            continue;
        sqlite3_bind_int64(statements[7], 1, i + 1);
        step(bare, statements[7]);
        bind_name(statements[8], 1, "VM-", i);
        bind_bytes(statements[8], 2, bare->body);
        step(bare, statements[8]);
    }
}

double
bare_run_producer(const char *path, guint n_requests, guint wave)
{
    Bare bare;
    gint64 began_us;

    open_bare(&bare, path);
    sqlite3_stmt *const statements[] = {
        prepare(&bare, "INSERT INTO requests VALUES (?, ?, '', ?, NULL,"
                       " '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',"
                       " 'user-789', 1, 2, 1, 0, 0, 1, 1700000900000, NULL, 1234567890)"),
        prepare(&bare, "INSERT INTO request_parts VALUES (?, ?, 1234567890, ?)"),
        prepare(&bare, "INSERT INTO resources VALUES (?, ?, 1, 1, 'user-789', NULL, NULL,"
                       " ?3, ?3, ?3, 1234567890, ?4)"),
        prepare(&bare, "INSERT INTO outbox VALUES (?, ?, 0, ?)"),
        prepare(&bare, "DELETE FROM outbox WHERE position = ?"),
        prepare(&bare, "UPDATE requests SET status = 2, checksum = 1234567891 WHERE id = ?"),
        prepare(&bare, "INSERT INTO events VALUES (NULL, ?, ?, 3, 'user-789', 1700000000000, 1,"
                       " ?)"),
        prepare(&bare, "UPDATE requests SET status = 4, ended_at = 1700000000000, charges = 2"
                       " WHERE id = ?"),
        prepare(&bare, "UPDATE resources SET status = 2, host = 'host-1',"
                       " open_message_id = NULL, body = ?2 WHERE resource_id = ?1"),
    };
    began_us = g_get_monotonic_time();
    for (guint first = 0; first < n_requests; first += wave) {
        step(&bare, bare.begin);
        accept_wave(&bare, first, wave, statements);
        step(&bare, bare.commit);
        step(&bare, bare.begin);
        confirm_wave(&bare, first, wave, statements);
        step(&bare, bare.commit);
        for (guint sequence = 1; sequence <= LIFE_N_EVENTS; sequence++) {
            step(&bare, bare.begin);
            project_wave(&bare, first, wave, sequence, statements);
            step(&bare, bare.commit);
        }
    }
    began_us = g_get_monotonic_time() - began_us;
    close_bare(&bare);
    return bare.n_failed ? 0 : n_requests * 1e6 / (double)began_us;
}

static void
take_in_wave(Bare *bare, guint first, guint n_requests, sqlite3_stmt *const *statements)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(statements[0], 1, i + 1);
        bind_id(statements[0], 2, i);
        step(bare, statements[0]);
        sqlite3_bind_int64(statements[1], 1, i + 1);
        sqlite3_bind_int(statements[1], 2, 0);
        bind_bytes(statements[1], 3, bare->holder);
        step(bare, statements[1]);
    }
}

/* The outbox row of each event is written in the wave of its own and deleted in the next. */
static void
event_wave(Bare *bare, guint first, guint n_requests, guint sequence,
           sqlite3_stmt *const *statements)
{
    for (guint i = first; i < first + n_requests; i++) {
        if (sequence > 1) {
            sqlite3_bind_int64(statements[1], 1, i + 1);
            sqlite3_bind_int(statements[1], 2, (int)sequence);
            bind_bytes(statements[1], 3, bare->patch);
            step(bare, statements[1]);
        }
        sqlite3_bind_int64(statements[2], 1,
                           (gint64)first * LIFE_N_EVENTS + n_requests * sequence + (i - first));
        bind_id(statements[2], 2, i);
        bind_bytes(statements[2], 3, bare->event);
        step(bare, statements[2]);
        if (sequence != 2 && sequence != LIFE_N_EVENTS)
            continue;
        sqlite3_bind_int64(statements[4], 1, i + 1);
        sqlite3_bind_int(statements[4], 2, sequence == 2 ? 2 : 4);
        step(bare, statements[4]);
    }
}

static void
settle_wave(Bare *bare, guint first, guint n_requests, guint sequence,
            sqlite3_stmt *const *statements)
{
    for (guint i = first; i < first + n_requests; i++) {
        sqlite3_bind_int64(statements[3], 1,
                           (gint64)first * LIFE_N_EVENTS + n_requests * sequence + (i - first));
        step(bare, statements[3]);
    }
}

double
bare_run_consumer(const char *path, guint n_requests, guint wave)
{
    Bare bare;
    gint64 began_us;

    open_bare(&bare, path);
    sqlite3_stmt *const statements[] = {
        prepare(&bare, "INSERT INTO inbox VALUES (?, ?,"
                       " '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',"
                       " 'user-789', 2, 1, 0, 0, 0, NULL, 1234567890)"),
        prepare(&bare, "INSERT INTO inbox_parts VALUES (?, ?, 1234567890, ?)"),
        prepare(&bare, "INSERT INTO outbox VALUES (?, ?, 0, ?)"),
        prepare(&bare, "DELETE FROM outbox WHERE position = ?"),
        prepare(&bare, "UPDATE inbox SET state = ?2, epoch = 1, checksum = 1234567891,"
                       " ended_at = CASE WHEN ?2 = 4 THEN 1700000000000 END WHERE id = ?1"),
    };
    began_us = g_get_monotonic_time();
    for (guint first = 0; first < n_requests; first += wave) {
        for (guint sequence = 1; sequence <= LIFE_N_EVENTS; sequence++) {
            step(&bare, bare.begin);
            if (sequence == 1)
                take_in_wave(&bare, first, wave, statements);
            event_wave(&bare, first, wave, sequence, statements);
            step(&bare, bare.commit);
            step(&bare, bare.begin);
            settle_wave(&bare, first, wave, sequence, statements);
            step(&bare, bare.commit);
        }
    }
    began_us = g_get_monotonic_time() - began_us;
    close_bare(&bare);
    return bare.n_failed ? 0 : n_requests * 1e6 / (double)began_us;
}

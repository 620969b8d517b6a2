/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * db.c: owns a connection to the file: statements made once, rows, and its first failure.
 *
 * One thread at a time uses a connection. The connections of a store share nothing but the
 * file and its write-ahead log.
 */
#include "db-private.h"

#include <unistd.h>

#define BUSY_TIMEOUT_MS 10000
#define EXIT_AFTER_FAILED_FSYNC 74

static gboolean
is_failed_fsync(int extended_code)
{
    return extended_code == SQLITE_IOERR_FSYNC || extended_code == SQLITE_IOERR_DIR_FSYNC;
}

/* The log of the core may be a thread away; standard error is not. */
void
db_end_process(Db *db)
{
    const char *text = "fsync of the store failed, ending the process: a restart recovers what "
                       "is on the disk";

    kbnt_host_log(db->host, KBNT_LOG_ERROR, "store", NULL, text);
    g_printerr("kbnt-store-sqlite: '%s': %s\n", db->path, text);
    _exit(EXIT_AFTER_FAILED_FSYNC);
}

static KbntErrorCode
error_code_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return KBNT_ERROR_STORE_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return KBNT_ERROR_STORE_CORRUPT;
    case SQLITE_CONSTRAINT:
        return KBNT_ERROR_INTERNAL; /* the command is wrong, not the store */
    default:
        return KBNT_ERROR_STORE_FAILED;
    }
}

void
db_fail_with_sqlite(Db *db)
{
    int code = sqlite3_extended_errcode(db->handle);
    KbntErrorCode our_code = error_code_of(code);

    if (is_failed_fsync(code))
        db_end_process(db);
    if (!db->failure)
        g_set_error(&db->failure, KBNT_ERROR, (gint)our_code, "'%s': %s (SQLite %d)%s",
                    db->path, sqlite3_errmsg(db->handle), code,
                    our_code == KBNT_ERROR_STORE_CORRUPT ? "; see 'kbntctl store check'" : "");
}

void
db_fail(Db *db, KbntErrorCode code, const char *message)
{
    if (!db->failure)
        g_set_error(&db->failure, KBNT_ERROR, (gint)code, "'%s': %s", db->path, message);
}

gboolean
db_has_failed(const Db *db)
{
    return db->failure != NULL;
}

GError *
db_take_failure(Db *db)
{
    return g_steal_pointer(&db->failure);
}

sqlite3 *
db_handle(Db *db)
{
    return db->handle;
}

static void
finalize_statement(gpointer statement)
{
    sqlite3_finalize(statement);
}

static void
set_pragmas(Db *db, guint64 cache_bytes)
{
    g_autofree char *cache = g_strdup_printf("PRAGMA cache_size = -%" G_GUINT64_FORMAT,
                                             MAX(cache_bytes / 1024, 64));

    db_script(db, "PRAGMA journal_mode = WAL;"
                  "PRAGMA synchronous = FULL;"
                  "PRAGMA wal_autocheckpoint = 0;"
                  "PRAGMA temp_store = MEMORY;"
                  "PRAGMA secure_delete = FAST;"
                  "PRAGMA foreign_keys = OFF;"
                  "PRAGMA trusted_schema = OFF;");
    db_script(db, cache);
}

Db *
db_open(KbntHost *host, const char *path, guint64 cache_bytes, GError **error)
{
    g_autoptr(Db) db = g_new0(Db, 1);

    db->host = host;
    db->path = g_strdup(path);
    db->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize_statement);
    if (sqlite3_open_v2(path, &db->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        db_fail_with_sqlite(db);
    sqlite3_extended_result_codes(db->handle, TRUE);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    set_pragmas(db, cache_bytes);

    if (db->failure) {
        g_propagate_error(error, db_take_failure(db));
        return NULL;
    }
    return g_steal_pointer(&db);
}

void
db_close(Db *db)
{
    if (!db)
        return;
    g_hash_table_unref(db->statements);
    sqlite3_close(db->handle);
    g_clear_error(&db->failure);
    g_free(db->path);
    g_free(db);
}

void
db_script(Db *db, const char *sql)
{
    if (!db->failure && sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        db_fail_with_sqlite(db);
}

void
db_commit(Db *db)
{
    db_run(db, "COMMIT", "");
}

/* A failure that SQLite answered with a rollback of its own leaves nothing to roll back. */
void
db_roll_back(Db *db)
{
    if (!sqlite3_get_autocommit(db->handle) &&
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
        db_fail_with_sqlite(db);
}

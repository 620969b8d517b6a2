/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * db.h: owns a connection to the file: statements made once, rows, and its first failure.
 *
 * A connection that has failed does nothing more until the failure is taken, so that a command
 * is a straight line of statements and whoever ran it looks once. A failed fsync never comes
 * back: what the kernel has dropped cannot be written again, so the process ends.
 */
#ifndef SQLITE_DB_H
#define SQLITE_DB_H

#include <kbnt/kbnt-host.h>
#include <sqlite3.h>

typedef struct Db Db;
typedef struct sqlite3_stmt DbRow;

/* Opens or makes the file; @host hears of a failed fsync. */
Db *db_open(KbntHost *host, const char *path, guint64 cache_bytes, GError **error);
void db_close(Db *db);
sqlite3 *db_handle(Db *db);

/*
 * Statements are made once for each text, told apart by its address: @sql must be a literal.
 * @types names the parameters: i gint64, d double, t text, b GBytes, u text that is mostly a
 * UUID and then kept in 16 bytes; t, b and u may be NULL.
 */
void db_run(Db *db, const char *sql, const char *types, ...);
/* Returns: (nullable): the first row; db_next() gives the others. */
DbRow *db_find(Db *db, const char *sql, const char *types, ...);
/* Runs statements that are used once, such as a migration. */
void db_script(Db *db, const char *sql);
/* Returns: the first column of the first row, or 0. */
gint64 db_number(Db *db, const char *sql, const char *types, ...);

/* Returns: (nullable): @row at the next row; a row that ends is given back. */
DbRow *db_next(Db *db, DbRow *row);
void db_row_end(DbRow *row);

gint64 row_int(DbRow *row, int column);
/* Returns: (nullable): valid until the row moves. */
const char *row_text(DbRow *row, int column);
/* Returns: (transfer full) (nullable): what was bound as "u". */
char *row_id(DbRow *row, int column);
/* Returns: (transfer full): a copy; empty where the column is NULL. */
GBytes *row_bytes(DbRow *row, int column);

gboolean db_has_failed(const Db *db);
/* Returns: (transfer full) (nullable): the first failure; the connection works again. */
GError *db_take_failure(Db *db);
/* Fails the connection for damage that SQLite does not see. */
void db_fail(Db *db, KbntErrorCode code, const char *message);
/* Says why and ends the process at once: a failed fsync must not be tried again. */
void db_end_process(Db *db) G_GNUC_NORETURN;
/* Commits; the failure, if any, is the connection's. */
void db_commit(Db *db);
void db_roll_back(Db *db);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbRow, db_row_end)

#endif

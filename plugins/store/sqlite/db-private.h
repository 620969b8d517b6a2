/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* db-private.h: owns what the files of the connection share. */
#ifndef SQLITE_DB_PRIVATE_H
#define SQLITE_DB_PRIVATE_H

#include "db.h"

struct Db {
    KbntHost *host;
    sqlite3 *handle;
    char *path;
    GHashTable *statements;
    GError *failure;
};

/* Fails the connection with what SQLite says of its last call. */
void db_fail_with_sqlite(Db *db);

#endif

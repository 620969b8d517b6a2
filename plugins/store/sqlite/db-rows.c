/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* db-rows.c: owns statements that are made once, what is bound to them, and their rows. */
#include "db-private.h"

#include <stdarg.h>

static DbRow *
statement_for(Db *db, const char *sql)
{
    DbRow *statement;

    if (db->failure)
        return NULL;
    statement = g_hash_table_lookup(db->statements, sql);
    if (statement)
        return statement;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        db_fail_with_sqlite(db);
        return NULL;
    }
    g_hash_table_insert(db->statements, (gpointer)sql, statement);
    return statement;
}

/* Returns: whether @text is a UUID in lower case, whose bytes are then in @ret_bytes. */
static gboolean
pack_uuid(const char *text, guint8 ret_bytes[16])
{
    if (!kbnt_uuid_is_valid(text))
        return FALSE;
    for (guint i = 0; i < 16; i++) {
        while (*text == '-')
            text++;
        ret_bytes[i] = (guint8)(g_ascii_xdigit_value(text[0]) << 4 |
                                g_ascii_xdigit_value(text[1]));
        text += 2;
    }
    return TRUE;
}

static void
bind_id(DbRow *statement, int index, const char *text)
{
    guint8 packed[16];

    if (text && pack_uuid(text, packed))
        sqlite3_bind_blob(statement, index, packed, sizeof packed, SQLITE_TRANSIENT);
    else
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static void
bind_bytes(DbRow *statement, int index, GBytes *bytes)
{
    gsize size = 0;
    const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    if (bytes && !data)
        sqlite3_bind_zeroblob(statement, index, 0);
    else
        sqlite3_bind_blob64(statement, index, data, size, SQLITE_STATIC);
}

static void
bind_all(DbRow *statement, const char *types, va_list arguments)
{
    for (int index = 1; types[index - 1]; index++) {
        switch (types[index - 1]) {
        case 'i':
            sqlite3_bind_int64(statement, index, va_arg(arguments, gint64));
            break;
        case 'd':
            sqlite3_bind_double(statement, index, va_arg(arguments, double));
            break;
        case 't':
            sqlite3_bind_text(statement, index, va_arg(arguments, const char *), -1,
                              SQLITE_STATIC);
            break;
        case 'u':
            bind_id(statement, index, va_arg(arguments, const char *));
            break;
        case 'b':
            bind_bytes(statement, index, va_arg(arguments, GBytes *));
            break;
        default:
            g_assert_not_reached();
        }
    }
}

DbRow *
db_next(Db *db, DbRow *row)
{
    int code = sqlite3_step(row);

    if (code == SQLITE_ROW)
        return row;
    if (code != SQLITE_DONE)
        db_fail_with_sqlite(db);
    sqlite3_reset(row);
    return NULL;
}

void
db_row_end(DbRow *row)
{
    sqlite3_reset(row);
}

void
db_run(Db *db, const char *sql, const char *types, ...)
{
    DbRow *statement = statement_for(db, sql);
    va_list arguments;

    if (!statement)
        return;
    va_start(arguments, types);
    bind_all(statement, types, arguments);
    va_end(arguments);
    if (db_next(db, statement))
        db_row_end(statement);
}

DbRow *
db_find(Db *db, const char *sql, const char *types, ...)
{
    DbRow *statement = statement_for(db, sql);
    va_list arguments;

    if (!statement)
        return NULL;
    va_start(arguments, types);
    bind_all(statement, types, arguments);
    va_end(arguments);
    return db_next(db, statement);
}

gint64
db_number(Db *db, const char *sql, const char *types, ...)
{
    DbRow *statement = statement_for(db, sql);
    gint64 number = 0;
    va_list arguments;

    if (!statement)
        return 0;
    va_start(arguments, types);
    bind_all(statement, types, arguments);
    va_end(arguments);
    if (db_next(db, statement)) {
        number = row_int(statement, 0);
        db_row_end(statement);
    }
    return number;
}

gint64
row_int(DbRow *row, int column)
{
    return sqlite3_column_int64(row, column);
}

const char *
row_text(DbRow *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

/* Returns: (transfer full): 16 bytes in the text form of a UUID. */
static char *
unpack_uuid(const guint8 *bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = g_malloc(37);
    char *at = text;

    for (guint i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    *at = '\0';
    return text;
}

char *
row_id(DbRow *row, int column)
{
    if (sqlite3_column_type(row, column) == SQLITE_BLOB &&
        sqlite3_column_bytes(row, column) == 16)
        return unpack_uuid(sqlite3_column_blob(row, column));
    return g_strdup(row_text(row, column));
}

GBytes *
row_bytes(DbRow *row, int column)
{
    const void *data = sqlite3_column_blob(row, column);

    return g_bytes_new(data, (gsize)sqlite3_column_bytes(row, column));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parts.c: owns how a value lies in rows: as bytes with a checksum, and, where it changes
 * often, as a first part and the patches that came after it.
 */
#include "parts.h"

#include <string.h>

typedef struct {
    const char *insert;
    const char *update_first;
    const char *delete;
    const char *select;
} PartsSql;

static const PartsSql sql_of_table[] = {
    [PARTS_OF_REQUESTS] = {
        "INSERT INTO request_parts VALUES (?, ?, ?, ?)",
        "UPDATE request_parts SET checksum = ?, part = ? WHERE owner = ? AND n = 0",
        "DELETE FROM request_parts WHERE owner = ?",
        "SELECT n, checksum, part FROM request_parts WHERE owner = ? ORDER BY n",
    },
    [PARTS_OF_INBOX] = {
        "INSERT INTO inbox_parts VALUES (?, ?, ?, ?)",
        "UPDATE inbox_parts SET checksum = ?, part = ? WHERE owner = ? AND n = 0",
        "DELETE FROM inbox_parts WHERE owner = ?",
        "SELECT n, checksum, part FROM inbox_parts WHERE owner = ? ORDER BY n",
    },
};

/* FNV-1a over words of eight bytes, folded: it finds torn pages and flipped bits, no attack. */
gint64
parts_checksum(gint64 seed, const void *bytes, gsize size)
{
    const guint8 *at = bytes;
    guint64 hash = 0xcbf29ce484222325u ^ (guint64)seed;

    while (size >= sizeof(guint64)) {
        guint64 word;

        memcpy(&word, at, sizeof word);
        hash = (hash ^ GUINT64_TO_LE(word)) * 0x100000001b3u;
        hash ^= hash >> 29;
        at += sizeof word;
        size -= sizeof word;
    }
    while (size-- > 0)
        hash = (hash ^ *at++) * 0x100000001b3u;
    hash ^= hash >> 32;
    return (gint64)(hash & 0x7fffffff);
}

gint64
parts_checksum_text(gint64 seed, const char *text)
{
    return text ? parts_checksum(seed + 1, text, strlen(text)) : seed;
}

static gint64
checksum_of_part(gint64 owner, gint64 n, GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);

    return parts_checksum(owner << 8 ^ n, data, size);
}

KbntValue *
parts_read_value(Db *db, DbRow *row, int column)
{
    g_autoptr(GBytes) bytes = row_bytes(row, column);
    g_autoptr(GError) error = NULL;
    KbntValue *value = kbnt_value_from_bytes(bytes, &error);

    if (!value)
        db_fail(db, KBNT_ERROR_STORE_CORRUPT, error->message);
    return value;
}

void
parts_append(Db *db, PartsTable table, gint64 owner, gint64 n, const KbntValue *part)
{
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(part);

    db_run(db, sql_of_table[table].insert, "iiib", owner, n, checksum_of_part(owner, n, bytes),
           bytes);
}

void
parts_rewrite_first(Db *db, PartsTable table, gint64 owner, const KbntValue *part)
{
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(part);

    db_run(db, sql_of_table[table].update_first, "ibi", checksum_of_part(owner, 0, bytes),
           bytes, owner);
}

void
parts_delete(Db *db, PartsTable table, gint64 owner)
{
    db_run(db, sql_of_table[table].delete, "i", owner);
}

/* Returns: (transfer full) (nullable): the part of the row, if it is what was written. */
static KbntValue *
read_part(Db *db, DbRow *row, gint64 owner)
{
    g_autoptr(GBytes) bytes = row_bytes(row, 2);
    g_autoptr(GError) error = NULL;
    KbntValue *part;

    if (checksum_of_part(owner, row_int(row, 0), bytes) != row_int(row, 1)) {
        db_fail(db, KBNT_ERROR_STORE_CORRUPT,
                "a row is not what was written; see 'kbntctl store check'");
        return NULL;
    }
    part = kbnt_value_from_bytes(bytes, &error);
    if (!part)
        db_fail(db, KBNT_ERROR_STORE_CORRUPT, error->message);
    return part;
}

gint64
parts_read(Db *db, PartsTable table, gint64 owner,
           void (*each)(const KbntValue *part, gint64 n, gpointer data), gpointer data)
{
    DbRow *row = db_find(db, sql_of_table[table].select, "i", owner);
    gint64 n_parts = 0;

    for (; row; row = db_next(db, row)) {
        g_autoptr(KbntValue) part = read_part(db, row, owner);

        if (!part) {
            db_row_end(row);
            return 0;
        }
        each(part, row_int(row, 0), data);
        n_parts = row_int(row, 0) + 1;
    }
    return n_parts;
}

void
parts_join(KbntValue *value, const KbntValue *patch, KbntField appended)
{
    g_autoptr(KbntValue) before = NULL;

    if (!appended || !kbnt_value_has(value, appended) || !kbnt_value_has(patch, appended)) {
        kbnt_value_merge(value, patch);
        return;
    }
    before = kbnt_value_new();
    kbnt_value_copy_field(before, value, appended);
    kbnt_value_merge(value, patch);
    kbnt_value_set_empty_list(value, appended);
    for (guint i = 0; i < kbnt_value_length(before, appended); i++)
        kbnt_value_append_value(value, appended, kbnt_value_nth_value(before, appended, i));
    for (guint i = 0; i < kbnt_value_length(patch, appended); i++)
        kbnt_value_append_value(value, appended, kbnt_value_nth_value(patch, appended, i));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parts.h: owns how a value lies in rows: as bytes with a checksum, and, where it changes
 * often, as a first part and the patches that came after it.
 *
 * A patch holds only what has changed, so that a change appends some hundred bytes and never
 * rewrites what is there. Joining the parts in order gives the value.
 */
#ifndef SQLITE_PARTS_H
#define SQLITE_PARTS_H

#include "db.h"

/* The tables of parts; each has the columns (owner, n, checksum, part). */
typedef enum {
    PARTS_OF_REQUESTS,
    PARTS_OF_INBOX,
} PartsTable;

/* Returns: a number of 32 bits that tells accidents in @bytes. */
gint64 parts_checksum(gint64 seed, const void *bytes, gsize size);
gint64 parts_checksum_text(gint64 seed, const char *text);

/* Returns: (transfer full) (nullable): the value in a column; NULL fails @db. */
KbntValue *parts_read_value(Db *db, DbRow *row, int column);

void parts_append(Db *db, PartsTable table, gint64 owner, gint64 n, const KbntValue *part);
void parts_rewrite_first(Db *db, PartsTable table, gint64 owner, const KbntValue *part);
void parts_delete(Db *db, PartsTable table, gint64 owner);

/* Sets the fields of @patch; the list @appended grows, where that is not 0. */
void parts_join(KbntValue *value, const KbntValue *patch, KbntField appended);

/*
 * Calls @each with the parts of a value in order. Returns: their number; 0 where there are
 * none or @db has failed.
 */
gint64 parts_read(Db *db, PartsTable table, gint64 owner,
                  void (*each)(const KbntValue *part, gint64 n, gpointer data), gpointer data);

#endif

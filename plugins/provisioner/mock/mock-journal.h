/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-journal.h: owns the file of the world: lines appended, read at start and one by one,
 * written anew when most of them say nothing any more. */
#pragma once

#include <glib.h>

typedef struct {
    char *path;
    int descriptor;
    gint64 size_bytes;
    guint n_lines;
} MockJournal;

/* Where a line lies in the file, its end included. */
typedef struct {
    gint64 offset;
    guint length;
} MockPlace;

/* Hears each whole line. Returns: FALSE with an error that ends the reading. */
typedef gboolean (*MockJournalLine)(const char *line, gsize length, MockPlace place,
                                    gpointer data, GError **error);

/* Opens or makes the file and reads it; a torn last line is cut off. Blocks.
 * Returns: FALSE with STORE_CORRUPT or PROVISIONER_FAILED, naming file and line. */
gboolean mock_journal_open(MockJournal *journal, const char *path, const char *header,
                           MockJournalLine line, gpointer data, GError **error);

void mock_journal_close(MockJournal *journal);

/* Appends a line, which has reached the system when this returns. @ret_place: (nullable).
 * Returns: FALSE with PROVISIONER_UNAVAILABLE; the file is as before. */
gboolean mock_journal_append(MockJournal *journal, const char *line, MockPlace *ret_place,
                             GError **error);

/* Returns: (transfer full) (nullable): the line there, without its end; or NULL with
 * PROVISIONER_UNAVAILABLE. */
char *mock_journal_read(const MockJournal *journal, MockPlace place, GError **error);

/* Writes a file of @header and the lines at @places (of MockPlace pointers) alone, puts it in
 * the place of the old one, and says at @places where they lie now; on failure the old one
 * stays. */
gboolean mock_journal_replace(MockJournal *journal, const char *header, GPtrArray *places,
                              GError **error);

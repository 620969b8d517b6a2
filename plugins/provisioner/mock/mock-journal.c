/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-journal.c: owns the reading and writing of the world's file.
 *
 * A line counts when its end is there: a process that is killed inside a write leaves a torn
 * last line, which is an op that never completed.
 */
#include "mock-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <kbnt/kbnt-error.h>
#include <string.h>
#include <unistd.h>

static gboolean
fail(const MockJournal *journal, const char *verb, gint code, GError **error)
{
    g_set_error(error, KBNT_ERROR, code, "cannot %s '%s': %s", verb, journal->path,
                g_strerror(errno));
    return FALSE;
}

static gboolean
write_all(int descriptor, const char *text, gsize length)
{
    while (length > 0) {
        gssize written = write(descriptor, text, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        text += written;
        length -= (gsize)written;
    }
    return TRUE;
}

gboolean
mock_journal_append(MockJournal *journal, const char *line, GError **error)
{
    gsize length = strlen(line);

    if (!write_all(journal->descriptor, line, length)) {
        fail(journal, "write", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
        if (ftruncate(journal->descriptor, journal->size_bytes) < 0)
            g_prefix_error(error, "cutting off the torn line failed too: ");
        return FALSE;
    }
    journal->size_bytes += (gint64)length;
    journal->n_lines++;
    return TRUE;
}

/* Returns: the bytes up to the last whole line, or -1 with the error. */
static gint64
read_lines(MockJournal *journal, const char *text, gsize length, MockJournalLine line,
           gpointer data, GError **error)
{
    const char *begin = text;
    const char *end;

    while ((end = memchr(begin, '\n', length - (gsize)(begin - text)))) {
        journal->n_lines++;
        if (!line(begin, (gsize)(end - begin), data, error)) {
            g_prefix_error(error, "'%s' line %u: ", journal->path, journal->n_lines);
            return -1;
        }
        begin = end + 1;
    }
    return begin - text;
}

static gboolean
read_file(MockJournal *journal, MockJournalLine line, gpointer data, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) cause = NULL;

    if (!g_file_get_contents(journal->path, &text, &length, &cause)) {
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_PROVISIONER_FAILED, cause->message);
        return FALSE;
    }
    journal->size_bytes = read_lines(journal, text, length, line, data, error);
    if (journal->size_bytes < 0)
        return FALSE;
    if (ftruncate(journal->descriptor, journal->size_bytes) < 0)
        return fail(journal, "cut the torn line off", KBNT_ERROR_PROVISIONER_FAILED, error);
    return TRUE;
}

gboolean
mock_journal_open(MockJournal *journal, const char *path, const char *header,
                  MockJournalLine line, gpointer data, GError **error)
{
    journal->path = g_strdup(path);
    journal->n_lines = 0;
    journal->size_bytes = 0;
    journal->descriptor = g_open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (journal->descriptor < 0)
        return fail(journal, "open", KBNT_ERROR_PROVISIONER_FAILED, error);
    if (!read_file(journal, line, data, error))
        return FALSE;
    return journal->n_lines > 0 || mock_journal_append(journal, header, error);
}

void
mock_journal_close(MockJournal *journal)
{
    if (journal->descriptor >= 0)
        close(journal->descriptor);
    journal->descriptor = -1;
    g_clear_pointer(&journal->path, g_free);
}

static gboolean
write_lines(int descriptor, GPtrArray *lines, gint64 *ret_size_bytes)
{
    g_autoptr(GString) text = g_string_sized_new(64 * 1024);

    for (guint i = 0; i < lines->len; i++)
        g_string_append(text, lines->pdata[i]);
    *ret_size_bytes = (gint64)text->len;
    return write_all(descriptor, text->str, text->len);
}

gboolean
mock_journal_replace(MockJournal *journal, GPtrArray *lines, GError **error)
{
    g_autofree char *path = g_strconcat(journal->path, ".new", NULL);
    int descriptor = g_open(path, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    gint64 size_bytes = 0;

    if (descriptor < 0)
        return fail(journal, "rewrite", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
    if (!write_lines(descriptor, lines, &size_bytes) || g_rename(path, journal->path) < 0) {
        fail(journal, "rewrite", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
        close(descriptor);
        g_unlink(path);
        return FALSE;
    }
    close(journal->descriptor);
    journal->descriptor = descriptor;
    journal->size_bytes = size_bytes;
    journal->n_lines = lines->len;
    return TRUE;
}

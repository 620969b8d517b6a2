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
#include <stdio.h>
#include <stdlib.h>
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
mock_journal_append(MockJournal *journal, const char *line, MockPlace *ret_place,
                    GError **error)
{
    gsize length = strlen(line);

    if (!write_all(journal->descriptor, line, length)) {
        fail(journal, "write", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
        if (ftruncate(journal->descriptor, journal->size_bytes) < 0)
            g_prefix_error(error, "cutting off the torn line failed too: ");
        return FALSE;
    }
    if (ret_place)
        *ret_place = (MockPlace){ journal->size_bytes, (guint)length };
    journal->size_bytes += (gint64)length;
    journal->n_lines++;
    return TRUE;
}

/* A line without its end is not whole. */
static gboolean
read_line(MockJournal *journal, FILE *file, char **line, gsize *size, gssize *ret_length)
{
    *ret_length = getline(line, size, file);
    if (*ret_length <= 0 || (*line)[*ret_length - 1] != '\n')
        return FALSE;
    journal->n_lines++;
    return TRUE;
}

static gboolean
read_lines(MockJournal *journal, FILE *file, MockJournalLine hear, gpointer data,
           GError **error)
{
    char *line = NULL;
    gsize size = 0;
    gssize length;
    gboolean is_good = TRUE;

    while (is_good && read_line(journal, file, &line, &size, &length)) {
        MockPlace place = { journal->size_bytes, (guint)length };

        is_good = hear(line, (gsize)length - 1, place, data, error);
        if (!is_good)
            g_prefix_error(error, "'%s' line %u: ", journal->path, journal->n_lines);
        journal->size_bytes += length;
    }
    free(line);
    return is_good;
}

static gboolean
read_file(MockJournal *journal, MockJournalLine line, gpointer data, GError **error)
{
    FILE *file = fopen(journal->path, "re");
    gboolean is_read;

    if (!file)
        return fail(journal, "read", KBNT_ERROR_PROVISIONER_FAILED, error);
    is_read = read_lines(journal, file, line, data, error);
    fclose(file);
    if (!is_read)
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
    return journal->n_lines > 0 || mock_journal_append(journal, header, NULL, error);
}

void
mock_journal_close(MockJournal *journal)
{
    if (journal->descriptor >= 0)
        close(journal->descriptor);
    journal->descriptor = -1;
    g_clear_pointer(&journal->path, g_free);
}

char *
mock_journal_read(const MockJournal *journal, MockPlace place, GError **error)
{
    g_autofree char *line = g_malloc(place.length);
    gssize n_read = pread(journal->descriptor, line, place.length, place.offset);

    if (n_read == (gssize)place.length) {
        line[place.length - 1] = '\0';
        return g_steal_pointer(&line);
    }
    errno = n_read < 0 ? errno : EIO;
    fail(journal, "read", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
    return NULL;
}

static gboolean
copy_line(const MockJournal *from, MockJournal *to, MockPlace *place)
{
    g_autofree char *line = mock_journal_read(from, *place, NULL);

    if (!line)
        return FALSE;
    line[place->length - 1] = '\n';
    if (!write_all(to->descriptor, line, place->length))
        return FALSE;
    place->offset = to->size_bytes;
    to->size_bytes += place->length;
    to->n_lines++;
    return TRUE;
}

/* Returns: (transfer full) (nullable): where the lines lie in the new file. */
static GArray *
copy_lines(const MockJournal *from, MockJournal *to, const char *header, GPtrArray *places)
{
    g_autoptr(GArray) moved = g_array_sized_new(FALSE, FALSE, sizeof(MockPlace), places->len);

    if (!mock_journal_append(to, header, NULL, NULL))
        return NULL;
    for (guint i = 0; i < places->len; i++) {
        MockPlace place = *(const MockPlace *)places->pdata[i];

        if (!copy_line(from, to, &place))
            return NULL;
        g_array_append_val(moved, place);
    }
    return g_steal_pointer(&moved);
}

gboolean
mock_journal_replace(MockJournal *journal, const char *header, GPtrArray *places,
                     GError **error)
{
    g_autofree char *path = g_strconcat(journal->path, ".new", NULL);
    MockJournal fresh = { .path = path };
    g_autoptr(GArray) moved = NULL;

    fresh.descriptor = g_open(path, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fresh.descriptor < 0)
        return fail(journal, "rewrite", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
    moved = copy_lines(journal, &fresh, header, places);
    if (!moved || g_rename(path, journal->path) < 0) {
        fail(journal, "rewrite", KBNT_ERROR_PROVISIONER_UNAVAILABLE, error);
        close(fresh.descriptor);
        g_unlink(path);
        return FALSE;
    }
    for (guint i = 0; i < places->len; i++)
        *(MockPlace *)places->pdata[i] = g_array_index(moved, MockPlace, i);
    close(journal->descriptor);
    journal->descriptor = fresh.descriptor;
    journal->size_bytes = fresh.size_bytes;
    journal->n_lines = fresh.n_lines;
    return TRUE;
}

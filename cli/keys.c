/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keys.c: owns the file of signing keys: lines "KEYID:hexadecimal secret", the first signs, all
 * of them verify.
 */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_FILE KBNT_CONFIG_DIR "/signing.keys"
#define SECRET_BYTES 32
#define FILE_MODE 0600
/* Above a key that verifies, and signs after the next rotation. */
#define STAGED "# signs after the next rotation:"

static const char *
file_of(const KbntInvocation *invocation)
{
    const char *file = kbnt_invocation_get(invocation, "file");

    return file ? file : DEFAULT_FILE;
}

/* Returns: (transfer full): a line with a secret that nobody else has. */
static char *
make_line(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *day = g_date_time_format(now, "%Y%m%d");
    guint8 bytes[SECRET_BYTES + 2];
    GString *line = g_string_new(NULL);

    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        g_error("the kernel gives no random bytes: %s", g_strerror(errno));
    g_string_append_printf(line, "k%s-%02x%02x:", day, bytes[0], bytes[1]);
    for (guint i = 2; i < sizeof bytes; i++)
        g_string_append_printf(line, "%02x", bytes[i]);
    g_string_append_c(line, '\n');
    return g_string_free(line, FALSE);
}

static gboolean
fail_file(const char *file, GError **error)
{
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "'%s': %s", file,
                g_strerror(errno));
    return FALSE;
}

static gboolean
write_all(int descriptor, const char *text, const char *file, GError **error)
{
    gsize length = strlen(text);

    if (write(descriptor, text, length) != (gssize)length || fsync(descriptor) != 0)
        return fail_file(file, error);
    return TRUE;
}

static gboolean
create_file(const char *file, const char *text, GError **error)
{
    int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    gboolean is_written;

    if (descriptor < 0)
        return fail_file(file, error);
    is_written = write_all(descriptor, text, file, error);
    close(descriptor);
    return is_written;
}

/* The file is replaced whole, so that a daemon never reads half of it; owner and mode stay. */
static gboolean
replace_file(const char *file, const char *text, GError **error)
{
    g_autofree char *next = g_strconcat(file, ".next", NULL);
    struct stat before;
    gboolean is_replaced;

    if (stat(file, &before) != 0)
        return fail_file(file, error);
    if (!create_file(next, text, error))
        return FALSE;
    is_replaced = chmod(next, before.st_mode & 07777) == 0 &&
                  chown(next, before.st_uid, before.st_gid) == 0 && rename(next, file) == 0;
    if (is_replaced)
        return TRUE;
    fail_file(file, error);
    unlink(next);
    return FALSE;
}

static int
announce(const KbntInvocation *invocation, const char *line, const char *does,
         const char *next_step)
{
    g_autofree char *id = g_strndup(line, strcspn(line, ":"));

    if (kbnt_invocation_wants_json(invocation))
        printf("{\"file\": \"%s\", \"keyId\": \"%s\"}\n", file_of(invocation), id);
    else
        printf("key '%s' %s from '%s'; %s\n", id, does, file_of(invocation), next_step);
    return KBNT_EXIT_DONE;
}

int
kbnt_keys_new(KbntInvocation *invocation)
{
    g_autofree char *line = make_line();
    g_autoptr(GError) error = NULL;

    if (!create_file(file_of(invocation), line, &error))
        return kbnt_invocation_fail(invocation, error);
    return announce(invocation, line, "signs",
                    "name it in [security] signing_keys and copy it to all producers and "
                    "consumers");
}

/* The keys of a file: the one that signs, and the one that will, where one is staged. */
typedef struct {
    char *present;
    char *staged;
} KeyLines;

static void
key_lines_clear(KeyLines *keys)
{
    g_free(keys->present);
    g_free(keys->staged);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KeyLines, key_lines_clear)

static void
read_lines(const char *text, KeyLines *keys)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean is_staged = FALSE;

    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strstrip(lines[i]);

        if (g_str_equal(line, STAGED))
            is_staged = TRUE;
        else if (*line == '\0' || *line == '#')
            continue;
        else if (!keys->present)
            keys->present = g_strdup(line);
        else if (is_staged && !keys->staged)
            keys->staged = g_strdup(line);
    }
}

static int
stage(KbntInvocation *invocation, const KeyLines *keys)
{
    g_autofree char *line = make_line();
    g_autofree char *next = g_strconcat(keys->present ? keys->present : "",
                                        keys->present ? "\n" : "", STAGED "\n", line, NULL);
    g_autoptr(GError) error = NULL;

    if (keys->staged)
        g_set_error(&error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                    "'%s' has a staged key already: copy the file to all producers and "
                    "consumers, reload them, then 'kbntctl keys rotate' lets it sign",
                    file_of(invocation));
    else
        replace_file(file_of(invocation), next, &error);
    if (error)
        return kbnt_invocation_fail(invocation, error);
    return announce(invocation, line, "verifies",
                    "copy the file to all producers and consumers and reload them, then "
                    "'kbntctl keys rotate' lets it sign");
}

int
kbnt_keys_rotate(KbntInvocation *invocation)
{
    g_autofree char *made = make_line();
    g_autofree char *text = NULL;
    g_autofree char *next = NULL;
    g_auto(KeyLines) keys = { 0 };
    g_autoptr(GError) error = NULL;
    const char *line;

    if (!g_file_get_contents(file_of(invocation), &text, NULL, &error))
        return kbnt_invocation_fail(invocation, error);
    read_lines(text, &keys);
    if (kbnt_invocation_get(invocation, "stage"))
        return stage(invocation, &keys);
    line = keys.staged ? keys.staged : g_strchomp(made);
    next = g_strconcat(line, "\n", keys.present ? keys.present : "", keys.present ? "\n" : "",
                       NULL);
    if (!replace_file(file_of(invocation), next, &error))
        return kbnt_invocation_fail(invocation, error);
    return announce(invocation, line, "signs",
                    "the one before still verifies: copy the file to all producers and "
                    "consumers and reload them");
}

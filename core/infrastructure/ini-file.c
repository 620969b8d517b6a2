/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the reading of one INI file in GKeyFile's dialect, line by line. */
#include "ini-file.h"

#include <kbnt/kbnt-error.h>
#include <string.h>

/* No configuration is larger; a path that names a disk image by mistake is. */
#define MAX_FILE_BYTES (1024 * 1024)

typedef struct {
    const char *path;
    KbntFaultList *faults;
    void (*found)(KbntIniEntry *entry, gpointer data);
    gpointer data;
    GHashTable *seen; /* "[section]" and "section\nkey", to their lines */
    char *section;
    guint line;
} Scan;

KbntIniEntry *
kbnt_ini_entry_new(const char *section, const char *key, const char *text, const char *origin,
                   guint line)
{
    KbntIniEntry *entry = g_new0(KbntIniEntry, 1);
    entry->section = g_strdup(section);
    entry->key = g_strdup(key);
    entry->text = g_strdup(text);
    entry->origin = g_strdup(origin);
    entry->line = line;
    return entry;
}

void
kbnt_ini_entry_free(gpointer data)
{
    KbntIniEntry *entry = data;
    if (!entry)
        return;
    g_free(entry->section);
    g_free(entry->key);
    g_free(entry->text);
    g_free(entry->origin);
    g_free(entry);
}

char *
kbnt_ini_entry_place(const KbntIniEntry *entry)
{
    return entry->line ? g_strdup_printf("%s:%u", entry->origin, entry->line)
                       : g_strdup(entry->origin);
}

char *
kbnt_ini_decode(const char *raw, GError **error)
{
    if (strstr(raw, " #") || strstr(raw, " ;")) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "the value '%s' contains ' #' or ' ;', which would not begin a comment; "
                    "put comments on lines of their own",
                    raw);
        return NULL;
    }
    g_autoptr(GKeyFile) decoder = g_key_file_new();
    g_autoptr(GError) cause = NULL;
    g_key_file_set_value(decoder, "section", "key", raw);
    char *text = g_key_file_get_string(decoder, "section", "key", &cause);
    if (!text)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "the value '%s' has a broken escape; write '\\\\' for one backslash", raw);
    return text;
}

/* FALSE where the name stood in this file before. */
static gboolean
is_first(Scan *scan, const char *what, char *name)
{
    guint before = GPOINTER_TO_UINT(g_hash_table_lookup(scan->seen, name));
    if (before == 0) {
        g_hash_table_insert(scan->seen, name, GUINT_TO_POINTER(scan->line));
        return TRUE;
    }
    kbnt_fault_list_add(scan->faults, scan->path, scan->line,
                        "%s stands already on line %u; keep one of the two", what, before);
    g_free(name);
    return FALSE;
}

static void
scan_section(Scan *scan, char *line)
{
    g_clear_pointer(&scan->section, g_free);
    gsize length = strlen(line);
    if (line[length - 1] != ']' || length < 3 || strcspn(line + 1, "[]") != length - 2) {
        kbnt_fault_list_add(scan->faults, scan->path, scan->line,
                            "'%s' is not a section; write '[NAME]'", line);
        return;
    }
    g_autofree char *what = g_strdup_printf("section %s", line);
    is_first(scan, what, g_strdup(line));
    scan->section = g_strndup(line + 1, length - 2);
}

static void
scan_assignment(Scan *scan, char *line, char *equals)
{
    *equals = '\0';
    const char *key = g_strchomp(line), *raw = g_strchug(equals + 1);
    if (!scan->section || *key == '\0' || strpbrk(key, "[]")) {
        kbnt_fault_list_add(scan->faults, scan->path, scan->line,
                            "'%s' is not a key within a section; write '[SECTION]' above it",
                            key);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *text = kbnt_ini_decode(raw, &error);
    if (!text) {
        kbnt_fault_list_add(scan->faults, scan->path, scan->line, "key '%s' of [%s]: %s", key,
                            scan->section, error->message);
        return;
    }
    g_autofree char *what = g_strdup_printf("key '%s' of [%s]", key, scan->section);
    if (is_first(scan, what, g_strdup_printf("%s\n%s", scan->section, key)))
        scan->found(kbnt_ini_entry_new(scan->section, key, text, scan->path, scan->line),
                    scan->data);
}

static void
scan_line(Scan *scan, char *line)
{
    scan->line++;
    g_strstrip(line);
    if (*line == '\0' || *line == '#')
        return;
    if (*line == '[') {
        scan_section(scan, line);
        return;
    }
    char *equals = strchr(line, '=');
    if (equals && *line != ';')
        scan_assignment(scan, line, equals);
    else
        kbnt_fault_list_add(scan->faults, scan->path, scan->line,
                            "'%s' is neither '[SECTION]', 'key = value' nor a comment, which "
                            "begins with '#'",
                            line);
}

static char *
read_text(const char *path, KbntFaultList *faults)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, &error)) {
        kbnt_fault_list_add(faults, path, 0, "cannot be read: %s", error->message);
        return NULL;
    }
    if (length > MAX_FILE_BYTES || !g_utf8_validate_len(text, length, NULL)) {
        kbnt_fault_list_add(faults, path, 0, "is not a text of at most 1 MiB in UTF-8");
        return NULL;
    }
    return g_steal_pointer(&text);
}

void
kbnt_ini_file_scan(const char *path, KbntFaultList *faults,
                   void (*found)(KbntIniEntry *entry, gpointer data), gpointer data)
{
    g_autofree char *text = read_text(path, faults);
    if (!text)
        return;
    Scan scan = { .path = path, .faults = faults, .found = found, .data = data };
    scan.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i]; i++)
        scan_line(&scan, lines[i]);
    g_hash_table_unref(scan.seen);
    g_free(scan.section);
}

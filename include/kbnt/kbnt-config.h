/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-config.h: owns the row by which a key of the INI file is declared.
 *
 * A table of rows is the only place where a key exists: from it the core parses, checks and
 * fills a plain struct before create(), and prints the help, the example file, the manual
 * page and `kbntctl plugins keys`. A plugin parses nothing.
 */
#ifndef KBNT_CONFIG_H
#define KBNT_CONFIG_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * KbntKeyType:
 * @KBNT_KEY_STRING: char *, never NULL ("" where the default is empty)
 * @KBNT_KEY_BOOL: gboolean; true or false
 * @KBNT_KEY_INT: gint64
 * @KBNT_KEY_NUMBER: double, finite
 * @KBNT_KEY_SIZE: guint64, bytes; units B, KiB, MiB, GiB, TiB
 * @KBNT_KEY_DURATION: gint64, milliseconds; units ms, s, m, h, d
 * @KBNT_KEY_CHOICE: gint64, index into choices
 * @KBNT_KEY_LIST: char **, NULL-terminated; items are separated by ';' in the file
 * @KBNT_KEY_SECRET: char *; printed as *** everywhere
 * @KBNT_KEY_PATH: char *, absolute, or empty where the default is empty
 * @KBNT_KEY_OPEN: char **, NULL-terminated, name and value in turn: every key of the section
 *   whose name matches the row's (a glob such as "*.*") and no other row; check judges each
 *
 * The type of a key, and of the member of the configuration struct that it fills.
 */
typedef enum {
    KBNT_KEY_STRING = 1,
    KBNT_KEY_BOOL = 2,
    KBNT_KEY_INT = 3,
    KBNT_KEY_NUMBER = 4,
    KBNT_KEY_SIZE = 5,
    KBNT_KEY_DURATION = 6,
    KBNT_KEY_CHOICE = 7,
    KBNT_KEY_LIST = 8,
    KBNT_KEY_SECRET = 9,
    KBNT_KEY_PATH = 10,
    KBNT_KEY_OPEN = 11,
} KbntKeyType;

/**
 * KbntKeyFlags:
 * @KBNT_KEY_REQUIRED: the file must set it; there is no default
 * @KBNT_KEY_RELOADABLE: a SIGHUP may change it; the plugin must have a reload op
 * @KBNT_KEY_DEPRECATED: still read, with a warning that names replacement
 */
typedef enum {
    KBNT_KEY_REQUIRED = 1 << 0,
    KBNT_KEY_RELOADABLE = 1 << 1,
    KBNT_KEY_DEPRECATED = 1 << 2,
} KbntKeyFlags;

/**
 * KbntKey:
 * @name: the key, lower-case words joined by '_' or '.'; a glob for KBNT_KEY_OPEN
 * @type: a KbntKeyType
 * @flags: KbntKeyFlags
 * @offset: of the member in the configuration struct, by G_STRUCT_OFFSET
 * @default_text: the default as it would stand in the file; NULL only with REQUIRED or OPEN
 * @minimum: (nullable): least value, as it would stand in the file; for lists and strings NULL
 * @maximum: (nullable): greatest value, likewise
 * @choices: (nullable): NULL-terminated names of KBNT_KEY_CHOICE
 * @unit: (nullable): what a bare number counts ("machines"), for the help
 * @since: version of the plugin or of kbnt that brought the key
 * @help: one sentence for the reference; unique and not empty
 * @replacement: (nullable): the key to use instead of a deprecated one
 * @check: (nullable): a last judgement of the text by the key's owner; pure, sets a
 *   CONFIG_INVALID error that says what is wrong (the core adds section, key, file and line)
 *
 * One row of a key table. Rows may grow at the end: key_size of the plugin's descriptor is
 * the stride.
 */
typedef struct {
    const char *name;
    guint32 type;
    guint32 flags;
    gsize offset;
    const char *default_text;
    const char *minimum;
    const char *maximum;
    const char *const *choices;
    const char *unit;
    const char *since;
    const char *help;
    const char *replacement;
    gboolean (*check)(const char *name, const char *text, GError **error);
} KbntKey;

G_END_DECLS

#endif

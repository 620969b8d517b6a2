/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the reading of one INI file in GKeyFile's dialect, with what GKeyFile forgets: the line
 * of each key, and that a key or a section stood there before. */
#pragma once

#include "fault-list.h"

/* One assignment, decoded; line 0 where it stands in no file. */
typedef struct {
    char *section;
    char *key;
    char *text;
    char *origin;
    guint line;
} KbntIniEntry;

KbntIniEntry *kbnt_ini_entry_new(const char *section, const char *key, const char *text,
                                 const char *origin, guint line);
void kbnt_ini_entry_free(gpointer entry);

/* Returns: (transfer full): "FILE:LINE", or the origin alone. */
char *kbnt_ini_entry_place(const KbntIniEntry *entry);

/* Calls found (transfer full) for each sound line of the file, and adds a fault for each other.
 */
void kbnt_ini_file_scan(const char *path, KbntFaultList *faults,
                        void (*found)(KbntIniEntry *entry, gpointer data), gpointer data);

/* Returns: (transfer full) (nullable): the value as GKeyFile decodes it; NULL with
 * CONFIG_INVALID for one that only seems to carry a comment, or a broken escape. */
char *kbnt_ini_decode(const char *raw, GError **error);

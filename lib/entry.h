/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* entry.h: owns one field of a value with its content; seen by values.c alone. */
#ifndef KBNT_ENTRY_H
#define KBNT_ENTRY_H

#include <kbnt/kbnt-values.h>

/* How an entry is kept: many types share one way. */
typedef enum {
    KBNT_KEPT_NOT,
    KBNT_KEPT_AS_INT,
    KBNT_KEPT_AS_REAL,
    KBNT_KEPT_AS_TEXT,
    KBNT_KEPT_AS_BYTES,
    KBNT_KEPT_AS_VALUE,
    KBNT_KEPT_AS_TEXTS,
    KBNT_KEPT_AS_VALUES,
} KbntKept;

typedef struct {
    KbntField field;
    union {
        gint64 number;
        double real;
        char *text;
        GBytes *bytes;
        KbntValue *value;
        GPtrArray *list;
    } as;
} KbntEntry;

KbntKept kbnt_kept_as(KbntField field);

gboolean kbnt_kept_is_list(KbntKept kept);

/* Returns: (transfer full): a list without items. */
GPtrArray *kbnt_list_new(KbntKept kept);

/* Frees the content; the entry itself is the caller's. */
void kbnt_entry_clear(KbntEntry *entry);

/* Returns: an entry with content of its own; nested values are shared. */
KbntEntry kbnt_entry_copy(const KbntEntry *entry);

gboolean kbnt_entry_equal(const KbntEntry *one, const KbntEntry *other);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * entry.h: owns one field of a value with its content; seen by entry.c, values.c and
 * serial-write.c alone.
 *
 * Texts and lists of texts are counted and shared by the copies of a value: most copies are
 * only read. A text never changes, and a list that others share is copied before one is added.
 * The copies of a list of values count its items one by one, so that an item in two lists is
 * seen to be shared and refuses changes.
 */
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

/* The items of a list, which are texts or values. */
typedef struct {
    gint n_references;
    guint length;
    guint n_allocated;
    gpointer items[];
} KbntList;

typedef struct {
    KbntField field;
    guint32 kept; /* a KbntKept, so that nobody has to look it up again */
    union {
        gint64 number;
        double real;
        char *text;
        GBytes *bytes;
        KbntValue *value;
        KbntList *list;
    } as;
} KbntEntry;

#define KBNT_N_FIELDS 320

/* By field number, with room for those to come: a number past it does not compile. A field that
 * there is not is KBNT_KEPT_NOT. */
extern const guint8 kbnt_kept_by_field[KBNT_N_FIELDS] G_GNUC_INTERNAL;

static inline KbntKept
kbnt_kept_as(KbntField field)
{
    return (guint)field < KBNT_N_FIELDS ? (KbntKept)kbnt_kept_by_field[field] : KBNT_KEPT_NOT;
}

static inline gboolean
kbnt_kept_is_list(KbntKept kept)
{
    return kept == KBNT_KEPT_AS_TEXTS || kept == KBNT_KEPT_AS_VALUES;
}

/* Returns: (transfer full): a counted copy of the text, freed by kbnt_entry_clear(). */
char *kbnt_text_new(const char *text) G_GNUC_INTERNAL;

/* Returns: (transfer full): a list without items. */
KbntList *kbnt_list_new(void) G_GNUC_INTERNAL;

/* Adds an item (transfer full) to the entry's list. */
void kbnt_entry_append(KbntEntry *entry, gpointer item) G_GNUC_INTERNAL;

/* Frees the content; the entry itself is the caller's. */
void kbnt_entry_clear(KbntEntry *entry) G_GNUC_INTERNAL;

/* Returns: an entry with the same content, which is shared or counted. */
KbntEntry kbnt_entry_copy(const KbntEntry *entry) G_GNUC_INTERNAL;

gboolean kbnt_entry_equal(const KbntEntry *one, const KbntEntry *other) G_GNUC_INTERNAL;

/* Returns: (transfer none): what the value holds, sorted by field. */
const KbntEntry *kbnt_value_entries(const KbntValue *value, guint *ret_n) G_GNUC_INTERNAL;

#endif

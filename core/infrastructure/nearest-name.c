/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the guess at what somebody meant to write, by edit distance (Levenshtein). */
#include "nearest-name.h"

#include <string.h>

/* Longer names are nobody's typing error, and would cost a quadratic table. */
#define LONGEST_NAME 128

static guint
edit_distance(const char *one, const char *other)
{
    gsize n_one = strlen(one), n_other = strlen(other);
    if (n_one >= LONGEST_NAME || n_other >= LONGEST_NAME)
        return G_MAXUINT;

    guint row[LONGEST_NAME];
    for (gsize j = 0; j <= n_other; j++)
        row[j] = (guint)j;
    for (gsize i = 1; i <= n_one; i++) {
        guint diagonal = row[0];
        row[0] = (guint)i;
        for (gsize j = 1; j <= n_other; j++) {
            guint replaced = diagonal + (one[i - 1] != other[j - 1]);
            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n_other];
}

const char *
kbnt_nearest_name(const char *unknown, const char *const *names)
{
    guint nearest_distance = MAX(2, (guint)strlen(unknown) / 3) + 1;
    const char *nearest = NULL;

    for (gsize i = 0; names[i]; i++) {
        guint distance = edit_distance(unknown, names[i]);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

char *
kbnt_nearest_hint(const char *unknown, const char *const *names)
{
    const char *nearest = kbnt_nearest_name(unknown, names);
    return nearest ? g_strdup_printf("; did you mean '%s'?", nearest) : g_strdup("");
}

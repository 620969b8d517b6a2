/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how the text of a key becomes the typed, bounded member of a configuration struct. */
#pragma once

#include <kbnt/kbnt-config.h>

/* The rows of one section and the struct that they fill. key_size is the stride: rows of an
 * elder plugin are shorter than ours. */
typedef struct {
    const KbntKey *keys;
    guint n_keys;
    gsize key_size;
    gsize config_size;
} KbntKeyTable;

/* clang-format off */
#define KBNT_KEY_TABLE(struct_type, rows) \
    { (rows), G_N_ELEMENTS(rows), sizeof(KbntKey), sizeof(struct_type) }
/* clang-format on */

/* Returns: the row, with zeros where the table's rows are shorter. */
KbntKey kbnt_key_table_row(const KbntKeyTable *table, guint index);

/* Returns: the number of the row of this key, exact names before globs; -1 where there is none.
 */
gint kbnt_key_table_find(const KbntKeyTable *table, const char *key);

/* Checks text and sets the row's member of block, which must be clear; nothing is set on
 * failure, which is CONFIG_INVALID without the names of section and key. Not for OPEN rows. */
gboolean kbnt_key_parse(const KbntKey *row, const char *text, gpointer block, GError **error);

/* As kbnt_key_parse(), but sets nothing; for OPEN rows, name is the key's. */
gboolean kbnt_key_judge(const KbntKey *row, const char *name, const char *text, GError **error);

/* Frees the row's member of block and sets it to 0. */
void kbnt_key_clear(const KbntKey *row, gpointer block);

/* Sets the member of an OPEN row; (transfer full) names and values in turn. */
void kbnt_key_set_open(const KbntKey *row, char **names_and_values, gpointer block);

/* Returns: (transfer none): "duration", "size", …; NULL for a type that does not exist. */
const char *kbnt_key_type_name(guint32 type);

/* Returns: (transfer full): what may stand for the row: "a duration from 1s to 1h". */
char *kbnt_key_range(const KbntKey *row);

/* Bytes of the member that a row of this type fills; 0 for a type that does not exist. */
gsize kbnt_key_member_size(guint32 type);

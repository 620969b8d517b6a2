/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the judgement of a key table that somebody else has written. */
#include "plugin-keys.h"

#include <string.h>

/* The row of ABI 1.0; a shorter one was never released. */
#define SMALLEST_ROW (G_STRUCT_OFFSET(KbntKey, check) + sizeof(gpointer))

static gboolean
refuse(GError **error, const KbntKey *row, const char *what)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID, "key '%s' %s",
                row->name ? row->name : "", what);
    return FALSE;
}

static gboolean
fits_struct(const KbntKey *row, gsize config_size)
{
    gsize size = kbnt_key_member_size(row->type);
    return row->offset % size == 0 && size <= config_size && row->offset <= config_size - size;
}

static gboolean
check_form(const KbntKey *row, gsize config_size, GError **error)
{
    if (!row->name || !*row->name)
        return refuse(error, row, "has no name; give each row one");
    if (!kbnt_key_type_name(row->type))
        return refuse(error, row, "has a type that does not exist; use a KbntKeyType");
    if (!fits_struct(row, config_size))
        return refuse(error, row,
                      "lies outside the configuration struct; set offset by G_STRUCT_OFFSET");
    if (!row->help || !*row->help)
        return refuse(error, row, "has no help; say what it does");
    if (row->type == KBNT_KEY_CHOICE && (!row->choices || !row->choices[0]))
        return refuse(error, row, "has no choices; name them");
    return TRUE;
}

static gboolean
check_default(const KbntKey *row, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (row->type == KBNT_KEY_OPEN)
        return TRUE;
    if (row->flags & KBNT_KEY_REQUIRED)
        return !row->default_text ||
               refuse(error, row, "is required and has a default; drop one");
    if (!row->default_text)
        return refuse(error, row, "has no default; give it one, or the flag REQUIRED");
    if (kbnt_key_judge(row, row->name, row->default_text, &cause))
        return TRUE;
    g_autofree char *what = g_strdup_printf("has a default that is refused: %s",
                                            cause->message);
    return refuse(error, row, what);
}

static gboolean
check_flags(const KbntKey *row, gboolean has_reload, GError **error)
{
    if ((row->flags & KBNT_KEY_RELOADABLE) && !has_reload)
        return refuse(error, row, "is reloadable, but there is no op 'reload'; write it");
    if ((row->flags & KBNT_KEY_DEPRECATED) && !row->replacement)
        return refuse(error, row, "is deprecated without a replacement; name one");
    return TRUE;
}

static gboolean
check_unique(const KbntKey *row, GHashTable *names, GHashTable *helps, GError **error)
{
    if (!g_hash_table_add(names, (gpointer)row->name))
        return refuse(error, row, "stands twice in the table; keep one row");
    if (!g_hash_table_add(helps, (gpointer)row->help))
        return refuse(error, row, "has the help of another key; say what this one does");
    return TRUE;
}

static gboolean
check_table(const KbntKeyTable *table, GError **error)
{
    if (table->n_keys == 0)
        return TRUE;
    if (table->keys && table->key_size >= SMALLEST_ROW &&
        table->key_size % G_ALIGNOF(KbntKey) == 0)
        return TRUE;
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                        "has a key table without rows or with rows of a wrong size; use "
                        "KBNT_PLUGIN_CONFIG");
    return FALSE;
}

gboolean
kbnt_plugin_keys_check(const KbntKeyTable *table, gboolean has_reload, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) helps = g_hash_table_new(g_str_hash, g_str_equal);
    if (!check_table(table, error))
        return FALSE;
    for (guint i = 0; i < table->n_keys; i++) {
        KbntKey row = kbnt_key_table_row(table, i);
        if (!check_form(&row, table->config_size, error) || !check_default(&row, error) ||
            !check_flags(&row, has_reload, error) || !check_unique(&row, names, helps, error))
            return FALSE;
    }
    return TRUE;
}

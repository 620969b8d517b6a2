/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what a walk over a configuration sees, and what a reload may take from a fresh one. */
#include "config-private.h"

#include <string.h>

typedef void (*Each)(const char *section, const KbntKey *row, const char *key,
                     const char *shown, const char *origin, gpointer data);

static void
walk_open_row(KbntConfig *config, const KbntConfigSection *section, gint number, Each each,
              gpointer data)
{
    KbntKey row = kbnt_key_table_row(&section->table, (guint)number);
    g_autoptr(GPtrArray) entries = kbnt_config_entries_of(config, section->name);
    for (guint i = 0; i < entries->len; i++) {
        const KbntIniEntry *entry = entries->pdata[i];
        g_autofree char *place = kbnt_ini_entry_place(entry);
        if (kbnt_key_table_find(&section->table, entry->key) == number)
            each(section->name, &row, entry->key, entry->text, place, data);
    }
}

static const char *
shown_text(const KbntKey *row, const char *text)
{
    return row->type == KBNT_KEY_SECRET && *text ? "***" : text;
}

static void
walk_row(KbntConfig *config, const KbntConfigSection *section, const KbntKey *row, Each each,
         gpointer data)
{
    const KbntIniEntry *entry = kbnt_config_find_entry(config, section->name, row->name);
    const char *text = entry ? entry->text : row->default_text;
    g_autofree char *origin = kbnt_config_origin(config, section->name, row->name);
    if (text)
        each(section->name, row, row->name, shown_text(row, text), origin, data);
}

static void
walk_section(KbntConfig *config, const KbntConfigSection *section, Each each, gpointer data)
{
    for (guint i = 0; i < section->table.n_keys; i++) {
        KbntKey row = kbnt_key_table_row(&section->table, i);
        if (row.type == KBNT_KEY_OPEN)
            walk_open_row(config, section, (gint)i, each, data);
        else
            walk_row(config, section, &row, each, data);
    }
}

void
kbnt_config_walk(KbntConfig *config, Each each, gpointer data)
{
    for (guint i = 0; i < config->sections->len; i++)
        walk_section(config, config->sections->pdata[i], each, data);
}

static void
change_free(gpointer data)
{
    KbntConfigChange *change = data;
    g_free(change->section);
    g_free(change->key);
    g_free(change->before);
    g_free(change->after);
    g_free(change);
}

static const char *
text_of(KbntConfig *config, const char *section, const KbntKey *row, const char *key)
{
    const KbntIniEntry *entry = kbnt_config_find_entry(config, section, key);
    if (entry)
        return entry->text;
    return row->type == KBNT_KEY_OPEN ? NULL : row->default_text;
}

static void
keep_running_text(KbntConfig *fresh, KbntConfig *running, const char *section, const char *key)
{
    const KbntIniEntry *entry = kbnt_config_find_entry(running, section, key);
    if (entry)
        kbnt_config_take_entry(
            fresh, kbnt_ini_entry_new(section, key, entry->text, entry->origin, entry->line));
    else
        kbnt_config_drop_entry(fresh, section, key);
}

static char *
copy_shown(const KbntKey *row, const char *text)
{
    return text ? g_strdup(shown_text(row, text)) : NULL;
}

static void
compare_key(KbntConfig *fresh, KbntConfig *running, const KbntConfigSection *section,
            const KbntKey *row, const char *key, GPtrArray *changes)
{
    const char *before = text_of(running, section->name, row, key);
    const char *after = text_of(fresh, section->name, row, key);
    if (g_strcmp0(before, after) == 0)
        return;

    KbntConfigChange *change = g_new0(KbntConfigChange, 1);
    change->section = g_strdup(section->name);
    change->key = g_strdup(key);
    change->before = copy_shown(row, before);
    change->after = copy_shown(row, after);
    change->reloadable = (row->flags & KBNT_KEY_RELOADABLE) != 0;
    g_ptr_array_add(changes, change);
    if (!change->reloadable)
        keep_running_text(fresh, running, section->name, key);
}

/* The keys of an open row on either side; a key of both is named once. */
static char **
open_keys(KbntConfig *fresh, KbntConfig *running, const KbntConfigSection *section, gint number)
{
    g_autoptr(GStrvBuilder) keys = g_strv_builder_new();
    g_autoptr(GPtrArray) here = kbnt_config_entries_of(fresh, section->name);
    g_autoptr(GPtrArray) there = kbnt_config_entries_of(running, section->name);
    for (guint i = 0; i < here->len + there->len; i++) {
        const KbntIniEntry *entry = i < here->len ? here->pdata[i]
                                                  : there->pdata[i - here->len];
        gboolean named = i >= here->len &&
                         kbnt_config_find_entry(fresh, section->name, entry->key) != NULL;
        if (!named && kbnt_key_table_find(&section->table, entry->key) == number)
            g_strv_builder_add(keys, entry->key);
    }
    return g_strv_builder_end(keys);
}

static void
compare_section(KbntConfig *fresh, KbntConfig *running, const KbntConfigSection *section,
                GPtrArray *changes)
{
    for (guint i = 0; i < section->table.n_keys; i++) {
        KbntKey row = kbnt_key_table_row(&section->table, i);
        if (row.type != KBNT_KEY_OPEN) {
            compare_key(fresh, running, section, &row, row.name, changes);
            continue;
        }
        g_auto(GStrv) keys = open_keys(fresh, running, section, (gint)i);
        for (gsize j = 0; keys[j]; j++)
            compare_key(fresh, running, section, &row, keys[j], changes);
    }
}

GPtrArray *
kbnt_config_take_reloadable(KbntConfig *fresh, KbntConfig *running)
{
    GPtrArray *changes = g_ptr_array_new_with_free_func(change_free);
    for (guint i = 0; i < fresh->sections->len; i++)
        compare_section(fresh, running, fresh->sections->pdata[i], changes);
    for (guint i = 0; i < running->sections->len; i++) {
        const KbntConfigSection *section = running->sections->pdata[i];
        if (!kbnt_config_find_section(fresh, section->name))
            compare_section(fresh, running, section, changes);
    }
    for (guint i = 0; i < fresh->sections->len; i++)
        kbnt_config_fill(fresh, fresh->sections->pdata[i]);
    return changes;
}

char *
kbnt_config_change_text(const KbntConfigChange *change)
{
    const char *before = change->before ? change->before : "";
    const char *after = change->after ? change->after : "";
    return change->reloadable
               ? g_strdup_printf("[%s] %s: '%s' becomes '%s'", change->section, change->key,
                                 before, after)
               : g_strdup_printf("[%s] %s: '%s' stays until a restart, then becomes '%s'",
                                 change->section, change->key, before, after);
}

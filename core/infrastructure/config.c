/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the configuration: which text each key has, and whether somebody has declared it. */
#include "config-private.h"

#include "nearest-name.h"
#include <string.h>

/* Their instances have sections of two words: [transport.kafka]. */
static const char *const plugin_kinds[] = { "transport", "provisioner", "store", "sink", NULL };

static void
section_free(gpointer data)
{
    KbntConfigSection *section = data;
    for (guint i = 0; i < section->table.n_keys; i++) {
        KbntKey row = kbnt_key_table_row(&section->table, i);
        kbnt_key_clear(&row, section->block);
    }
    g_free(section->block);
    g_free(section->name);
    g_free(section);
}

KbntConfig *
kbnt_config_new(void)
{
    KbntConfig *config = g_new0(KbntConfig, 1);
    config->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            kbnt_ini_entry_free);
    config->sections = g_ptr_array_new_with_free_func(section_free);
    config->skipped = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    config->faults = kbnt_fault_list_new();
    config->warnings = kbnt_fault_list_new();
    return config;
}

void
kbnt_config_free(KbntConfig *config)
{
    if (!config)
        return;
    g_ptr_array_unref(config->sections);
    g_hash_table_unref(config->entries);
    g_hash_table_unref(config->skipped);
    kbnt_fault_list_free(config->faults);
    kbnt_fault_list_free(config->warnings);
    g_free(config);
}

static char *
entry_id(const char *section, const char *key)
{
    return g_strdup_printf("%s\n%s", section, key);
}

KbntIniEntry *
kbnt_config_find_entry(KbntConfig *config, const char *section, const char *key)
{
    g_autofree char *id = entry_id(section, key);
    return g_hash_table_lookup(config->entries, id);
}

void
kbnt_config_take_entry(KbntConfig *config, KbntIniEntry *entry)
{
    g_hash_table_replace(config->entries, entry_id(entry->section, entry->key), entry);
}

void
kbnt_config_drop_entry(KbntConfig *config, const char *section, const char *key)
{
    g_autofree char *id = entry_id(section, key);
    g_hash_table_remove(config->entries, id);
}

static gint
compare_keys(gconstpointer a, gconstpointer b)
{
    const KbntIniEntry *one = *(KbntIniEntry *const *)a, *other = *(KbntIniEntry *const *)b;
    return strcmp(one->key, other->key);
}

GPtrArray *
kbnt_config_entries_of(KbntConfig *config, const char *section)
{
    GPtrArray *found = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, config->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        KbntIniEntry *entry = value;
        if (strcmp(entry->section, section) == 0)
            g_ptr_array_add(found, entry);
    }
    g_ptr_array_sort(found, compare_keys);
    return found;
}

static void
take_found_entry(KbntIniEntry *entry, gpointer data)
{
    kbnt_config_take_entry(data, entry);
}

static gint
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *
drop_in_paths(const char *folder)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".conf"))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(paths, compare_strings);
    return paths;
}

void
kbnt_config_read(KbntConfig *config, const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *folder = g_build_filename(parent, "conf.d", NULL);
    g_autoptr(GPtrArray) drop_ins = drop_in_paths(folder);

    kbnt_ini_file_scan(path, config->faults, take_found_entry, config);
    for (guint i = 0; i < drop_ins->len; i++)
        kbnt_ini_file_scan(drop_ins->pdata[i], config->faults, take_found_entry, config);
}

/* The dot between section and key: the first, or the second after the kind of a plugin. */
static const char *
find_key_dot(const char *assignment, const char *equals)
{
    const char *dot = memchr(assignment, '.', (gsize)(equals - assignment));
    if (!dot)
        return NULL;
    g_autofree char *first = g_strndup(assignment, (gsize)(dot - assignment));
    if (!g_strv_contains(plugin_kinds, first))
        return dot;
    return memchr(dot + 1, '.', (gsize)(equals - dot - 1));
}

void
kbnt_config_set(KbntConfig *config, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    const char *dot = equals ? find_key_dot(assignment, equals) : NULL;
    if (!dot || dot == assignment || dot + 1 == equals) {
        kbnt_fault_list_add(config->faults, "--set", 0, "'%s' is not SECTION.KEY=VALUE",
                            assignment);
        return;
    }
    g_autofree char *section = g_strndup(assignment, (gsize)(dot - assignment));
    g_autofree char *key = g_strndup(dot + 1, (gsize)(equals - dot - 1));
    g_autofree char *raw = g_strstrip(g_strdup(equals + 1));
    g_autoptr(GError) error = NULL;
    g_autofree char *text = kbnt_ini_decode(raw, &error);
    if (text)
        kbnt_config_take_entry(config, kbnt_ini_entry_new(section, key, text, "--set", 0));
    else
        kbnt_fault_list_add(config->faults, "--set", 0, "'%s': %s", assignment, error->message);
}

KbntConfigSection *
kbnt_config_find_section(KbntConfig *config, const char *name)
{
    for (guint i = 0; i < config->sections->len; i++) {
        KbntConfigSection *section = config->sections->pdata[i];
        if (strcmp(section->name, name) == 0)
            return section;
    }
    return NULL;
}

static void
add_key_fault(KbntConfig *config, const KbntIniEntry *entry, const char *message)
{
    kbnt_fault_list_add(config->faults, entry->origin, entry->line, "key '%s' of [%s]: %s",
                        entry->key, entry->section, message);
}

static void
warn_deprecated(KbntConfig *config, const KbntIniEntry *entry, const KbntKey *row)
{
    if (row->flags & KBNT_KEY_DEPRECATED)
        kbnt_fault_list_add(config->warnings, entry->origin, entry->line,
                            "key '%s' of [%s] is deprecated; use '%s'", entry->key,
                            entry->section, row->replacement ? row->replacement : "nothing");
}

static void
fill_open_row(KbntConfig *config, KbntConfigSection *section, const KbntKey *row, gint number)
{
    g_autoptr(GPtrArray) entries = kbnt_config_entries_of(config, section->name);
    g_autoptr(GStrvBuilder) items = g_strv_builder_new();
    for (guint i = 0; i < entries->len; i++) {
        const KbntIniEntry *entry = entries->pdata[i];
        g_autoptr(GError) error = NULL;
        if (kbnt_key_table_find(&section->table, entry->key) != number)
            continue;
        if (kbnt_key_judge(row, entry->key, entry->text, &error))
            g_strv_builder_add_many(items, entry->key, entry->text, NULL);
        else
            add_key_fault(config, entry, error->message);
    }
    kbnt_key_set_open(row, g_strv_builder_end(items), section->block);
}

static void
fill_default(KbntConfig *config, KbntConfigSection *section, const KbntKey *row)
{
    g_autoptr(GError) error = NULL;
    if (row->flags & KBNT_KEY_REQUIRED)
        kbnt_fault_list_add(config->faults, NULL, 0, "section [%s] needs the key '%s': %s",
                            section->name, row->name, row->help);
    else if (row->default_text &&
             !kbnt_key_parse(row, row->default_text, section->block, &error))
        kbnt_fault_list_add(config->faults, NULL, 0, "the default of '%s' in [%s]: %s",
                            row->name, section->name, error->message);
}

static void
fill_row(KbntConfig *config, KbntConfigSection *section, const KbntKey *row)
{
    g_autoptr(GError) error = NULL;
    const KbntIniEntry *entry = kbnt_config_find_entry(config, section->name, row->name);
    if (!entry) {
        fill_default(config, section, row);
        return;
    }
    warn_deprecated(config, entry, row);
    if (kbnt_key_parse(row, entry->text, section->block, &error))
        return;
    add_key_fault(config, entry, error->message);
    if (row->default_text)
        kbnt_key_parse(row, row->default_text, section->block, NULL);
}

void
kbnt_config_fill(KbntConfig *config, KbntConfigSection *section)
{
    for (guint i = 0; i < section->table.n_keys; i++) {
        KbntKey row = kbnt_key_table_row(&section->table, i);
        kbnt_key_clear(&row, section->block);
        if (row.type == KBNT_KEY_OPEN)
            fill_open_row(config, section, &row, (gint)i);
        else
            fill_row(config, section, &row);
    }
}

gconstpointer
kbnt_config_declare(KbntConfig *config, const char *name, const KbntKeyTable *table)
{
    g_assert(!kbnt_config_find_section(config, name));
    KbntConfigSection *section = g_new0(KbntConfigSection, 1);
    section->name = g_strdup(name);
    section->table = *table;
    section->block = g_malloc0(MAX(table->config_size, 1));
    g_ptr_array_add(config->sections, section);
    kbnt_config_fill(config, section);
    return section->block;
}

gconstpointer
kbnt_config_block(KbntConfig *config, const char *name)
{
    KbntConfigSection *section = kbnt_config_find_section(config, name);
    return section ? section->block : NULL;
}

static void
add_section_names(KbntConfig *config, const char *glob, GHashTable *names)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, config->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const KbntIniEntry *entry = value;
        if (g_pattern_match_simple(glob, entry->section))
            g_hash_table_add(names, entry->section);
    }
}

char **
kbnt_config_sections(KbntConfig *config, const char *glob)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    add_section_names(config, glob, names);

    g_autofree char **borrowed = (char **)g_hash_table_get_keys_as_array(names, NULL);
    char **sorted = g_strdupv(borrowed);
    qsort(sorted, g_strv_length(sorted), sizeof(*sorted), compare_strings);
    return sorted;
}

void
kbnt_config_skip(KbntConfig *config, const char *section, const char *why)
{
    if (g_hash_table_add(config->skipped, g_strdup(section)) && why)
        kbnt_fault_list_add(config->warnings, NULL, 0, "section [%s] is not checked: %s",
                            section, why);
}

void
kbnt_config_refuse(KbntConfig *config, const char *section, const char *key, const char *format,
                   ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const KbntIniEntry *entry = kbnt_config_find_entry(config, section, key);
    if (entry)
        add_key_fault(config, entry, message);
    else
        kbnt_fault_list_add(config->faults, NULL, 0, "key '%s' of [%s]: %s", key, section,
                            message);
}

void
kbnt_config_warn(KbntConfig *config, const char *section, const char *key, const char *format,
                 ...)
{
    const KbntIniEntry *entry = kbnt_config_find_entry(config, section, key);
    va_list arguments;

    if (!entry)
        return;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    kbnt_fault_list_add(config->warnings, entry->origin, entry->line, "key '%s' of [%s] %s",
                        key, section, message);
}

static char *
hint_of_key(KbntConfigSection *section, const char *key)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < section->table.n_keys; i++) {
        KbntKey row = kbnt_key_table_row(&section->table, i);
        g_ptr_array_add(names, g_strdup(row.name));
    }
    g_ptr_array_add(names, NULL);
    return kbnt_nearest_hint(key, (const char *const *)names->pdata);
}

static char *
hint_of_section(KbntConfig *config, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < config->sections->len; i++)
        g_ptr_array_add(names, ((KbntConfigSection *)config->sections->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    return kbnt_nearest_hint(name, (const char *const *)names->pdata);
}

static void
check_entry(KbntConfig *config, const KbntIniEntry *entry)
{
    if (g_hash_table_contains(config->skipped, entry->section))
        return;
    KbntConfigSection *section = kbnt_config_find_section(config, entry->section);
    if (section && kbnt_key_table_find(&section->table, entry->key) >= 0)
        return;
    g_autofree char *hint = section ? hint_of_key(section, entry->key)
                                    : hint_of_section(config, entry->section);
    if (section)
        kbnt_fault_list_add(config->faults, entry->origin, entry->line,
                            "there is no key '%s' in [%s]%s", entry->key, entry->section, hint);
    else
        kbnt_fault_list_add(config->faults, entry->origin, entry->line,
                            "there is no section [%s] for the key '%s'%s", entry->section,
                            entry->key, hint);
}

gboolean
kbnt_config_finish(KbntConfig *config, GError **error)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, config->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        check_entry(config, value);
    return kbnt_fault_list_judge(config->faults, error);
}

char *
kbnt_config_warnings(KbntConfig *config)
{
    return kbnt_fault_list_text(config->warnings);
}

char *
kbnt_config_origin(KbntConfig *config, const char *section, const char *key)
{
    const KbntIniEntry *entry = kbnt_config_find_entry(config, section, key);
    return entry ? kbnt_ini_entry_place(entry) : g_strdup("default");
}

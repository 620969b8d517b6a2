/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the plugins of the process: found, opened, declared, started and stopped. */
#include "plugin-loader.h"

#include "plugin-path.h"
#include <string.h>

struct KbntPluginLoader {
    char *plugin_dir;
    KbntLogWriter *log;
    GHashTable *files;    /* "sink.log" to KbntPluginFile */
    GPtrArray *instances; /* in the order of creation */
};

/* A walk over all instances: forward to start, backward to stop. */
typedef struct {
    KbntPluginLoader *loader;
    guint n_passed;
    gboolean starts;
    GError *error; /* the first, with what the others say */
    KbntTaskDone done;
    gpointer data;
} Walk;

static void
free_file(gpointer data)
{
    kbnt_plugin_file_free(data);
}

static void
free_instance(gpointer data)
{
    kbnt_plugin_instance_free(data);
}

KbntPluginLoader *
kbnt_plugin_loader_new(const char *plugin_dir, KbntLogWriter *log)
{
    KbntPluginLoader *loader = g_new0(KbntPluginLoader, 1);
    loader->plugin_dir = g_strdup(plugin_dir);
    loader->log = log;
    loader->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_file);
    loader->instances = g_ptr_array_new_with_free_func(free_instance);
    return loader;
}

void
kbnt_plugin_loader_free(KbntPluginLoader *loader)
{
    if (!loader)
        return;
    for (guint i = loader->instances->len; i > 0; i--)
        g_ptr_array_remove_index(loader->instances, i - 1);
    g_ptr_array_unref(loader->instances);
    g_hash_table_unref(loader->files);
    g_free(loader->plugin_dir);
    g_free(loader);
}

static char *
section_of(guint32 kind, const char *name)
{
    return g_strdup_printf("%s.%s", kbnt_plugin_kind_name(kind), name);
}

static void
tell_shadowed(KbntPluginLoader *loader, GPtrArray *shadowed)
{
    for (guint i = 0; i < shadowed->len; i++) {
        g_autoptr(KbntValue) fields = kbnt_value_new();
        kbnt_value_set_string(fields, KBNT_FIELD_NAME, shadowed->pdata[i]);
        kbnt_log_writer_write(loader->log, KBNT_LOG_NOTICE, "plugins", NULL, fields,
                              "a plugin of the same name in an earlier folder is used instead");
    }
}

static KbntPluginFile *
open_file(KbntPluginLoader *loader, guint32 kind, const char *name, GError **error)
{
    g_autofree char *section = section_of(kind, name);
    KbntPluginFile *file = g_hash_table_lookup(loader->files, section);
    if (file)
        return file;

    g_autoptr(GPtrArray) shadowed = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = kbnt_plugin_path_find(loader->plugin_dir, kind, name, shadowed,
                                                  error);
    if (!path || !(file = kbnt_plugin_file_open(path, error)))
        return NULL;
    tell_shadowed(loader, shadowed);
    g_hash_table_insert(loader->files, g_steal_pointer(&section), file);
    return file;
}

static void
declare_chosen(KbntPluginLoader *loader, KbntConfig *config, guint32 kind, const char *name,
               const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *section = section_of(kind, name);
    KbntPluginFile *file = open_file(loader, kind, name, &error);
    if (!file)
        kbnt_config_refuse(config, "kbnt", key, "%s", error->message);
    else if (!kbnt_config_block(config, section))
        kbnt_config_declare(config, section, kbnt_plugin_file_keys(file));
    if (!file)
        kbnt_config_skip(config, section, NULL);
}

/* A daemon at work loads no code that it does not use. */
static void
put_off(KbntPluginLoader *loader, KbntConfig *config, const char *section)
{
    g_autoptr(KbntValue) fields = kbnt_value_new();

    kbnt_config_skip(config, section, NULL);
    kbnt_value_set_string(fields, KBNT_FIELD_NAME, section);
    kbnt_log_writer_write(loader->log, KBNT_LOG_NOTICE, "plugins", NULL, fields,
                          "the section of a plugin that is not in use is checked at the next "
                          "start, or by kbntd --check-config");
}

/* Sections of plugins that are not in use are checked where that is possible. */
static void
declare_idle(KbntPluginLoader *loader, KbntConfig *config, guint32 kind)
{
    g_autofree char *glob = section_of(kind, "*");
    g_auto(GStrv) sections = kbnt_config_sections(config, glob);
    for (gsize i = 0; sections[i]; i++) {
        g_autoptr(GError) error = NULL;
        if (kbnt_config_block(config, sections[i]))
            continue;
        if (loader->instances->len > 0 && !g_hash_table_contains(loader->files, sections[i])) {
            put_off(loader, config, sections[i]);
            continue;
        }
        KbntPluginFile *file = open_file(loader, kind, sections[i] + strlen(glob) - 1, &error);
        if (file)
            kbnt_config_declare(config, sections[i], kbnt_plugin_file_keys(file));
        else
            kbnt_config_skip(config, sections[i], error->message);
    }
}

void
kbnt_plugin_loader_declare(KbntPluginLoader *loader, const KbntCoreConfig *core,
                           KbntConfig *config)
{
    const KbntMainConfig *kbnt = core->kbnt;
    declare_chosen(loader, config, KBNT_KIND_TRANSPORT, kbnt->transport, "transport");
    declare_chosen(loader, config, KBNT_KIND_STORE, kbnt->store, "store");
    if (kbnt_core_half(core) != KBNT_HALF_PRODUCER)
        declare_chosen(loader, config, KBNT_KIND_PROVISIONER, kbnt->provisioner, "provisioner");
    for (gsize i = 0; kbnt->sinks[i]; i++)
        declare_chosen(loader, config, KBNT_KIND_SINK, kbnt->sinks[i], "sinks");
    for (guint32 kind = 1; kbnt_plugin_kind_name(kind); kind++)
        declare_idle(loader, config, kind);
}

KbntPluginInstance *
kbnt_plugin_loader_create(KbntPluginLoader *loader, KbntConfig *config,
                          const KbntHostShared *shared, guint32 kind, const char *name,
                          KbntHalf half, GError **error)
{
    g_autofree char *section = section_of(kind, name);
    gconstpointer block = kbnt_config_block(config, section);
    KbntPluginFile *file = open_file(loader, kind, name, error);
    if (!file)
        return NULL;
    g_assert(block);
    KbntPluginInstance *instance = kbnt_plugin_instance_new(file, block, shared, half, error);
    if (instance)
        g_ptr_array_add(loader->instances, instance);
    return instance;
}

static void walk_on(Walk *walk);

static void
add_error(Walk *walk, const GError *error)
{
    GError *before = walk->error;

    walk->error = before ? g_error_new(before->domain, before->code, "%s; %s", before->message,
                                       error->message)
                         : g_error_copy(error);
    g_clear_error(&before);
}

static void
instance_passed(KbntValue *result, const GError *error, gpointer data)
{
    Walk *walk = data;
    walk->n_passed++;
    if (error)
        add_error(walk, error);
    walk_on(walk);
}

/* Whether the next instance is of the same section as the last: the two stores of role all.
 * What a section asks of its plugin at the start, such as to take back a file, it asks of both.
 */
static gboolean
is_of_same_section(const Walk *walk)
{
    GPtrArray *instances = walk->loader->instances;
    return strcmp(kbnt_plugin_instance_section(instances->pdata[walk->n_passed]),
                  kbnt_plugin_instance_section(instances->pdata[walk->n_passed - 1])) == 0;
}

static void
walk_on(Walk *walk)
{
    GPtrArray *instances = walk->loader->instances;
    gboolean is_over = walk->n_passed == instances->len ||
                       (walk->starts && walk->error && !is_of_same_section(walk));
    if (is_over) {
        walk->done(NULL, walk->error, walk->data);
        g_clear_error(&walk->error);
        g_free(walk);
    } else if (walk->starts) {
        kbnt_plugin_instance_start(instances->pdata[walk->n_passed], instance_passed, walk);
    } else {
        kbnt_plugin_instance_stop(instances->pdata[instances->len - 1 - walk->n_passed],
                                  instance_passed, walk);
    }
}

static void
walk_all(KbntPluginLoader *loader, gboolean starts, KbntTaskDone done, gpointer data)
{
    Walk *walk = g_new0(Walk, 1);
    *walk = (Walk){ .loader = loader, .starts = starts, .done = done, .data = data };
    walk_on(walk);
}

void
kbnt_plugin_loader_start(KbntPluginLoader *loader, KbntTaskDone done, gpointer data)
{
    walk_all(loader, TRUE, done, data);
}

void
kbnt_plugin_loader_stop(KbntPluginLoader *loader, KbntTaskDone done, gpointer data)
{
    walk_all(loader, FALSE, done, data);
}

void
kbnt_plugin_loader_reload(KbntPluginLoader *loader, KbntConfig *fresh)
{
    for (guint i = 0; i < loader->instances->len; i++) {
        KbntPluginInstance *instance = loader->instances->pdata[i];
        gconstpointer block = kbnt_config_block(fresh, kbnt_plugin_instance_section(instance));
        g_autoptr(GError) error = NULL;
        if (block && !kbnt_plugin_instance_reload(instance, block, &error))
            kbnt_log_writer_report(loader->log, KBNT_LOG_WARNING, "plugins", error, NULL,
                                   "the plugin goes on with its old configuration");
    }
}

guint
kbnt_plugin_loader_n_instances(const KbntPluginLoader *loader)
{
    return loader->instances->len;
}

KbntPluginInstance *
kbnt_plugin_loader_nth(const KbntPluginLoader *loader, guint index)
{
    return loader->instances->pdata[index];
}

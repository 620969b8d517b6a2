/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the search for plugins in the folders of plugin_dir. */
#include "plugin-path.h"

#include "nearest-name.h"
#include "plugin-file.h"

#include <string.h>

static gint
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
list_folder(GPtrArray *paths, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    const char *file_name;
    while (dir && (file_name = g_dir_read_name(dir))) {
        g_autofree char *name = NULL;
        if (kbnt_plugin_file_split_name(file_name, &name))
            g_ptr_array_add(found, g_build_filename(folder, file_name, NULL));
    }
    g_ptr_array_sort(found, compare_strings);
    g_ptr_array_extend_and_steal(paths, g_steal_pointer(&found));
}

GPtrArray *
kbnt_plugin_path_list(const char *plugin_dir)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) folders = g_strsplit(plugin_dir, ":", -1);
    for (gsize i = 0; folders[i]; i++)
        if (*folders[i])
            list_folder(paths, folders[i]);
    return paths;
}

/* The names of all plugins of a kind, to guess at what was meant. */
static char *
hint_of(const char *plugin_dir, guint32 kind, const char *wanted)
{
    g_autoptr(GPtrArray) paths = kbnt_plugin_path_list(plugin_dir);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < paths->len; i++) {
        char *name = NULL;
        if (kbnt_plugin_file_split_name(paths->pdata[i], &name) == kind)
            g_ptr_array_add(names, name);
        else
            g_free(name);
    }
    g_ptr_array_add(names, NULL);
    return kbnt_nearest_hint(wanted, (const char *const *)names->pdata);
}

char *
kbnt_plugin_path_find(const char *plugin_dir, guint32 kind, const char *name,
                      GPtrArray *shadowed, GError **error)
{
    g_auto(GStrv) folders = g_strsplit(plugin_dir, ":", -1);
    g_autofree char *file_name = g_strdup_printf("kbnt-%s-%s.so", kbnt_plugin_kind_name(kind),
                                                 name);
    g_autofree char *first = NULL;
    for (gsize i = 0; folders[i] && !strchr(name, '/'); i++) {
        g_autofree char *path = g_build_filename(folders[i], file_name, NULL);
        if (!*folders[i] || !g_file_test(path, G_FILE_TEST_EXISTS))
            continue;
        if (!first)
            first = g_steal_pointer(&path);
        else if (shadowed)
            g_ptr_array_add(shadowed, g_steal_pointer(&path));
    }
    if (first)
        return g_steal_pointer(&first);

    g_autofree char *hint = hint_of(plugin_dir, kind, name);
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                "plugin '%s' is not in '%s'; install it or mend kbnt.plugin_dir%s", file_name,
                plugin_dir, hint);
    return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what kbntd prints of its configuration instead of serving. */
#include "printing.h"

#include "plugin-file.h"
#include "plugin-path.h"
#include "reference.h"

static void
append_key(const char *section, const KbntKey *row, const char *key, const char *shown,
           const char *origin, gpointer data)
{
    GString *text = data;

    (void)row;
    g_string_append_printf(text, "%s.%s=%s\t# %s\n", section, key, shown, origin);
}

char *
kbnt_printing_config(KbntConfig *config)
{
    GString *text = g_string_new(NULL);

    kbnt_config_walk(config, append_key, text);
    return g_string_free(text, FALSE);
}

static void
add_core_sections(GArray *sections)
{
    guint n_sections = 0;
    const KbntCoreSection *core = kbnt_core_sections(&n_sections);

    for (guint i = 0; i < n_sections; i++) {
        const KbntReferenceSection section = { core[i].name, core[i].summary, &core[i].table };

        g_array_append_val(sections, section);
    }
}

/* What cannot be opened is left out: `kbntctl plugins check` says why. */
static void
add_plugin_sections(GArray *sections, const char *plugin_dir, GPtrArray *files)
{
    g_autoptr(GPtrArray) paths = kbnt_plugin_path_list(plugin_dir);

    for (guint i = 0; i < paths->len; i++) {
        KbntPluginFile *file = kbnt_plugin_file_open(g_ptr_array_index(paths, i), NULL);

        if (file == NULL)
            continue;
        const KbntReferenceSection section = { kbnt_plugin_file_section(file),
                                               kbnt_plugin_file_plugin(file)->summary,
                                               kbnt_plugin_file_keys(file) };
        g_array_append_val(sections, section);
        g_ptr_array_add(files, file);
    }
}

static char *
print_all(const char *plugin_dir, char *(*print)(const KbntReferenceSection *, gsize))
{
    g_autoptr(GArray) sections = g_array_new(FALSE, FALSE, sizeof(KbntReferenceSection));
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(
        (GDestroyNotify)kbnt_plugin_file_free);

    add_core_sections(sections);
    add_plugin_sections(sections, plugin_dir, files);
    return print((const KbntReferenceSection *)sections->data, sections->len);
}

char *
kbnt_printing_example(const char *plugin_dir)
{
    return print_all(plugin_dir, kbnt_reference_example);
}

char *
kbnt_printing_manual(const char *plugin_dir)
{
    return print_all(plugin_dir, kbnt_reference_manual);
}

char *
kbnt_printing_reference(const char *plugin_dir)
{
    return print_all(plugin_dir, kbnt_reference_markdown);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plugins-commands.c: owns the look at plugin files without a daemon.
 */
#include "installation.h"
#include "print.h"

#include "plugin-file.h"
#include "plugin-path.h"
#include <stdio.h>
#include <string.h>

static const KbntOption plugin_options[] = {
    { "plugin-dir", "FOLDERS", "Where to look, separated by ':' (default kbnt.plugin_dir)" },
    { "config", "FILE", "The file that names them (default " KBNT_CONFIG_DIR "/kbnt.conf)" },
    { "set", "SECTION.KEY=VALUE", "Set a key, over all files; may be given again" },
    { NULL, NULL, NULL },
};

static const KbntColumn plugin_columns[] = {
    { "KIND", "kind" }, { "NAME", "name" },       { "VERSION", "version" },
    { "ABI", "abi" },   { "SUMMARY", "summary" }, { "FAULT", "fault" },
};

static const KbntColumn plugin_lines[] = {
    { "plugin", "section" },    { "version", "version" }, { "summary", "summary" },
    { "license", "license" },   { "bugs", "url" },        { "ABI", "abi" },
    { "capabilities", "caps" }, { "keys", "nKeys" },      { "file", "path" },
};

static const KbntColumn key_columns[] = {
    { "KEY", "name" },    { "DEFAULT", "default" },   { "VALUE", "range" },
    { "SINCE", "since" }, { "RELOAD", "reloadable" }, { "HELP", "help" },
};

static json_t *
describe(const KbntPluginFile *file)
{
    const KbntPlugin *plugin = kbnt_plugin_file_plugin(file);
    g_autofree char *abi = g_strdup_printf("%u.%u", plugin->abi_major, plugin->abi_minor);
    g_autofree char *caps = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", plugin->caps);

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "section",
                     kbnt_plugin_file_section(file), "kind",
                     kbnt_plugin_kind_name(plugin->kind), "name", plugin->name, "version",
                     plugin->version, "abi", abi, "summary", plugin->summary, "license",
                     plugin->license, "url", plugin->url, "caps", caps, "nKeys",
                     (int)plugin->n_keys, "path", kbnt_plugin_file_path(file));
}

/* A plugin that cannot be loaded is listed by its file's name, with the reason. */
static json_t *
describe_broken(const char *path, const GError *error)
{
    g_autofree char *name = NULL;
    guint32 kind = kbnt_plugin_file_split_name(path, &name);
    g_autofree char *base = g_path_get_basename(path);

    return json_pack("{s:s, s:s, s:s, s:s}", "kind", kind ? kbnt_plugin_kind_name(kind) : "-",
                     "name", name ? name : base, "path", path, "fault", error->message);
}

/* Returns: (transfer full): what is to be said of the file; FALSE in ret_is_sound where it
 * cannot be loaded. */
static json_t *
examine(const char *path, gboolean *ret_is_sound)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntPluginFile) file = kbnt_plugin_file_open(path, &error);

    *ret_is_sound = file != NULL;
    return file ? describe(file) : describe_broken(path, error);
}

static void
print_rows(const KbntInvocation *invocation, const KbntColumn *columns, gsize n_columns,
           const json_t *rows)
{
    if (kbnt_invocation_wants_json(invocation)) {
        kbnt_print_json(rows);
        return;
    }
    g_autofree char *table = kbnt_table(columns, n_columns, rows);
    fputs(table, stdout);
}

static GPtrArray *
paths_of_all(const KbntInvocation *invocation)
{
    g_autofree char *plugin_dir = kbnt_installation_plugin_dir(invocation);
    return kbnt_plugin_path_list(plugin_dir);
}

static int
list_plugins(KbntInvocation *invocation)
{
    g_autoptr(GPtrArray) paths = paths_of_all(invocation);
    json_t *rows = json_array();
    gboolean is_sound;

    for (guint i = 0; i < paths->len; i++)
        json_array_append_new(rows, examine(g_ptr_array_index(paths, i), &is_sound));
    print_rows(invocation, plugin_columns, G_N_ELEMENTS(plugin_columns), rows);
    json_decref(rows);
    return KBNT_EXIT_DONE;
}

static GPtrArray *
paths_to_check(const KbntInvocation *invocation)
{
    guint n_paths = kbnt_invocation_n_operands(invocation);
    if (n_paths == 0)
        return paths_of_all(invocation);

    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n_paths; i++)
        g_ptr_array_add(paths, g_strdup(kbnt_invocation_operand(invocation, i)));
    return paths;
}

static void
print_verdict(const json_t *plugin)
{
    const char *fault = kbnt_json_text_at(plugin, "fault");

    if (fault)
        printf("FAIL %s\n", fault);
    else
        printf("ok   %s\n", kbnt_json_text_at(plugin, "path"));
}

static int
check_plugins(KbntInvocation *invocation)
{
    g_autoptr(GPtrArray) paths = paths_to_check(invocation);
    gboolean wants_json = kbnt_invocation_wants_json(invocation);
    gboolean all_sound = TRUE;
    json_t *rows = json_array();

    for (guint i = 0; i < paths->len; i++) {
        gboolean is_sound;
        json_t *plugin = examine(g_ptr_array_index(paths, i), &is_sound);

        all_sound = all_sound && is_sound;
        if (!wants_json)
            print_verdict(plugin);
        json_array_append_new(rows, plugin);
    }
    if (wants_json)
        kbnt_print_json(rows);
    json_decref(rows);
    return all_sound ? KBNT_EXIT_DONE : KBNT_EXIT_FAILED;
}

/* One plugin, given as its file or as kind and name. */
static KbntPluginFile *
open_named(const KbntInvocation *invocation, GError **error)
{
    const char *first = kbnt_invocation_operand(invocation, 0);
    const char *name = kbnt_invocation_operand(invocation, 1);
    guint32 kind = kbnt_plugin_kind_from_name(first);

    if (!name)
        return kbnt_plugin_file_open(first, error);
    if (kind == 0) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND,
                    "there is no kind '%s': say transport, provisioner, store or sink", first);
        return NULL;
    }
    g_autofree char *plugin_dir = kbnt_installation_plugin_dir(invocation);
    g_autofree char *path = kbnt_plugin_path_find(plugin_dir, kind, name, NULL, error);
    return path ? kbnt_plugin_file_open(path, error) : NULL;
}

static int
show_plugin(KbntInvocation *invocation)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntPluginFile) file = open_named(invocation, &error);
    if (!file)
        return kbnt_invocation_fail(invocation, error);

    json_t *plugin = describe(file);
    g_autofree char *sheet = kbnt_sheet(plugin_lines, G_N_ELEMENTS(plugin_lines), plugin);
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(plugin);
    else
        fputs(sheet, stdout);
    json_decref(plugin);
    return KBNT_EXIT_DONE;
}

static json_t *
describe_key(const KbntKey *row)
{
    g_autofree char *range = kbnt_key_range(row);
    const char *shown = row->type == KBNT_KEY_SECRET ? "***" : row->default_text;

    return json_pack("{s:s, s:s, s:s?, s:s, s:s, s:b, s:b, s:s}", "name", row->name, "type",
                     kbnt_key_type_name(row->type), "default", shown, "range", range, "since",
                     row->since ? row->since : "", "reloadable",
                     (row->flags & KBNT_KEY_RELOADABLE) != 0, "required",
                     (row->flags & KBNT_KEY_REQUIRED) != 0, "help", row->help);
}

static int
list_keys(KbntInvocation *invocation)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntPluginFile) file = open_named(invocation, &error);
    if (!file)
        return kbnt_invocation_fail(invocation, error);

    const KbntKeyTable *table = kbnt_plugin_file_keys(file);
    json_t *rows = json_array();
    for (guint i = 0; i < table->n_keys; i++) {
        KbntKey row = kbnt_key_table_row(table, i);
        json_array_append_new(rows, describe_key(&row));
    }
    print_rows(invocation, key_columns, G_N_ELEMENTS(key_columns), rows);
    json_decref(rows);
    return KBNT_EXIT_DONE;
}

const KbntCommand kbnt_plugins_commands[] = {
    { "plugins list", NULL, "List the plugins that are installed, the broken ones too", NULL,
      plugin_options, list_plugins },
    { "plugins info", "KIND-OR-FILE [NAME]", "Show what a plugin says of itself",
      "Give kind and name ('sink log'), or the path of a file.", plugin_options, show_plugin },
    { "plugins keys", "KIND-OR-FILE [NAME]", "List the keys of a plugin's section",
      "Give kind and name ('sink log'), or the path of a file.", plugin_options, list_keys },
    { "plugins check", "[FILE…]", "Look whether plugins can be loaded; all without FILE",
      "Checks the file, its ABI, its ops and its keys; no function of the plugin is called. "
      "kbnt-plugin-check holds a plugin to the contract of its kind.",
      plugin_options, check_plugins },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};

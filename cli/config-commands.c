/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config-commands.c: owns the look at the configuration without a daemon.
 */
#include "installation.h"
#include "print.h"

#include "plugin-loader.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const KbntOption config_options[] = {
    { "config", "FILE", "The file to read (default " KBNT_CONFIG_DIR "/kbnt.conf)" },
    { "set", "SECTION.KEY=VALUE", "Set a key, over all files; may be given again" },
    { NULL, NULL, NULL },
};

/* The configuration as the daemon would read it, with the plugins that it names. */
typedef struct {
    KbntLogWriter *log;
    KbntPluginLoader *loader;
    KbntConfig *config;
    KbntCoreConfig *core;
} Whole;

static void
whole_clear(Whole *whole)
{
    kbnt_core_config_free(whole->core);
    kbnt_config_free(whole->config);
    kbnt_plugin_loader_free(whole->loader);
    kbnt_log_writer_free(whole->log);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Whole, whole_clear)

static Whole
read_whole(const KbntInvocation *invocation)
{
    Whole whole = { .log = kbnt_log_writer_new(KBNT_LOG_FORMAT_JSON, STDERR_FILENO) };

    kbnt_log_writer_set_level(whole.log, KBNT_LOG_ERROR);
    whole.config = kbnt_installation_read(invocation, &whole.core);
    whole.loader = kbnt_plugin_loader_new(whole.core->kbnt->plugin_dir, whole.log);
    kbnt_plugin_loader_declare(whole.loader, whole.core, whole.config);
    kbnt_core_config_check(whole.core, whole.config);
    return whole;
}

static json_t *
lines_json(const char *text)
{
    json_t *lines = json_array();
    g_auto(GStrv) parts = g_strsplit(text, "\n", -1);

    for (guint i = 0; parts[i]; i++) {
        if (*parts[i])
            json_array_append_new(lines, json_string(parts[i]));
    }
    return lines;
}

static void
print_verdict_json(const char *faults, const char *warnings)
{
    json_t *verdict = json_object();

    json_object_set_new(verdict, "valid", json_boolean(*faults == '\0'));
    json_object_set_new(verdict, "faults", lines_json(faults));
    json_object_set_new(verdict, "warnings", lines_json(warnings));
    kbnt_print_json(verdict);
    json_decref(verdict);
}

static int
check_config(KbntInvocation *invocation)
{
    g_auto(Whole) whole = read_whole(invocation);
    g_autoptr(GError) error = NULL;
    gboolean is_valid = kbnt_config_finish(whole.config, &error);
    g_autofree char *warnings = kbnt_config_warnings(whole.config);

    if (kbnt_invocation_wants_json(invocation)) {
        print_verdict_json(error ? error->message : "", warnings);
    } else {
        if (*warnings)
            fprintf(stderr, "%s\n", warnings);
        if (error)
            fprintf(stderr, "%s\n", error->message);
        else
            puts("the configuration is valid");
    }
    return is_valid ? KBNT_EXIT_DONE : KBNT_EXIT_FAILED;
}

static void
append_row(const char *section, const KbntKey *row, const char *key, const char *shown,
           const char *origin, gpointer data)
{
    json_t *rows = data;

    json_array_append_new(rows,
                          json_pack("{s:s, s:s, s:s, s:s, s:b}", "section", section, "key", key,
                                    "value", shown, "origin", origin, "reloadable",
                                    (row->flags & KBNT_KEY_RELOADABLE) != 0));
}

static void
print_rows(const json_t *rows)
{
    const char *section = "";

    for (gsize i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *here = kbnt_json_text_at(row, "section");

        if (strcmp(here, section) != 0)
            printf("%s[%s]\n", *section ? "\n" : "", here);
        section = here;
        printf("# %s\n%s = %s\n", kbnt_json_text_at(row, "origin"),
               kbnt_json_text_at(row, "key"), kbnt_json_text_at(row, "value"));
    }
}

static int
show_config(KbntInvocation *invocation)
{
    g_auto(Whole) whole = read_whole(invocation);
    g_autoptr(GError) error = NULL;
    json_t *rows = json_array();

    kbnt_config_walk(whole.config, append_row, rows);
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(rows);
    else
        print_rows(rows);
    json_decref(rows);
    if (kbnt_config_finish(whole.config, &error))
        return KBNT_EXIT_DONE;
    fprintf(stderr, "%s\n", error->message);
    return KBNT_EXIT_FAILED;
}

const KbntCommand kbnt_config_commands[] = {
    { "config check", NULL, "Look for faults in the configuration, and tell them all",
      "Reads the files as the daemon would, with the plugins that they name; no daemon is "
      "asked.",
      config_options, check_config },
    { "config show", NULL, "Show every key with its value and where that comes from",
      "What is printed is a configuration file again; secrets are shown as ***.",
      config_options, show_config },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the command line of kbntd, and the order in which the daemon comes to life. */
#include "daemon.h"
#include "printing.h"

#include <stdio.h>
#include <unistd.h>

#define EXIT_USAGE 2

typedef struct {
    char *path;
    char **assignments;
    gboolean check;
    gboolean print;
    gboolean print_example;
    gboolean print_manual;
    gboolean print_reference;
    gboolean version;
} Options;

static gboolean
parse_options(int *argc, char ***argv, Options *options, GError **error)
{
    const GOptionEntry entries[] = {
        { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->path,
          "Read FILE and the *.conf in conf.d beside it", "FILE" },
        { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options->assignments,
          "Set a key, over all files", "SECTION.KEY=VALUE" },
        { "check-config", 0, 0, G_OPTION_ARG_NONE, &options->check,
          "Check the configuration, tell all faults, and exit", NULL },
        { "print-config", 0, 0, G_OPTION_ARG_NONE, &options->print,
          "Print every key with its value and origin, and exit", NULL },
        { "print-example", 0, 0, G_OPTION_ARG_NONE, &options->print_example,
          "Print a configuration file with every key and its default, and exit", NULL },
        { "print-manual", 0, 0, G_OPTION_ARG_NONE, &options->print_manual,
          "Print the manual page kbnt.conf(5), and exit", NULL },
        { "print-reference", 0, 0, G_OPTION_ARG_NONE, &options->print_reference,
          "Print the page of all keys in Markdown, and exit", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version, and exit",
          NULL },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(
        context, "Turns requests for virtual machines, disks and networks into resources.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc == 1)
        return TRUE;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "unexpected argument '%s'",
                (*argv)[1]);
    return FALSE;
}

/* Without --config the packaged file is read where it exists; defaults serve without it. */
static void
find_file(Options *options)
{
    const char *packaged = KBNT_CONFIG_DIR "/kbnt.conf";

    if (options->path == NULL && g_file_test(packaged, G_FILE_TEST_EXISTS))
        options->path = g_strdup(packaged);
}

static int
fail(const GError *error)
{
    fprintf(stderr, "kbntd: %s\n", error->message);
    return EXIT_FAILURE;
}

static gboolean
wants_text(const Options *options)
{
    return options->check || options->print || options->print_example ||
           options->print_manual || options->print_reference;
}

/* What the options ask for instead of a daemon. */
static int
only_print(const Options *options, KbntConfig *config, const KbntCoreConfig *core)
{
    g_autofree char *text = NULL;

    if (options->print)
        text = kbnt_printing_config(config);
    else if (options->print_example)
        text = kbnt_printing_example(core->kbnt->plugin_dir);
    else if (options->print_manual)
        text = kbnt_printing_manual(core->kbnt->plugin_dir);
    else if (options->print_reference)
        text = kbnt_printing_reference(core->kbnt->plugin_dir);
    fputs(text != NULL ? text : "the configuration is valid\n", stdout);
    return EXIT_SUCCESS;
}

static int
serve(KbntConfig *config, KbntCoreConfig *core, KbntPluginLoader *loader, KbntLogWriter *log,
      const Options *options)
{
    const KbntConfigSource source = { options->path,
                                      (const char *const *)options->assignments };
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntDaemon) daemon = kbnt_daemon_new(config, core, loader, log, &source, &error);

    if (daemon == NULL || !kbnt_daemon_run(daemon, &error))
        return fail(error);
    return EXIT_SUCCESS;
}

/* Who only looks is told at once, who serves by the log. */
static void
tell_warnings(const Options *options, KbntConfig *config, KbntLogWriter *log)
{
    g_autofree char *warnings = kbnt_config_warnings(config);
    g_auto(GStrv) lines = g_strsplit(warnings, "\n", -1);

    for (gsize i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
        if (wants_text(options))
            fprintf(stderr, "kbntd: %s\n", lines[i]);
        else
            kbnt_log_writer_write(log, KBNT_LOG_WARNING, "config", NULL, NULL, lines[i]);
    }
}

static int
run(Options *options)
{
    g_autoptr(KbntLogWriter) log = kbnt_log_writer_new(KBNT_LOG_FORMAT_AUTO, STDERR_FILENO);
    g_autoptr(KbntPluginLoader) loader = NULL;
    g_autoptr(KbntConfig) config = kbnt_config_new();
    g_autoptr(KbntCoreConfig) core = NULL;
    g_autoptr(GError) error = NULL;

    if (options->path != NULL)
        kbnt_config_read(config, options->path);
    for (guint i = 0; options->assignments != NULL && options->assignments[i] != NULL; i++)
        kbnt_config_set(config, options->assignments[i]);
    core = kbnt_core_config_declare(config);
    loader = kbnt_plugin_loader_new(core->kbnt->plugin_dir, log);
    kbnt_plugin_loader_declare(loader, core, config);
    kbnt_core_config_check(core, config);
    if (!kbnt_config_finish(config, &error))
        return fail(error);
    kbnt_log_writer_set_format(log, (KbntLogFormat)core->kbnt->log_format);
    kbnt_log_writer_set_level(log, kbnt_core_log_level(core));
    tell_warnings(options, config, log);
    if (wants_text(options))
        return only_print(options, config, core);
    return serve(g_steal_pointer(&config), g_steal_pointer(&core), g_steal_pointer(&loader),
                 log, options);
}

int
main(int argc, char **argv)
{
    Options options = { 0 };
    g_autoptr(GError) error = NULL;
    int status = EXIT_USAGE;

    if (!parse_options(&argc, &argv, &options, &error))
        fprintf(stderr, "kbntd: %s\n", error->message);
    else if (options.version) {
        puts("kbntd " KBNT_VERSION);
        status = EXIT_SUCCESS;
    } else {
        find_file(&options);
        status = run(&options);
    }
    g_free(options.path);
    g_strfreev(options.assignments);
    return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbntctl.c: owns the program: it finds the command that is meant and runs it.
 */
#include "command.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *title;
    const KbntCommand *commands;
} KbntCommandGroup;

static const KbntCommandGroup groups[] = {
    { "Requests", kbnt_request_commands },     { "Views", kbnt_view_commands },
    { "Operation", kbnt_operator_commands },   { "Plugins", kbnt_plugins_commands },
    { "Configuration", kbnt_config_commands },
};

static void
print_overview(FILE *out)
{
    fprintf(out, "Usage: kbntctl COMMAND [OPTION…]\n");
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        fprintf(out, "\n%s:\n", groups[i].title);
        for (const KbntCommand *command = groups[i].commands; command->name; command++)
            fprintf(out, "  %-16s %s\n", command->name, command->summary);
    }
    fprintf(out, "\n'kbntctl COMMAND --help' says more. All take --json; the exit code is 0, 1 "
                 "when it failed, 2 when it was used wrongly.\n");
}

static const KbntCommand *
find_named(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        for (const KbntCommand *command = groups[i].commands; command->name; command++) {
            if (g_str_equal(command->name, name))
                return command;
        }
    }
    return NULL;
}

/* A command of two words goes before one of the first word alone. */
static const KbntCommand *
find_command(char **words, guint *ret_n_words)
{
    g_autofree char *both = words[1] ? g_strconcat(words[0], " ", words[1], NULL) : NULL;
    const KbntCommand *command = both ? find_named(both) : NULL;

    *ret_n_words = command ? 2 : 1;
    return command ? command : find_named(words[0]);
}

static gboolean
is_of_family(const KbntCommand *command, const char *word)
{
    return g_str_has_prefix(command->name, word) && command->name[strlen(word)] == ' ';
}

static gboolean
has_family(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        for (const KbntCommand *command = groups[i].commands; command->name; command++)
            if (is_of_family(command, word))
                return TRUE;
    return FALSE;
}

/* "dlq" alone: names what can stand behind it. */
static void
print_family(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        for (const KbntCommand *command = groups[i].commands; command->name; command++) {
            if (is_of_family(command, word))
                fprintf(stderr, "  %-16s %s\n", command->name, command->summary);
        }
    }
}

static int
reject(const char *word)
{
    gboolean is_option = word[0] == '-';

    if (is_option)
        fprintf(stderr,
                "kbntctl: '%s' stands where the command should; only --url, --socket and "
                "--json may stand before it\n",
                word);
    else
        fprintf(stderr, "kbntctl: there is no command '%s'%s\n", word,
                has_family(word) ? " alone, say which one" : "");
    if (has_family(word))
        print_family(word);
    else
        print_overview(stderr);
    return KBNT_EXIT_USAGE;
}

static int
show_help(const KbntCommand *command)
{
    g_autofree char *help = kbnt_command_help(command);

    fputs(help, stdout);
    return KBNT_EXIT_DONE;
}

/* Where the package has the configuration, whatever the prefix of this build. */
#define PACKAGED_CONFIG_DIR "/etc/kbnt"

/* Returns: (transfer full): the help of @command with the paths of the package. */
static char *
packaged_help(const KbntCommand *command)
{
    g_autofree char *help = kbnt_command_help(command);
    g_auto(GStrv) parts = g_strsplit(help, KBNT_CONFIG_DIR, -1);

    return g_strjoinv(PACKAGED_CONFIG_DIR, parts);
}

/* The reference, docs/reference/kbntctl.md: what this prints is what is committed there. */
static void
print_reference(void)
{
    printf("# kbntctl\nPrinted by `kbntctl help --all`. All commands take `--json`; the exit "
           "code is 0, 1 when it failed, 2 when it was used wrongly.\n");
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        printf("\n## %s\n", groups[i].title);
        for (const KbntCommand *command = groups[i].commands; command->name; command++) {
            g_autofree char *help = packaged_help(command);

            printf("\n### kbntctl %s\n```\n%s```\n", command->name, help);
        }
    }
}

/* Returns: (transfer container): what the command is given: the options before it, then what
 * stands behind it. */
static GPtrArray *
arguments_of(char **leading, guint n_leading, char **behind)
{
    GPtrArray *arguments = g_ptr_array_new();

    for (guint i = 0; i < n_leading; i++)
        g_ptr_array_add(arguments, leading[i]);
    for (; *behind; behind++)
        g_ptr_array_add(arguments, *behind);
    g_ptr_array_add(arguments, NULL);
    return arguments;
}

static int
run_command(char **leading, char **words)
{
    guint n_words = 0;
    const KbntCommand *command = find_command(words, &n_words);
    g_autoptr(GPtrArray) arguments = arguments_of(leading, (guint)(words - leading),
                                                  words + n_words);
    g_autoptr(KbntInvocation) invocation = NULL;
    g_autoptr(GError) error = NULL;

    if (!command)
        return reject(words[0]);
    invocation = kbnt_invocation_new(command, (const char *const *)arguments->pdata, &error);
    if (!invocation) {
        fprintf(stderr, "kbntctl %s: %s; see 'kbntctl %s --help'\n", command->name,
                error->message, command->name);
        return KBNT_EXIT_USAGE;
    }
    if (kbnt_invocation_wants_help(invocation))
        return show_help(command);
    return command->run(invocation);
}

static int
run_help(char **words)
{
    guint n_words;
    const KbntCommand *command;

    if (!words[0]) {
        print_overview(stdout);
        return KBNT_EXIT_DONE;
    }
    if (g_str_equal(words[0], "--all")) {
        print_reference();
        return KBNT_EXIT_DONE;
    }
    command = find_command(words, &n_words);
    return command ? show_help(command) : reject(words[0]);
}

static int
run_words(char **leading)
{
    char **words = leading + kbnt_invocation_n_leading((const char *const *)leading);

    if (!words[0]) {
        print_overview(stderr);
        return KBNT_EXIT_USAGE;
    }
    if (g_str_equal(words[0], "--version")) {
        printf("kbntctl %s\n", KBNT_VERSION);
        return KBNT_EXIT_DONE;
    }
    if (g_str_equal(words[0], "--help") || g_str_equal(words[0], "-h") ||
        g_str_equal(words[0], "help"))
        return run_help(words + 1);
    return run_command(leading, words);
}

int
main(int argc, char **argv)
{
    int status;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    status = run_words(argv + 1);
    curl_global_cleanup();
    return status;
}

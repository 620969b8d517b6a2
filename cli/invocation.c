/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * invocation.c: owns what a command was given: options, operands, and the daemon it speaks to.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_URL "http://127.0.0.1:8080"

/* Options that every command has. */
static const KbntOption common_options[] = {
    { "url", "URL", "The API (KBNT_URL; default " DEFAULT_URL ")" },
    { "socket", "PATH",
      "The daemon's socket (KBNT_SOCKET; default ROLE.sock in the runtime folder)" },
    { "json", NULL, "Print JSON" },
    { "help", NULL, "Print this help" },
    { NULL, NULL, NULL },
};

struct KbntInvocation {
    const KbntCommand *command;
    GHashTable *values; /* option -> GPtrArray of char *, NULL-terminated */
    GPtrArray *operands;
    KbntClient *api;
    KbntClient *admin;
};

static void
values_free(gpointer values)
{
    g_ptr_array_unref(values);
}

void
kbnt_invocation_free(KbntInvocation *invocation)
{
    if (!invocation)
        return;
    g_hash_table_unref(invocation->values);
    g_ptr_array_unref(invocation->operands);
    kbnt_client_free(invocation->api);
    kbnt_client_free(invocation->admin);
    g_free(invocation);
}

static const KbntOption *
find_in(const KbntOption *options, const char *name, gsize length)
{
    for (; options && options->name; options++) {
        if (strncmp(options->name, name, length) == 0 && options->name[length] == '\0')
            return options;
    }
    return NULL;
}

static const KbntOption *
find_option(const KbntCommand *command, const char *name, gsize length)
{
    const KbntOption *option = find_in(command->options, name, length);

    return option ? option : find_in(common_options, name, length);
}

static void
keep_value(KbntInvocation *invocation, const char *name, const char *value)
{
    GPtrArray *values = g_hash_table_lookup(invocation->values, name);

    if (!values) {
        values = g_ptr_array_new_null_terminated(0, g_free, TRUE);
        g_hash_table_insert(invocation->values, g_strdup(name), values);
    }
    g_ptr_array_add(values, g_strdup(value));
}

static gboolean
refuse(GError **error, const char *name, const char *why)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' %s", name, why);
    return FALSE;
}

/* @arguments stands at an option; steps over what it takes. */
static gboolean
take_option(KbntInvocation *invocation, const char *const **arguments, GError **error)
{
    const char *argument = **arguments;
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    gsize length = equals ? (gsize)(equals - name) : strlen(name);
    const KbntOption *option = find_option(invocation->command, name, length);

    if (!option)
        return refuse(error, argument, "is not an option of this command");
    ++*arguments;
    if (!option->value && equals)
        return refuse(error, argument, "takes no value");
    if (!option->value) {
        keep_value(invocation, option->name, "");
        return TRUE;
    }
    if (!equals && !**arguments)
        return refuse(error, argument, "needs a value");
    keep_value(invocation, option->name, equals ? equals + 1 : *(*arguments)++);
    return TRUE;
}

static void
take_operands(KbntInvocation *invocation, const char *const *arguments)
{
    for (; *arguments; arguments++)
        g_ptr_array_add(invocation->operands, g_strdup(*arguments));
}

static gboolean
take_arguments(KbntInvocation *invocation, const char *const *arguments, GError **error)
{
    while (*arguments) {
        const char *argument = *arguments;

        if (g_str_equal(argument, "--")) {
            take_operands(invocation, arguments + 1);
            return TRUE;
        }
        if (g_str_has_prefix(argument, "--")) {
            if (!take_option(invocation, &arguments, error))
                return FALSE;
            continue;
        }
        if (g_str_equal(argument, "-h"))
            keep_value(invocation, "help", "");
        else if (argument[0] == '-' && argument[1] != '\0')
            return refuse(error, argument, "is not an option: options begin with two dashes");
        else
            g_ptr_array_add(invocation->operands, g_strdup(argument));
        arguments++;
    }
    return TRUE;
}

/* "ID [NAME] FILE…": each word is one operand; brackets make it optional, dots repeatable. */
static gboolean
check_operands(const KbntInvocation *invocation, GError **error)
{
    const char *text = invocation->command->operands;
    g_auto(GStrv) words = g_strsplit(text ? text : "", " ", -1);
    guint most = 0;
    guint given = invocation->operands->len;

    for (guint i = 0; words[i] && *words[i]; i++) {
        if (words[i][0] != '[' && i >= given)
            return refuse(error, words[i], "is missing");
        most = g_str_has_suffix(words[i], "…") || g_str_has_suffix(words[i], "…]") ? G_MAXUINT
                                                                                   : i + 1;
    }
    if (given > most)
        return refuse(error, invocation->operands->pdata[most], "is one word too many");
    return TRUE;
}

KbntInvocation *
kbnt_invocation_new(const KbntCommand *command, const char *const *arguments, GError **error)
{
    g_autoptr(KbntInvocation) invocation = g_new0(KbntInvocation, 1);

    invocation->command = command;
    invocation->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, values_free);
    invocation->operands = g_ptr_array_new_with_free_func(g_free);
    if (!take_arguments(invocation, arguments, error))
        return NULL;
    if (!kbnt_invocation_wants_help(invocation) && !check_operands(invocation, error))
        return NULL;
    return g_steal_pointer(&invocation);
}

guint
kbnt_invocation_n_leading(const char *const *words)
{
    guint n_words = 0;

    while (words[n_words] && g_str_has_prefix(words[n_words], "--")) {
        const char *name = words[n_words] + 2;
        const char *equals = strchr(name, '=');
        const KbntOption *option = find_in(common_options, name,
                                           equals ? (gsize)(equals - name) : strlen(name));

        if (!option || g_str_equal(option->name, "help"))
            break;
        n_words += option->value && !equals && words[n_words + 1] ? 2 : 1;
    }
    return n_words;
}

static void
append_options(GString *help, const KbntOption *options)
{
    for (; options && options->name; options++) {
        g_autofree char *shown = g_strdup_printf("--%s%s%s", options->name,
                                                 options->value ? " " : "",
                                                 options->value ? options->value : "");

        g_string_append_printf(help, "  %-26s %s\n", shown, options->help);
    }
}

char *
kbnt_command_help(const KbntCommand *command)
{
    GString *help = g_string_new(NULL);

    g_string_append_printf(help, "Usage: kbntctl %s%s%s [OPTION…]\n\n%s.\n", command->name,
                           command->operands ? " " : "",
                           command->operands ? command->operands : "", command->summary);
    if (command->details)
        g_string_append_printf(help, "\n%s\n", command->details);
    g_string_append(help, "\nOptions:\n");
    append_options(help, command->options);
    append_options(help, common_options);
    return g_string_free(help, FALSE);
}

gboolean
kbnt_invocation_has(const KbntInvocation *invocation, const char *option)
{
    return g_hash_table_contains(invocation->values, option);
}

gboolean
kbnt_invocation_wants_json(const KbntInvocation *invocation)
{
    return kbnt_invocation_has(invocation, "json");
}

gboolean
kbnt_invocation_wants_help(const KbntInvocation *invocation)
{
    return kbnt_invocation_has(invocation, "help");
}

const char *const *
kbnt_invocation_get_all(const KbntInvocation *invocation, const char *option)
{
    GPtrArray *values = g_hash_table_lookup(invocation->values, option);

    return values ? (const char *const *)values->pdata : NULL;
}

const char *
kbnt_invocation_get(const KbntInvocation *invocation, const char *option)
{
    GPtrArray *values = g_hash_table_lookup(invocation->values, option);

    return values ? values->pdata[values->len - 1] : NULL;
}

const char *
kbnt_invocation_operand(const KbntInvocation *invocation, guint place)
{
    return place < invocation->operands->len ? invocation->operands->pdata[place] : NULL;
}

guint
kbnt_invocation_n_operands(const KbntInvocation *invocation)
{
    return invocation->operands->len;
}

static const char *
setting(const KbntInvocation *invocation, const char *option, const char *variable)
{
    const char *value = kbnt_invocation_get(invocation, option);

    return value ? value : g_getenv(variable);
}

KbntClient *
kbnt_invocation_api(KbntInvocation *invocation)
{
    const char *url = setting(invocation, "url", "KBNT_URL");

    if (!invocation->api)
        invocation->api = kbnt_client_new(url ? url : DEFAULT_URL, NULL);
    return invocation->api;
}

/* Returns: (transfer full): the socket of the role that runs here, else of the role all. */
static char *
socket_that_is_there(void)
{
    static const char *const roles[] = { "all", "consumer", "producer" };

    for (guint i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_autofree char *path = g_strconcat(KBNT_RUNTIME_DIR "/", roles[i], ".sock", NULL);

        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return g_strdup(KBNT_RUNTIME_DIR "/all.sock");
}

KbntClient *
kbnt_invocation_admin(KbntInvocation *invocation)
{
    const char *named = setting(invocation, "socket", "KBNT_SOCKET");
    g_autofree char *path = named ? g_strdup(named) : socket_that_is_there();

    if (!invocation->admin)
        invocation->admin = kbnt_client_new("http://localhost", path);
    return invocation->admin;
}

static const char *
next_step(const KbntInvocation *invocation, const GError *error)
{
    if (!g_error_matches(error, KBNT_ERROR, KBNT_ERROR_UNAVAILABLE))
        return NULL;
    if (strstr(error->message, "no kbnt answers at"))
        return "Start it with 'systemctl start kbnt' or 'kbntd', or say where it is with --url "
               "(--socket for administration); 'kbntctl doctor' looks closer.";
    return "'kbntctl doctor' says what it lacks.";
}

int
kbnt_invocation_fail(const KbntInvocation *invocation, const GError *error)
{
    const char *hint = next_step(invocation, error);

    fprintf(stderr, "kbntctl %s: %s\n", invocation->command->name, error->message);
    if (hint)
        fprintf(stderr, "%s\n", hint);
    return KBNT_EXIT_FAILED;
}

int
kbnt_invocation_misused(const KbntInvocation *invocation, const char *why)
{
    fprintf(stderr, "kbntctl %s: %s; see 'kbntctl %s --help'\n", invocation->command->name, why,
            invocation->command->name);
    return KBNT_EXIT_USAGE;
}

KbntAnswer *
kbnt_invocation_fetch(KbntInvocation *invocation, KbntClient *client, const char *method,
                      const char *path, json_t *body)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntAnswer) answer = kbnt_client_call(client, method, path, body, &error);

    if (answer && kbnt_answer_check(answer, &error))
        return g_steal_pointer(&answer);
    kbnt_invocation_fail(invocation, error);
    return NULL;
}

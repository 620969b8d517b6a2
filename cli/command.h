/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * command.h: owns what a command of kbntctl is, and what it is given when it runs.
 *
 * The arrays at the end are the table of all commands; parsing, help and the overview are made
 * from it. A command prints to standard output, complains to standard error, and returns the
 * exit code of the program.
 */
#ifndef KBNT_COMMAND_H
#define KBNT_COMMAND_H

#include "client.h"

#define KBNT_EXIT_DONE 0
#define KBNT_EXIT_FAILED 1
#define KBNT_EXIT_USAGE 2

/**
 * KbntOption:
 * @name: without its dashes
 * @value: (nullable): what stands for the value in the help; NULL for a flag
 * @help: one sentence, without a full stop
 *
 * An option of a command. One that is given several times has several values.
 */
typedef struct {
    const char *name;
    const char *value;
    const char *help;
} KbntOption;

typedef struct KbntInvocation KbntInvocation;

/**
 * KbntCommand:
 * @name: one word, or two ("dlq list")
 * @operands: (nullable): names of what follows, as the help shows them; "[NAME]" may be left
 *   out, "NAME…" may be several
 * @summary: one sentence, without a full stop
 * @details: (nullable): more for the command's own help
 * @options: (nullable): ends with an all-NULL one
 * @run: does it; returns an exit code
 */
typedef struct {
    const char *name;
    const char *operands;
    const char *summary;
    const char *details;
    const KbntOption *options;
    int (*run)(KbntInvocation *invocation);
} KbntCommand;

/* Each ends with an all-NULL command. */
extern const KbntCommand kbnt_request_commands[];
extern const KbntCommand kbnt_view_commands[];
extern const KbntCommand kbnt_operator_commands[];
extern const KbntCommand kbnt_plugins_commands[];
extern const KbntCommand kbnt_config_commands[];

/**
 * kbnt_invocation_new:
 * @arguments: (transfer none): what stands behind the command's name
 *
 * Returns: (transfer full) (nullable): the command with what it was given, or NULL with
 *   G_OPTION_ERROR.
 */
KbntInvocation *kbnt_invocation_new(const KbntCommand *command, const char *const *arguments,
                                    GError **error);

void kbnt_invocation_free(KbntInvocation *invocation);

/* Returns: how many of @words, from the first on, are options that every command has, with
 * their values: whoever sets them once for all writes them before the command. */
guint kbnt_invocation_n_leading(const char *const *words);

/**
 * kbnt_command_help:
 *
 * Returns: (transfer full): the help of one command.
 */
char *kbnt_command_help(const KbntCommand *command);

/* Whether --json was given: print what the server says, nothing else. */
gboolean kbnt_invocation_wants_json(const KbntInvocation *invocation);

/* Whether --help was given: nothing else counts then. */
gboolean kbnt_invocation_wants_help(const KbntInvocation *invocation);

gboolean kbnt_invocation_has(const KbntInvocation *invocation, const char *option);

/* Returns: (transfer none) (nullable): the option's last value. */
const char *kbnt_invocation_get(const KbntInvocation *invocation, const char *option);

/* Returns: (transfer none) (nullable): all its values, NULL-terminated. */
const char *const *kbnt_invocation_get_all(const KbntInvocation *invocation,
                                           const char *option);

/* Returns: (transfer none) (nullable): what was given at that place. */
const char *kbnt_invocation_operand(const KbntInvocation *invocation, guint place);

guint kbnt_invocation_n_operands(const KbntInvocation *invocation);

/* Returns: (transfer none): the API, at --url, KBNT_URL or where kbnt listens by default. */
KbntClient *kbnt_invocation_api(KbntInvocation *invocation);

/* Returns: (transfer none): administration, at --socket, KBNT_SOCKET or the socket that is
 * there in the runtime folder. */
KbntClient *kbnt_invocation_admin(KbntInvocation *invocation);

/* Complains of @error, with what to do about it. Returns: KBNT_EXIT_FAILED. */
int kbnt_invocation_fail(const KbntInvocation *invocation, const GError *error);

/* Complains of how the command was used. Returns: KBNT_EXIT_USAGE. */
int kbnt_invocation_misused(const KbntInvocation *invocation, const char *why);

/**
 * kbnt_invocation_fetch:
 * @body: (transfer full) (nullable)
 *
 * Asks the server, and complains where it does not give what was asked for.
 *
 * Returns: (transfer full) (nullable): the answer, with a body that may be NULL.
 */
KbntAnswer *kbnt_invocation_fetch(KbntInvocation *invocation, KbntClient *client,
                                  const char *method, const char *path, json_t *body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntInvocation, kbnt_invocation_free)

#endif

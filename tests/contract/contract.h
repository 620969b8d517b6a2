/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The harness of the contract suites: one plugin file, opened as the core would, asked by
 * tests.
 *
 * A suite is a table of tests (runner.h) for one kind of plugin, or for all kinds. A test makes
 * a subject, asks its ops, and looks at the answers:
 *
 *     g_autoptr(Contract) contract = contract_open();
 *     const KbntProvisionerOps *ops = contract_ops(contract);
 *     g_autoptr(KbntValue) hosts = contract_call(contract, ops->hosts, NULL);
 *
 * The subject has a context, a clock, lanes and a state folder of its own (fake-host.h). An op
 * or a callback that holds the loop thread longer than 100 ms fails the test in which it does,
 * but under sanitizers and valgrind.
 */
#pragma once

#include "fake-host.h"
#include "runner.h"

#include <kbnt/kbnt-plugin.h>

G_BEGIN_DECLS

/* How long a task may take before its test fails: 10 s, or KBNT_CONTRACT_TIMEOUT_MS. */
guint contract_timeout_ms(void);

/* One suite; kind 0 is for every kind of plugin. */
typedef struct {
    guint32 kind;
    const KbntTest *tests;
    gsize n_tests;
} ContractSuite;

extern const ContractSuite contract_descriptor_suite;
extern const ContractSuite contract_life_suite;
extern const ContractSuite contract_sink_suite;
extern const ContractSuite contract_publish_suite;
extern const ContractSuite contract_delivery_suite;
extern const ContractSuite contract_group_suite;
extern const ContractSuite contract_atomic_suite;
extern const ContractSuite contract_part_suite;
extern const ContractSuite contract_guest_suite;
extern const ContractSuite contract_accept_suite;
extern const ContractSuite contract_projection_suite;
extern const ContractSuite contract_inbox_suite;
extern const ContractSuite contract_saga_suite;
extern const ContractSuite contract_debts_suite;
extern const ContractSuite contract_lists_suite;
extern const ContractSuite contract_durability_suite;

typedef struct {
    FakeHost *host;
    void *instance;
    gpointer config;
    gboolean is_started;
    gboolean owns_host;
} Contract;

/* The plugin file and its arguments. */

/* Opens the file for the rest of the process and keeps the arguments (KEY=VALUE, transfer
 * none). Returns: FALSE with PLUGIN_INVALID. */
gboolean contract_load(const char *path, char *const *arguments, GError **error);

/* The same with a plugin of this build ("store", "sqlite"); ends the process where it fails. */
void contract_load_built(const char *kind, const char *name, char *const *arguments);

const char *contract_path(void);

const KbntPlugin *contract_plugin(void);

const char *contract_kind_name(guint32 kind);

/* Row @index of the plugin's key table, by its own stride. */
const KbntKey *contract_key(guint index);

/* Whether the plugin has a key of this name. */
gboolean contract_has_key(const char *name);

/* A filled configuration: the defaults, then the arguments, then @more (NULL-terminated,
 * nullable). It and what it points to lives until the end of the process.
 * Returns: NULL with CONFIG_INVALID. */
gpointer contract_config(const char *const *more, GError **error);

/* Reads one text as the row's type into the member of @config. */
gboolean contract_fill_key(gpointer config, const KbntKey *key, const char *name,
                           const char *text, GError **error);

/* The life of a subject. */

/* Returns: (transfer full): a subject that is created and not started. @more: see
 * contract_config(). */
Contract *contract_new_with(const char *const *more);

Contract *contract_new(void);

/* Returns: (transfer full): a subject that is created and started. */
Contract *contract_open_with(const char *const *more);

Contract *contract_open(void);

/* The same for a store, which serves one half; contract_new() gives it the producer's. */
Contract *contract_new_half(KbntHalf half, const char *const *more);

Contract *contract_open_half(KbntHalf half, const char *const *more);

/* Returns: (transfer full): a second instance on the host and folder of @contract, which lives
 * longer; it is not started. */
Contract *contract_new_again(Contract *contract);

/* Returns: (transfer full): a started second instance on the host and folder of @contract,
 * which lives longer. */
Contract *contract_open_again(Contract *contract);

/* Starts. Returns: FALSE with the plugin's error. */
gboolean contract_start(Contract *contract, GError **error);

/* Stops, where it is started; fails the test if it does not end. */
void contract_stop(Contract *contract);

/* Stops and destroys; with the host, unless it was opened again. */
void contract_close(Contract *contract);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Contract, contract_close)

/* Returns: the vtable, to be assigned to the ops type of the kind. */
gconstpointer contract_ops(Contract *contract);

/* Runs @body in a child process that is ended by SIGKILL when it returns: no stop, no destroy,
 * no flush. It gets a started subject on the folder of @contract. */
void contract_in_killed_child(Contract *contract, void (*body)(Contract *child));

/* The same with a configuration of its own, which may end the child earlier. */
void contract_in_killed_child_with(Contract *contract, const char *const *more,
                                   void (*body)(Contract *child));

/* Tasks. */

typedef void (*ContractOp)(void *instance, KbntTask *task);

/* What became of a task. n_ends counts; more than one is the plugin's fault. */
typedef struct {
    guint n_ends;
    KbntValue *result;
    GError *error;
} ContractAnswer;

void contract_answer_clear(ContractAnswer *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ContractAnswer, contract_answer_clear)

/* Returns: (transfer full): a task that fills @answer when it ends. */
KbntTask *contract_task(Contract *contract, guint32 verb, KbntValue *argument,
                        ContractAnswer *answer);

/* Hands one task to an op and returns when the op does. */
void contract_ask(Contract *contract, ContractOp op, KbntValue *argument,
                  ContractAnswer *answer);

/* Turns the context until the task has ended; a time-out ends the test. */
void contract_wait(Contract *contract, const ContractAnswer *answer);

/* Asks and waits. Returns: (transfer full): the result, an empty value where there is none;
 * an error ends the test. @argument: (transfer none) (nullable). */
KbntValue *contract_call(Contract *contract, ContractOp op, KbntValue *argument);

/* Asks and waits for a failure. Returns: (transfer full): the error, which is never NULL; an
 * answer without one ends the test. */
GError *contract_call_failing(Contract *contract, ContractOp op, KbntValue *argument);

/* Turns the context until @done says TRUE; a time-out ends the test and names @awaited. */
void contract_await(Contract *contract, gboolean (*done)(gpointer), gpointer data,
                    const char *awaited);

/* Turns the context for a while in which nothing is expected. */
void contract_linger(Contract *contract, guint ms);

/* Times ops that take no task: contract_op_begins(); ops->pause(…); contract_op_ended("pause").
 */
void contract_op_begins(void);

void contract_op_ended(const char *op);

/* Says why the rest of a test does not apply to this plugin; the test then returns. */
void contract_skip(const char *reason);

/* Tells one line to whoever runs the suite, over the descriptors "READ,WRITE" that
 * KBNT_CONTRACT_RUNNER names. Returns: (transfer full) (nullable): the answer's line; NULL
 * where nobody listens. */
char *contract_tell_runner(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Whether time may be judged: not under sanitizers or valgrind. */
gboolean contract_judges_time(void);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a subject and the asking of its ops. */
#include "contract.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONGEST_HOLD_US 100000

static struct {
    gint64 began_us;
    gint64 preempted_us;
} op;

guint
contract_timeout_ms(void)
{
    const char *text = g_getenv("KBNT_CONTRACT_TIMEOUT_MS");

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : 10000;
}

gboolean
contract_judges_time(void)
{
    const char *sanitizers = g_getenv("KBNT_TEST_SANITIZERS");
    const char *preloaded = g_getenv("LD_PRELOAD");

    if (sanitizers && *sanitizers && strcmp(sanitizers, "no") != 0)
        return FALSE;
    return !preloaded || !strstr(preloaded, "vgpreload");
}

static void
judge_hold(const char *who, gint64 held_us)
{
    g_autofree char *text = NULL;

    if (held_us <= LONGEST_HOLD_US || !contract_judges_time())
        return;
    text = g_strdup_printf("'%s' held the loop thread for %" G_GINT64_FORMAT " ms", who,
                           held_us / 1000);
    CU_assertImplementation(CU_FALSE, __LINE__, text, __FILE__, "", CU_FALSE);
}

void
contract_op_begins(void)
{
    op.preempted_us = fake_host_preempted_us();
    op.began_us = g_get_monotonic_time();
}

void
contract_op_ended(const char *name)
{
    gint64 held_us = g_get_monotonic_time() - op.began_us;

    judge_hold(name, held_us - (fake_host_preempted_us() - op.preempted_us));
}

gconstpointer
contract_ops(Contract *contract)
{
    return contract_plugin()->ops;
}

void
contract_skip(const char *reason)
{
    printf("  skip  %s\n", reason);
}

static Contract *
create_on(FakeHost *host, const char *const *more)
{
    Contract *contract = g_new0(Contract, 1);
    g_autoptr(GError) error = NULL;

    contract->host = host;
    contract->config = contract_config(more, &error);
    kbnt_assert_no_error(error);

    contract_op_begins();
    contract_plugin()->ops->create(fake_host_get(host), contract->config, &contract->instance,
                                   &error);
    contract_op_ended("create");
    kbnt_assert_no_error(error);
    return contract;
}

Contract *
contract_new_half(KbntHalf half, const char *const *more)
{
    Contract *contract = create_on(fake_host_new(half), more);

    contract->owns_host = TRUE;
    return contract;
}

/* A store serves one half at a time, the other kinds serve both. */
Contract *
contract_new_with(const char *const *more)
{
    return contract_new_half(
        contract_plugin()->kind == KBNT_KIND_STORE ? KBNT_HALF_PRODUCER : KBNT_HALF_ALL, more);
}

Contract *
contract_new(void)
{
    return contract_new_with(NULL);
}

static Contract *
start_fresh(Contract *contract)
{
    g_autoptr(GError) error = NULL;

    contract_start(contract, &error);
    kbnt_assert_no_error(error);
    return contract;
}

Contract *
contract_open_with(const char *const *more)
{
    return start_fresh(contract_new_with(more));
}

Contract *
contract_open_half(KbntHalf half, const char *const *more)
{
    return start_fresh(contract_new_half(half, more));
}

Contract *
contract_open(void)
{
    return contract_open_with(NULL);
}

Contract *
contract_new_again(Contract *contract)
{
    return create_on(contract->host, NULL);
}

Contract *
contract_open_again(Contract *contract)
{
    Contract *again = contract_new_again(contract);
    g_autoptr(GError) error = NULL;

    contract_start(again, &error);
    kbnt_assert_no_error(error);
    return again;
}

gboolean
contract_start(Contract *contract, GError **error)
{
    g_auto(ContractAnswer) answer = { 0 };

    contract_ask(contract, contract_plugin()->ops->start, NULL, &answer);
    contract_wait(contract, &answer);
    if (answer.error) {
        g_propagate_error(error, g_steal_pointer(&answer.error));
        return FALSE;
    }
    contract->is_started = TRUE;
    return TRUE;
}

void
contract_stop(Contract *contract)
{
    g_auto(ContractAnswer) answer = { 0 };

    if (!contract->is_started)
        return;
    contract->is_started = FALSE;
    contract_ask(contract, contract_plugin()->ops->stop, NULL, &answer);
    contract_wait(contract, &answer);
    kbnt_assert_no_error(answer.error);
}

/* libkbnt logs what a plugin does to a task that it may not do. */
static void
check_tasks(Contract *contract)
{
    gboolean misused = fake_host_logged(contract->host, KBNT_LOG_ERROR, "A task was");

    CU_assertImplementation(!misused, __LINE__, "a task was ended twice, or dropped", __FILE__,
                            "", CU_FALSE);
}

void
contract_close(Contract *contract)
{
    if (!contract)
        return;

    contract_stop(contract);
    if (contract->instance)
        contract_plugin()->ops->destroy(contract->instance);
    check_tasks(contract);
    if (contract->owns_host)
        fake_host_free(contract->host);
    g_free(contract);
}

/* No thread of the parent lives on in the child, so the lanes of its host do not work there. */
static void
run_in_child(Contract *contract, const char *const *more, void (*body)(Contract *child))
{
    KbntHalf half = kbnt_host_half(fake_host_get(contract->host));
    const char *folder = fake_host_state_dir(contract->host);
    Contract *child = create_on(fake_host_new_in(half, folder), more);

    if (!contract_start(child, NULL))
        _exit(1);
    body(child);
    fflush(stdout);
    raise(SIGKILL);
}

void
contract_in_killed_child(Contract *contract, void (*body)(Contract *child))
{
    contract_in_killed_child_with(contract, NULL, body);
}

void
contract_in_killed_child_with(Contract *contract, const char *const *more,
                              void (*body)(Contract *child))
{
    int status = 0;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    g_assert(pid >= 0);
    if (pid == 0)
        run_in_child(contract, more, body);

    waitpid(pid, &status, 0);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

void
contract_answer_clear(ContractAnswer *answer)
{
    g_clear_pointer(&answer->result, kbnt_value_unref);
    g_clear_error(&answer->error);
    answer->n_ends = 0;
}

static void
note_end(KbntValue *result, const GError *error, gpointer data)
{
    ContractAnswer *answer = data;

    if (answer->n_ends++ > 0)
        return;
    answer->result = result ? kbnt_value_ref(result) : NULL;
    answer->error = error ? g_error_copy(error) : NULL;
}

KbntTask *
contract_task(Contract *contract, guint32 verb, KbntValue *argument, ContractAnswer *answer)
{
    return kbnt_task_new(fake_host_get(contract->host), verb, argument, note_end, answer);
}

void
contract_ask(Contract *contract, ContractOp ask, KbntValue *argument, ContractAnswer *answer)
{
    KbntTask *task = contract_task(contract, 0, argument, answer);

    contract_op_begins();
    ask(contract->instance, task);
    contract_op_ended("an op with a task");
    CU_ASSERT_EQUAL(answer->n_ends, 0);
}

void
contract_await(Contract *contract, gboolean (*done)(gpointer), gpointer data,
               const char *awaited)
{
    g_autofree char *text = g_strdup_printf("'%s' did not come within %u ms", awaited,
                                            contract_timeout_ms());
    gboolean came;

    fake_host_take_longest_hold_us(contract->host);
    came = fake_host_run_until(contract->host, done, data, contract_timeout_ms());
    judge_hold("a callback", fake_host_take_longest_hold_us(contract->host));
    CU_assertImplementation(came, __LINE__, text, __FILE__, "", CU_TRUE);
}

static gboolean
has_ended(gpointer data)
{
    return ((const ContractAnswer *)data)->n_ends > 0;
}

void
contract_wait(Contract *contract, const ContractAnswer *answer)
{
    contract_await(contract, has_ended, (gpointer)answer, "the end of a task");
}

KbntValue *
contract_call(Contract *contract, ContractOp ask, KbntValue *argument)
{
    g_auto(ContractAnswer) answer = { 0 };

    contract_ask(contract, ask, argument, &answer);
    contract_wait(contract, &answer);
    kbnt_assert_no_error(answer.error);
    return answer.result ? g_steal_pointer(&answer.result) : kbnt_value_new();
}

GError *
contract_call_failing(Contract *contract, ContractOp ask, KbntValue *argument)
{
    g_auto(ContractAnswer) answer = { 0 };

    contract_ask(contract, ask, argument, &answer);
    contract_wait(contract, &answer);
    CU_ASSERT_FATAL(answer.error != NULL);
    return g_steal_pointer(&answer.error);
}

static gboolean
never(gpointer data)
{
    return FALSE;
}

void
contract_linger(Contract *contract, guint ms)
{
    fake_host_run_until(contract->host, never, NULL, ms);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * writer.c: owns the one thread that writes: what is queued becomes one commit.
 *
 * A command refuses before it writes, so a refusal harms nobody and no savepoint is needed.
 * Where one refuses later, or a write fails, the whole group is undone and each of its commands
 * is done again in a transaction of its own: only the culprit fails.
 *
 * A transaction of which nobody waits to hear stays open for a moment and takes in what comes,
 * so that it costs no flush of its own; the first command that somebody waits for ends it.
 */
#include "writer.h"

#include "checkpointer.h"
#include "claims.h"
#include "crash-points.h"
#include "health.h"
#include "inbox.h"
#include "ledger.h"
#include "log-buffer.h"
#include "requests.h"

#define TRY_AGAIN_US (1000 * 1000)
#define STAYS_OPEN_US 5000

typedef struct {
    KbntTask *task;
    KbntValue *result;
    GError *error;
} Outcome;

KbntValue *
store_refuse(GError **error, KbntErrorCode code, const char *thing, const char *fault)
{
    g_set_error(error, KBNT_ERROR, (gint)code, "'%s' %s", thing ? thing : "", fault);
    return NULL;
}

void
store_remember(Store *store)
{
    unconfirmed_undo(store->unconfirmed);
    ledger_forget(store->ledger);
    claims_forget(store->claims);
    cache_clear(store->requests);
    cache_clear(store->inbox);
    cache_clear(store->resources);
    counters_load(&store->counters, store->db);
    store->totals = shared_totals_get(store->committed_totals);
}

static void
forget(Outcome *outcome)
{
    g_clear_pointer(&outcome->result, kbnt_value_unref);
    g_clear_error(&outcome->error);
}

/* Returns: whether the command has either done its work or written nothing. */
static gboolean
run_command(Store *store, Outcome *outcome)
{
    sqlite3 *handle = db_handle(store->db);
    sqlite3_int64 changes = sqlite3_total_changes64(handle);
    StoreCommand command = store_command(store->half, kbnt_task_verb(outcome->task));
    const KbntValue *argument = kbnt_task_argument(outcome->task);

    if (!command)
        store_refuse(&outcome->error, KBNT_ERROR_NOT_SUPPORTED, "sqlite",
                     "does not know this command");
    else if (!argument)
        store_refuse(&outcome->error, KBNT_ERROR_INTERNAL, "sqlite", "got no argument");
    else
        outcome->result = command(store, argument, &outcome->error);
    if (!outcome->error)
        crash_point_pass(store, kbnt_task_verb(outcome->task), argument);
    return !outcome->error || changes == sqlite3_total_changes64(handle);
}

/* Returns: whether nobody waits to hear of it: a request that is still on its way, a record
 * that is done with. */
static gboolean
may_wait(const KbntTask *task)
{
    const KbntValue *argument = kbnt_task_argument(task);
    const KbntValue *request;

    if (kbnt_task_verb(task) == KBNT_STORE_SETTLE)
        return TRUE;
    if (kbnt_task_verb(task) != KBNT_STORE_PROJECT || !argument)
        return FALSE;
    request = kbnt_value_get_value(argument, KBNT_FIELD_REQUEST);
    return request && kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS) <
                          KBNT_REQUEST_STATUS_COMPLETED;
}

static gboolean
run_commands(Store *store, Outcome *outcomes, guint n_outcomes)
{
    for (guint i = 0; i < n_outcomes && !db_has_failed(store->db); i++)
        if (!run_command(store, &outcomes[i]))
            return FALSE;
    return !db_has_failed(store->db);
}

static gboolean
commit(Store *store)
{
    counters_save(&store->counters, store->db);
    ledger_save(store);
    claims_save(store);
    crash_point_before_commit(store);
    health_check_files(store);
    db_commit(store->db);
    if (db_has_failed(store->db))
        return FALSE;
    crash_point_after_commit(store);
    health_note(store, 0);
    unconfirmed_commit(store->unconfirmed);
    store->totals.outbox = unconfirmed_count(store->unconfirmed);
    shared_totals_set(store->committed_totals, &store->totals);
    return TRUE;
}

/* Undoes what was written and what is in memory. Returns: (transfer full) (nullable): why. */
static GError *
undo(Store *store)
{
    GError *failure = db_take_failure(store->db);
    GError *of_rollback;

    db_roll_back(store->db);
    of_rollback = db_take_failure(store->db);
    if (!failure)
        failure = g_steal_pointer(&of_rollback);
    g_clear_error(&of_rollback);
    if (g_error_matches(failure, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT))
        g_atomic_int_set(&store->damaged, TRUE);
    if (failure && failure->code != KBNT_ERROR_INTERNAL)
        health_note(store, failure->code);
    store_remember(store);
    return failure;
}

/* Ends the transaction. Returns: FALSE where its commands must be run again, one by one. */
static gboolean
end_group(Store *store, Outcome *outcomes, guint n_outcomes, gboolean has_run)
{
    g_autoptr(GError) failure = NULL;

    if (has_run && commit(store))
        return TRUE;
    failure = undo(store);
    if (n_outcomes > 1) {
        for (guint i = 0; i < n_outcomes; i++)
            forget(&outcomes[i]);
        return FALSE;
    }
    if (failure) {
        forget(outcomes);
        outcomes->error = g_steal_pointer(&failure);
    }
    return TRUE;
}

static void
begin(Store *store)
{
    db_run(store->db, "BEGIN IMMEDIATE", "");
}

static void
run_alone(Store *store, Outcome *outcome)
{
    begin(store);
    end_group(store, outcome, 1, run_commands(store, outcome, 1));
}

/* Runs @tasks, and what comes by @end_us as long as all of them may wait. Returns: whether
 * the transaction may be committed. */
static gboolean
run_and_gather(Store *store, GPtrArray *tasks, gint64 end_us, GArray *outcomes)
{
    guint limit = (guint)store->config->group;
    gboolean goes_on = TRUE;

    while (tasks->len > 0) {
        guint first = outcomes->len;

        for (guint i = 0; i < tasks->len; i++) {
            Outcome outcome = { .task = g_ptr_array_index(tasks, i) };

            goes_on = goes_on && may_wait(outcome.task);
            g_array_append_val(outcomes, outcome);
        }
        g_ptr_array_set_size(tasks, 0);
        if (!run_commands(store, &g_array_index(outcomes, Outcome, first),
                          outcomes->len - first))
            return FALSE;
        if (goes_on && outcomes->len < limit)
            task_queue_take(store->commands, limit - outcomes->len, end_us, tasks);
    }
    return TRUE;
}

static void
complete(Outcome *outcome)
{
    if (outcome->error)
        kbnt_task_fail(outcome->task, g_steal_pointer(&outcome->error));
    else
        kbnt_task_complete(outcome->task, g_steal_pointer(&outcome->result));
}

static void
run_tasks(Store *store, GPtrArray *tasks)
{
    g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(Outcome));
    gint64 end_us = g_get_monotonic_time() + STAYS_OPEN_US;
    gboolean has_run;
    Outcome *outcomes;

    begin(store);
    has_run = run_and_gather(store, tasks, end_us, group);
    outcomes = (Outcome *)group->data;
    if (!end_group(store, outcomes, group->len, has_run))
        for (guint i = 0; i < group->len; i++)
            run_alone(store, &outcomes[i]);
    for (guint i = 0; i < group->len; i++)
        complete(&outcomes[i]);
}

/* Finds out whether a store that failed can be written again, though nobody asks it to. */
static void
try_again(Store *store)
{
    g_autoptr(GError) failure = NULL;

    begin(store);
    db_run(store->db, "UPDATE meta SET value = value", "");
    if (!commit(store))
        failure = undo(store);
}

/* Called by SQLite with the length of the log after each commit. */
static int
note_log_length(void *data, sqlite3 *handle, const char *name, int n_pages)
{
    Store *store = data;

    checkpointer_note(store->checkpointer, n_pages);
    return SQLITE_OK;
}

/* Returns: until when the store lets itself be left alone; 0 where for ever. */
static gint64
next_try_us(Store *store)
{
    return health_is_failing(store) ? g_get_monotonic_time() + TRY_AGAIN_US : 0;
}

static gpointer
write_until_closed(gpointer data)
{
    Store *store = data;
    g_autoptr(GPtrArray) tasks = g_ptr_array_new();

    log_buffer_attach(store->db);
    sqlite3_wal_hook(db_handle(store->db), note_log_length, store);
    while (task_queue_take(store->commands, (guint)store->config->group, next_try_us(store),
                           tasks)) {
        checkpointer_hold_off(store->checkpointer);
        if (tasks->len > 0)
            run_tasks(store, tasks);
        else
            try_again(store);
        checkpointer_let_in(store->checkpointer);
    }
    return NULL;
}

GThread *
writer_start(Store *store)
{
    return g_thread_new("store-writer", write_until_closed, store);
}

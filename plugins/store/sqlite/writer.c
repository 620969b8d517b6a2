/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * writer.c: owns the one thread that writes: what is queued becomes one commit.
 *
 * A command refuses before it writes, so a refusal harms nobody and no savepoint is needed.
 * Where one refuses later, or a write fails, the whole group is undone and each of its commands
 * is done again in a transaction of its own: only the culprit fails.
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

#define TRY_AGAIN_MS 1000

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
    if (failure)
        health_note(store, failure->code);
    store_remember(store);
    return failure;
}

static gboolean
run_group(Store *store, Outcome *outcomes, guint n_outcomes)
{
    g_autoptr(GError) failure = NULL;

    db_run(store->db, "BEGIN IMMEDIATE", "");
    if (run_commands(store, outcomes, n_outcomes) && commit(store))
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
    g_autofree Outcome *outcomes = g_new0(Outcome, tasks->len);

    for (guint i = 0; i < tasks->len; i++)
        outcomes[i].task = g_ptr_array_index(tasks, i);
    if (!run_group(store, outcomes, tasks->len))
        for (guint i = 0; i < tasks->len; i++)
            run_group(store, &outcomes[i], 1);
    for (guint i = 0; i < tasks->len; i++)
        complete(&outcomes[i]);
}

/* Finds out whether a store that failed can be written again, though nobody asks it to. */
static void
try_again(Store *store)
{
    g_autoptr(GError) failure = NULL;

    db_run(store->db, "BEGIN IMMEDIATE", "");
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

static gpointer
write_until_closed(gpointer data)
{
    Store *store = data;
    g_autoptr(GPtrArray) tasks = g_ptr_array_new();

    log_buffer_attach(store->db);
    sqlite3_wal_hook(db_handle(store->db), note_log_length, store);
    while (task_queue_take(store->commands, (guint)store->config->group,
                           health_is_failing(store) ? TRY_AGAIN_MS : 0, tasks)) {
        checkpointer_hold_off(store->checkpointer);
        if (tasks->len > 0)
            run_tasks(store, tasks);
        else
            try_again(store);
        checkpointer_let_in(store->checkpointer);
        g_ptr_array_set_size(tasks, 0);
    }
    return NULL;
}

GThread *
writer_start(Store *store)
{
    return g_thread_new("store-writer", write_until_closed, store);
}

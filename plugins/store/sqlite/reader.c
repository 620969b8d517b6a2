/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reader.c: owns the threads that answer queries, each on a connection of its own.
 *
 * A transaction that begins after a query was asked sees all commits that had completed by
 * then, so the queries that wait together share one.
 */
#include "reader.h"

/* Few enough that a long list holds up few others. */
#define QUERIES_AT_ONCE 16

typedef struct {
    Store *store;
    Db *db;
} Reader;

static void
answer(Reader *reader, KbntTask *task)
{
    StoreQuery query = store_query(reader->store->half, kbnt_task_verb(task));
    const KbntValue *argument = kbnt_task_argument(task);
    g_autoptr(KbntValue) empty = kbnt_value_new();
    g_autoptr(KbntValue) result = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) failure = NULL;

    if (query)
        result = query(reader->store, reader->db, argument ? argument : empty, &error);
    else
        store_refuse(&error, KBNT_ERROR_NOT_SUPPORTED, "sqlite", "does not know this query");
    failure = db_take_failure(reader->db);
    if (g_error_matches(failure, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT))
        g_atomic_int_set(&reader->store->damaged, TRUE);

    if (failure)
        kbnt_task_fail(task, g_steal_pointer(&failure));
    else if (error)
        kbnt_task_fail(task, g_steal_pointer(&error));
    else
        kbnt_task_complete(task, g_steal_pointer(&result));
}

static gpointer
read_until_closed(gpointer data)
{
    Reader *reader = data;
    g_autoptr(GPtrArray) tasks = g_ptr_array_new();

    while (task_queue_take(reader->store->queries, QUERIES_AT_ONCE, 0, tasks)) {
        db_run(reader->db, "BEGIN", "");
        for (guint i = 0; i < tasks->len; i++)
            answer(reader, g_ptr_array_index(tasks, i));
        db_roll_back(reader->db);
        g_ptr_array_set_size(tasks, 0);
    }
    db_close(reader->db);
    g_free(reader);
    return NULL;
}

GThread *
reader_start(Store *store, Db *db)
{
    Reader *reader = g_new0(Reader, 1);

    reader->store = store;
    reader->db = db;
    return g_thread_new("store-reader", read_until_closed, reader);
}

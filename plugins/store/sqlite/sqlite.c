/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sqlite.c: owns the plugin: its descriptor, its keys, its life.
 *
 * Commands go to one writing thread (writer.c), queries to reading ones (reader.c), each with
 * a connection of its own; a further one moves the log into the file (checkpointer.c). What
 * blocks at start and stop runs on a lane of the host.
 */
#include "check.h"
#include "checker.h"
#include "checkpointer.h"
#include "claims.h"
#include "health.h"
#include "inbox.h"
#include "ledger.h"
#include "lock-file.h"
#include "reader.h"
#include "requests.h"
#include "resources.h"
#include "schema.h"
#include "store.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <kbnt/kbnt-plugin.h>
#include <unistd.h>

#define READER_CACHE_BYTES (1024 * 1024)
#define FILE_MODE 0600

static gboolean
sqlite_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    Store *store = g_new0(Store, 1);

    /* Else a lock is taken for each allocation to count it. In vain where somebody in the
     * process has used SQLite before. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    store->host = host;
    store->config = config;
    store->half = kbnt_host_half(host);
    g_assert(store->half == KBNT_HALF_PRODUCER || store->half == KBNT_HALF_CONSUMER);
    store->lock = -1;
    store->path = g_strdup_printf("%s/%s.db", kbnt_host_state_dir(host),
                                  store->half == KBNT_HALF_PRODUCER ? "producer" : "consumer");
    store->commands = task_queue_new((guint)store->config->queue);
    store->queries = task_queue_new((guint)store->config->queue);
    store->readers = g_ptr_array_new();
    store->unconfirmed = unconfirmed_new();
    store->ledger = ledger_new();
    store->claims = claims_new();
    store->requests = requests_cache_new();
    store->inbox = inbox_cache_new();
    store->resources = resources_cache_new();
    store->committed_totals = shared_totals_new();
    store->leases = leases_new(host);
    *ret_instance = store;
    return TRUE;
}

static void
sqlite_destroy(void *instance)
{
    Store *store = instance;

    if (!store)
        return;
    task_queue_free(store->commands);
    task_queue_free(store->queries);
    g_ptr_array_unref(store->readers);
    unconfirmed_free(store->unconfirmed);
    ledger_free(store->ledger);
    claims_free(store->claims);
    cache_free(store->requests);
    cache_free(store->inbox);
    cache_free(store->resources);
    shared_totals_free(store->committed_totals);
    leases_free(store->leases);
    g_free(store->path);
    g_free(store);
}

/* SQLite would make the file readable for all: its rows are not for everybody. */
static gboolean
make_private_file(const char *path, GError **error)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);

    if (file < 0) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STORE_FAILED,
                    "'%s' cannot be opened: %s; check 'state_dir' and its owner", path,
                    g_strerror(errno));
        return FALSE;
    }
    close(file);
    return TRUE;
}

static gboolean
migrate(Store *store, GError **error)
{
    gint64 wanted = store->config->schema_version;

    if (!schema_migrate(store->db, store->host, store->half, wanted, error))
        return FALSE;
    if (wanted == SCHEMA_VERSION)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                "'%s' now has version %" G_GINT64_FORMAT
                " of the tables; start the kbnt that knows it, or drop 'schema_version'",
                store->path, wanted);
    return FALSE;
}

static void
read_store_id(Store *store)
{
    DbRow *row = db_find(store->db, "SELECT value FROM meta WHERE name = 'store_id'", "");

    if (!row)
        return;
    g_strlcpy(store->store_id, row_text(row, 0), sizeof store->store_id);
    db_row_end(row);
}

static gboolean
open_store(Store *store, GError **error)
{
    g_autofree char *lock_path = g_strconcat(store->path, ".lock", NULL);

    store->lock = lock_file_take(lock_path, error);
    if (store->lock < 0 || !make_private_file(store->path, error))
        return FALSE;
    store->db = db_open(store->host, store->path, store->config->cache_size_bytes, error);
    if (!store->db || !migrate(store, error) || !check_open_rows(store->db, store->half, error))
        return FALSE;

    read_store_id(store);
    counters_load(&store->counters, store->db);
    unconfirmed_load(store->unconfirmed, store->db);
    store->totals = totals_recount(store->db, store->half);
    store->totals.outbox = unconfirmed_count(store->unconfirmed);
    shared_totals_set(store->committed_totals, &store->totals);
    if (!health_remember_files(store))
        db_fail(store->db, KBNT_ERROR_STORE_FAILED, "the file was removed as it was opened");
    if (!db_has_failed(store->db))
        return TRUE;
    g_propagate_error(error, db_take_failure(store->db));
    return FALSE;
}

static Db *
open_reader(Store *store, GError **error)
{
    return db_open(store->host, store->path, READER_CACHE_BYTES, error);
}

static gboolean
start_threads(Store *store, GError **error)
{
    const SqliteConfig *config = store->config;
    Db *db = open_reader(store, error);

    if (!db)
        return FALSE;
    store->checkpointer = checkpointer_start(store->host, db, config->checkpoint_bytes,
                                             config->wal_limit_bytes);
    db = open_reader(store, error);
    if (!db)
        return FALSE;
    store->checker = checker_start(store->host, db, config->check_after_ms, &store->damaged);
    for (gint64 i = 0; i < config->readers; i++) {
        db = open_reader(store, error);
        if (!db)
            return FALSE;
        g_ptr_array_add(store->readers, reader_start(store, db));
    }
    store->writer = writer_start(store);
    return TRUE;
}

/* Ends what was started, in whatever state it is; what is in the queues is done first. */
static void
close_store(Store *store)
{
    task_queue_close(store->commands);
    task_queue_close(store->queries);
    if (store->writer)
        g_thread_join(g_steal_pointer(&store->writer));
    for (guint i = 0; i < store->readers->len; i++)
        g_thread_join(g_ptr_array_index(store->readers, i));
    g_ptr_array_set_size(store->readers, 0);
    checker_stop(g_steal_pointer(&store->checker));
    checkpointer_stop(g_steal_pointer(&store->checkpointer));
    db_close(g_steal_pointer(&store->db));
    lock_file_release(store->lock);
    store->lock = -1;
}

static void
start_on_lane(KbntTask *task, gpointer data)
{
    Store *store = data;
    GError *error = NULL;

    if (open_store(store, &error) && start_threads(store, &error)) {
        kbnt_task_complete(task, NULL);
        return;
    }
    close_store(store);
    kbnt_task_fail(task, error);
}

static void
sqlite_start(void *instance, KbntTask *task)
{
    Store *store = instance;

    kbnt_host_run_blocking(store->host, store->path, start_on_lane, task, store);
}

static void
stop_on_lane(KbntTask *task, gpointer data)
{
    close_store(data);
    kbnt_task_complete(task, NULL);
}

static void
sqlite_stop(void *instance, KbntTask *task)
{
    Store *store = instance;

    kbnt_host_run_blocking(store->host, store->path, stop_on_lane, task, store);
}

static KbntValue *
sqlite_health(void *instance)
{
    return health_tell(instance);
}

static void
sqlite_submit(void *instance, KbntTask *const *tasks, guint n_tasks)
{
    Store *store = instance;

    task_queue_push(store->commands, tasks, n_tasks);
}

static void
sqlite_query(void *instance, KbntTask *task)
{
    Store *store = instance;

    task_queue_push(store->queries, &task, 1);
}

static const KbntStoreOps sqlite_ops = {
    .life = {
        .size = sizeof(KbntStoreOps),
        .create = sqlite_create,
        .start = sqlite_start,
        .stop = sqlite_stop,
        .destroy = sqlite_destroy,
        .health = sqlite_health,
    },
    .submit = sqlite_submit,
    .query = sqlite_query,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_STORE,
    .name = "sqlite",
    .version = "0.1.0",
    .summary = "Keeps the journal in one SQLite file a half",
    .license = "LGPL-2.1-or-later",
    .url = "https://example.org/kbnt",
    .keys = sqlite_keys,
    .n_keys = SQLITE_N_KEYS,
    .key_size = sizeof(KbntKey),
    .config_size = sizeof(SqliteConfig),
    .ops = &sqlite_ops.life,
};

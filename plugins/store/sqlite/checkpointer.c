/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpointer.c: owns the thread that moves the write-ahead log into the file. */
#include "checkpointer.h"

#include <pthread.h>

#define PAGE_BYTES 4096

struct Checkpointer {
    KbntHost *host;
    Db *db;
    gint step;
    gint limit;
    GThread *thread;

    pthread_mutex_t lock;
    pthread_cond_t grown;
    gint n_pages;
    gint n_pages_seen;
    gboolean stopping;
};

/* With the lock held. A log that has become shorter has begun anew. */
static gboolean
is_due(const Checkpointer *checkpointer)
{
    gint seen = checkpointer->n_pages_seen;

    if (checkpointer->n_pages < seen)
        seen = 0;
    return checkpointer->n_pages - seen >= checkpointer->step;
}

/* A log that readers or the writer hold is no failure: the next commit brings us back. */
static void
checkpoint(Checkpointer *checkpointer, int mode)
{
    int code = sqlite3_wal_checkpoint_v2(db_handle(checkpointer->db), NULL, mode, NULL, NULL);

    if (code == SQLITE_OK || code == SQLITE_BUSY)
        return;
    if (code == SQLITE_IOERR_FSYNC)
        db_end_process(checkpointer->db);
    kbnt_host_log(checkpointer->host, KBNT_LOG_WARNING, "store", NULL,
                  "A checkpoint of the store failed, trying again after the next commits");
}

static gpointer
checkpoint_until_stopped(gpointer data)
{
    Checkpointer *checkpointer = data;

    pthread_mutex_lock(&checkpointer->lock);
    while (!checkpointer->stopping) {
        gboolean too_long = checkpointer->n_pages >= checkpointer->limit;

        if (!is_due(checkpointer)) {
            pthread_cond_wait(&checkpointer->grown, &checkpointer->lock);
            continue;
        }
        checkpointer->n_pages_seen = checkpointer->n_pages;
        pthread_mutex_unlock(&checkpointer->lock);
        checkpoint(checkpointer,
                   too_long ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE);
        pthread_mutex_lock(&checkpointer->lock);
    }
    pthread_mutex_unlock(&checkpointer->lock);
    return NULL;
}

Checkpointer *
checkpointer_start(KbntHost *host, Db *db, guint64 step_bytes, guint64 limit_bytes)
{
    Checkpointer *checkpointer = g_new0(Checkpointer, 1);

    checkpointer->host = host;
    checkpointer->db = db;
    checkpointer->step = (gint)(step_bytes / PAGE_BYTES);
    checkpointer->limit = (gint)(limit_bytes / PAGE_BYTES);
    pthread_mutex_init(&checkpointer->lock, NULL);
    pthread_cond_init(&checkpointer->grown, NULL);
    checkpointer->thread = g_thread_new("store-checkpoint", checkpoint_until_stopped,
                                        checkpointer);
    return checkpointer;
}

void
checkpointer_note(Checkpointer *checkpointer, gint n_pages)
{
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->n_pages = n_pages;
    if (is_due(checkpointer))
        pthread_cond_signal(&checkpointer->grown);
    pthread_mutex_unlock(&checkpointer->lock);
}

void
checkpointer_stop(Checkpointer *checkpointer)
{
    if (!checkpointer)
        return;
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->stopping = TRUE;
    pthread_cond_signal(&checkpointer->grown);
    pthread_mutex_unlock(&checkpointer->lock);
    g_thread_join(checkpointer->thread);

    db_close(checkpointer->db);
    pthread_cond_destroy(&checkpointer->grown);
    pthread_mutex_destroy(&checkpointer->lock);
    g_free(checkpointer);
}

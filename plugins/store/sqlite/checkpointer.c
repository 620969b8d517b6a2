/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkpointer.c: owns the thread that moves the write-ahead log into the file.
 *
 * SQLite begins the log anew once all of it has been moved and a commit comes only then. While
 * commits go on there are always a few pages more, so the last few are moved while no commit
 * may begin. A log that begins anew is written over blocks that the file has, which takes half
 * as long to flush as one that grows.
 */
#include "checkpointer.h"

#include <pthread.h>

#define PAGE_BYTES 4096
/* What commits may wait for: a millisecond or so, and more where the log is long. */
#define LAST_PAGES 64
#define LAST_PART 16

struct Checkpointer {
    KbntHost *host;
    Db *db;
    gint step;
    gint limit;
    GThread *thread;

    pthread_mutex_t transaction; /* taken before lock */
    pthread_mutex_t lock;
    pthread_cond_t grown;
    gint n_pages;
    gint n_pages_seen;
    gboolean stopping;
};

/* With the lock held. */
static gboolean
is_due(const Checkpointer *checkpointer)
{
    return checkpointer->n_pages - checkpointer->n_pages_seen >= checkpointer->step;
}

/* A log that readers or the writer hold is no failure: the next commit brings us back.
 * Returns: how many pages of the log are now in the file. */
static gint
checkpoint(Checkpointer *checkpointer, int mode)
{
    int n_moved = 0;
    int code = sqlite3_wal_checkpoint_v2(db_handle(checkpointer->db), NULL, mode, NULL,
                                         &n_moved);

    if (code == SQLITE_OK || code == SQLITE_BUSY)
        return n_moved;
    if (code == SQLITE_IOERR_FSYNC)
        db_end_process(checkpointer->db);
    kbnt_host_log(checkpointer->host, KBNT_LOG_WARNING, "store", NULL,
                  "A checkpoint of the store failed, trying again after the next commits");
    return 0;
}

/* With the lock held. */
static gboolean
are_last(const Checkpointer *checkpointer, gint n_left)
{
    return n_left <= MAX(LAST_PAGES, checkpointer->n_pages / LAST_PART);
}

/* Moves what it can while commits go on, as long as each pass leaves less than half of what
 * the one before did. With the lock held. Returns: whether only the last pages are left. */
static gboolean
move_beside_commits(Checkpointer *checkpointer)
{
    gint n_left = G_MAXINT;
    gint n_before;
    gint n_moved;

    do {
        n_before = n_left;
        checkpointer->n_pages_seen = checkpointer->n_pages;
        pthread_mutex_unlock(&checkpointer->lock);
        n_moved = checkpoint(checkpointer, SQLITE_CHECKPOINT_PASSIVE);
        pthread_mutex_lock(&checkpointer->lock);
        n_left = checkpointer->n_pages - n_moved;
    } while (!are_last(checkpointer, n_left) && n_left < n_before / 2);
    return are_last(checkpointer, n_left);
}

static void
move_between_commits(Checkpointer *checkpointer, int mode)
{
    pthread_mutex_lock(&checkpointer->transaction);
    checkpoint(checkpointer, mode);
    pthread_mutex_unlock(&checkpointer->transaction);
}

static gpointer
checkpoint_until_stopped(gpointer data)
{
    Checkpointer *checkpointer = data;

    pthread_mutex_lock(&checkpointer->lock);
    while (!checkpointer->stopping) {
        gboolean too_long = checkpointer->n_pages >= checkpointer->limit;
        gboolean is_nearly_done;

        if (!is_due(checkpointer)) {
            pthread_cond_wait(&checkpointer->grown, &checkpointer->lock);
            continue;
        }
        is_nearly_done = move_beside_commits(checkpointer);
        pthread_mutex_unlock(&checkpointer->lock);
        if (too_long)
            move_between_commits(checkpointer, SQLITE_CHECKPOINT_RESTART);
        else if (is_nearly_done)
            move_between_commits(checkpointer, SQLITE_CHECKPOINT_PASSIVE);
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
    pthread_mutex_init(&checkpointer->transaction, NULL);
    pthread_mutex_init(&checkpointer->lock, NULL);
    pthread_cond_init(&checkpointer->grown, NULL);
    checkpointer->thread = g_thread_new("store-log", checkpoint_until_stopped, checkpointer);
    return checkpointer;
}

void
checkpointer_hold_off(Checkpointer *checkpointer)
{
    pthread_mutex_lock(&checkpointer->transaction);
}

void
checkpointer_let_in(Checkpointer *checkpointer)
{
    pthread_mutex_unlock(&checkpointer->transaction);
}

void
checkpointer_note(Checkpointer *checkpointer, gint n_pages)
{
    pthread_mutex_lock(&checkpointer->lock);
    /* A log that has become shorter has begun anew. */
    if (n_pages < checkpointer->n_pages)
        checkpointer->n_pages_seen = 0;
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
    pthread_mutex_destroy(&checkpointer->transaction);
    g_free(checkpointer);
}

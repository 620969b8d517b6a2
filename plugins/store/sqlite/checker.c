/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checker.c: owns the look at the whole file some time after the start. */
#include "checker.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

struct Checker {
    KbntHost *host;
    Db *db;
    gint64 delay_ms;
    gint *damaged;
    GThread *thread;

    pthread_mutex_t lock;
    pthread_cond_t stopped;
    gboolean stopping;
};

static gboolean
wait_for_start(Checker *checker)
{
    gint64 end_us = g_get_monotonic_time() + checker->delay_ms * 1000;
    struct timespec end = { end_us / G_USEC_PER_SEC, end_us % G_USEC_PER_SEC * 1000 };
    gboolean due = FALSE;

    pthread_mutex_lock(&checker->lock);
    while (!checker->stopping && !due)
        due = pthread_cond_clockwait(&checker->stopped, &checker->lock, CLOCK_MONOTONIC,
                                     &end) == ETIMEDOUT;
    due = !checker->stopping;
    pthread_mutex_unlock(&checker->lock);
    return due;
}

static int
stop_if_asked(void *data)
{
    Checker *checker = data;
    gboolean stopping;

    pthread_mutex_lock(&checker->lock);
    stopping = checker->stopping;
    pthread_mutex_unlock(&checker->lock);
    return stopping;
}

/* An interrupted check has found nothing: only a verdict of SQLite counts. */
static gboolean
is_sound(Db *db)
{
    DbRow *row = db_find(db, "PRAGMA quick_check(1)", "");
    gboolean sound = TRUE;
    g_autoptr(GError) failure = NULL;

    if (row) {
        sound = !g_strcmp0(row_text(row, 0), "ok");
        db_row_end(row);
    }
    failure = db_take_failure(db);
    return sound && !g_error_matches(failure, KBNT_ERROR, KBNT_ERROR_STORE_CORRUPT);
}

static gpointer
check_later(gpointer data)
{
    Checker *checker = data;

    if (!wait_for_start(checker))
        return NULL;
    sqlite3_progress_handler(db_handle(checker->db), 10000, stop_if_asked, checker);
    if (is_sound(checker->db))
        return NULL;
    g_atomic_int_set(checker->damaged, TRUE);
    kbnt_host_log(checker->host, KBNT_LOG_ERROR, "store", NULL,
                  "The store is damaged, going on degraded: run 'kbntctl store check' and "
                  "restore a backup");
    return NULL;
}

Checker *
checker_start(KbntHost *host, Db *db, gint64 delay_ms, gint *damaged)
{
    Checker *checker = g_new0(Checker, 1);

    checker->host = host;
    checker->db = db;
    checker->delay_ms = delay_ms;
    checker->damaged = damaged;
    pthread_mutex_init(&checker->lock, NULL);
    pthread_cond_init(&checker->stopped, NULL);
    checker->thread = g_thread_new("store-check", check_later, checker);
    return checker;
}

void
checker_stop(Checker *checker)
{
    if (!checker)
        return;
    pthread_mutex_lock(&checker->lock);
    checker->stopping = TRUE;
    pthread_cond_signal(&checker->stopped);
    pthread_mutex_unlock(&checker->lock);
    g_thread_join(checker->thread);

    db_close(checker->db);
    pthread_cond_destroy(&checker->stopped);
    pthread_mutex_destroy(&checker->lock);
    g_free(checker);
}

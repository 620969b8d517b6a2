/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.h: owns the instance that all files of the plugin work on, and says which thread may
 * touch what.
 */
#ifndef SQLITE_STORE_H
#define SQLITE_STORE_H

#include "cache.h"
#include "counters.h"
#include "db.h"
#include "keys.h"
#include "leases.h"
#include "queue.h"
#include "totals.h"
#include "unconfirmed.h"

#include <kbnt/kbnt-store.h>
#include <sys/stat.h>

/* The file itself and its write-ahead log. */
#define N_STORE_FILES 2

typedef struct Claims Claims;
typedef struct Ledger Ledger;

typedef struct Store Store;

struct Store {
    /* Constant from create() or start() on. */
    KbntHost *host;
    const SqliteConfig *config;
    KbntHalf half;
    char *path;
    char store_id[37];
    struct stat files[N_STORE_FILES];
    int lock;

    /* Loop thread to workers. */
    TaskQueue *commands;
    TaskQueue *queries;
    GThread *writer;
    GPtrArray *readers;
    struct Checkpointer *checkpointer;
    struct Checker *checker;

    /* Of the thread that starts the store, then of the writer alone. */
    Db *db;
    Counters counters;
    Totals totals;
    /* The event behind which PRUNE looks next. */
    gint64 pruned_to;
    Unconfirmed *unconfirmed;
    Ledger *ledger;
    Claims *claims;
    Cache *requests;
    Cache *inbox;
    Cache *resources;

    /* Shared, each with a lock of its own. */
    SharedTotals *committed_totals;
    Leases *leases;
    gint damaged;
    gint failing;
};

/* What one command or query does. Returns: (transfer full) (nullable): NULL with an error. */
typedef KbntValue *(*StoreCommand)(Store *store, const KbntValue *argument, GError **error);
typedef KbntValue *(*StoreQuery)(Store *store, Db *db, const KbntValue *argument,
                                 GError **error);

/*
 * A command that can, refuses before it writes: one that has written first costs its whole
 * group. Where the connection has failed its result and error do not matter.
 */
StoreCommand store_command(KbntHalf half, guint32 verb);
StoreQuery store_query(KbntHalf half, guint32 verb);

/* Reads what the writer holds in memory, at start and after a transaction was undone. */
void store_remember(Store *store);

/* Fails with a message that begins with the thing in 'quotes'. Returns: NULL. */
KbntValue *store_refuse(GError **error, KbntErrorCode code, const char *thing,
                        const char *fault);

#endif

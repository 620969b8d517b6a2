/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader.h: owns the threads that answer queries, each on a connection of its own. */
#ifndef SQLITE_READER_H
#define SQLITE_READER_H

#include "store.h"

/* Starts a thread on @db (transfer full); it ends when store->queries is closed and empty. */
GThread *reader_start(Store *store, Db *db);

#endif

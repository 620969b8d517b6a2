/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* writer.h: owns the one thread that writes: what is queued becomes one commit. */
#ifndef SQLITE_WRITER_H
#define SQLITE_WRITER_H

#include "store.h"

/* Starts the thread, which ends when store->commands is closed and empty. */
GThread *writer_start(Store *store);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log-buffer.h: owns how the writer's commits reach the write-ahead log: in one piece.
 *
 * SQLite writes each page of a commit in two pieces, and the kernel takes longer for the pieces
 * than for the bytes. Here they are gathered until the log is synced or read. A commit is not
 * seen by anybody, nor has it succeeded, before SQLite has synced it (synchronous=FULL), so
 * that nothing is ever promised that lies in the buffer.
 */
#ifndef SQLITE_LOG_BUFFER_H
#define SQLITE_LOG_BUFFER_H

#include "db.h"

/* For the connection that writes, which is in WAL mode and has read; ends with it. */
void log_buffer_attach(Db *db);

#endif

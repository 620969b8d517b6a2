/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checkpointer.h: owns the thread that moves the write-ahead log into the file, so that the
 * writer never does.
 */
#ifndef SQLITE_CHECKPOINTER_H
#define SQLITE_CHECKPOINTER_H

#include "db.h"

typedef struct Checkpointer Checkpointer;

/*
 * Works on @db (transfer full): when the log has grown by @step_bytes as long as others work;
 * past @limit_bytes it makes the writer wait, so that the log begins anew.
 */
Checkpointer *checkpointer_start(KbntHost *host, Db *db, guint64 step_bytes,
                                 guint64 limit_bytes);
/* The writer's transactions lie between these two, so that they wait for the last pages of a
 * checkpoint and for no more. */
void checkpointer_hold_off(Checkpointer *checkpointer);
void checkpointer_let_in(Checkpointer *checkpointer);
/* Tells the length of the log; any thread. */
void checkpointer_note(Checkpointer *checkpointer, gint n_pages);
/* Ends the thread and frees all. */
void checkpointer_stop(Checkpointer *checkpointer);

#endif

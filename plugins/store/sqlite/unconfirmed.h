/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unconfirmed.h: owns which records of the outbox nobody has confirmed yet.
 *
 * Nothing of this lies in the file: a record that is confirmed for good leaves the outbox, and
 * one that a transport only had in its hands when the process ended is sent and confirmed
 * again. Writer only.
 */
#ifndef SQLITE_UNCONFIRMED_H
#define SQLITE_UNCONFIRMED_H

#include "db.h"

typedef struct Unconfirmed Unconfirmed;

Unconfirmed *unconfirmed_new(void);
void unconfirmed_free(Unconfirmed *unconfirmed);
/* Reads the positions of all that is in the outbox. */
void unconfirmed_load(Unconfirmed *unconfirmed, Db *db);
void unconfirmed_add(Unconfirmed *unconfirmed, gint64 position);
/* Returns: whether it was there: FALSE for what is confirmed or not known. */
gboolean unconfirmed_take(Unconfirmed *unconfirmed, gint64 position);
guint unconfirmed_count(const Unconfirmed *unconfirmed);

/* Keeps, or takes back, what has moved since the last of either. */
void unconfirmed_commit(Unconfirmed *unconfirmed);
void unconfirmed_undo(Unconfirmed *unconfirmed);

#endif

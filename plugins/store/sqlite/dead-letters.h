/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dead-letters.h: owns what could not be worked on and waits for an operator. */
#ifndef SQLITE_DEAD_LETTERS_H
#define SQLITE_DEAD_LETTERS_H

#include "store.h"

/* Keeps @letter, of a message that is in the inbox. */
void dead_letters_keep(Store *store, const KbntValue *letter, const char *message_id);
/* Takes away those that are elder, as EXHUME would. Returns: how many. */
gint64 dead_letters_prune(Store *store, gint64 before, gint64 max_rows);
KbntValue *dead_letters_bury(Store *store, const KbntValue *argument, GError **error);
KbntValue *dead_letters_exhume(Store *store, const KbntValue *argument, GError **error);
KbntValue *dead_letters_list(Store *store, Db *db, const KbntValue *argument, GError **error);
KbntValue *dead_letters_one(Store *store, Db *db, const KbntValue *argument, GError **error);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checker.h: owns the look at the whole file some time after the start. */
#ifndef SQLITE_CHECKER_H
#define SQLITE_CHECKER_H

#include "db.h"

typedef struct Checker Checker;

/* Checks @db (transfer full) once after @delay_ms; sets @damaged where it is not sound. */
Checker *checker_start(KbntHost *host, Db *db, gint64 delay_ms, gint *damaged);
/* Interrupts a check that runs, ends the thread and frees all. */
void checker_stop(Checker *checker);

#endif

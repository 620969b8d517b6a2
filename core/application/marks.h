/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * marks.h: owns what the store is told of its outbox: which records are published, and which
 * are done with.
 *
 * Nobody waits for either. A confirmation is written at once; those that are done with are
 * gathered for a moment, since a commit of their own for each would stand in the way of the
 * work that people wait for. Where the process ends before, their records are sent again.
 */
#ifndef KBNT_MARKS_H
#define KBNT_MARKS_H

#include "ports.h"

typedef struct KbntMarks KbntMarks;

KbntMarks *kbnt_marks_new(const KbntPorts *ports);

void kbnt_marks_free(KbntMarks *marks);

/* Writes what was gathered and what waits for the store, and from here on gathers nothing and
 * asks no store again. */
void kbnt_marks_stop(KbntMarks *marks);

/* @confirm: (transfer full): the argument of CONFIRM (kbnt-store.h). */
void kbnt_marks_confirm(KbntMarks *marks, KbntValue *confirm);

/* The record at @position of the outbox is done with. */
void kbnt_marks_settle(KbntMarks *marks, gint64 position);

#endif

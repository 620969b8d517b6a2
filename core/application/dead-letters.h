/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dead-letters.h: owns what an operator may do with dead letters: look, drive again, drop.
 */
#ifndef KBNT_DEAD_LETTERS_H
#define KBNT_DEAD_LETTERS_H

#include "ports.h"

typedef struct KbntDeadLetters KbntDeadLetters;

/* Result {ITEMS: dead letters after @position}. */
void kbnt_dead_letters_list(KbntDeadLetters *letters, gint64 position, guint max_rows,
                            KbntDone done, gpointer data);

/* Result {RECORD: the dead letter}; NOT_FOUND. */
void kbnt_dead_letters_show(KbntDeadLetters *letters, gint64 number, KbntDone done,
                            gpointer data);

/* Publishes the raw record again and takes the letter away; result {PARTITION, OFFSET}. */
void kbnt_dead_letters_redrive(KbntDeadLetters *letters, gint64 number, KbntDone done,
                               gpointer data);

/* Takes the letter away for good; NOT_FOUND. */
void kbnt_dead_letters_drop(KbntDeadLetters *letters, gint64 number, KbntDone done,
                            gpointer data);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dead-letters.h: owns what an operator may do with dead letters: look, drive again, drop.
 */
#ifndef KBNT_DEAD_LETTERS_H
#define KBNT_DEAD_LETTERS_H

#include "accept.h"
#include "ports.h"
#include "relay.h"

typedef struct KbntDeadLetters KbntDeadLetters;

/* @relay: of the same half, which sends again what is driven again. */
KbntDeadLetters *kbnt_dead_letters_new(const KbntPorts *ports, KbntRelay *relay,
                                       KbntService service);

/* @accept: of the same process, which makes exhausted requests anew. */
void kbnt_dead_letters_set_accept(KbntDeadLetters *letters, KbntAccept *accept);

void kbnt_dead_letters_free(KbntDeadLetters *letters);

/*
 * Returns: (transfer full): @record as a dead letter keeps it. The offsets of a transport that
 * is not durable begin anew with each process, so that they tell no record from another:
 * without.
 */
KbntValue *kbnt_dead_letters_record(const KbntPorts *ports, const KbntValue *record);

/* Result {ITEMS: dead letters after @position}. */
void kbnt_dead_letters_list(KbntDeadLetters *letters, gint64 position, guint max_rows,
                            KbntDone done, gpointer data);

/* Result {RECORD: the dead letter}; NOT_FOUND. */
void kbnt_dead_letters_show(KbntDeadLetters *letters, gint64 number, KbntDone done,
                            gpointer data);

/*
 * Takes the letter away and publishes its raw record again, or, where it has none, asks for its
 * request again (redrive.h): result {REQUEST} then. NOT_FOUND; NOT_SUPPORTED without a
 * producer.
 */
void kbnt_dead_letters_redrive(KbntDeadLetters *letters, gint64 number, KbntDone done,
                               gpointer data);

/* Takes the letter away for good; NOT_FOUND. */
void kbnt_dead_letters_drop(KbntDeadLetters *letters, gint64 number, KbntDone done,
                            gpointer data);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cursor.h: owns how far the records of this store have gone out on one topic, as the broker
 * has it.
 */
#ifndef KBNT_CURSOR_H
#define KBNT_CURSOR_H

#include "ports.h"

typedef struct KbntCursor KbntCursor;

/* @known: called each time that the broker has told the cursor. */
KbntCursor *kbnt_cursor_new(const KbntPorts *ports, const char *topic,
                            void (*known)(gpointer data), gpointer data);

void kbnt_cursor_free(KbntCursor *cursor);

/* Is not known from here on, and asks the store and the broker until both have answered. */
void kbnt_cursor_ask(KbntCursor *cursor);

/* Asks no more. */
void kbnt_cursor_stop(KbntCursor *cursor);

gboolean kbnt_cursor_is_known(const KbntCursor *cursor);

/* Whether the record at @position has gone out; the cursor is known. */
gboolean kbnt_cursor_has_passed(const KbntCursor *cursor, gint64 position);

/* Returns: (transfer full): what goes out with the records up to @position. */
KbntValue *kbnt_cursor_to(KbntCursor *cursor, gint64 position);

/* The records up to @position have gone out. */
void kbnt_cursor_move(KbntCursor *cursor, gint64 position);

#endif

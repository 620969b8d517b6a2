/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-life.h: owns the commands of a request's life, of the size that they really have. */
#pragma once

#include <kbnt/kbnt-store.h>

/* Events of one machine: taken in, begun, eight steps, completed. */
#define LIFE_N_EVENTS 11

/* Returns: (transfer none): the messageId of a request, until the next call. */
const char *life_id(guint number);

/* All of these return (transfer full) an argument. */
KbntValue *life_accept(guint number);
KbntValue *life_confirm(guint number, gint64 position);
KbntValue *life_project(guint number, guint sequence);
KbntValue *life_take_in(guint number);
/* The second event claims, the last one ends. */
KbntValue *life_advance(guint number, gint64 epoch, guint sequence);
/* What such a step adds to the rows of its message. */
KbntValue *life_part(guint sequence);

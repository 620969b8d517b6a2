/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * projection.h: owns how the events of the consumers become the producer's view: requests,
 * resources, hosts and the ledger.
 */
#ifndef KBNT_PROJECTION_H
#define KBNT_PROJECTION_H

#include "ports.h"

typedef struct KbntProjection KbntProjection;

/* Hears of each event that has just been projected, under the position of its SSE id. */
typedef void (*KbntProjectionWatch)(gint64 position, KbntValue *event, gpointer data);

/* @watch is called from now on, for every event; there is one watch. */
void kbnt_projection_watch(KbntProjection *projection, KbntProjectionWatch watch,
                           gpointer data);

#endif

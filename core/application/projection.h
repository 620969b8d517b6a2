/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * projection.h: owns how the events of the consumers become the producer's view: requests,
 * resources, hosts and the ledger.
 */
#ifndef KBNT_PROJECTION_H
#define KBNT_PROJECTION_H

#include "expectation.h"
#include "ledger-cache.h"
#include "ports.h"
#include "roster.h"

typedef struct KbntProjection KbntProjection;

/* @topic and @group live as long as the projection; @window: most events not yet projected. */
KbntProjection *kbnt_projection_new(const KbntPorts *ports, KbntExpectation *expectation,
                                    KbntRoster *roster, KbntLedgerCache *ledger_cache,
                                    const char *topic, const char *group, guint window);

void kbnt_projection_free(KbntProjection *projection);

/* Joins the group; @done when events may come. */
void kbnt_projection_start(KbntProjection *projection, KbntDone done, gpointer data);

/* Leaves the group; @done when no event comes any more. */
void kbnt_projection_stop(KbntProjection *projection, KbntDone done, gpointer data);

/* Hears of each event that has just been projected, under the position of its SSE id. */
typedef void (*KbntProjectionWatch)(gint64 position, KbntValue *event, gpointer data);

/* @watch is called from now on, for every event; there is one watch. */
void kbnt_projection_watch(KbntProjection *projection, KbntProjectionWatch watch,
                           gpointer data);

#endif

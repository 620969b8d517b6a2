/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fair-share.h: owns whose turn it is: a lane for each priority, turns by user in each lane.
 *
 * A lane gets its weight's share of the turns as long as it has work, so that none starves.
 * In a lane each user gets one turn after the other, however much one of them has asked for.
 * Every function is O(1).
 */
#ifndef KBNT_FAIR_SHARE_H
#define KBNT_FAIR_SHARE_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* KBNT_LANE_TABLE: L(PRIORITY, weight). */
#define KBNT_LANE_TABLE(L) \
    L(LOW, 1) \
    L(NORMAL, 2) \
    L(HIGH, 4) \
    L(CRITICAL, 8)

typedef struct KbntFairShare KbntFairShare;

KbntFairShare *kbnt_fair_share_new(void);
void kbnt_fair_share_free(KbntFairShare *turns);

/* Lets an id wait for its turn; one that waits already keeps its place. */
void kbnt_fair_share_push(KbntFairShare *turns, const char *id, const char *user,
                          KbntPriority priority);

/* Returns: (transfer full) (nullable): the id whose turn it is; NULL where none waits. */
char *kbnt_fair_share_pop(KbntFairShare *turns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntFairShare, kbnt_fair_share_free)

#endif

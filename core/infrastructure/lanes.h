/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the threads that may block: one a lane, made on demand, its work in order.
 *
 * Loop thread only, except that the work itself runs on the lane's thread. */
#pragma once

#include <glib.h>

typedef struct KbntLanes KbntLanes;

/* depth: how much work may wait in one lane. */
KbntLanes *kbnt_lanes_new(guint depth);

/* Fails with QUEUE_FULL where the lane has no room, with STOPPED after kbnt_lanes_stop(). */
gboolean kbnt_lanes_push(KbntLanes *lanes, const char *lane, void (*work)(gpointer data),
                         gpointer data, GError **error);

/* Does all work that waits, then joins every thread. No work is dropped. */
void kbnt_lanes_stop(KbntLanes *lanes);

/* Stops first. */
void kbnt_lanes_free(KbntLanes *lanes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntLanes, kbnt_lanes_free)

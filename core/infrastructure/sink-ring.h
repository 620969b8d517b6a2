/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the way to one sink: a bounded ring that drops and counts, and the sink's own thread. */
#pragma once

#include "plugin-instance.h"

typedef struct KbntSinkRing KbntSinkRing;

/* sink: (transfer none), with an observe op, started. size: transitions that may wait. */
KbntSinkRing *kbnt_sink_ring_new(KbntPluginInstance *sink, guint size);

/* The same for any function; name: of the thread. What observe needs outlives the ring. */
KbntSinkRing *kbnt_sink_ring_new_for(const char *name,
                                     void (*observe)(void *instance,
                                                     const KbntValue *transition),
                                     void *instance, guint size);

/* Lets the sink see what waits, for a second at most, and joins its thread; before the sink is
 * stopped. */
void kbnt_sink_ring_free(KbntSinkRing *ring);

/* Never blocks. Returns: how many found room; the rest are dropped.
 * transitions: (transfer none), which nobody may change from here on. */
guint kbnt_sink_ring_push_all(KbntSinkRing *ring, KbntValue *const *transitions,
                              guint n_transitions);

/* Dropped since the last time it was asked. */
guint64 kbnt_sink_ring_take_dropped(KbntSinkRing *ring);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntSinkRing, kbnt_sink_ring_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sweep.h: owns what a store needs now and then: overdue requests ended, old rows pruned.
 */
#ifndef KBNT_SWEEP_H
#define KBNT_SWEEP_H

#include "cancel.h"

typedef struct KbntSweep KbntSweep;

/* How long rows are kept after their end; 0 keeps them for ever. */
typedef struct {
    gint64 requests_ms;
    gint64 events_ms;
    gint64 inbox_ms;
    gint64 dead_letters_ms;
} KbntRetention;

/* @cancel is NULL at the consumer, whose runs watch their deadlines themselves. */
KbntSweep *kbnt_sweep_new(const KbntPorts *ports, KbntCancel *cancel,
                          const KbntRetention *retention);

void kbnt_sweep_free(KbntSweep *sweep);

void kbnt_sweep_set_retention(KbntSweep *sweep, const KbntRetention *retention);

/* Sweeps once a second, prunes once a minute, until it is stopped. */
void kbnt_sweep_start(KbntSweep *sweep);
void kbnt_sweep_stop(KbntSweep *sweep);

#endif

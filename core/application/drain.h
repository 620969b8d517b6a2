/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drain.h: owns whether a consumer takes new work: a drained one has left its group, claims
 * nothing more, and finishes what is in work.
 */
#ifndef KBNT_DRAIN_H
#define KBNT_DRAIN_H

#include "intake.h"

typedef struct KbntDrain KbntDrain;

/* @intake and @saga live on. */
KbntDrain *kbnt_drain_new(const KbntPorts *ports, KbntIntake *intake, KbntSaga *saga);

void kbnt_drain_free(KbntDrain *drain);

/* The consumer may be in its group from now on; @has_joined: @intake has been started. */
void kbnt_drain_begin(KbntDrain *drain, gboolean has_joined);

/* Takes no more work from now on, or takes it up again; does not last over a restart. */
void kbnt_drain_set(KbntDrain *drain, gboolean wanted);

gboolean kbnt_drain_is_wanted(const KbntDrain *drain);

/* Returns: how many messages are in work still. */
guint kbnt_drain_n_working(const KbntDrain *drain);

/* Returns: whether the intake has left its group, and need not be stopped. */
gboolean kbnt_drain_has_left(const KbntDrain *drain);

/* Begins nothing more. */
void kbnt_drain_stop(KbntDrain *drain);

#endif

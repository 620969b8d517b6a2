/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * saga.h: owns which messages are worked on, when: lanes, turns, slots and leases.
 */
#ifndef KBNT_SAGA_H
#define KBNT_SAGA_H

#include "run.h"

typedef struct KbntSaga KbntSaga;

/* @owner: this incarnation; @slots: most messages in work at once; @prices lives on. */
KbntSaga *kbnt_saga_new(const KbntPorts *ports, KbntRelay *relay, const KbntPrices *prices,
                        const char *owner, guint slots);

/* Runs that end later cost by @prices, which live on. */
void kbnt_saga_set_prices(KbntSaga *saga, const KbntPrices *prices);

void kbnt_saga_free(KbntSaga *saga);

/* Takes up what waits and what an elder incarnation left. */
void kbnt_saga_start(KbntSaga *saga);

/* Begins nothing more while @held, though it goes on with what is in work. */
void kbnt_saga_hold(KbntSaga *saga, gboolean held);

/* Begins nothing more; what is under way goes on to its next commit and stays there. */
void kbnt_saga_stop(KbntSaga *saga);

/* @row: has just been committed to the inbox as WAITING. */
void kbnt_saga_offer(KbntSaga *saga, const KbntValue *row);

/* @row: has just been committed to the inbox as ENDED, because its deadline had passed. */
void kbnt_saga_refused(KbntSaga *saga, const KbntValue *row);

/* A cancel message for @message_id has just been committed. */
void kbnt_saga_cancel(KbntSaga *saga, const char *message_id, KbntCancelReason reason);

/* Messages of the lane that wait in this process, and messages in work. */
guint kbnt_saga_n_waiting(const KbntSaga *saga, KbntPriority priority);
guint kbnt_saga_n_running(const KbntSaga *saga);

#endif

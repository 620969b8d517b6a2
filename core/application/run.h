/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.h: owns one message on its way through the saga: claimed, done step by step, undone where
 * it must be, ended. Every move is one commit: the journal, the row, the events.
 */
#ifndef KBNT_RUN_H
#define KBNT_RUN_H

#include "cost.h"
#include "ports.h"
#include "relay.h"

typedef struct KbntRun KbntRun;

/* What all runs of a saga share; lives as long as they do. */
typedef struct {
    const KbntPorts *ports;
    KbntRelay *relay;
    const KbntPrices *prices;
    const char *owner; /* this incarnation of the consumer */
    /* The run is over, committed or given up; it may be freed from here. */
    void (*ended)(KbntRun *run, gpointer data);
    gpointer data;
} KbntRunContext;

/* @row: an inbox row (kbnt-store.h), waiting or left behind by an elder incarnation. */
KbntRun *kbnt_run_new(const KbntRunContext *context, const KbntValue *row);

void kbnt_run_free(KbntRun *run);

/* Claims the row and goes on where it stands. */
void kbnt_run_begin(KbntRun *run);

/* The request is no longer wanted: what is under way is cut short, what was done is undone. */
void kbnt_run_cancel(KbntRun *run, KbntCancelReason reason);

const char *kbnt_run_message_id(const KbntRun *run);

#endif

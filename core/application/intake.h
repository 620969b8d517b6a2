/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * intake.h: owns the way of a record from the transport into the consumer's inbox, or among the
 * dead letters.
 */
#ifndef KBNT_INTAKE_H
#define KBNT_INTAKE_H

#include "arrival.h"
#include "ports.h"
#include "receipts.h"
#include "relay.h"
#include "saga.h"

typedef struct KbntIntake KbntIntake;

typedef struct {
    KbntArrivalSource source;
    const char *dead_topic; /* NULL where dead letters have no copy on the transport */
} KbntIntakeConfig;

/* @config lives as long as the intake. */
KbntIntake *kbnt_intake_new(const KbntPorts *ports, KbntRelay *relay, KbntSaga *saga,
                            const KbntIntakeConfig *config);

void kbnt_intake_free(KbntIntake *intake);

/* Joins the group; @done when records may come. */
void kbnt_intake_start(KbntIntake *intake, KbntDone done, gpointer data);

/* Leaves the group; @done when no record comes any more. */
void kbnt_intake_stop(KbntIntake *intake, KbntDone done, gpointer data);

/* Returns: (transfer none): what is not in the inbox yet. */
const KbntReceipts *kbnt_intake_receipts(const KbntIntake *intake);

#endif

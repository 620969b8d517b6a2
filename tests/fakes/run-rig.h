/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of the saga over ports that the test answers, with the answers that most tests give.
 */
#pragma once

#include "fake-ports.h"
#include "run.h"

/* The epoch that a claim is answered with. */
#define RUN_RIG_EPOCH 5

/* What a row is about, by its type; the sample of an attachment names this machine too. */
#define RUN_RIG_MACHINE "VM-0909A693"
#define RUN_RIG_STORAGE "STOR-64DE90EF"
#define RUN_RIG_NETWORK "NET-0909A693"

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *actions;
    KbntRelay *relay;
    KbntPrices prices;
    KbntRunContext context;
    KbntRun *run;
    guint n_ended; /* how often the run said that it is over */
} RunRig;

/* Returns: (transfer full): an inbox row that waits, with a minute left; a machine has no
 * volumes. */
KbntValue *run_rig_row(KbntRequestType verb, KbntResourceType type);

/* Returns: (transfer full): the row of a run that an elder incarnation left at that step, with
 * the state that its claim has put there. */
KbntValue *run_rig_left_row(KbntRequestType verb, KbntResourceType type, KbntStep step,
                            KbntPhase phase);

/* Returns: (transfer full): the run of a row, begun: its claim waits for an answer. */
RunRig *run_rig_new(const KbntValue *row);

/* Returns: (transfer full): the run of a row that waits, claimed. */
RunRig *run_rig_claimed(KbntRequestType verb, KbntResourceType type);

void run_rig_free(RunRig *rig);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunRig, run_rig_free)

/* The store gives the run its epoch. */
void run_rig_claim(RunRig *rig);

/* The store knows the resource that was asked for. */
void run_rig_find(RunRig *rig, KbntResourceStatus status);

/* One host with room for everything, or none, is what the store knows. */
void run_rig_place(RunRig *rig, gboolean has_host);

/* The provisioner does what it was asked to, and the store commits what the run makes of it. */
void run_rig_step(RunRig *rig);

/* Nothing can be undone: every attempt of the undo under way fails. */
void run_rig_fail_undo(RunRig *rig);

/* The command that the run waits for, the resource on it, and the event that goes out with it.
 */
KbntValue *run_rig_command(RunRig *rig);
KbntValue *run_rig_resource(RunRig *rig);
KbntValue *run_rig_event(RunRig *rig);

/* Fields of the command that the run waits for, and of the event that goes out with it. */
gint64 run_rig_command_int(RunRig *rig, KbntField field);
gint64 run_rig_event_int(RunRig *rig, KbntField field);

/* Returns: (transfer none): the code of the error that the event tells. */
const char *run_rig_event_code(RunRig *rig);

/* Returns: (transfer full): the journal lines of the command: "RESULT PLAN, INTENT VOLUME". */
char *run_rig_journal(RunRig *rig);

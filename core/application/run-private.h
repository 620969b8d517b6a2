/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-private.h: owns what run.c (the way), run-commit.c (the journal) and run-place.c (the
 * first step) share of a run.
 */
#ifndef KBNT_RUN_PRIVATE_H
#define KBNT_RUN_PRIVATE_H

#include "plan.h"
#include "run.h"
#include "specification.h"
#include "step.h"
#include "transition.h"

struct KbntRun {
    const KbntRunContext *context;
    char *message_id;
    KbntValue *request;
    KbntValue *state;  /* DATA of the row: all that an event tells, and what steps gave */
    KbntValue *wishes; /* HOST and RESOURCES of the placement, or NULL before it */
    KbntStream stream;
    gint64 epoch;
    gint64 expected_sequence;

    const KbntPlanStep *steps;
    guint n_steps;
    guint index;    /* the step under way, or the one being undone */
    guint attempts; /* that failed, of this step */
    gboolean undoing;
    gboolean resumed; /* was begun by an elder incarnation */
    gboolean asking;  /* the provisioner has the step */
    gboolean debt;    /* a compensation gave up */
    GError *failure;  /* why it is undone */
    KbntStep failed_step;
    KbntResourceStatus found_status; /* of what a verb was asked for, 0 where it is not known */
    KbntCancelReason cancel;         /* 0 while wanted */

    gint64 deadline_us;
    gint64 undo_deadline_us; /* of the way back */
    gint64 intake_us;
    gint64 step_us; /* when the step began */
    guint64 deadline_timer;
    guint64 retry_timer;

    KbntValue *command; /* under way, or to be tried again */
    KbntStoreVerb verb;
    KbntStream next_stream;
    guint commit_attempts;
    void (*committed)(KbntRun *run, KbntValue *result, const GError *error);
};

const KbntPlanStep *kbnt_run_step(const KbntRun *run);

/* The row's next command, with the run's present state; lines, events and effects come on it.
 */
KbntValue *kbnt_run_command(KbntRun *run, KbntInboxState inbox_state);

/* Adds a line of the journal. */
void kbnt_run_journal(KbntRun *run, KbntValue *command, KbntStep step, KbntPhase phase);

/* Sets what the resource is from now on, and reports a move that no table has. */
void kbnt_run_set_status(KbntRun *run, KbntResourceStatus status);

/* Adds an entry to the history. */
void kbnt_run_history(KbntRun *run, const char *operation, KbntHistoryStatus status,
                      const char *detail);

/* Adds the event @type of the present state. */
void kbnt_run_emit(KbntRun *run, KbntValue *command, KbntEventType type);

/*
 * Commits @command (transfer full), which carries the state as it is now. A store that fails
 * for now is asked again; a lost lease ends the run silently; else @committed hears of it, an
 * error being a command that was refused.
 */
void kbnt_run_commit(KbntRun *run, KbntStoreVerb verb, KbntValue *command,
                     void (*committed)(KbntRun *run, KbntValue *result, const GError *error));

/* The first step: chooses a host, or finds the resource; ends in kbnt_run_step_done(). */
void kbnt_run_place(KbntRun *run);
void kbnt_run_find(KbntRun *run);

/* The step under way has ended. */
void kbnt_run_step_done(KbntValue *result, const GError *error, gpointer run);

KbntRequestType kbnt_run_verb(const KbntRun *run);

/* Asks the provisioner for @act of the step under way, which is answered by @limit_us. */
void kbnt_run_ask(KbntRun *run, KbntAct act, gint64 limit_us);

/* Tries the step, or its undo, again after a while. */
void kbnt_run_try_again(KbntRun *run, const GError *error);

/* The failure is known: writes it, and undoes what may be there. */
void kbnt_run_turn_round(KbntRun *run);

/* Undoes the step under way; kbnt_run_step_done() passes the answer to kbnt_run_undo_done(). */
void kbnt_run_undo(KbntRun *run);
void kbnt_run_undo_done(KbntRun *run, const GError *error);

/* The last step is done: commits the end with its resource and event. */
void kbnt_run_complete(KbntRun *run);

/* Nothing is left to undo: commits the end on @command, which has the last line already. */
void kbnt_run_end_failed(KbntRun *run, KbntValue *command);

/* The end of a failed run has committed, or @error says why it could not. */
void kbnt_run_failed(KbntRun *run, KbntValue *result, const GError *error);

void kbnt_run_tell_step(KbntRun *run, KbntStep step, const char *outcome);
void kbnt_run_tell_end(KbntRun *run, const char *outcome);

/* Hands a transition about the run, with the step's name where @step is not 0. */
KbntValue *kbnt_run_transition(KbntRun *run, KbntTransition transition, KbntStep step);
void kbnt_run_tell(KbntRun *run, KbntValue *transition);

#endif

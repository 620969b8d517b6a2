/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transition.h: owns what every move of a state leaves behind: an event of its stream, an entry
 * of its history, and a word to whoever watches.
 */
#ifndef KBNT_TRANSITION_H
#define KBNT_TRANSITION_H

#include "ports.h"

/*
 * Where a stream stands: the last event's sequence (0 for none) and checksum ("" for none). A
 * plain value: make the next events on a copy, and keep the copy once they have committed.
 */
typedef struct {
    char id[37];
    char checksum[72];
    gint64 sequence;
} KbntStream;

/* @stream_id: a UUID; the stream is new. */
void kbnt_stream_init(KbntStream *stream, const char *stream_id);

/* From STREAM_ID, SEQUENCE and PREVIOUS_CHECKSUM of an inbox row or a stream's query. */
void kbnt_stream_load(KbntStream *stream, const KbntValue *row);

/* Sets these three on @command. */
void kbnt_stream_save(const KbntStream *stream, KbntValue *command);

/*
 * Makes the next event of @stream from the full present @state: the identity of its request if
 * there is one (MESSAGE_ID, REQUEST_ID, CORRELATION_ID, USER_ID, REQUEST_TYPE, PRIORITY), and
 * of STEP, PERCENT, OUTCOME, VIRTUAL_RESOURCE_ID, VM_ID, RESOURCE_TYPE, RESOURCE_STATUS,
 * RESOURCE_SPECS, ENDPOINTS, HEALTH, METRICS, HOST, REGION, ERROR, HISTORY and HOST_REPORT
 * what is known. Moves @stream on and appends the record to RECORDS of @command.
 */
gboolean kbnt_transition_emit(const KbntPorts *ports, KbntStream *stream, KbntEventType type,
                              const KbntValue *state, KbntValue *command, GError **error);

/*
 * Returns: (transfer full): a transition of kbnt-sink.h that carries the identity of @about
 * (nullable); the caller adds what else applies and hands it to the world's observe.
 */
KbntValue *kbnt_transition_new(const KbntPorts *ports, KbntTransition transition,
                               KbntService service, const KbntValue *about);

/* Hands a transition of @about, with no more to say, to whoever watches. */
void kbnt_transition_tell(const KbntPorts *ports, KbntTransition transition,
                          KbntService service, const KbntValue *about);

/* Returns: (transfer full): an entry of processingHistory, of now; @detail may be NULL. */
KbntValue *kbnt_history_entry(const KbntPorts *ports, KbntService service, KbntLayer layer,
                              const char *operation, KbntHistoryStatus status,
                              const char *detail);

/* Returns: (transfer full): a line of a message's journal, of now. */
KbntValue *kbnt_journal_line(const KbntPorts *ports, KbntStep step, KbntPhase phase,
                             guint attempts);

/* Returns: (transfer full): @error as a value {CODE, STEP, CAUSE, MESSAGE, RETRYABLE}. */
KbntValue *kbnt_error_value(const GError *error, KbntStep step);

/* Sets OUTCOME and ERROR of @state as @error asks; returns the event that says so. */
KbntEventType kbnt_transition_fail(KbntValue *state, const GError *error, KbntStep step);

/* Sets OUTCOME and ERROR of @state as @reason asks; returns the event that says so. */
KbntEventType kbnt_transition_cancel(KbntValue *state, KbntCancelReason reason, KbntStep step);

#endif

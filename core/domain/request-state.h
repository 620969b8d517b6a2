/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-state.h: owns the states of a request and the moves between them. */
#ifndef KBNT_REQUEST_STATE_H
#define KBNT_REQUEST_STATE_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/*
 * KBNT_REQUEST_MOVE_TABLE: M(FROM, TO, "by what"). The code, docs/reference/states.md and the
 * test of the model share it.
 */
#define KBNT_REQUEST_MOVE_TABLE(M) \
    M(QUEUED, PROCESSING, "the broker confirmed the message, or an event was seen") \
    M(QUEUED, COMPENSATING, "an event was seen before the confirmation") \
    M(QUEUED, COMPLETED, "the last event was seen before the confirmation") \
    M(QUEUED, FAILED, "the last event was seen before the confirmation") \
    M(QUEUED, CANCELLED, "the last event was seen before the confirmation") \
    M(PROCESSING, COMPENSATING, "a step failed, or the request was cancelled") \
    M(PROCESSING, COMPLETED, "the last step succeeded") \
    M(PROCESSING, FAILED, "nothing had to be undone") \
    M(PROCESSING, CANCELLED, "nothing had to be undone") \
    M(COMPENSATING, FAILED, "what was done is undone, or a debt is kept") \
    M(COMPENSATING, CANCELLED, "what was done is undone")

/* Returns: whether the move is legal; staying where it is is none. */
gboolean kbnt_request_state_may(KbntRequestStatus from, KbntRequestStatus to);

/* Returns: whether the request has ended: nothing moves it any more. */
gboolean kbnt_request_state_is_terminal(KbntRequestStatus status);

/* Returns: where an event of a request leaves it; 0 for events that move none. */
KbntRequestStatus kbnt_request_state_after_event(KbntEventType event);

#endif

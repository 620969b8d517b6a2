/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accept.h: owns how a POST becomes a row: judged, deduplicated, charged, stored, handed to the
 * relay, and answered once the broker has it or the wait is over.
 */
#ifndef KBNT_ACCEPT_H
#define KBNT_ACCEPT_H

#include "permission.h"
#include "ports.h"
#include "specification.h"

typedef struct KbntAccept KbntAccept;

/* What a client sent; borrowed for the call. */
typedef struct {
    const KbntInput *body;
    const KbntCaller *caller;
    const char *correlation_id;
    const char *idempotency_key; /* NULL where it sent none */
    const char *trace_parent;    /* NULL where it sent none */
    gint64 received_us;          /* headers read, on the monotonic clock */
} KbntSubmission;

/*
 * @view is the request as stored, with PUBLICATION (where the broker has confirmed it),
 * QUEUE_POSITION, ESTIMATED_TIME and REPLAYED; or @error says why there is none, and @faults
 * (nullable) lists in FAULTS {POINTER, MESSAGE, CODE} all that was found. Called once.
 */
typedef void (*KbntAnswer)(KbntValue *view, const GError *error, KbntValue *faults,
                           gpointer data);

void kbnt_accept_submit(KbntAccept *accept, const KbntSubmission *submission, KbntAnswer answer,
                        gpointer data);

#endif

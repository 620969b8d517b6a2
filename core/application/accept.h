/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accept.h: owns how a POST becomes a row: judged, deduplicated, charged, stored, handed to the
 * relay, and answered once the broker has it or the wait is over.
 */
#ifndef KBNT_ACCEPT_H
#define KBNT_ACCEPT_H

#include "expectation.h"
#include "ledger-cache.h"
#include "permission.h"
#include "ports.h"
#include "relay.h"
#include "roster.h"
#include "specification.h"

typedef struct KbntAccept KbntAccept;

/* What the configuration says; what is pointed to lives as long as the use case. */
typedef struct {
    const KbntRules *rules;
    gint64 deadline_ms[KBNT_REQUEST_TYPE_CANCEL_REQUEST + 1]; /* by request type */
    gint64 publish_wait_ms;                                   /* 0 answers at once */
    guint backlog; /* most records that the broker has not confirmed */
} KbntAcceptSettings;

KbntAccept *kbnt_accept_new(const KbntPorts *ports, KbntRelay *relay,
                            KbntExpectation *expectation, KbntRoster *roster,
                            KbntLedgerCache *ledger_cache, const KbntAcceptSettings *settings);

/* Only once every submission has been answered. */
void kbnt_accept_free(KbntAccept *accept);

/* Later submissions go by these. */
void kbnt_accept_set_settings(KbntAccept *accept, const KbntAcceptSettings *settings);

/* Takes nothing more (UNAVAILABLE), and answers what waits for a confirmation as it stands. */
void kbnt_accept_stop(KbntAccept *accept);

/* What a client sent; borrowed for the call. */
typedef struct {
    const KbntInput *body;
    const KbntValue *request; /* (nullable): as it was read once, instead of a body */
    const KbntCaller *caller;
    const char *correlation_id;
    const char *idempotency_key; /* NULL where it sent none */
    const char *trace_parent;    /* NULL where it sent none */
    gint64 received_us;          /* headers read, on the monotonic clock */
} KbntSubmission;

/*
 * @view is the request as stored, with PUBLICATION (where the broker has confirmed it),
 * QUEUE_POSITION, ESTIMATED_TIME and REPLAYED; or @error says why there is none, and @faults
 * (nullable) lists in FAULTS {POINTER, MESSAGE, CODE} all that was found. Called once, never
 * inside the call.
 */
typedef void (*KbntAnswer)(KbntValue *view, const GError *error, KbntValue *faults,
                           gpointer data);

void kbnt_accept_submit(KbntAccept *accept, const KbntSubmission *submission, KbntAnswer answer,
                        gpointer data);

/* The broker has confirmed @record; whoever waits for it is answered. */
void kbnt_accept_confirmed(KbntAccept *accept, KbntValue *record, KbntValue *result);

/* Returns: (transfer full): {TOPIC, PARTITION, OFFSET, TIMESTAMP, CHECKSUM} of a confirmation.
 */
KbntValue *kbnt_accept_publication(KbntValue *record, KbntValue *result);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival.h: owns the way of a record from a subscription into the store: decoded, written by
 * one command, and its receipt settled; or else among the dead letters.
 */
#ifndef KBNT_ARRIVAL_H
#define KBNT_ARRIVAL_H

#include "ports.h"
#include "receipts.h"

typedef struct KbntArrivals KbntArrivals;

/* One record on its way; @message is NULL where it cannot be decoded. */
typedef struct {
    KbntArrivals *arrivals;
    const KbntPorts *ports;
    gpointer owner; /* of the hooks */
    KbntReceipt *receipt;
    KbntValue *record;
    KbntValue *message;
    KbntValue *argument; /* of the command under way */
    KbntStoreVerb verb;
    guint attempts;
    guint64 timer; /* while it waits for store or registry, in a queue by its link */
    GList link;
} KbntArrival;

/*
 * What the use case does. decode is the codec's; decoded leads, now or later, to one of the
 * calls below; committed hears of each command but BURY; describe_dead adds to BURY's argument
 * and buried hears of it, and both may be NULL.
 */
typedef struct {
    gpointer owner;
    KbntValue *(*decode)(gpointer codec, const KbntValue *record, GError **error);
    void (*decoded)(KbntArrival *arrival);
    void (*committed)(KbntArrival *arrival, KbntValue *result);
    void (*describe_dead)(KbntArrival *arrival, const GError *error, KbntValue *argument);
    void (*buried)(KbntArrival *arrival, KbntValue *result);
} KbntArrivalHooks;

/* What is read, and as whom; the names live on. Times of 0 are left to the transport. */
typedef struct {
    const char *topic;
    const char *group;
    guint window; /* most records on their way */
    gint64 session_timeout_ms;
    gint64 commit_interval_ms;
    gint64 poll_timeout_ms;
} KbntArrivalSource;

KbntArrivals *kbnt_arrivals_new(const KbntPorts *ports, const KbntArrivalSource *source,
                                const KbntArrivalHooks *hooks);

void kbnt_arrivals_free(KbntArrivals *arrivals);

/* Joins the group; @done when records may come. */
void kbnt_arrivals_start(KbntArrivals *arrivals, KbntDone done, gpointer data);

/* Leaves the group; @done when no record comes any more. What waits for the store is left
 * unacknowledged. */
void kbnt_arrivals_stop(KbntArrivals *arrivals, KbntDone done, gpointer data);

/* Returns: (transfer none): what is on its way. */
const KbntReceipts *kbnt_arrivals_receipts(const KbntArrivals *arrivals);

/*
 * Gives the store @verb with @argument (transfer full), again for as long as it fails for now.
 * The arrival is settled when it has committed, and a dead letter where it is refused.
 */
void kbnt_arrival_commit(KbntArrival *arrival, KbntStoreVerb verb, KbntValue *argument);

/* Makes a dead letter of it. */
void kbnt_arrival_bury(KbntArrival *arrival, const GError *error);

/* Where @error may pass, decoded is called again after a while; else the arrival is left. */
void kbnt_arrival_postpone(KbntArrival *arrival, const GError *error);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipts.h: owns which records of a subscription are done with, and acknowledges them in
 * order.
 *
 * A partition is acknowledged up to the last record before the first that is not settled. A
 * record that comes again while it waits for that is the same one.
 */
#ifndef KBNT_RECEIPTS_H
#define KBNT_RECEIPTS_H

#include "ports.h"

typedef struct KbntReceipts KbntReceipts;

/* One record that has come and is not acknowledged; owned by the receipts. */
typedef struct KbntReceipt KbntReceipt;

/* @subscription lives as long as the receipts. */
KbntReceipts *kbnt_receipts_new(const KbntTransportPort *transport,
                                const KbntSubscription *subscription);

void kbnt_receipts_free(KbntReceipts *receipts);

/* A record has come; in order of offsets for each partition, and again from the first that is
 * not acknowledged. Returns: (nullable): NULL where what becomes of it is decided already. */
KbntReceipt *kbnt_receipts_add(KbntReceipts *receipts, const KbntValue *record);

/* What became of the record is durable; @receipt may not be touched again. */
void kbnt_receipts_settle(KbntReceipt *receipt);

/* Nothing becomes of the record until it comes again; @receipt may not be touched again. */
void kbnt_receipts_leave(KbntReceipt *receipt);

/* The partition has come to this member, or has left it with what is open. */
void kbnt_receipts_assigned(KbntReceipts *receipts, gint32 partition);
void kbnt_receipts_lost(KbntReceipts *receipts, gint32 partition);

/* Calls @each for every partition of this member: the age of its eldest open record at @now_ms.
 */
void kbnt_receipts_each(const KbntReceipts *receipts, gint64 now_ms,
                        void (*each)(gint32 partition, double lag_seconds, guint n_open,
                                     gpointer data),
                        gpointer data);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * relay.h: owns the way from a store's outbox to the transport, in order and at least once.
 */
#ifndef KBNT_RELAY_H
#define KBNT_RELAY_H

#include "ports.h"

typedef struct KbntRelay KbntRelay;

/*
 * What the owner of a relay adds. confirmed hears of each record that the broker has taken,
 * with publish's result {PARTITION, OFFSET, TIMESTAMP, SECONDS}; describe fills the CONFIRM
 * command beyond POSITION and SETTLED, and is NULL where a confirmation without settlement need
 * not be written. Records of atomic_topic, NULL for none, go out together with the cursor of
 * the store (cursor.h), in one order over all partitions, so that readers see each of them
 * once.
 */
typedef struct {
    gpointer data;
    const char *atomic_topic;
    void (*confirmed)(KbntValue *record, KbntValue *result, gpointer data);
    void (*describe)(KbntValue *confirm, KbntValue *record, KbntValue *result, gpointer data);
} KbntRelayHooks;

/* @n_partitions: of the topics; @window: most records sent and not confirmed. */
KbntRelay *kbnt_relay_new(const KbntPorts *ports, KbntService service, guint n_partitions,
                          guint window, const KbntRelayHooks *hooks);

void kbnt_relay_free(KbntRelay *relay);

/* The outbox holds @n_records already; before the first push. */
void kbnt_relay_recall(KbntRelay *relay, guint n_records);

/* Re-sends all that the outbox holds; what was pushed before is found there. */
void kbnt_relay_start(KbntRelay *relay);

/* Sends nothing more. What is under way still completes. */
void kbnt_relay_stop(KbntRelay *relay);

/* @record: from a command that has committed, with its POSITION; in order of positions. */
void kbnt_relay_push(KbntRelay *relay, KbntValue *record);

/* The RECORDS of @result, of a command that has committed. */
void kbnt_relay_push_all(KbntRelay *relay, const KbntValue *result);

/* The transport's last subscriber is done with @record (kbnt-transport.h, watch_settled). */
void kbnt_relay_settled(KbntRelay *relay, KbntValue *record);

/* Records that the broker has not confirmed, whether held in memory or not. */
guint kbnt_relay_backlog(const KbntRelay *relay);

/* TRUE while the broker refuses what is sent, or does not tell the cursor. */
gboolean kbnt_relay_is_stalled(const KbntRelay *relay);

#endif

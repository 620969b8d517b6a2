/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consumer.h: owns the consumer's half: its use cases put together, started and stopped in
 * order.
 */
#ifndef KBNT_CONSUMER_H
#define KBNT_CONSUMER_H

#include "dead-letters.h"
#include "drain.h"
#include "reconcile.h"
#include "sweep.h"

typedef struct KbntConsumer KbntConsumer;

/* What the configuration says; what is pointed to lives as long as the consumer. */
typedef struct {
    KbntIntakeConfig intake;
    const KbntPrices *prices;
    const char *region; /* of hosts that name none */
    KbntRetention retention;
    const char *events_topic; /* NULL unless events go out with the store's cursor */
    guint n_partitions;
    guint publish_window;
    guint slots; /* messages in work at once */
    gint64 host_interval_ms;
    gint64 meter_interval_ms;
    gint64 reconcile_interval_ms; /* 0: only when asked */
} KbntConsumerSettings;

KbntConsumer *kbnt_consumer_new(const KbntPorts *ports, const KbntConsumerSettings *settings);

void kbnt_consumer_free(KbntConsumer *consumer);

/* Hosts first, then what was left behind; @done when all of it is going. Events wait in the
 * store until the consumer has joined. */
void kbnt_consumer_start(KbntConsumer *consumer, KbntDone done, gpointer data);

/* After the start, once the broker has the topics; @done when events go out and new records
 * come in. */
void kbnt_consumer_join(KbntConsumer *consumer, KbntDone done, gpointer data);

/* New records first, then the rest; @done when nothing is taken in any more. */
void kbnt_consumer_stop(KbntConsumer *consumer, KbntDone done, gpointer data);

/* Later runs and sweeps go by these; @prices lives as long as the consumer. */
void kbnt_consumer_set_settings(KbntConsumer *consumer, const KbntPrices *prices,
                                const KbntRetention *retention);

KbntRelay *kbnt_consumer_relay(KbntConsumer *consumer);
KbntIntake *kbnt_consumer_intake(KbntConsumer *consumer);
KbntSaga *kbnt_consumer_saga(KbntConsumer *consumer);
KbntDeadLetters *kbnt_consumer_dead_letters(KbntConsumer *consumer);
KbntReconcile *kbnt_consumer_reconcile(KbntConsumer *consumer);
KbntDrain *kbnt_consumer_drain(KbntConsumer *consumer);

#endif

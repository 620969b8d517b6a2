/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * producer.h: owns the producer's half: its use cases put together, started and stopped in
 * order.
 */
#ifndef KBNT_PRODUCER_H
#define KBNT_PRODUCER_H

#include "accept.h"
#include "cancel.h"
#include "dead-letters.h"
#include "dry-run.h"
#include "projection.h"
#include "query.h"
#include "relay.h"
#include "sweep.h"

typedef struct KbntProducer KbntProducer;

/* What the configuration says; what is pointed to lives as long as the producer. */
typedef struct {
    KbntAcceptSettings accept;
    KbntRetention retention;
    const char *events_topic;
    const char *events_group;
    guint events_window; /* most events not yet projected */
    guint n_partitions;
    guint publish_window;
    gint64 first_seconds[4]; /* by resource type: what is estimated before any sample */
} KbntProducerSettings;

KbntProducer *kbnt_producer_new(const KbntPorts *ports, const KbntProducerSettings *settings);

void kbnt_producer_free(KbntProducer *producer);

/* @done when requests can be accepted; they wait in the store until the producer has joined. */
void kbnt_producer_start(KbntProducer *producer, KbntDone done, gpointer data);

/* After the start, once the broker has the topics; @done when requests are published and events
 * projected. */
void kbnt_producer_join(KbntProducer *producer, KbntDone done, gpointer data);

/* @done when no event is projected any more. Requests that wait are answered as they stand. */
void kbnt_producer_stop(KbntProducer *producer, KbntDone done, gpointer data);

/* Later submissions, judgements, views and sweeps go by @settings; topics, groups, windows and
 * estimates stay. */
void kbnt_producer_set_settings(KbntProducer *producer, const KbntProducerSettings *settings);

KbntAccept *kbnt_producer_accept(KbntProducer *producer);
KbntDryRun *kbnt_producer_dry_run(KbntProducer *producer);
KbntCancel *kbnt_producer_cancel(KbntProducer *producer);
KbntQuery *kbnt_producer_query(KbntProducer *producer);
KbntProjection *kbnt_producer_projection(KbntProducer *producer);
KbntDeadLetters *kbnt_producer_dead_letters(KbntProducer *producer);
KbntRelay *kbnt_producer_relay(KbntProducer *producer);

#endif

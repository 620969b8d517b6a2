/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The producer's half over ports that the test answers: started, with one host, joined to its
 * events, and with the last answer that a use case gave. */
#pragma once

#include "fake-ports.h"
#include "producer.h"
#include "sample-rules.h"

/* How long a POST waits for its confirmation, and how many may. */
#define PRODUCER_RIG_WAIT_MS 500
#define PRODUCER_RIG_BACKLOG 2

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *publishes;
    SampleRules sample;
    KbntProducerSettings settings;
    KbntProducer *producer;
    guint n_answers;
    gint code; /* of the error of the last answer, 0 for none */
    KbntValue *answer;
    KbntValue *faults;
} ProducerRig;

/* A user, another, one who may look at everything, and the administrator. */
extern const KbntCaller producer_rig_user;
extern const KbntCaller producer_rig_other;
extern const KbntCaller producer_rig_auditor;
extern const KbntCaller producer_rig_administrator;

/* Returns: (transfer full): a producer of a durable transport. */
ProducerRig *producer_rig_new(void);

/* What waits in the relay or for an answer is dropped. */
void producer_rig_free(ProducerRig *rig);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProducerRig, producer_rig_free)

/* What to give to a use case; @rig is their data. */
void producer_rig_answer(KbntValue *view, const GError *error, KbntValue *faults, gpointer rig);
void producer_rig_done(KbntValue *result, const GError *error, gpointer rig);

/* Returns: (transfer full): a request for a network, as it was read. */
KbntValue *producer_rig_request(void);

/* Returns: (transfer full): a request that the store knows, of producer_rig_user. */
KbntValue *producer_rig_stored(KbntRequestStatus status);

/* The store has done the command under way, which put this record into its outbox. */
void producer_rig_commit(ProducerRig *rig, KbntValue *request, gint64 position);

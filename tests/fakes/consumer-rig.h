/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of the consumer's use cases stand on: fake ports, the calls of each at hand, a
 * relay for what is written, and how what was begun has ended. */
#pragma once

#include "fake-ports.h"
#include "relay.h"

typedef struct {
    FakePorts *fake;
    const KbntPorts *ports;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *actions;
    FakeCalls *subscriptions;
    KbntRelay *relay;
    guint n_done;
    gint code; /* of the last end; 0 where all went well */
} ConsumerRig;

void consumer_rig_init(ConsumerRig *rig);

/* Answers all that is still asked of the store, before what has asked is freed. */
void consumer_rig_end_calls(ConsumerRig *rig);

/* After what stood on it. */
void consumer_rig_clear(ConsumerRig *rig);

/* A KbntDone; @rig is its data. */
void consumer_rig_done(KbntValue *result, const GError *error, gpointer rig);

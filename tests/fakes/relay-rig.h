/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A relay over ports that the test answers, with one partition of each topic. */
#pragma once

#include "fake-ports.h"
#include "relay.h"

/* How many records may be under way. */
#define RELAY_RIG_WINDOW 4

typedef struct {
    FakePorts *fake;
    FakeCalls *commands;
    FakeCalls *queries;
    FakeCalls *publishes;
    KbntRelay *relay;
    guint n_confirmed;
} RelayRig;

/* Returns: (transfer full): a relay that is not started; @describes: each confirmation is
 * written, @atomic_topic: what goes out with a cursor, NULL for nothing. */
RelayRig *relay_rig_new(gboolean durable, gboolean describes, const char *atomic_topic);

/* Returns: (transfer full): one that runs, with nothing in its outbox. */
RelayRig *relay_rig_running(gboolean durable);

void relay_rig_free(RelayRig *rig);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayRig, relay_rig_free)

/* Returns: (transfer full): a record of the topic "requests". */
KbntValue *relay_rig_record(gint64 position);

/* Pushes the records from @first to @last. */
void relay_rig_push(RelayRig *rig, gint64 first, gint64 last);

/* Answers the query of the outbox with the records from @first to @last; none below @first. */
void relay_rig_outbox(RelayRig *rig, gint64 first, gint64 last);

/* The broker confirms what was sent first. */
void relay_rig_confirm(RelayRig *rig, guint n_records);

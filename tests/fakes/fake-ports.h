/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KbntPorts for tests of use cases: what is asked of a port waits until the test answers it,
 * and time stands still until the test moves it.
 *
 * The codec writes events and requests to records that hold them as EVENT or REQUEST, and reads
 * them from there. Chance is always 0, so a backoff is always 10 ms.
 */
#pragma once

#include "ports.h"

typedef struct FakePorts FakePorts;

/* What was asked of a port and is not answered, eldest first. */
typedef struct FakeCalls FakeCalls;

/* Returns: (transfer full): ports at the time 1 s, with a transport that is @durable. */
FakePorts *fake_ports_new(gboolean durable);

/* Unanswered calls are dropped, timers do not fire. */
void fake_ports_free(FakePorts *fake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakePorts, fake_ports_free)

const KbntPorts *fake_ports_get(FakePorts *fake);

/* The calls of each port; a publish of many records is as many calls. */
FakeCalls *fake_ports_commands(FakePorts *fake);
FakeCalls *fake_ports_queries(FakePorts *fake);
FakeCalls *fake_ports_publishes(FakePorts *fake);
FakeCalls *fake_ports_cursors(FakePorts *fake);
FakeCalls *fake_ports_actions(FakePorts *fake);
FakeCalls *fake_ports_subscriptions(FakePorts *fake);

/* The schemas that are looked up; without this call there is nowhere to ask. */
FakeCalls *fake_ports_look_ups(FakePorts *fake);

/* Returns: (transfer none) (nullable): what was subscribed to last. */
const KbntSubscription *fake_ports_subscription(const FakePorts *fake);

/* The verbs of subscriptions. */
enum { FAKE_SUBSCRIBE = 1, FAKE_UNSUBSCRIBE = 2 };

guint fake_calls_length(const FakeCalls *calls);

/* The verb (0 of a publish and of a cursor, a KbntAction of the provisioner) and the argument
 * of a call that waits; it must exist. */
gint fake_calls_verb(const FakeCalls *calls, guint index);
KbntValue *fake_calls_argument(const FakeCalls *calls, guint index);

/* Answers the eldest call, which must exist. @result: (transfer none) (nullable). */
void fake_calls_complete(FakeCalls *calls, KbntValue *result);
void fake_calls_fail(FakeCalls *calls, KbntErrorCode code);

/* Moves the clocks and fires what has become due, in order. */
void fake_ports_pass_ms(FakePorts *fake, gint64 duration_ms);

/* Moves the wall clock alone, and back where @distance_ms is negative. */
void fake_ports_jump_ms(FakePorts *fake, gint64 distance_ms);

/* How many timers wait for their time. */
guint fake_ports_n_timers(const FakePorts *fake);

/* All that was published so far, "POSITION POSITION …" in order; what goes out with a cursor is
 * followed by "/POSITION" of that. */
const char *fake_ports_sent(FakePorts *fake);

/* All that was acknowledged so far, "PARTITION:OFFSET PARTITION:OFFSET …" in order. */
const char *fake_ports_acknowledged(FakePorts *fake);

/* How many failures were reported so far. */
guint fake_ports_n_reports(const FakePorts *fake);

/* The keys of all work that the provisioner was asked to cut short, "KEY KEY …" in order. */
const char *fake_ports_cut_short(FakePorts *fake);

/* How many transitions of that kind whoever watches has been told of, and the last of them,
 * which must exist. */
guint fake_ports_n_told(const FakePorts *fake, KbntTransition kind);
const KbntValue *fake_ports_told(const FakePorts *fake, KbntTransition kind);

/* From here on the codec refuses everything with @code; with 0 it works again. */
void fake_ports_break_codec(FakePorts *fake, KbntErrorCode code);

/* Hands a record to whoever subscribed last. */
void fake_ports_deliver(FakePorts *fake, KbntValue *record);

/* A partition comes to whoever subscribed last, or leaves. */
void fake_ports_move_partition(FakePorts *fake, gint32 partition, gboolean comes);

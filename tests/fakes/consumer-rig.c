/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consumer-rig.c: see consumer-rig.h. */
#include "consumer-rig.h"

void
consumer_rig_init(ConsumerRig *rig)
{
    const KbntRelayHooks hooks = { 0 };

    rig->fake = fake_ports_new(TRUE);
    rig->ports = fake_ports_get(rig->fake);
    rig->commands = fake_ports_commands(rig->fake);
    rig->queries = fake_ports_queries(rig->fake);
    rig->actions = fake_ports_actions(rig->fake);
    rig->subscriptions = fake_ports_subscriptions(rig->fake);
    rig->relay = kbnt_relay_new(rig->ports, KBNT_SERVICE_CONSUMER, 1, 4, &hooks);
}

void
consumer_rig_end_calls(ConsumerRig *rig)
{
    while (fake_calls_length(rig->queries) > 0)
        fake_calls_fail(rig->queries, KBNT_ERROR_STOPPED);
    while (fake_calls_length(rig->commands) > 0)
        fake_calls_fail(rig->commands, KBNT_ERROR_STOPPED);
}

void
consumer_rig_clear(ConsumerRig *rig)
{
    kbnt_relay_free(rig->relay);
    fake_ports_free(rig->fake);
}

void
consumer_rig_done(KbntValue *result, const GError *error, gpointer data)
{
    ConsumerRig *rig = data;

    (void)result;
    rig->n_done++;
    rig->code = error != NULL ? error->code : 0;
}

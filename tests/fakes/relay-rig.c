/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* relay-rig.c: see relay-rig.h. */
#include "relay-rig.h"

static void
count_confirmed(KbntValue *record, KbntValue *result, gpointer data)
{
    (void)record;
    (void)result;
    ((RelayRig *)data)->n_confirmed++;
}

static void
describe(KbntValue *confirm, KbntValue *record, KbntValue *result, gpointer data)
{
    (void)result;
    (void)data;
    kbnt_value_copy_field(confirm, record, KBNT_FIELD_MESSAGE_ID);
}

RelayRig *
relay_rig_new(gboolean durable, gboolean describes, const char *atomic_topic)
{
    RelayRig *rig = g_new0(RelayRig, 1);
    KbntRelayHooks hooks = { .data = rig,
                             .atomic_topic = atomic_topic,
                             .confirmed = count_confirmed,
                             .describe = describes ? describe : NULL };

    rig->fake = fake_ports_new(durable);
    rig->commands = fake_ports_commands(rig->fake);
    rig->queries = fake_ports_queries(rig->fake);
    rig->publishes = fake_ports_publishes(rig->fake);
    rig->relay = kbnt_relay_new(fake_ports_get(rig->fake), KBNT_SERVICE_PRODUCER, 1,
                                RELAY_RIG_WINDOW, &hooks);
    return rig;
}

void
relay_rig_free(RelayRig *rig)
{
    while (fake_calls_length(rig->commands) > 0)
        fake_calls_complete(rig->commands, NULL);
    kbnt_relay_free(rig->relay);
    fake_ports_free(rig->fake);
    g_free(rig);
}

KbntValue *
relay_rig_record(gint64 position)
{
    KbntValue *record = kbnt_value_new();
    g_autofree char *message_id = g_strdup_printf("message-%" G_GINT64_FORMAT, position);

    kbnt_value_set_string(record, KBNT_FIELD_TOPIC, "requests");
    kbnt_value_set_string(record, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_int(record, KBNT_FIELD_POSITION, position);
    return record;
}

void
relay_rig_push(RelayRig *rig, gint64 first, gint64 last)
{
    for (gint64 position = first; position <= last; position++) {
        g_autoptr(KbntValue) record = relay_rig_record(position);

        kbnt_relay_push(rig->relay, record);
    }
}

void
relay_rig_outbox(RelayRig *rig, gint64 first, gint64 last)
{
    g_autoptr(KbntValue) page = kbnt_value_new();

    kbnt_value_set_empty_list(page, KBNT_FIELD_ITEMS);
    for (gint64 position = first; position <= last; position++)
        kbnt_value_take_item(page, KBNT_FIELD_ITEMS, relay_rig_record(position));
    fake_calls_complete(rig->queries, page);
}

RelayRig *
relay_rig_running(gboolean durable)
{
    RelayRig *rig = relay_rig_new(durable, FALSE, NULL);

    kbnt_relay_start(rig->relay);
    relay_rig_outbox(rig, 1, 0);
    return rig;
}

void
relay_rig_confirm(RelayRig *rig, guint n_records)
{
    for (guint i = 0; i < n_records; i++)
        fake_calls_complete(rig->publishes, NULL);
}

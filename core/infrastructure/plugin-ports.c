/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the adapters by which the ports of the application lead to transports. */
#include "plugin-ports.h"

#include "host-private.h"

static const KbntTransportOps *
transport_ops(KbntPluginInstance *transport)
{
    return &kbnt_plugin_instance_ops(transport)->transport;
}

static void
transport_describe(gpointer data, KbntValue *argument, KbntDone done, gpointer done_data)
{
    KbntPluginInstance *transport = data;

    transport_ops(transport)->describe(
        kbnt_plugin_instance_data(transport),
        kbnt_task_new(kbnt_plugin_instance_host(transport), 0, argument, done, done_data));
}

/* Returns: (transfer full each): one task a record. */
static KbntTask **
new_tasks(KbntPluginInstance *transport, KbntValue *const *records, guint n_records,
          KbntDone done, gpointer const *done_data)
{
    KbntTask **tasks = g_new(KbntTask *, n_records);

    for (guint i = 0; i < n_records; i++)
        tasks[i] = kbnt_task_new(kbnt_plugin_instance_host(transport), 0, records[i], done,
                                 done_data[i]);
    return tasks;
}

static void
transport_publish(gpointer data, KbntValue *const *records, guint n_records, KbntDone done,
                  gpointer const *done_data)
{
    KbntPluginInstance *transport = data;
    g_autofree KbntTask **tasks = new_tasks(transport, records, n_records, done, done_data);

    transport_ops(transport)->publish(kbnt_plugin_instance_data(transport), tasks, n_records);
}

/* Each record tells whether the cursor has gone out with it. */
static void
cursor_moved(KbntValue *result, const GError *error, gpointer data)
{
    (void)result;
    (void)error;
    (void)data;
}

static void
transport_publish_atomic(gpointer data, KbntValue *const *records, guint n_records,
                         KbntValue *cursor, KbntDone done, gpointer const *done_data)
{
    KbntPluginInstance *transport = data;
    g_autofree KbntTask **tasks = new_tasks(transport, records, n_records, done, done_data);

    transport_ops(transport)->publish_atomic(
        kbnt_plugin_instance_data(transport), tasks, n_records,
        kbnt_task_new(kbnt_plugin_instance_host(transport), 0, cursor, cursor_moved, NULL));
}

static void
transport_read_cursor(gpointer data, KbntValue *argument, KbntDone done, gpointer done_data)
{
    KbntPluginInstance *transport = data;

    transport_ops(transport)->read_cursor(
        kbnt_plugin_instance_data(transport),
        kbnt_task_new(kbnt_plugin_instance_host(transport), 0, argument, done, done_data));
}

static void
transport_subscribe(gpointer data, const KbntSubscription *subscription, KbntDone done,
                    gpointer done_data)
{
    KbntPluginInstance *transport = data;

    transport_ops(transport)->subscribe(
        kbnt_plugin_instance_data(transport), subscription,
        kbnt_task_new(kbnt_plugin_instance_host(transport), 0, NULL, done, done_data));
}

static void
transport_unsubscribe(gpointer data, const KbntSubscription *subscription, KbntDone done,
                      gpointer done_data)
{
    KbntPluginInstance *transport = data;

    transport_ops(transport)->unsubscribe(
        kbnt_plugin_instance_data(transport), subscription,
        kbnt_task_new(kbnt_plugin_instance_host(transport), 0, NULL, done, done_data));
}

static void
transport_acknowledge(gpointer data, const KbntSubscription *subscription, gint32 partition,
                      gint64 offset)
{
    KbntPluginInstance *transport = data;

    transport_ops(transport)->acknowledge(kbnt_plugin_instance_data(transport), subscription,
                                          partition, offset);
}

KbntTransportPort
kbnt_plugin_transport_port(KbntPluginInstance *transport)
{
    return (KbntTransportPort){
        .data = transport,
        .durable = (kbnt_plugin_instance_caps(transport) & KBNT_TRANSPORT_DURABLE) != 0,
        .atomic = (kbnt_plugin_instance_caps(transport) & KBNT_TRANSPORT_ATOMIC) != 0,
        .describe = transport_describe,
        .publish = transport_publish,
        .publish_atomic = transport_publish_atomic,
        .read_cursor = transport_read_cursor,
        .subscribe = transport_subscribe,
        .unsubscribe = transport_unsubscribe,
        .acknowledge = transport_acknowledge,
    };
}

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

static void
transport_publish(gpointer data, KbntValue *const *records, guint n_records, KbntDone done,
                  gpointer const *done_data)
{
    KbntPluginInstance *transport = data;
    g_autofree KbntTask **tasks = g_new(KbntTask *, n_records);

    for (guint i = 0; i < n_records; i++)
        tasks[i] = kbnt_task_new(kbnt_plugin_instance_host(transport), 0, records[i], done,
                                 done_data[i]);
    transport_ops(transport)->publish(kbnt_plugin_instance_data(transport), tasks, n_records);
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
        .describe = transport_describe,
        .publish = transport_publish,
        .subscribe = transport_subscribe,
        .unsubscribe = transport_unsubscribe,
        .acknowledge = transport_acknowledge,
    };
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the adapters by which the ports of the application lead to stores and transports. */
#include "plugin-ports.h"

#include "host-private.h"

static void
store_submit(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
             gpointer done_data)
{
    const KbntPluginInstance *store = data;
    const KbntStoreOps *ops = (const KbntStoreOps *)store->ops;
    KbntTask *task = kbnt_task_new(store->host, verb, argument, done, done_data);

    ops->submit(store->instance, &task, 1);
}

static void
store_query(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
            gpointer done_data)
{
    const KbntPluginInstance *store = data;
    const KbntStoreOps *ops = (const KbntStoreOps *)store->ops;

    ops->query(store->instance, kbnt_task_new(store->host, verb, argument, done, done_data));
}

KbntStorePort
kbnt_plugin_store_port(const KbntPluginInstance *store)
{
    return (KbntStorePort){
        .data = (gpointer)store,
        .submit = store_submit,
        .query = store_query,
    };
}

static const KbntTransportOps *
transport_ops(const KbntPluginInstance *transport)
{
    return (const KbntTransportOps *)transport->ops;
}

static void
transport_describe(gpointer data, KbntValue *argument, KbntDone done, gpointer done_data)
{
    const KbntPluginInstance *transport = data;

    transport_ops(transport)->describe(
        transport->instance, kbnt_task_new(transport->host, 0, argument, done, done_data));
}

static void
transport_publish(gpointer data, KbntValue *const *records, guint n_records, KbntDone done,
                  gpointer const *done_data)
{
    const KbntPluginInstance *transport = data;
    g_autofree KbntTask **tasks = g_new(KbntTask *, n_records);

    for (guint i = 0; i < n_records; i++)
        tasks[i] = kbnt_task_new(transport->host, 0, records[i], done, done_data[i]);
    transport_ops(transport)->publish(transport->instance, tasks, n_records);
}

static void
transport_subscribe(gpointer data, const KbntSubscription *subscription, KbntDone done,
                    gpointer done_data)
{
    const KbntPluginInstance *transport = data;

    transport_ops(transport)->subscribe(
        transport->instance, subscription,
        kbnt_task_new(transport->host, 0, NULL, done, done_data));
}

static void
transport_unsubscribe(gpointer data, const KbntSubscription *subscription, KbntDone done,
                      gpointer done_data)
{
    const KbntPluginInstance *transport = data;

    transport_ops(transport)->unsubscribe(
        transport->instance, subscription,
        kbnt_task_new(transport->host, 0, NULL, done, done_data));
}

static void
transport_acknowledge(gpointer data, const KbntSubscription *subscription, gint32 partition,
                      gint64 offset)
{
    const KbntPluginInstance *transport = data;

    transport_ops(transport)->acknowledge(transport->instance, subscription, partition, offset);
}

KbntTransportPort
kbnt_plugin_transport_port(const KbntPluginInstance *transport, gboolean durable)
{
    return (KbntTransportPort){
        .data = (gpointer)transport,
        .durable = durable,
        .describe = transport_describe,
        .publish = transport_publish,
        .subscribe = transport_subscribe,
        .unsubscribe = transport_unsubscribe,
        .acknowledge = transport_acknowledge,
    };
}

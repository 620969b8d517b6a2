/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the commands to a store that a turn of the loop has brought and not yet handed on. */
#include "host-private.h"
#include "plugin-ports.h"

struct KbntStoreCalls {
    KbntLoop *loop;
    KbntPluginInstance *store;
    GPtrArray *gathered; /* of KbntTask */
};

KbntStoreCalls *
kbnt_store_calls_new(KbntLoop *loop, KbntPluginInstance *store)
{
    KbntStoreCalls *calls = g_new0(KbntStoreCalls, 1);

    calls->loop = loop;
    calls->store = store;
    calls->gathered = g_ptr_array_new();
    return calls;
}

static void
hand_on(gpointer data)
{
    KbntStoreCalls *calls = data;
    const KbntStoreOps *ops = &kbnt_plugin_instance_ops(calls->store)->store;

    ops->submit(kbnt_plugin_instance_data(calls->store),
                (KbntTask *const *)calls->gathered->pdata, calls->gathered->len);
    g_ptr_array_set_size(calls->gathered, 0);
}

/* The store is stopped by now, and nobody is there to hear what became of a command. */
void
kbnt_store_calls_free(KbntStoreCalls *calls)
{
    if (calls == NULL)
        return;
    for (guint i = 0; i < calls->gathered->len; i++)
        kbnt_task_unref(calls->gathered->pdata[i]);
    g_ptr_array_unref(calls->gathered);
    g_free(calls);
}

static void
submit(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
       gpointer done_data)
{
    KbntStoreCalls *calls = data;

    if (calls->gathered->len == 0)
        kbnt_loop_at_turn_end(calls->loop, "store", hand_on, calls);
    g_ptr_array_add(calls->gathered, kbnt_task_new(kbnt_plugin_instance_host(calls->store),
                                                   verb, argument, done, done_data));
}

static void
query(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done, gpointer done_data)
{
    KbntStoreCalls *calls = data;
    const KbntStoreOps *ops = &kbnt_plugin_instance_ops(calls->store)->store;

    ops->query(kbnt_plugin_instance_data(calls->store),
               kbnt_task_new(kbnt_plugin_instance_host(calls->store), verb, argument, done,
                             done_data));
}

KbntStorePort
kbnt_store_calls_port(KbntStoreCalls *calls)
{
    return (KbntStorePort){ .data = calls, .submit = submit, .query = query };
}

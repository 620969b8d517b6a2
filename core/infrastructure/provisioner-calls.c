/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the calls to a provisioner that are under way: by key, so that they can be cancelled,
 * and each with a timer, so that a plugin that never answers costs its own request only. */
#include "host-private.h"
#include "plugin-ports.h"

struct KbntProvisionerCalls {
    KbntLoop *loop;
    KbntPluginInstance *provisioner;
    GHashTable *by_key; /* key -> Call */
};

/* Lives until the plugin has answered; done is NULL once the asker has heard. */
typedef struct {
    KbntProvisionerCalls *calls;
    char *key;
    KbntTask *task;
    KbntDone done;
    gpointer data;
    guint64 timer;
} Call;

KbntProvisionerCalls *
kbnt_provisioner_calls_new(KbntLoop *loop, KbntPluginInstance *provisioner)
{
    KbntProvisionerCalls *calls = g_new0(KbntProvisionerCalls, 1);

    calls->loop = loop;
    calls->provisioner = provisioner;
    calls->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    return calls;
}

void
kbnt_provisioner_calls_free(KbntProvisionerCalls *calls)
{
    if (calls == NULL)
        return;
    g_hash_table_unref(calls->by_key);
    g_free(calls);
}

static void
tell(Call *call, KbntValue *result, const GError *error)
{
    KbntDone done = g_steal_pointer(&call->done);

    if (call->timer != 0)
        kbnt_loop_cancel(call->calls->loop, call->timer);
    call->timer = 0;
    if (g_hash_table_lookup(call->calls->by_key, call->key) == call)
        g_hash_table_remove(call->calls->by_key, call->key);
    if (done != NULL)
        done(result, error, call->data);
}

static void
answered(KbntValue *result, const GError *error, gpointer data)
{
    Call *call = data;

    tell(call, result, error);
    kbnt_task_unref(call->task);
    g_free(call->key);
    g_free(call);
}

static void
timed_out(gpointer data)
{
    Call *call = data;
    g_autoptr(GError) error = g_error_new(KBNT_ERROR, KBNT_ERROR_TIMED_OUT,
                                          "the provisioner did not answer '%s' by its deadline",
                                          call->key);

    call->timer = 0;
    kbnt_task_cancel(call->task);
    tell(call, NULL, error);
}

static void
hand_over(KbntPluginInstance *provisioner, KbntAction action, KbntTask *task)
{
    const KbntProvisionerOps *ops = &kbnt_plugin_instance_ops(provisioner)->provisioner;
    void (*const table[])(void *, KbntTask *) = {
        [KBNT_ACTION_HOSTS] = ops->hosts,           [KBNT_ACTION_ENSURE] = ops->ensure,
        [KBNT_ACTION_INSPECT] = ops->inspect,       [KBNT_ACTION_REMOVE] = ops->remove,
        [KBNT_ACTION_POWER] = ops->power,           [KBNT_ACTION_ATTACH] = ops->attach,
        [KBNT_ACTION_DETACH] = ops->detach,         [KBNT_ACTION_PROBE] = ops->probe,
        [KBNT_ACTION_LIST_OWNED] = ops->list_owned,
    };

    if (action < G_N_ELEMENTS(table) && table[action] != NULL)
        table[action](kbnt_plugin_instance_data(provisioner), task);
    else
        kbnt_task_fail_literal(task, KBNT_ERROR_NOT_SUPPORTED,
                               "the provisioner does not know this action");
}

static void
call(gpointer data, KbntAction action, KbntValue *argument, const char *key, gint64 deadline_us,
     KbntDone done, gpointer done_data)
{
    KbntProvisionerCalls *calls = data;
    Call *call = g_new0(Call, 1);
    gint64 left_us = deadline_us - g_get_monotonic_time();

    call->calls = calls;
    call->key = g_strdup(key);
    call->done = done;
    call->data = done_data;
    call->task = kbnt_task_new(kbnt_plugin_instance_host(calls->provisioner), 0, argument,
                               answered, call);
    kbnt_task_set_key(call->task, key);
    kbnt_task_set_deadline_us(call->task, deadline_us);
    call->timer = kbnt_loop_after(calls->loop, MAX(left_us, 0), timed_out, call);
    g_hash_table_replace(calls->by_key, call->key, call);
    hand_over(calls->provisioner, action, kbnt_task_ref(call->task));
}

static void
cancel(gpointer data, const char *key)
{
    KbntProvisionerCalls *calls = data;
    Call *call = g_hash_table_lookup(calls->by_key, key);

    if (call != NULL)
        kbnt_task_cancel(call->task);
}

KbntProvisionerPort
kbnt_provisioner_calls_port(KbntProvisionerCalls *calls)
{
    return (KbntProvisionerPort){ .data = calls, .call = call, .cancel = cancel };
}

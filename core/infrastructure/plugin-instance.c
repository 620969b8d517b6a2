/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns one plugin at work. */
#include "plugin-instance.h"

struct KbntPluginInstance {
    const KbntPluginFile *file;
    KbntPluginHost *plugin_host;
    gpointer data;
    gboolean is_started;
};

/* One start or stop on its way. */
typedef struct {
    KbntPluginInstance *instance;
    gboolean starts;
    KbntTaskDone done;
    gpointer data;
} Passage;

static const KbntLifeOps *
life_of(const KbntPluginInstance *instance)
{
    return &kbnt_plugin_file_ops(instance->file)->life;
}

static void
blame(const KbntPluginInstance *instance, const char *deed, GError **error)
{
    g_prefix_error(error,
                   "plugin '%s' (%s) cannot be %s: ", kbnt_plugin_file_section(instance->file),
                   kbnt_plugin_file_path(instance->file), deed);
}

/* A plugin that fails without an error breaks the contract; the caller must not trip on it. */
static void
require_error(GError **error)
{
    if (error && !*error)
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_INTERNAL,
                            "it failed without saying why; report it to its author");
}

KbntPluginInstance *
kbnt_plugin_instance_new(const KbntPluginFile *file, gconstpointer config,
                         const KbntHostShared *shared, KbntHalf half, GError **error)
{
    g_autoptr(KbntPluginInstance) instance = g_new0(KbntPluginInstance, 1);
    g_autoptr(GError) cause = NULL;
    instance->file = file;
    instance->plugin_host = kbnt_plugin_host_new(shared, kbnt_plugin_file_section(file), half);
    KbntHost *host = kbnt_plugin_host_get(instance->plugin_host);
    if (life_of(instance)->create(host, config, &instance->data, &cause))
        return g_steal_pointer(&instance);

    require_error(&cause);
    blame(instance, "created", &cause);
    g_propagate_error(error, g_steal_pointer(&cause));
    instance->data = NULL;
    return NULL;
}

void
kbnt_plugin_instance_free(KbntPluginInstance *instance)
{
    if (!instance)
        return;
    g_assert(!instance->is_started);
    if (instance->data)
        life_of(instance)->destroy(instance->data);
    kbnt_plugin_host_free(instance->plugin_host);
    g_free(instance);
}

static void
passage_ended(KbntValue *result, const GError *error, gpointer data)
{
    Passage *passage = data;
    g_autoptr(GError) named = error ? g_error_copy(error) : NULL;
    if (named)
        blame(passage->instance, passage->starts ? "started" : "stopped", &named);
    passage->instance->is_started = passage->starts && !named;
    passage->done(result, named, passage->data);
    g_free(passage);
}

static KbntTask *
passage_task(KbntPluginInstance *instance, gboolean starts, KbntTaskDone done, gpointer data)
{
    Passage *passage = g_new0(Passage, 1);
    *passage = (Passage){ instance, starts, done, data };
    return kbnt_task_new(kbnt_plugin_host_get(instance->plugin_host), 0, NULL, passage_ended,
                         passage);
}

void
kbnt_plugin_instance_start(KbntPluginInstance *instance, KbntTaskDone done, gpointer data)
{
    life_of(instance)->start(instance->data, passage_task(instance, TRUE, done, data));
}

void
kbnt_plugin_instance_stop(KbntPluginInstance *instance, KbntTaskDone done, gpointer data)
{
    KbntTask *task = passage_task(instance, FALSE, done, data);
    if (instance->is_started)
        life_of(instance)->stop(instance->data, task);
    else
        kbnt_task_complete(task, NULL);
}

gboolean
kbnt_plugin_instance_reload(KbntPluginInstance *instance, gconstpointer config, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (!life_of(instance)->reload || life_of(instance)->reload(instance->data, config, &cause))
        return TRUE;
    require_error(&cause);
    blame(instance, "reloaded", &cause);
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
}

KbntValue *
kbnt_plugin_instance_health(KbntPluginInstance *instance)
{
    return life_of(instance)->health ? life_of(instance)->health(instance->data) : NULL;
}

const KbntPluginOps *
kbnt_plugin_instance_ops(const KbntPluginInstance *instance)
{
    return kbnt_plugin_file_ops(instance->file);
}

gpointer
kbnt_plugin_instance_data(const KbntPluginInstance *instance)
{
    return instance->data;
}

guint64
kbnt_plugin_instance_caps(const KbntPluginInstance *instance)
{
    return kbnt_plugin_file_plugin(instance->file)->caps;
}

KbntHost *
kbnt_plugin_instance_host(const KbntPluginInstance *instance)
{
    return kbnt_plugin_host_get(instance->plugin_host);
}

const char *
kbnt_plugin_instance_section(const KbntPluginInstance *instance)
{
    return kbnt_plugin_file_section(instance->file);
}

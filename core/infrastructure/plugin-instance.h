/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns one plugin at work: created from its file and its block, started, reloaded, stopped,
 * destroyed. Loop thread only. Every error names the plugin and what it was about to do. */
#pragma once

#include "host-services.h"
#include "plugin-file.h"

typedef struct KbntPluginInstance KbntPluginInstance;

/* file, shared and config: (transfer none), outlive the instance. Returns: (transfer full)
 * (nullable): NULL with the plugin's own error. */
KbntPluginInstance *kbnt_plugin_instance_new(const KbntPluginFile *file, gconstpointer config,
                                             const KbntHostShared *shared, KbntHalf half,
                                             GError **error);

/* Destroys it; it was never started, or has been stopped. */
void kbnt_plugin_instance_free(KbntPluginInstance *instance);

/* done: once, later, with the plugin's error where there is one. */
void kbnt_plugin_instance_start(KbntPluginInstance *instance, KbntTaskDone done, gpointer data);

/* As start; one that is not started is done at the next turn of the loop. */
void kbnt_plugin_instance_stop(KbntPluginInstance *instance, KbntTaskDone done, gpointer data);

/* Hands over a block in which only reloadable keys differ; FALSE keeps the old one. A plugin
 * without reload has no such keys, and nothing is done. */
gboolean kbnt_plugin_instance_reload(KbntPluginInstance *instance, gconstpointer config,
                                     GError **error);

/* Returns: (transfer full) (nullable): {NAME, CHECK_STATUS, DETAIL}, or NULL without the op. */
KbntValue *kbnt_plugin_instance_health(KbntPluginInstance *instance);

/* To call an op of the kind: ops->sink.render(data, …). */
const KbntPluginOps *kbnt_plugin_instance_ops(const KbntPluginInstance *instance);
gpointer kbnt_plugin_instance_data(const KbntPluginInstance *instance);
guint64 kbnt_plugin_instance_caps(const KbntPluginInstance *instance);
KbntHost *kbnt_plugin_instance_host(const KbntPluginInstance *instance);

/* Returns: (transfer none): "sink.log". */
const char *kbnt_plugin_instance_section(const KbntPluginInstance *instance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntPluginInstance, kbnt_plugin_instance_free)

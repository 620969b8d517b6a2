/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the plugins of the process: found, opened, their sections declared, their instances
 * started in order and stopped in the reverse one. Loop thread only.
 *
 *     loader = kbnt_plugin_loader_new(core->kbnt->plugin_dir, log);
 *     kbnt_plugin_loader_declare(loader, core, config);      before kbnt_config_finish()
 *     store = kbnt_plugin_loader_create(loader, config, KBNT_KIND_STORE, "sqlite", …);
 *     kbnt_plugin_loader_start(loader, done, data);          all that were created
 *     …
 *     kbnt_plugin_loader_stop(loader, done, data);
 *     kbnt_plugin_loader_free(loader); */
#pragma once

#include "config-keys.h"
#include "plugin-instance.h"

typedef struct KbntPluginLoader KbntPluginLoader;

KbntPluginLoader *kbnt_plugin_loader_new(const char *plugin_dir, KbntLogWriter *log);

/* Destroys all instances; they were never started, or have been stopped. The config is freed
 * before: its blocks are for running instances, its key tables lie in the loader's plugins. */
void kbnt_plugin_loader_free(KbntPluginLoader *loader);

/* Opens the plugins that [kbnt] names and declares their sections; what fails is refused in
 * config. Sections of other plugins are checked too, where those are installed. */
void kbnt_plugin_loader_declare(KbntPluginLoader *loader, const KbntCoreConfig *core,
                                KbntConfig *config);

/* Creates an instance of a plugin that was declared in config; shared outlives loader.
 * Returns: (transfer none) (nullable): NULL with an error that names the plugin. */
KbntPluginInstance *kbnt_plugin_loader_create(KbntPluginLoader *loader, KbntConfig *config,
                                              const KbntHostShared *shared, guint32 kind,
                                              const char *name, KbntHalf half, GError **error);

/* Starts, one after the other, in the order of creation. done: once, with the first error,
 * after which nothing more is started. */
void kbnt_plugin_loader_start(KbntPluginLoader *loader, KbntTaskDone done, gpointer data);

/* Stops all that is started, the last first. done: once, with the first error; the others are
 * stopped all the same. */
void kbnt_plugin_loader_stop(KbntPluginLoader *loader, KbntTaskDone done, gpointer data);

/* Hands each instance its block of fresh, in which kbnt_config_take_reloadable() has left only
 * reloadable keys to differ. What a plugin refuses is logged; it keeps its old block, so the
 * running configuration must live on. */
void kbnt_plugin_loader_reload(KbntPluginLoader *loader, KbntConfig *fresh);

guint kbnt_plugin_loader_n_instances(const KbntPluginLoader *loader);
KbntPluginInstance *kbnt_plugin_loader_nth(const KbntPluginLoader *loader, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntPluginLoader, kbnt_plugin_loader_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what stands behind the KbntHost of a plugin in the daemon: its loop, log, metrics and
 * secrets. */
#pragma once

#include "host-private.h"
#include "log-writer.h"
#include "loop.h"
#include "plugin-metrics.h"

/* What all plugins of the process share; (transfer none), outlives every host. */
typedef struct {
    KbntLoop *loop;
    KbntLogWriter *log;
    KbntPluginMetrics *metrics;
    const char *state_dir;
    /* (nullable): where a credential is that systemd has not loaded: "signing.keys", path, …,
     * NULL at the end */
    const char *const *secret_paths;
} KbntHostShared;

typedef struct KbntPluginHost KbntPluginHost;

/* section: "sink.log", the plugin's name in log, lanes and metrics. */
KbntPluginHost *kbnt_plugin_host_new(const KbntHostShared *shared, const char *section,
                                     KbntHalf half);

/* No task of the host may be open. */
void kbnt_plugin_host_free(KbntPluginHost *plugin_host);

KbntHost *kbnt_plugin_host_get(KbntPluginHost *plugin_host);

/* Reads a credential: $CREDENTIALS_DIRECTORY/name, else the path of secret_paths. Returns:
 * (transfer full) (nullable): NULL with NOT_FOUND. */
GBytes *kbnt_host_shared_secret(const KbntHostShared *shared, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntPluginHost, kbnt_plugin_host_free)

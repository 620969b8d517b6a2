/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the counters and gauges that plugins keep under kbnt_KIND_NAME_*. Any thread. */
#pragma once

#include "snapshot-private.h"

typedef struct KbntPluginMetrics KbntPluginMetrics;

KbntPluginMetrics *kbnt_plugin_metrics_new(void);
void kbnt_plugin_metrics_free(KbntPluginMetrics *metrics);

/* section: "sink.log"; name: without prefix. A name that is no metric's, a negative delta and a
 * name of the other kind are left out. */
void kbnt_plugin_metrics_count(KbntPluginMetrics *metrics, const char *section,
                               const char *name, double delta);
void kbnt_plugin_metrics_gauge(KbntPluginMetrics *metrics, const char *section,
                               const char *name, double value);

/* Adds a family for each. */
void kbnt_plugin_metrics_add_to(KbntPluginMetrics *metrics, KbntSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntPluginMetrics, kbnt_plugin_metrics_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the counters and gauges that plugins keep under kbnt_KIND_NAME_*. */
#include "plugin-metrics.h"

#include <pthread.h>
#include <string.h>

/* A plugin that makes names without end must not eat the memory of the core. */
#define MAX_METRICS 1024

typedef struct {
    char *help;
    KbntMetricKind kind;
    double value;
} PluginMetric;

struct KbntPluginMetrics {
    pthread_mutex_t mutex;
    GHashTable *metrics; /* full name to PluginMetric */
};

static void
plugin_metric_free(gpointer data)
{
    PluginMetric *metric = data;
    g_free(metric->help);
    g_free(metric);
}

KbntPluginMetrics *
kbnt_plugin_metrics_new(void)
{
    KbntPluginMetrics *metrics = g_new0(KbntPluginMetrics, 1);
    pthread_mutex_init(&metrics->mutex, NULL);
    metrics->metrics = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                             plugin_metric_free);
    return metrics;
}

void
kbnt_plugin_metrics_free(KbntPluginMetrics *metrics)
{
    if (!metrics)
        return;
    g_hash_table_unref(metrics->metrics);
    pthread_mutex_destroy(&metrics->mutex);
    g_free(metrics);
}

/* "sink.log" and "lines" become "kbnt_sink_log_lines"; a counter ends in _total. */
static char *
full_name(const char *section, const char *name, KbntMetricKind kind)
{
    gboolean lacks_suffix = kind == KBNT_METRIC_COUNTER && !g_str_has_suffix(name, "_total");
    char *full = g_strconcat("kbnt_", section, "_", name, lacks_suffix ? "_total" : NULL, NULL);
    return g_strdelimit(full, ".-", '_');
}

static gboolean
is_name(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static PluginMetric *
find_metric(KbntPluginMetrics *metrics, const char *section, const char *name,
            KbntMetricKind kind)
{
    g_autofree char *full = full_name(section, name, kind);
    PluginMetric *metric = g_hash_table_lookup(metrics->metrics, full);
    if (!metric && g_hash_table_size(metrics->metrics) < MAX_METRICS) {
        metric = g_new0(PluginMetric, 1);
        metric->kind = kind;
        metric->help = g_strdup_printf("%s of the plugin %s", name, section);
        g_hash_table_insert(metrics->metrics, g_steal_pointer(&full), metric);
    }
    return metric && metric->kind == kind ? metric : NULL;
}

void
kbnt_plugin_metrics_count(KbntPluginMetrics *metrics, const char *section, const char *name,
                          double delta)
{
    if (!is_name(name) || !(delta >= 0))
        return;
    pthread_mutex_lock(&metrics->mutex);
    PluginMetric *metric = find_metric(metrics, section, name, KBNT_METRIC_COUNTER);
    if (metric)
        metric->value += delta;
    pthread_mutex_unlock(&metrics->mutex);
}

void
kbnt_plugin_metrics_gauge(KbntPluginMetrics *metrics, const char *section, const char *name,
                          double value)
{
    if (!is_name(name))
        return;
    pthread_mutex_lock(&metrics->mutex);
    PluginMetric *metric = find_metric(metrics, section, name, KBNT_METRIC_GAUGE);
    if (metric)
        metric->value = value;
    pthread_mutex_unlock(&metrics->mutex);
}

void
kbnt_plugin_metrics_add_to(KbntPluginMetrics *metrics, KbntSnapshot *snapshot)
{
    GHashTableIter iter;
    gpointer name, value;
    pthread_mutex_lock(&metrics->mutex);
    g_hash_table_iter_init(&iter, metrics->metrics);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const PluginMetric *metric = value;
        kbnt_snapshot_add_family(snapshot, name, metric->help, "", metric->kind, NULL, NULL, 0);
        kbnt_snapshot_add_series(snapshot, NULL, metric->value, NULL);
    }
    pthread_mutex_unlock(&metrics->mutex);
}

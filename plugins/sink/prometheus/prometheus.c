/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prometheus.c: owns the plugin kbnt-sink-prometheus: GET /metrics for a scraper.
 *
 * The core keeps the metrics; this sink only writes a snapshot of them as text, in the format
 * that the scraper's Accept header likes best. It has no state, no keys and no files.
 *
 * Threads: everything runs on the loop thread. Guide: docs/guide/your-first-plugin.md.
 */
#include "prometheus.h"

typedef struct {
    KbntHost *host;
} Prometheus;

static gboolean
prometheus_create(KbntHost *host, const void *config, void **ret_instance, GError **error)
{
    Prometheus *prometheus = g_new0(Prometheus, 1);

    prometheus->host = host;
    *ret_instance = prometheus;
    return TRUE;
}

static void
prometheus_start(void *instance, KbntTask *task)
{
    kbnt_task_complete(task, NULL);
}

static void
prometheus_stop(void *instance, KbntTask *task)
{
    kbnt_task_complete(task, NULL);
}

static void
prometheus_destroy(void *instance)
{
    g_free(instance);
}

static GBytes *
prometheus_render(void *instance, const KbntSnapshot *snapshot, const char *accept,
                  const char **ret_content_type)
{
    static const char *const content_types[] = {
        [PROMETHEUS_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
        [PROMETHEUS_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
    };
    Prometheus *prometheus = instance;
    PrometheusFormat format = prometheus_negotiate(accept);

    kbnt_host_count(prometheus->host, "scrapes", 1);
    *ret_content_type = content_types[format];
    return prometheus_expose(snapshot, format);
}

static const KbntSinkOps prometheus_ops = {
    .life = { .size = sizeof(KbntSinkOps),
              .create = prometheus_create,
              .start = prometheus_start,
              .stop = prometheus_stop,
              .destroy = prometheus_destroy },
    .render = prometheus_render,
};

const KbntPlugin kbnt_plugin = {
    KBNT_PLUGIN_ABI,
    .kind = KBNT_KIND_SINK,
    .name = "prometheus",
    .version = "0.1.0",
    .summary = "The metrics for Prometheus, as text or OpenMetrics",
    .license = "LGPL-2.1-or-later",
    .url = "https://github.com/kbnt/kbnt/issues",
    .caps = KBNT_SINK_RENDERS,
    .ops = &prometheus_ops.life,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the registry of metrics: families and series, and the snapshots of them. */
#include "metrics-private.h"

#include <string.h>

static const double ms_bounds[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000 };
static const double ms_in_seconds_bounds[] = { 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                               0.1,   0.2,   0.5,   1,    5 };
static const double seconds_bounds[] = { 0.01, 0.05, 0.1, 0.5, 1,   2,   5,  10,
                                         20,   30,   45,  60,  120, 300, 600 };
static const double bytes_bounds[] = { 256, 512, 1024, 2048, 4096, 8192, 16384, 65536, 262144 };
static const double none_bounds[1] = { 0 };

/* A label whose values come from outside must not grow without end. */
#define MAX_SERIES 2000

typedef struct {
    const char *name;
    const char *labels;
    const char *help;
    KbntMetricKind kind;
    KbntHalf half;
    const double *bounds;
    guint n_bounds;
} Row;

#define ROW(id, name, kind, half, labels, buckets, known, help) \
    { name, \
      labels, \
      help, \
      KBNT_METRIC_##kind, \
      KBNT_HALF_##half, \
      buckets##_bounds, \
      KBNT_METRIC_##kind == KBNT_METRIC_HISTOGRAM ? G_N_ELEMENTS(buckets##_bounds) : 0 },
static const Row rows[] = { KBNT_METRIC_TABLE(ROW) };
#undef ROW

static void
series_free(gpointer data)
{
    KbntSeries *series = data;
    for (guint i = 0; i < KBNT_MAX_LABELS; i++)
        g_free(series->labels[i]);
    g_free(series->counts);
    g_free(series);
}

/* The base unit is the end of a name, before the _total of a counter. */
static const char *
unit_of(const Row *row)
{
    g_autofree char *stem = g_strdup(row->name);
    if (g_str_has_suffix(stem, "_total"))
        stem[strlen(stem) - strlen("_total")] = '\0';
    if (g_str_has_suffix(stem, "_seconds"))
        return "seconds";
    return g_str_has_suffix(stem, "_bytes") ? "bytes" : "";
}

/* FNV-1a over the texts, each with its end. */
static guint
hash_labels(gconstpointer labels)
{
    guint hash = 2166136261;

    for (const char *const *label = labels; *label; label++) {
        for (const char *at = *label; *at; at++)
            hash = (hash ^ (guchar)*at) * 16777619;
        hash *= 16777619;
    }
    return hash;
}

static gboolean
equal_labels(gconstpointer one, gconstpointer other)
{
    return g_strv_equal(one, other);
}

static KbntFamily *
family_new(const Row *row)
{
    KbntFamily *family = g_new0(KbntFamily, 1);
    family->name = row->name;
    family->help = row->help;
    family->unit = unit_of(row);
    family->kind = row->kind;
    family->label_names = g_strsplit(row->labels, ",", -1);
    family->bounds = row->bounds;
    family->n_bounds = row->n_bounds;
    family->series = g_ptr_array_new_with_free_func(series_free);
    family->by_labels = g_hash_table_new(hash_labels, equal_labels);
    return family;
}

static void
family_free(KbntFamily *family)
{
    if (!family)
        return;
    g_strfreev(family->label_names);
    g_hash_table_unref(family->by_labels);
    g_ptr_array_unref(family->series);
    g_free(family);
}

static void
tell_constants(KbntMetrics *metrics)
{
    const KbntMetricsSettings *settings = &metrics->settings;
    const char *role = kbnt_enum_name(KBNT_TYPE_HALF, settings->half);
    kbnt_metrics_set(metrics, KBNT_METRIC_BUILD_INFO, KBNT_LABELS(settings->version, role), 1);
    kbnt_metrics_set(metrics, KBNT_METRIC_SLA_OBJECTIVE, KBNT_NO_LABELS, settings->objective);
}

KbntMetrics *
kbnt_metrics_new(const KbntMetricsSettings *settings)
{
    KbntMetrics *metrics = g_new0(KbntMetrics, 1);
    metrics->settings = *settings;
    for (guint i = 0; i < KBNT_N_METRICS; i++)
        if (rows[i].half & settings->half)
            metrics->families[i] = family_new(&rows[i]);
    kbnt_metrics_know_all(metrics);
    kbnt_metrics_set_targets(metrics, &settings->targets, settings->window_ms);
    tell_constants(metrics);
    return metrics;
}

void
kbnt_metrics_free(KbntMetrics *metrics)
{
    if (!metrics)
        return;
    for (guint i = 0; i < KBNT_N_METRICS; i++)
        family_free(metrics->families[i]);
    kbnt_service_level_free(metrics->level);
    kbnt_service_level_free(metrics->processing);
    g_free(metrics);
}

static KbntSeries *
series_new(KbntFamily *family, const char *const *labels)
{
    KbntSeries *series = g_new0(KbntSeries, 1);
    for (guint i = 0; i < KBNT_MAX_LABELS && labels[i]; i++)
        series->labels[i] = g_strdup(labels[i]);
    if (family->kind == KBNT_METRIC_HISTOGRAM)
        series->counts = g_new0(guint64, family->n_bounds + 1);
    g_ptr_array_add(family->series, series);
    return series;
}

KbntSeries *
kbnt_metrics_series(KbntMetrics *metrics, KbntMetricId id, const char *const *labels)
{
    KbntFamily *family = metrics->families[id];
    if (!family)
        return NULL;
    KbntSeries *series = g_hash_table_lookup(family->by_labels, labels);
    if (!series && family->series->len < MAX_SERIES) {
        series = series_new(family, labels);
        g_hash_table_insert(family->by_labels, series->labels, series);
    }
    return series;
}

void
kbnt_metrics_set(KbntMetrics *metrics, KbntMetricId id, const char *const *labels, double value)
{
    KbntSeries *series = kbnt_metrics_series(metrics, id, labels);
    if (series)
        series->value = value;
}

void
kbnt_metrics_add(KbntMetrics *metrics, KbntMetricId id, const char *const *labels, double delta)
{
    KbntSeries *series = kbnt_metrics_series(metrics, id, labels);
    if (series)
        series->value = MAX(series->value + delta, 0);
}

void
kbnt_metrics_record(KbntMetrics *metrics, KbntMetricId id, const char *const *labels,
                    double sample)
{
    KbntSeries *series = kbnt_metrics_series(metrics, id, labels);
    guint bucket = 0;
    if (!series)
        return;
    const KbntFamily *family = metrics->families[id];
    while (bucket < family->n_bounds && sample > family->bounds[bucket])
        bucket++;
    series->counts[bucket]++;
    series->value += sample;
}

void
kbnt_metrics_set_targets(KbntMetrics *metrics, const KbntServiceTargets *targets,
                         gint64 window_ms)
{
    static const KbntServiceTargets success_alone = { 0 };
    gboolean is_unchanged = metrics->settings.window_ms == window_ms &&
                            memcmp(&metrics->settings.targets, targets, sizeof(*targets)) == 0;
    if (metrics->level && is_unchanged)
        return;
    metrics->settings.targets = *targets;
    metrics->settings.window_ms = window_ms;
    kbnt_service_level_free(metrics->level);
    kbnt_service_level_free(metrics->processing);
    metrics->level = kbnt_service_level_new(window_ms, targets);
    metrics->processing = kbnt_service_level_new(window_ms, &success_alone);
    for (gint64 p = 0; (p = kbnt_enum_next(KBNT_TYPE_PRIORITY, p));)
        kbnt_metrics_set(metrics, KBNT_METRIC_SLA_TARGET,
                         KBNT_LABELS(kbnt_enum_name(KBNT_TYPE_PRIORITY, p)),
                         targets->seconds[p]);
}

static void
read_levels(KbntMetrics *metrics)
{
    gint64 now_ms = g_get_monotonic_time() / 1000;
    kbnt_metrics_set(metrics, KBNT_METRIC_SUCCESS_RATE, KBNT_NO_LABELS,
                     kbnt_service_level_success_rate(metrics->processing, now_ms));
    kbnt_metrics_set(metrics, KBNT_METRIC_COMPLIANCE, KBNT_NO_LABELS,
                     kbnt_service_level_compliance(metrics->level, now_ms, 0));
    for (gint64 p = 0; (p = kbnt_enum_next(KBNT_TYPE_PRIORITY, p));)
        kbnt_metrics_set(
            metrics, KBNT_METRIC_SLA_RATIO, KBNT_LABELS(kbnt_enum_name(KBNT_TYPE_PRIORITY, p)),
            kbnt_service_level_compliance(metrics->level, now_ms, (KbntPriority)p));
}

static void
add_series(KbntSnapshot *snapshot, const KbntFamily *family, const KbntSeries *series)
{
    guint64 cumulative[32];
    guint64 sum = 0;
    if (!series->counts) {
        kbnt_snapshot_add_series(snapshot, (const char *const *)series->labels, series->value,
                                 NULL);
        return;
    }
    g_assert(family->n_bounds < G_N_ELEMENTS(cumulative));
    for (guint i = 0; i <= family->n_bounds; i++)
        cumulative[i] = sum += series->counts[i];
    kbnt_snapshot_add_series(snapshot, (const char *const *)series->labels, series->value,
                             cumulative);
}

static void
add_family(KbntSnapshot *snapshot, const KbntFamily *family)
{
    const char *const *names = (const char *const *)family->label_names;
    kbnt_snapshot_add_family(snapshot, family->name, family->help, family->unit, family->kind,
                             names, family->bounds, family->n_bounds);
    for (guint i = 0; i < family->series->len; i++)
        add_series(snapshot, family, family->series->pdata[i]);
}

KbntSnapshot *
kbnt_metrics_snapshot(KbntMetrics *metrics)
{
    KbntSnapshot *snapshot = kbnt_snapshot_new();
    read_levels(metrics);
    kbnt_metrics_read_process(metrics);
    for (guint i = 0; i < KBNT_N_METRICS; i++)
        if (metrics->families[i] && metrics->families[i]->series->len > 0)
            add_family(snapshot, metrics->families[i]);
    if (metrics->settings.plugins)
        kbnt_plugin_metrics_add_to(metrics->settings.plugins, snapshot);
    kbnt_snapshot_seal(snapshot);
    return snapshot;
}

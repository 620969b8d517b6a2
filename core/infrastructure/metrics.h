/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the registry of metrics: moved by transitions, set from totals, read as snapshots. Loop
 * thread only. */
#pragma once

#include "metrics-table.h"
#include "plugin-metrics.h"
#include "service-level.h"

typedef struct KbntMetrics KbntMetrics;

typedef struct {
    KbntHalf half; /* which metrics there are */
    const char *version;
    const char *region;        /* of hosts that name none */
    const char *const *topics; /* the three of the contract; NULL at the end */
    KbntServiceTargets targets;
    gint64 window_ms;
    double objective;           /* what kbnt_business_sla_compliance is to be at least */
    KbntPluginMetrics *plugins; /* (transfer none): added to each snapshot */
} KbntMetricsSettings;

/* settings: (transfer none), copied; its strings live as long as the registry. */
KbntMetrics *kbnt_metrics_new(const KbntMetricsSettings *settings);
void kbnt_metrics_free(KbntMetrics *metrics);

/* Takes in a transition of kbnt-sink.h, once, when it has been committed. */
void kbnt_metrics_observe(KbntMetrics *metrics, const KbntValue *transition);

/* Sets a gauge, adds to a counter or gauge that is never below 0, or records in a histogram;
 * labels: the values in the table's order, NULL-terminated. A metric of the other half is left
 * out. */
void kbnt_metrics_set(KbntMetrics *metrics, KbntMetricId id, const char *const *labels,
                      double value);
void kbnt_metrics_add(KbntMetrics *metrics, KbntMetricId id, const char *const *labels,
                      double delta);
void kbnt_metrics_record(KbntMetrics *metrics, KbntMetricId id, const char *const *labels,
                         double sample);

/* clang-format off */
#define KBNT_LABELS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define KBNT_NO_LABELS ((const char *const[]){ NULL })
/* clang-format on */

/* Sets the gauges of what exists and waits from the TOTALS of a store of this half. */
void kbnt_metrics_load_totals(KbntMetrics *metrics, KbntHalf half, const KbntValue *totals);

/* Takes targets and a window after a reload; where they differ, what was recorded starts anew.
 */
void kbnt_metrics_set_targets(KbntMetrics *metrics, const KbntServiceTargets *targets,
                              gint64 window_ms);

/* Returns: (transfer full): all metrics now. */
KbntSnapshot *kbnt_metrics_snapshot(KbntMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntMetrics, kbnt_metrics_free)

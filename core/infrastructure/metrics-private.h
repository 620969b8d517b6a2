/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the inside of the registry, shared by the files that fill, move and read it. */
#pragma once

#include "metrics.h"

#define KBNT_MAX_LABELS 3

/* One combination of label values. */
typedef struct {
    char *labels[KBNT_MAX_LABELS + 1];
    double value;    /* of a histogram: the sum */
    guint64 *counts; /* of a histogram: one a bound, and one for +Inf, not cumulative */
} KbntSeries;

/* One metric. */
typedef struct {
    const char *name;
    const char *help;
    const char *unit;
    KbntMetricKind kind;
    char **label_names;
    const double *bounds;
    guint n_bounds;
    GPtrArray *series;     /* KbntSeries, in the order in which they appeared */
    GHashTable *by_labels; /* the labels of a series, to itself */
} KbntFamily;

struct KbntMetrics {
    KbntMetricsSettings settings;
    KbntFamily *families[KBNT_N_METRICS]; /* NULL: of the other half */
    KbntServiceLevel *level;              /* event acknowledged within its target */
    KbntServiceLevel *processing;         /* message processed with success */
};

/* Returns: (transfer none) (nullable): the series, made where it is new; NULL where the half
 * has no such metric. */
KbntSeries *kbnt_metrics_series(KbntMetrics *metrics, KbntMetricId id,
                                const char *const *labels);

/* Makes the series that are known before anything happens. */
void kbnt_metrics_know_all(KbntMetrics *metrics);

/* Sets the process_* gauges. */
void kbnt_metrics_read_process(KbntMetrics *metrics);

/* Returns: "virtualization", …: what a type of request is for. */
const char *kbnt_metrics_operation(KbntRequestType type);

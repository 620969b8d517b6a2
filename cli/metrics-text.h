/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metrics-text.h: owns the reading of Prometheus' text format, as much of it as kbnt prints.
 */
#ifndef KBNT_METRICS_TEXT_H
#define KBNT_METRICS_TEXT_H

#include <glib.h>

/**
 * kbnt_metric_sum:
 * @text: (transfer none): of /metrics
 * @name: of the samples
 * @label: (nullable): what stands among the labels (`status="success"`)
 *
 * Returns: the sum of all samples of that name with that label; 0 where there is none.
 */
double kbnt_metric_sum(const char *text, const char *name, const char *label);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what the files of the sink prometheus share: two formats of one snapshot. */
#pragma once

#include <kbnt/kbnt-plugin.h>

typedef enum {
    PROMETHEUS_TEXT,
    PROMETHEUS_OPENMETRICS,
} PrometheusFormat;

/* accept: (nullable): the Accept header (RFC 9110, 12.5.1). Returns: what it likes best; text
 * where it likes both alike, or neither. */
PrometheusFormat prometheus_negotiate(const char *accept);

/* Returns: (transfer full): the exposition of the whole snapshot. */
GBytes *prometheus_expose(const KbntSnapshot *snapshot, PrometheusFormat format);

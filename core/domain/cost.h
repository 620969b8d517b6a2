/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cost.h: owns what a specification costs. */
#ifndef KBNT_COST_H
#define KBNT_COST_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* USD an hour. */
typedef struct {
    double cpu;
    double memory_gb;
    double disk_gb[KBNT_DISK_CLASS_NVME + 1]; /* by KbntDiskClass */
    double network;
} KbntPrices;

/*
 * Returns: USD an hour of what a verb creates; 0 for verbs on what exists already. A
 *   specification that lacks members costs what is there.
 */
double kbnt_cost_per_hour(const KbntPrices *prices, KbntRequestType verb,
                          const KbntValue *specification);

/* Returns: how many hours have begun; the first begins with the creation. */
gint64 kbnt_cost_hours_begun(gint64 created_ms, gint64 now_ms);

/* Returns: USD of all hours begun. */
double kbnt_cost_until(double cost_per_hour, gint64 created_ms, gint64 now_ms);

#endif

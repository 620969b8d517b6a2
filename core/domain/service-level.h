/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service-level.h: owns how well requests have ended lately, against what was promised.
 *
 * The window slides in steps of a sixtieth of its length; time is passed in, on any clock that
 * never goes back.
 */
#ifndef KBNT_SERVICE_LEVEL_H
#define KBNT_SERVICE_LEVEL_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* Seconds in which a request should have ended, by KbntPriority; 0 promises success alone. */
typedef struct {
    double seconds[KBNT_PRIORITY_CRITICAL + 1];
} KbntServiceTargets;

typedef struct KbntServiceLevel KbntServiceLevel;

KbntServiceLevel *kbnt_service_level_new(gint64 window_ms, const KbntServiceTargets *targets);
void kbnt_service_level_free(KbntServiceLevel *level);

/* A request has ended: with success or not, after so many seconds. */
void kbnt_service_level_record(KbntServiceLevel *level, gint64 now_ms, KbntPriority priority,
                               gboolean success, double seconds);

/* Returns: the share that ended with success in the window; 1 where none has ended. */
double kbnt_service_level_success_rate(const KbntServiceLevel *level, gint64 now_ms);

/*
 * Returns: the share that ended with success within its target; 1 where none has ended. A
 *   priority of 0 means all of them.
 */
double kbnt_service_level_compliance(const KbntServiceLevel *level, gint64 now_ms,
                                     KbntPriority priority);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntServiceLevel, kbnt_service_level_free)

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expectation.c: owns what a client is told to expect: its place in the queue, and the time.
 *
 * A sample is the time from acceptance to completion, waiting included, so the queue ahead is
 * in it; a moving average follows it as the queue grows and shrinks.
 */
#include "expectation.h"

/* The weight of the newest sample. */
#define WEIGHT 0.2

struct KbntExpectation {
    gint64 first_seconds[4];
    double average_ms[KBNT_REQUEST_TYPE_CANCEL_REQUEST + 1];
    guint waiting[KBNT_PRIORITY_CRITICAL + 1];
};

KbntExpectation *
kbnt_expectation_new(const gint64 first_seconds[4])
{
    KbntExpectation *expectation = g_new0(KbntExpectation, 1);

    memcpy(expectation->first_seconds, first_seconds, sizeof expectation->first_seconds);
    return expectation;
}

void
kbnt_expectation_free(KbntExpectation *expectation)
{
    g_free(expectation);
}

void
kbnt_expectation_load(KbntExpectation *expectation, const KbntValue *totals)
{
    guint n_totals = kbnt_value_length(totals, KBNT_FIELD_TOTALS);

    for (guint i = 0; i < n_totals; i++) {
        KbntValue *total = kbnt_value_nth_value(totals, KBNT_FIELD_TOTALS, i);
        KbntPriority priority = kbnt_value_get_int(total, KBNT_FIELD_PRIORITY);

        if (g_strcmp0(kbnt_value_get_string(total, KBNT_FIELD_NAME), "unstarted") == 0)
            expectation->waiting[priority] = (guint)kbnt_value_get_int(total, KBNT_FIELD_COUNT);
    }
}

guint
kbnt_expectation_entered(KbntExpectation *expectation, KbntPriority priority)
{
    return ++expectation->waiting[priority];
}

void
kbnt_expectation_left(KbntExpectation *expectation, KbntPriority priority)
{
    if (expectation->waiting[priority] > 0)
        expectation->waiting[priority]--;
}

guint
kbnt_expectation_waiting(const KbntExpectation *expectation, KbntPriority priority)
{
    return expectation->waiting[priority];
}

void
kbnt_expectation_sample(KbntExpectation *expectation, KbntRequestType type, gint64 duration_ms)
{
    double *average_ms = &expectation->average_ms[type];

    if (*average_ms > 0)
        *average_ms += WEIGHT * ((double)duration_ms - *average_ms);
    else
        *average_ms = (double)MAX(duration_ms, 1);
}

gint64
kbnt_expectation_seconds(const KbntExpectation *expectation, KbntRequestType type,
                         KbntResourceType resource_type)
{
    double average_ms = expectation->average_ms[type];

    if (average_ms > 0)
        return MAX(((gint64)average_ms + 999) / 1000, 1);
    return MAX(expectation->first_seconds[resource_type], 1);
}

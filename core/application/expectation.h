/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expectation.h: owns what a client is told to expect: its place in the queue, and the time.
 */
#ifndef KBNT_EXPECTATION_H
#define KBNT_EXPECTATION_H

#include "ports.h"

typedef struct KbntExpectation KbntExpectation;

/* @first_seconds: by resource type (index 0 unused), what is said before anything was seen. */
KbntExpectation *kbnt_expectation_new(const gint64 first_seconds[4]);

void kbnt_expectation_free(KbntExpectation *expectation);

/* From TOTALS of the producer's store, at start: what waits in each lane. */
void kbnt_expectation_load(KbntExpectation *expectation, const KbntValue *totals);

/* A request was accepted into the lane; returns its place, itself included. */
guint kbnt_expectation_entered(KbntExpectation *expectation, KbntPriority priority);

/* A request of the lane has started, or ended without. */
void kbnt_expectation_left(KbntExpectation *expectation, KbntPriority priority);

/* Requests of the lane that have not started. */
guint kbnt_expectation_waiting(const KbntExpectation *expectation, KbntPriority priority);

/* A request of @type took @duration_ms from acceptance to completion. */
void kbnt_expectation_sample(KbntExpectation *expectation, KbntRequestType type,
                             gint64 duration_ms);

/* Returns: seconds until a request of @type, accepted now, will be done; at least 1. */
gint64 kbnt_expectation_seconds(const KbntExpectation *expectation, KbntRequestType type,
                                KbntResourceType resource_type);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * meter.h: owns the price of what goes on existing: one hour's price at each further hour
 * begun.
 */
#ifndef KBNT_METER_H
#define KBNT_METER_H

#include "ports.h"

typedef struct KbntMeter KbntMeter;

KbntMeter *kbnt_meter_new(const KbntPorts *ports);

void kbnt_meter_free(KbntMeter *meter);

/* Reads the meter every @interval_ms. What was begun before this process is not counted. */
void kbnt_meter_start(KbntMeter *meter, gint64 interval_ms);

void kbnt_meter_stop(KbntMeter *meter);

#endif

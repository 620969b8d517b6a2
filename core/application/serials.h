/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serials.h: owns the serial numbers of machines (vmId), given by day.
 *
 * Numbers are taken from the store by the block, so that one costs no commit; what is left of a
 * block when the process ends is a gap.
 */
#ifndef KBNT_SERIALS_H
#define KBNT_SERIALS_H

#include "ports.h"

typedef struct KbntSerials KbntSerials;

KbntSerials *kbnt_serials_new(const KbntPorts *ports);

void kbnt_serials_free(KbntSerials *serials);

/*
 * Calls @done, at once or later, with (transfer none) the next "VM-KBNT-YYYYMMDD-NNN" of the
 * UTC day of @timestamp_ms, or with an error of the store. Answers come in the order asked.
 */
void kbnt_serials_take(KbntSerials *serials, gint64 timestamp_ms,
                       void (*done)(const char *vm_id, const GError *error, gpointer data),
                       gpointer data);

#endif

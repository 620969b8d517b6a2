/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host-report.h: owns what the consumer tells of its hosts: capacity, labels, images.
 */
#ifndef KBNT_HOST_REPORT_H
#define KBNT_HOST_REPORT_H

#include "relay.h"

typedef struct KbntHostReport KbntHostReport;

/* @region: of hosts that name none; lives as long as the report. */
KbntHostReport *kbnt_host_report_new(const KbntPorts *ports, KbntRelay *relay,
                                     const char *region);

void kbnt_host_report_free(KbntHostReport *report);

/* Asks the provisioner at once, and every @interval_ms; @done once the first answer is stored
 * and the events of it are. */
void kbnt_host_report_start(KbntHostReport *report, gint64 interval_ms, KbntDone done,
                            gpointer data);

void kbnt_host_report_stop(KbntHostReport *report);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * roster.h: owns the hosts as the producer was last told of them.
 */
#ifndef KBNT_ROSTER_H
#define KBNT_ROSTER_H

#include "ports.h"

typedef struct KbntRoster KbntRoster;

KbntRoster *kbnt_roster_new(void);

void kbnt_roster_free(KbntRoster *roster);

/* From HOSTS of the producer's store, at start. */
void kbnt_roster_load(KbntRoster *roster, const KbntValue *hosts);

/* @host: {HOST, CAPACITY, LABELS, IMAGES, REPORTED_AT, …} replaces what was known of it. */
void kbnt_roster_update(KbntRoster *roster, const KbntValue *host);

/*
 * @resource {VIRTUAL_RESOURCE_ID, RESOURCE_STATUS, HOST, SPECIFICATION} claims its part of its
 * host, until it is DELETED.
 */
void kbnt_roster_claim(KbntRoster *roster, const KbntValue *resource);

/* The same of ITEMS, a page of the store's resources, which may be older than what was told
 * meanwhile; and the end of the last page. */
void kbnt_roster_recall(KbntRoster *roster, const KbntValue *page);
void kbnt_roster_recalled(KbntRoster *roster);

/* Returns: (transfer none): {HOSTS}, each with what is CLAIMED of it; without any where nobody
 * has reported. */
const KbntValue *kbnt_roster_hosts(KbntRoster *roster);

#endif

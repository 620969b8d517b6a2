/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rules.h: owns what the configuration says about requests, gathered for the judgement.
 *
 * The composition root fills it; the domain only reads it. What a pointer names lives as long
 * as the rules are in use.
 */
#ifndef KBNT_RULES_H
#define KBNT_RULES_H

#include "cost.h"
#include "network.h"
#include "policy.h"
#include "quota.h"

typedef struct {
    KbntVlans vlans;
    const char *default_image;
    const char *const *security_groups; /* NULL-terminated names */
    KbntPrices prices;
    const KbntQuotas *quotas;
    const KbntPolicy *policy; /* NULL: nothing beyond the other rules */
} KbntRules;

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of a small site for tests: the prices of the contract, VLANs 100-299, a default and
 * a web security group, and whatever quotas the test sets. */
#pragma once

#include "rules.h"

typedef struct {
    KbntRules rules;
    KbntQuotas *quotas;
} SampleRules;

void sample_rules_init(SampleRules *sample);
void sample_rules_clear(SampleRules *sample);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SampleRules, sample_rules_clear)

/* Sets a key of [quota]; a key or limit that is refused ends the test. */
void sample_rules_limit(SampleRules *sample, const char *key, const char *limit);

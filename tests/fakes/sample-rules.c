/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sample-rules.c: see sample-rules.h. */
#include "sample-rules.h"

static const char *const security_groups[] = { "default", "web", NULL };

void
sample_rules_init(SampleRules *sample)
{
    sample->quotas = kbnt_quotas_new();
    sample->rules = (KbntRules){
        .default_image = "ubuntu-22.04",
        .security_groups = security_groups,
        .quotas = sample->quotas,
        .prices = { .cpu = 0.005,
                    .memory_gb = 0.002,
                    .disk_gb = { [KBNT_DISK_CLASS_STANDARD] = 0.00005,
                                 [KBNT_DISK_CLASS_SSD] = 0.00009 },
                    .network = 0.001 },
    };
    g_assert(kbnt_vlans_parse("100-299", &sample->rules.vlans, NULL));
}

void
sample_rules_clear(SampleRules *sample)
{
    kbnt_quotas_free(sample->quotas);
}

void
sample_rules_limit(SampleRules *sample, const char *key, const char *limit)
{
    g_assert(kbnt_quotas_set(sample->quotas, key, limit, NULL));
}

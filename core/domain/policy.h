/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy.h: owns the rules that a site declares in a file of its own.
 *
 *     {"rules": [{
 *         "name": "trainees-stay-small",
 *         "types": ["CREATE_VIRTUAL_MACHINE"], "users": ["eve"], "groups": ["trainees"],
 *         "images": ["ubuntu-*"], "networks": ["nat", "vlan-1*"],
 *         "max": {"cpu": 4, "memory": "8GB", "disk": "50GB", "size": "100GB", "iops": 3000},
 *         "hours": "08:00-18:00", "priorities": ["LOW", "NORMAL"], "resourceId": "lab-*"
 *     }]}
 *
 * types, users and groups say whom a rule is for (absent: everybody); the members behind them
 * say what must then hold, of what a request has. Names may be globs. hours are of UTC, and may
 * pass midnight. A request must keep every rule that is for it.
 */
#ifndef KBNT_POLICY_H
#define KBNT_POLICY_H

#include "input.h"
#include "permission.h"

#include <kbnt/kbnt-values.h>

typedef struct KbntPolicy KbntPolicy;

/*
 * Returns: (transfer full) (nullable): the rules of a file, or NULL with all that is wrong with
 * it in the FAULTS of faults.
 */
KbntPolicy *kbnt_policy_new(const KbntInput *file, KbntValue *faults);
void kbnt_policy_free(KbntPolicy *policy);

/* Adds a POLICY_DENIED, naming the rule, for each that the request breaks; NULL has no rules.
 */
void kbnt_policy_judge(const KbntPolicy *policy, const KbntCaller *caller,
                       const KbntValue *request, guint minute_of_day, KbntValue *faults);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntPolicy, kbnt_policy_free)

#endif

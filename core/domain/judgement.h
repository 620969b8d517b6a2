/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * judgement.h: owns the verdict on a request: every rule asked, every fault told at once.
 *
 * First kbnt_specification_read() puts its faults into the verdict; then the caller fetches
 * what kbnt_specification_named_resources() and kbnt_quota_accounts() name, and has it judged.
 */
#ifndef KBNT_JUDGEMENT_H
#define KBNT_JUDGEMENT_H

#include "fault.h"
#include "permission.h"
#include "rules.h"

#include <kbnt/kbnt-values.h>

/* What a request is judged by. */
typedef struct {
    const KbntRules *rules;
    const KbntCaller *caller;
    const KbntValue *known; /* (nullable): {RESOURCES} */
    const KbntValue
        *ledger; /* (nullable): {CHARGES: values {ACCOUNT, QUANTITY, RESERVED, USED}} */
    const KbntValue *hosts; /* (nullable): {HOSTS}, the last reports; without one an image is
                               not judged */
    guint minute_of_day;    /* UTC */
} KbntCase;

/* Returns: (transfer none): whose the thing will be: the USER_ID of the request, or the caller.
 */
const char *kbnt_judgement_owner(const KbntCaller *caller, const KbntValue *request);

/* Returns: (nullable): the groups whose quota the request is charged to: the owner's own. */
const char *const *kbnt_judgement_groups(const KbntCaller *caller, const KbntValue *request);

/*
 * Adds to verdict what was found: FAULTS, and with any the CODE of the leading one; of a verb
 * that creates COST_PER_HOUR_USD, BUDGET and CHARGES; of one on what exists TOUCHES and
 * DEPENDS_ON, the messages that have to end before it.
 *
 * Returns: whether the request may be accepted.
 */
gboolean kbnt_judgement_pass(const KbntCase *judged, const KbntValue *request,
                             KbntValue *verdict);

#endif

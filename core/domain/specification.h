/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specification.h: owns what may be asked: a body becomes a request, or all its faults. */
#ifndef KBNT_SPECIFICATION_H
#define KBNT_SPECIFICATION_H

#include "input.h"
#include "rules.h"

#include <kbnt/kbnt-values.h>

/*
 * Reads a body in the full form (specifications, metadata) or the short one (spec); every
 * member that is wrong, missing or unknown is a fault, appended to faults.
 *
 * Returns: (transfer full): {REQUEST_TYPE, RESOURCE_TYPE, PRIORITY, SPECIFICATION
 *   (kbnt-store.h, defaults filled in), and where written REQUEST_ID, USER_ID, RESOURCE_ID};
 *   of a verb on something that exists also VIRTUAL_RESOURCE_ID: the resource whose status
 *   moves (of an attachment the storage). What is faulty is absent. Two bodies that ask for
 *   the same give the same, however they were written.
 */
KbntValue *kbnt_specification_read(const KbntInput *body, const KbntRules *rules,
                                   KbntValue *faults);

/*
 * Returns: (transfer full): a copy that may be shown, logged and told: SSH_KEYS and USER_DATA
 *   have become their SHA-256.
 */
KbntValue *kbnt_specification_without_secrets(const KbntValue *specification);

/*
 * Returns: (transfer full): the ids of all resources that a request names, each once: what
 *   the judgement needs to look at.
 */
char **kbnt_specification_named_resources(const KbntValue *request);

/* Returns: the type of resource that an id names by its form ("VM-0909A693"), or 0. */
KbntResourceType kbnt_specification_type_of_id(const char *id);

#endif

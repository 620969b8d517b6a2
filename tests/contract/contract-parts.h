/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the suites of provisioners share: a resource of their own and the arguments of its
 * parts.
 */
#pragma once

#include "contract.h"

/* One resource that a test makes: its owner, its host, its specification. */
typedef struct {
    char message_id[37];
    char part_id[37];
    char *host;
    KbntResourceType type;
    gint64 epoch;
    KbntValue *specification;
} Resource;

void resource_clear(Resource *resource);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resource, resource_clear)

/* A machine, volume or network with an owner nobody else has, on the first host that is alive.
 */
Resource resource_new(Contract *contract, KbntResourceType type);

/* Returns: (transfer full): the argument of an op on one part of it. */
KbntValue *resource_argument(const Resource *resource, KbntPart part);

/* Makes the part. Returns: (transfer full): what ensure gave. */
KbntValue *resource_ensure(Contract *contract, const Resource *resource, KbntPart part);

/* Asks for the part. Returns: (transfer full) (nullable): the error. */
GError *resource_try(Contract *contract, const Resource *resource, KbntPart part);

/* Returns: (transfer full) (nullable): the part as inspect gives it; NULL where it is not
 * there. */
KbntValue *resource_inspect(Contract *contract, const Resource *resource, KbntPart part);

void resource_remove(Contract *contract, const Resource *resource, KbntPart part);

/* Makes all parts of a machine, in the order of the steps. */
void resource_build_machine(Contract *contract, const Resource *resource);

/* Removes all parts, in the opposite order. */
void resource_remove_all(Contract *contract, const Resource *resource);

/* Switches the machine. @key: (nullable). Returns: (transfer full): what power gave. */
KbntValue *resource_power(Contract *contract, const Resource *resource, KbntPower action,
                          const char *key);

KbntResourceStatus resource_status(const KbntValue *part);

/* The last op on it: a later holder comes with a higher epoch. */
void resource_take_over(Resource *resource);

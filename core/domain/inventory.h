/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inventory.h: owns what of one host is as it should be: resources of the store held against
 * parts of the hypervisor.
 */
#ifndef KBNT_INVENTORY_H
#define KBNT_INVENTORY_H

#include <kbnt/kbnt-values.h>

/* What can be amiss: F(NAME, "name", "what it means"). */
#define KBNT_FINDING_TABLE(F) \
    F(ORPHAN, "orphan", "a part that no resource, message or debt of the store owns") \
    F(MISSING, "missing", "a resource whose machine, volume or network is not there") \
    F(INCOMPLETE, "incomplete", "a resource that lacks another of its parts") \
    F(CHANGED, "changed", "a resource in another state than the store says")

#define KBNT_FINDING_ID(id, name, what) KBNT_FINDING_##id,
typedef enum { KBNT_FINDING_NONE, KBNT_FINDING_TABLE(KBNT_FINDING_ID) } KbntFinding;
#undef KBNT_FINDING_ID

typedef struct KbntInventory KbntInventory;

/* Returns: (transfer none): the name of a finding that is not NONE. */
const char *kbnt_finding_name(KbntFinding finding);

KbntInventory *kbnt_inventory_new(void);

void kbnt_inventory_free(KbntInventory *inventory);

/* All resources before the first part. One that has to be nowhere, or may be half there, is
 * never amiss. */
void kbnt_inventory_add_resource(KbntInventory *inventory, KbntValue *resource);

/* @part: as inspect gives it. */
void kbnt_inventory_add_part(KbntInventory *inventory, KbntValue *part);

/*
 * Goes on to the next thing that is amiss, orphans first; NONE at the end. @ret_thing
 * (transfer none) is the part or the resource; @ret_status what a CHANGED one is now.
 */
KbntFinding kbnt_inventory_next(KbntInventory *inventory, KbntValue **ret_thing,
                                KbntResourceStatus *ret_status);

/* Returns: the part without which a resource of @type is not there. */
KbntPart kbnt_inventory_main_part(KbntResourceType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntInventory, kbnt_inventory_free)

#endif

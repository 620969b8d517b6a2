/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placement.h: owns on which host a new resource goes.
 *
 * A host may say more about itself by labels: "drain" takes nothing new, and "lost", which is
 * said of one that does not answer, neither; "disk:CLASS",
 * "network:MODE" and "vlan:RANGE" (several of each) say what it has, one without any has all.
 */
#ifndef KBNT_PLACEMENT_H
#define KBNT_PLACEMENT_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/*
 * Chooses among HOSTS of hosts: values {HOST, ALIVE, CAPACITY, CLAIMED, LABELS, IMAGES}. HOST
 * of hosts, where it is set, is the only one that will do: where what the resource needs lives.
 * RESOURCES of hosts, where they are set, are the machines that antiAffinity of the request
 * keeps away from: those with the same antiAffinity and owner, or of that id.
 *
 * The host is taken that keeps the largest free share; of equals the first by name.
 *
 * Returns: (transfer none) (nullable): an item of HOSTS, or NULL with IMAGE_UNKNOWN where no
 *   host has the image, else NO_CAPACITY; the message tells why each host was refused.
 */
KbntValue *kbnt_placement_choose(const KbntValue *hosts, const KbntValue *request,
                                 GError **error);

/* Returns: (transfer full): the filter of a store's RESOURCES for those that antiAffinity of a
 * machine of the owner looks at: the newest of the same owner. */
KbntValue *kbnt_placement_neighbours(const char *user_id);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resource-state.h: owns the states of a resource, the moves between them, and who may ask. */
#ifndef KBNT_RESOURCE_STATE_H
#define KBNT_RESOURCE_STATE_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/*
 * KBNT_RESOURCE_MOVE_TABLE: M(FROM, TO, "by what"). The code, docs/reference/states.md and the
 * test of the model share it.
 */
#define KBNT_RESOURCE_MOVE_TABLE(M) \
    M(PENDING, RUNNING, "CREATE_VIRTUAL_MACHINE completed") \
    M(PENDING, ALLOCATED, "ALLOCATE_STORAGE completed") \
    M(PENDING, ACTIVE, "CREATE_NETWORK completed") \
    M(PENDING, DELETED, "the create failed or was cancelled, and is undone") \
    M(PENDING, QUARANTINED, \
      "the create failed, and something is left that could not be undone") \
    M(PENDING, DELETING, "DELETE_RESOURCE began, behind the create") \
    M(RUNNING, STOPPED, "STOP_VIRTUAL_MACHINE completed, or the guest shut down") \
    M(RUNNING, DELETING, "DELETE_RESOURCE began") \
    M(RUNNING, LOST, "its host is gone, or it is gone from its host") \
    M(RUNNING, QUARANTINED, "a verb left something that could not be undone") \
    M(STOPPED, RUNNING, "START_VIRTUAL_MACHINE completed") \
    M(STOPPED, DELETING, "DELETE_RESOURCE began") \
    M(STOPPED, LOST, "its host is gone, or it is gone from its host") \
    M(STOPPED, QUARANTINED, "a verb left something that could not be undone") \
    M(ALLOCATED, IN_USE, "ATTACH_STORAGE completed") \
    M(ALLOCATED, DELETING, "DELETE_RESOURCE began") \
    M(ALLOCATED, LOST, "its host is gone, or it is gone from its host") \
    M(ALLOCATED, QUARANTINED, "a verb left something that could not be undone") \
    M(IN_USE, ALLOCATED, "DETACH_STORAGE completed") \
    M(IN_USE, LOST, "its host is gone, or it is gone from its host") \
    M(IN_USE, QUARANTINED, "a verb left something that could not be undone") \
    M(ACTIVE, DELETING, "DELETE_RESOURCE began") \
    M(ACTIVE, LOST, "its host is gone, or it is gone from its host") \
    M(ACTIVE, QUARANTINED, "a verb left something that could not be undone") \
    M(DELETING, DELETED, "DELETE_RESOURCE completed") \
    M(DELETING, QUARANTINED, "DELETE_RESOURCE failed, and something is left") \
    M(LOST, RUNNING, "its host is back, and so is it") \
    M(LOST, STOPPED, "its host is back, and so is it") \
    M(LOST, ALLOCATED, "its host is back, and so is it") \
    M(LOST, IN_USE, "its host is back, and so is it") \
    M(LOST, ACTIVE, "its host is back, and so is it") \
    M(LOST, DELETING, "DELETE_RESOURCE began") \
    M(QUARANTINED, DELETING, "DELETE_RESOURCE began") \
    M(QUARANTINED, DELETED, "the debt is paid, nothing is left") \
    M(QUARANTINED, ALLOCATED, "the debt of its attachment is paid, it is unplugged")

/* Returns: whether the move is legal; staying where it is is none. */
gboolean kbnt_resource_state_may(KbntResourceStatus from, KbntResourceStatus to);

/*
 * Returns: whether a verb on something that exists makes sense in its present state; a request
 *   for one that does not is a STATE_CONFLICT.
 */
gboolean kbnt_resource_state_allows(KbntRequestType verb, KbntResourceStatus status);

#endif

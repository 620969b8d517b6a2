/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resource-state.c: owns the look-ups in the table of a resource's moves. */
#include "resource-state.h"

gboolean
kbnt_resource_state_may(KbntResourceStatus from, KbntResourceStatus to)
{
#define MOVE(from_name, to_name, why) \
    if (from == KBNT_RESOURCE_STATUS_##from_name && to == KBNT_RESOURCE_STATUS_##to_name) \
        return TRUE;
    KBNT_RESOURCE_MOVE_TABLE(MOVE)
#undef MOVE
    return FALSE;
}

gboolean
kbnt_resource_state_allows(KbntRequestType verb, KbntResourceStatus status)
{
    switch (verb) {
    case KBNT_REQUEST_TYPE_DELETE_RESOURCE:
        return status != KBNT_RESOURCE_STATUS_DELETED && status != KBNT_RESOURCE_STATUS_IN_USE;
    case KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE:
    case KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE:
        /* one that is there already finds what it wants */
        return status == KBNT_RESOURCE_STATUS_RUNNING || status == KBNT_RESOURCE_STATUS_STOPPED;
    case KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE:
        return status == KBNT_RESOURCE_STATUS_RUNNING;
    case KBNT_REQUEST_TYPE_ATTACH_STORAGE:
        return status == KBNT_RESOURCE_STATUS_ALLOCATED;
    case KBNT_REQUEST_TYPE_DETACH_STORAGE:
        return status == KBNT_RESOURCE_STATUS_IN_USE;
    default:
        return FALSE;
    }
}

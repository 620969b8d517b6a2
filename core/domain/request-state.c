/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-state.c: owns the look-ups in the table of a request's moves. */
#include "request-state.h"

gboolean
kbnt_request_state_may(KbntRequestStatus from, KbntRequestStatus to)
{
#define MOVE(from_name, to_name, why) \
    if (from == KBNT_REQUEST_STATUS_##from_name && to == KBNT_REQUEST_STATUS_##to_name) \
        return TRUE;
    KBNT_REQUEST_MOVE_TABLE(MOVE)
#undef MOVE
    return FALSE;
}

gboolean
kbnt_request_state_is_terminal(KbntRequestStatus status)
{
    return status == KBNT_REQUEST_STATUS_COMPLETED || status == KBNT_REQUEST_STATUS_FAILED ||
           status == KBNT_REQUEST_STATUS_CANCELLED;
}

KbntRequestStatus
kbnt_request_state_after_event(KbntEventType event)
{
    switch (event) {
    case KBNT_EVENT_TYPE_VIRTUALIZATION_ACCEPTED:
    case KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED:
    case KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED:
        return KBNT_REQUEST_STATUS_PROCESSING;
    case KBNT_EVENT_TYPE_VIRTUALIZATION_COMPENSATED:
        return KBNT_REQUEST_STATUS_COMPENSATING;
    case KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED:
        return KBNT_REQUEST_STATUS_COMPLETED;
    case KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED:
        return KBNT_REQUEST_STATUS_FAILED;
    case KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED:
        return KBNT_REQUEST_STATUS_CANCELLED;
    case KBNT_EVENT_TYPE_RESOURCE_STATE_CHANGED:
    case KBNT_EVENT_TYPE_RESOURCE_DELETED:
    case KBNT_EVENT_TYPE_HOST_REPORTED:
        return 0;
    }
    return 0;
}

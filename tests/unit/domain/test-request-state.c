/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the states of a request. */
#include "request-state.h"
#include "runner.h"

static gboolean
can_end(KbntRequestStatus from, guint depth)
{
    if (kbnt_request_state_is_terminal(from))
        return TRUE;
    for (KbntRequestStatus to = KBNT_REQUEST_STATUS_QUEUED; to <= KBNT_REQUEST_STATUS_CANCELLED;
         to++) {
        if (depth > 0 && kbnt_request_state_may(from, to) && can_end(to, depth - 1))
            return TRUE;
    }
    return FALSE;
}

static void
nothing_leaves_a_terminal_state(void)
{
    for (KbntRequestStatus to = KBNT_REQUEST_STATUS_QUEUED; to <= KBNT_REQUEST_STATUS_CANCELLED;
         to++) {
        CU_ASSERT(!kbnt_request_state_may(KBNT_REQUEST_STATUS_COMPLETED, to));
        CU_ASSERT(!kbnt_request_state_may(KBNT_REQUEST_STATUS_FAILED, to));
        CU_ASSERT(!kbnt_request_state_may(KBNT_REQUEST_STATUS_CANCELLED, to));
    }
}

static void
every_state_leads_to_an_end(void)
{
    for (KbntRequestStatus from = KBNT_REQUEST_STATUS_QUEUED;
         from <= KBNT_REQUEST_STATUS_CANCELLED; from++)
        CU_ASSERT(can_end(from, 3));
}

static void
no_move_goes_back(void)
{
    CU_ASSERT(
        !kbnt_request_state_may(KBNT_REQUEST_STATUS_PROCESSING, KBNT_REQUEST_STATUS_QUEUED));
    CU_ASSERT(!kbnt_request_state_may(KBNT_REQUEST_STATUS_COMPENSATING,
                                      KBNT_REQUEST_STATUS_PROCESSING));
    CU_ASSERT(!kbnt_request_state_may(KBNT_REQUEST_STATUS_COMPENSATING,
                                      KBNT_REQUEST_STATUS_COMPLETED));
}

static void
staying_is_no_move(void)
{
    for (KbntRequestStatus state = KBNT_REQUEST_STATUS_QUEUED;
         state <= KBNT_REQUEST_STATUS_CANCELLED; state++)
        CU_ASSERT(!kbnt_request_state_may(state, state));
}

static void
events_lead_where_their_names_say(void)
{
    kbnt_assert_int(kbnt_request_state_after_event(KBNT_EVENT_TYPE_VIRTUALIZATION_ACCEPTED),
                    KBNT_REQUEST_STATUS_PROCESSING);
    kbnt_assert_int(kbnt_request_state_after_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPENSATED),
                    KBNT_REQUEST_STATUS_COMPENSATING);
    kbnt_assert_int(kbnt_request_state_after_event(KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED),
                    KBNT_REQUEST_STATUS_COMPLETED);
    kbnt_assert_int(kbnt_request_state_after_event(KBNT_EVENT_TYPE_HOST_REPORTED), 0);
    kbnt_assert_int(kbnt_request_state_after_event(KBNT_EVENT_TYPE_RESOURCE_DELETED), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(nothing_leaves_a_terminal_state),
    KBNT_TEST(every_state_leads_to_an_end),
    KBNT_TEST(no_move_goes_back),
    KBNT_TEST(staying_is_no_move),
    KBNT_TEST(events_lead_where_their_names_say),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/request-state", argc, argv, tests, G_N_ELEMENTS(tests));
}

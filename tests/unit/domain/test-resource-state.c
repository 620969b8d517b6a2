/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the states of a resource. */
#include "plan.h"
#include "resource-state.h"
#include "runner.h"

static void
nothing_leaves_deleted(void)
{
    for (KbntResourceStatus to = KBNT_RESOURCE_STATUS_PENDING;
         to <= KBNT_RESOURCE_STATUS_QUARANTINED; to++)
        CU_ASSERT(!kbnt_resource_state_may(KBNT_RESOURCE_STATUS_DELETED, to));
}

static gboolean
can_be_deleted(KbntResourceStatus from, guint depth)
{
    if (from == KBNT_RESOURCE_STATUS_DELETED)
        return TRUE;
    for (KbntResourceStatus to = KBNT_RESOURCE_STATUS_PENDING;
         depth > 0 && to <= KBNT_RESOURCE_STATUS_QUARANTINED; to++) {
        if (kbnt_resource_state_may(from, to) && can_be_deleted(to, depth - 1))
            return TRUE;
    }
    return FALSE;
}

static void
from_every_state_there_is_a_way_to_be_deleted(void)
{
    for (KbntResourceStatus from = KBNT_RESOURCE_STATUS_PENDING;
         from <= KBNT_RESOURCE_STATUS_QUARANTINED; from++)
        CU_ASSERT(can_be_deleted(from, 4));
}

static void
storage_in_use_must_be_detached_before_it_is_deleted(void)
{
    CU_ASSERT(
        !kbnt_resource_state_may(KBNT_RESOURCE_STATUS_IN_USE, KBNT_RESOURCE_STATUS_DELETING));
    CU_ASSERT(!kbnt_resource_state_allows(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                          KBNT_RESOURCE_STATUS_IN_USE));
    CU_ASSERT(kbnt_resource_state_allows(KBNT_REQUEST_TYPE_DETACH_STORAGE,
                                         KBNT_RESOURCE_STATUS_IN_USE));
}

static void
starting_what_runs_and_stopping_what_is_stopped_finds_what_it_wants(void)
{
    CU_ASSERT(kbnt_resource_state_allows(KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE,
                                         KBNT_RESOURCE_STATUS_RUNNING));
    CU_ASSERT(kbnt_resource_state_allows(KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE,
                                         KBNT_RESOURCE_STATUS_STOPPED));
    CU_ASSERT(!kbnt_resource_state_allows(KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE,
                                          KBNT_RESOURCE_STATUS_STOPPED));
}

static void
what_is_lost_or_quarantined_can_only_be_deleted(void)
{
    static const KbntResourceStatus states[] = { KBNT_RESOURCE_STATUS_LOST,
                                                 KBNT_RESOURCE_STATUS_QUARANTINED };

    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        CU_ASSERT(kbnt_resource_state_allows(KBNT_REQUEST_TYPE_DELETE_RESOURCE, states[i]));
        CU_ASSERT(
            !kbnt_resource_state_allows(KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE, states[i]));
        CU_ASSERT(!kbnt_resource_state_allows(KBNT_REQUEST_TYPE_ATTACH_STORAGE, states[i]));
    }
}

/* The three tables agree: what may be asked leads, by legal moves, to where the plan ends. */
static void
a_verb_that_is_allowed_has_a_way_to_its_final_state(void)
{
    for (KbntRequestType verb = KBNT_REQUEST_TYPE_DELETE_RESOURCE;
         verb <= KBNT_REQUEST_TYPE_DETACH_STORAGE; verb++) {
        KbntResourceStatus end = kbnt_plan_final_status(verb,
                                                        KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
        KbntResourceStatus by = end == KBNT_RESOURCE_STATUS_DELETED
                                    ? KBNT_RESOURCE_STATUS_DELETING
                                    : end;

        for (KbntResourceStatus from = KBNT_RESOURCE_STATUS_PENDING;
             from <= KBNT_RESOURCE_STATUS_QUARANTINED; from++) {
            if (kbnt_resource_state_allows(verb, from))
                CU_ASSERT(from == by || kbnt_resource_state_may(from, by));
        }
    }
}

static void
a_deleted_resource_allows_nothing(void)
{
    for (KbntRequestType verb = KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE;
         verb <= KBNT_REQUEST_TYPE_CANCEL_REQUEST; verb++)
        CU_ASSERT(!kbnt_resource_state_allows(verb, KBNT_RESOURCE_STATUS_DELETED));
}

static const KbntTest tests[] = {
    KBNT_TEST(nothing_leaves_deleted),
    KBNT_TEST(from_every_state_there_is_a_way_to_be_deleted),
    KBNT_TEST(storage_in_use_must_be_detached_before_it_is_deleted),
    KBNT_TEST(starting_what_runs_and_stopping_what_is_stopped_finds_what_it_wants),
    KBNT_TEST(what_is_lost_or_quarantined_can_only_be_deleted),
    KBNT_TEST(a_verb_that_is_allowed_has_a_way_to_its_final_state),
    KBNT_TEST(a_deleted_resource_allows_nothing),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/resource-state", argc, argv, tests, G_N_ELEMENTS(tests));
}

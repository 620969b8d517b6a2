/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the way back of a run that failed. */
#include "run-rig.h"
#include "runner.h"

/* Returns: (transfer full): an attachment that the hypervisor has made and does not verify. */
static RunRig *
failed_attachment(void)
{
    RunRig *rig = run_rig_claimed(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                  KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ALLOCATED);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    fake_calls_complete(rig->commands, NULL);
    run_rig_step(rig);
    fake_calls_fail(rig->actions, KBNT_ERROR_VERIFICATION_FAILED);
    fake_calls_complete(rig->commands, NULL);
    return rig;
}

static void
a_volume_whose_attachment_cannot_be_undone_is_set_apart(void)
{
    g_autoptr(RunRig) rig = failed_attachment();

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_DETACH);
    run_rig_fail_undo(rig);

    kbnt_assert_int(kbnt_value_get_int(run_rig_command(rig), KBNT_FIELD_INBOX_STATE),
                    KBNT_INBOX_STATE_DEBT);
    kbnt_assert_string(
        kbnt_value_get_string(run_rig_resource(rig), KBNT_FIELD_VIRTUAL_RESOURCE_ID),
        RUN_RIG_STORAGE);
    kbnt_assert_int(kbnt_value_get_int(run_rig_resource(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
    kbnt_assert_int(kbnt_value_get_int(run_rig_event(rig), KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_QUARANTINED);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_volume_whose_attachment_cannot_be_undone_is_set_apart),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/run-undo", argc, argv, tests, G_N_ELEMENTS(tests));
}

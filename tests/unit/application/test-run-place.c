/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the first step of a run: where something new goes, and what a verb is about. */
#include "run-rig.h"
#include "runner.h"
#include "sample-messages.h"

#include <string.h>

/* Returns: (transfer full): a claimed machine whose specification has these instead. */
static RunRig *
machine_with(const char *network, const char *anti_affinity)
{
    g_autoptr(KbntValue) row = run_rig_row(KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE,
                                           KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    KbntValue *specification = kbnt_value_get_value(
        kbnt_value_get_value(row, KBNT_FIELD_REQUEST), KBNT_FIELD_SPECIFICATION);
    RunRig *rig;

    kbnt_value_set_string(specification, KBNT_FIELD_NETWORK, network);
    if (anti_affinity != NULL)
        kbnt_value_set_string(specification, KBNT_FIELD_ANTI_AFFINITY, anti_affinity);
    else
        kbnt_value_clear(specification, KBNT_FIELD_ANTI_AFFINITY);
    rig = run_rig_new(row);
    run_rig_claim(rig);
    return rig;
}

/* The store knows one resource of the page that it was asked for. */
static void
answer_page(RunRig *rig, const char *id, const char *host)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *resource = kbnt_value_new();

    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    kbnt_value_set_string(resource, KBNT_FIELD_HOST, host);
    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, resource);
    fake_calls_complete(rig->queries, result);
}

static KbntValue *
state_of(RunRig *rig)
{
    return kbnt_value_get_value(run_rig_command(rig), KBNT_FIELD_DATA);
}

static void
a_new_machine_gets_a_host_and_an_address_of_its_own(void)
{
    g_autoptr(RunRig) rig = machine_with("nat", NULL);

    run_rig_place(rig, TRUE);

    kbnt_assert_string(kbnt_value_get_string(state_of(rig), KBNT_FIELD_HOST), "host-1");
    kbnt_assert_string(kbnt_value_get_string(state_of(rig), KBNT_FIELD_REGION), "region-1");
    kbnt_assert_int((gint64)strlen(kbnt_value_get_string(state_of(rig), KBNT_FIELD_MAC)), 17);
}

static void
a_placement_without_a_host_is_tried_again(void)
{
    g_autoptr(RunRig) rig = machine_with("nat", NULL);

    run_rig_place(rig, FALSE);
    kbnt_assert_string(
        kbnt_value_get_string(fake_ports_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED),
                              KBNT_FIELD_CODE),
        "NO_CAPACITY");
    fake_ports_pass_ms(rig->fake, 10);
    run_rig_place(rig, TRUE);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_RUNNING);
}

static void
a_machine_that_keeps_away_from_others_looks_at_those_of_its_owner(void)
{
    g_autoptr(RunRig) rig = machine_with("nat", RUN_RIG_NETWORK);
    const KbntValue *filter = fake_calls_argument(rig->queries, 0);

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_RESOURCES);
    kbnt_assert_string(kbnt_value_get_string(filter, KBNT_FIELD_USER_ID), "user-789");
    kbnt_assert_int(kbnt_value_get_int(filter, KBNT_FIELD_RESOURCE_TYPE),
                    KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
}

static void
a_machine_is_not_placed_beside_what_it_keeps_away_from(void)
{
    g_autoptr(RunRig) rig = machine_with("nat", "VM-0BADCAFE");

    answer_page(rig, "VM-0BADCAFE", "host-1");
    run_rig_place(rig, TRUE);

    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED), 1);
}

/* The store knows the resource, on another host than what else there is. */
static void
find_elsewhere(RunRig *rig, KbntResourceStatus status)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *resource = kbnt_value_new();

    kbnt_value_copy_field(resource, fake_calls_argument(rig->queries, 0),
                          KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    kbnt_value_set_string(resource, KBNT_FIELD_MESSAGE_ID, SAMPLE_OTHER_ID);
    kbnt_value_set_string(resource, KBNT_FIELD_HOST, "host-2");
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, status);
    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, resource);
    fake_calls_complete(rig->queries, result);
}

static void
a_machine_whose_network_is_gone_by_then_is_not_made(void)
{
    g_autoptr(RunRig) rig = machine_with(RUN_RIG_NETWORK, NULL);

    find_elsewhere(rig, KBNT_RESOURCE_STATUS_DELETED);

    kbnt_assert_string(run_rig_event_code(rig), "STATE_CONFLICT");
    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
}

static void
a_machine_goes_where_its_network_lives(void)
{
    g_autoptr(RunRig) rig = machine_with(RUN_RIG_NETWORK, NULL);

    kbnt_assert_string(kbnt_value_get_string(fake_calls_argument(rig->queries, 0),
                                             KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       RUN_RIG_NETWORK);
    find_elsewhere(rig, KBNT_RESOURCE_STATUS_ACTIVE);
    run_rig_place(rig, TRUE);

    kbnt_assert_contains(
        kbnt_value_get_string(fake_ports_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED),
                              KBNT_FIELD_DETAIL),
        "is not where the rest of it lives");
}

static void
what_the_store_cannot_say_now_is_asked_again(void)
{
    g_autoptr(RunRig) rig = machine_with(RUN_RIG_NETWORK, "web");

    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(rig->fake, 10);
    fake_calls_complete(rig->queries, NULL);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(rig->fake, 10);
    fake_calls_complete(rig->queries, NULL);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_ACTIVE);
    fake_calls_fail(rig->queries, KBNT_ERROR_STORE_FAILED);
    fake_ports_pass_ms(rig->fake, 10);

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_RESOURCES);
    kbnt_assert_int(fake_ports_n_told(rig->fake, KBNT_TRANSITION_STEP_RETRIED), 3);
}

static void
a_verb_takes_over_where_its_resource_is_and_whose_parts_it_has(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_STOPPED);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_POWER);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->actions, 0), KBNT_FIELD_MESSAGE_ID),
        SAMPLE_OTHER_ID);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->actions, 0), KBNT_FIELD_HOST), "host-1");
    kbnt_assert_int(kbnt_value_get_int(fake_calls_argument(rig->actions, 0), KBNT_FIELD_FORCE),
                    TRUE);
}

static void
each_verb_of_power_asks_for_its_own(void)
{
    static const struct {
        KbntRequestType verb;
        KbntPower power;
    } rows[] = {
        { KBNT_REQUEST_TYPE_START_VIRTUAL_MACHINE, KBNT_POWER_START },
        { KBNT_REQUEST_TYPE_STOP_VIRTUAL_MACHINE, KBNT_POWER_STOP },
        { KBNT_REQUEST_TYPE_REBOOT_VIRTUAL_MACHINE, KBNT_POWER_REBOOT },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunRig) rig = run_rig_claimed(rows[i].verb,
                                                KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

        run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
        fake_calls_complete(rig->commands, NULL);
        kbnt_assert_int(
            kbnt_value_get_int(fake_calls_argument(rig->actions, 0), KBNT_FIELD_POWER_ACTION),
            rows[i].power);
    }
}

static void
what_is_deleted_already_is_not_found(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_DELETED);

    kbnt_assert_int(run_rig_command_int(rig, KBNT_FIELD_INBOX_STATE), KBNT_INBOX_STATE_ENDED);
    kbnt_assert_string(run_rig_event_code(rig), "NOT_FOUND");
    CU_ASSERT(run_rig_resource(rig) == NULL);
}

static void
what_the_store_does_not_know_is_not_found(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_string(run_rig_event_code(rig), "NOT_FOUND");
}

static void
a_machine_without_volumes_is_deleted(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->queries, 0), KBNT_FIELD_ATTACHED_TO),
        RUN_RIG_MACHINE);
    fake_calls_complete(rig->queries, NULL);

    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_DELETING);
}

static void
a_machine_that_has_a_volume_is_not_deleted_under_it(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    answer_page(rig, RUN_RIG_STORAGE, "host-1");

    kbnt_assert_string(run_rig_event_code(rig), "STATE_CONFLICT");
    CU_ASSERT(run_rig_resource(rig) == NULL);
}

/* A page of one machine on @network, @cursor leads to the next. */
static void
answer_machines(RunRig *rig, const char *network, const char *cursor)
{
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *machine = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();

    kbnt_assert_int(fake_calls_verb(rig->queries, 0), KBNT_STORE_RESOURCES);
    kbnt_value_set_string(specification, KBNT_FIELD_NETWORK, network);
    kbnt_value_set_string(machine, KBNT_FIELD_VIRTUAL_RESOURCE_ID, RUN_RIG_MACHINE);
    kbnt_value_take_value(machine, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, machine);
    kbnt_value_set_string(result, KBNT_FIELD_NEXT_CURSOR, cursor);
    fake_calls_complete(rig->queries, result);
}

static void
a_network_is_not_deleted_under_a_machine(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ACTIVE);
    answer_machines(rig, "nat", "further");
    kbnt_assert_string(
        kbnt_value_get_string(fake_calls_argument(rig->queries, 0), KBNT_FIELD_CURSOR),
        "further");
    answer_machines(rig, RUN_RIG_NETWORK, NULL);

    kbnt_assert_string(run_rig_event_code(rig), "STATE_CONFLICT");
    CU_ASSERT(run_rig_resource(rig) == NULL);
}

static void
a_network_without_machines_is_deleted(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DELETE_RESOURCE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ACTIVE);
    answer_machines(rig, "nat", NULL);

    kbnt_assert_int(run_rig_event_int(rig, KBNT_FIELD_RESOURCE_STATUS),
                    KBNT_RESOURCE_STATUS_DELETING);
}

static void
an_attachment_is_asked_of_the_machine_with_the_parts_of_both(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    const KbntValue *argument;

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ALLOCATED);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    fake_calls_complete(rig->commands, NULL);
    argument = fake_calls_argument(rig->actions, 0);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_ATTACH);
    kbnt_assert_int(kbnt_value_get_int(argument, KBNT_FIELD_PART), KBNT_PART_MACHINE);
    kbnt_assert_string(kbnt_value_get_string(argument, KBNT_FIELD_STORAGE_ID), SAMPLE_OTHER_ID);
}

static void
a_volume_of_one_machine_is_not_attached_to_another(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *volume = kbnt_value_new();

    kbnt_value_set_string(volume, KBNT_FIELD_MESSAGE_ID, SAMPLE_OTHER_ID);
    kbnt_value_set_int(volume, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_IN_USE);
    kbnt_value_set_string(volume, KBNT_FIELD_ATTACHED_TO, "VM-0BADCAFE");
    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, volume);
    fake_calls_complete(rig->queries, result);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);

    kbnt_assert_string(run_rig_event_code(rig), "STATE_CONFLICT");
}

static void
a_volume_of_another_host_is_not_attached(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    find_elsewhere(rig, KBNT_RESOURCE_STATUS_ALLOCATED);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);

    kbnt_assert_string(run_rig_event_code(rig), "STATE_CONFLICT");
    CU_ASSERT(!kbnt_value_has(run_rig_event(rig), KBNT_FIELD_ATTACHED_TO));
}

static void
a_volume_is_detached_wherever_it_is(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_DETACH_STORAGE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    find_elsewhere(rig, KBNT_RESOURCE_STATUS_IN_USE);
    run_rig_find(rig, KBNT_RESOURCE_STATUS_RUNNING);
    fake_calls_complete(rig->commands, NULL);

    kbnt_assert_int(fake_calls_verb(rig->actions, 0), KBNT_ACTION_DETACH);
}

static void
an_attachment_to_a_machine_that_is_not_there_fails(void)
{
    g_autoptr(RunRig) rig = run_rig_claimed(KBNT_REQUEST_TYPE_ATTACH_STORAGE,
                                            KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);

    run_rig_find(rig, KBNT_RESOURCE_STATUS_ALLOCATED);
    fake_calls_fail(rig->queries, KBNT_ERROR_NOT_FOUND);

    kbnt_assert_string(run_rig_event_code(rig), "NOT_FOUND");
}

static const KbntTest tests[] = {
    KBNT_TEST(a_new_machine_gets_a_host_and_an_address_of_its_own),
    KBNT_TEST(a_placement_without_a_host_is_tried_again),
    KBNT_TEST(a_machine_that_keeps_away_from_others_looks_at_those_of_its_owner),
    KBNT_TEST(a_machine_is_not_placed_beside_what_it_keeps_away_from),
    KBNT_TEST(a_machine_whose_network_is_gone_by_then_is_not_made),
    KBNT_TEST(a_machine_goes_where_its_network_lives),
    KBNT_TEST(what_the_store_cannot_say_now_is_asked_again),
    KBNT_TEST(a_verb_takes_over_where_its_resource_is_and_whose_parts_it_has),
    KBNT_TEST(each_verb_of_power_asks_for_its_own),
    KBNT_TEST(what_is_deleted_already_is_not_found),
    KBNT_TEST(what_the_store_does_not_know_is_not_found),
    KBNT_TEST(a_machine_without_volumes_is_deleted),
    KBNT_TEST(a_machine_that_has_a_volume_is_not_deleted_under_it),
    KBNT_TEST(a_network_is_not_deleted_under_a_machine),
    KBNT_TEST(a_network_without_machines_is_deleted),
    KBNT_TEST(an_attachment_is_asked_of_the_machine_with_the_parts_of_both),
    KBNT_TEST(a_volume_of_one_machine_is_not_attached_to_another),
    KBNT_TEST(a_volume_of_another_host_is_not_attached),
    KBNT_TEST(a_volume_is_detached_wherever_it_is),
    KBNT_TEST(an_attachment_to_a_machine_that_is_not_there_fails),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/run-place", argc, argv, tests, G_N_ELEMENTS(tests));
}

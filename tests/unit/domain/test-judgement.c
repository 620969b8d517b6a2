/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the verdict: all rules at once, and what follows from each. */
#include "judgement.h"
#include "runner.h"
#include "sample-input.h"
#include "sample-rules.h"
#include "specification.h"

static const char *const user_role[] = { "user", NULL };
static const char *const viewer_role[] = { "viewer", NULL };
static const char *const operator_role[] = { "operator", NULL };

/* A case with its rules, its caller "eve", and what the store knows. */
typedef struct {
    SampleRules sample;
    KbntCaller caller;
    KbntCase judged;
    KbntValue *known;
    KbntValue *ledger;
    KbntValue *hosts;
    KbntValue *verdict;
} Court;

static void
court_open(Court *court)
{
    sample_rules_init(&court->sample);
    court->caller = (KbntCaller){ .user_id = "eve", .roles = user_role, .authenticated = TRUE };
    court->known = kbnt_value_new();
    court->ledger = kbnt_value_new();
    court->hosts = kbnt_value_new();
    court->verdict = kbnt_value_new();
    court->judged = (KbntCase){ .rules = &court->sample.rules,
                                .caller = &court->caller,
                                .known = court->known,
                                .ledger = court->ledger,
                                .hosts = court->hosts };
}

static void
court_close(Court *court)
{
    sample_rules_clear(&court->sample);
    kbnt_value_unref(court->known);
    kbnt_value_unref(court->ledger);
    kbnt_value_unref(court->hosts);
    kbnt_value_unref(court->verdict);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Court, court_close)

/* Adds a resource of an owner to what the store knows. Returns: (transfer none): it. */
static KbntValue *
know(Court *court, const char *id, KbntResourceStatus status, const char *owner)
{
    KbntValue *resource = kbnt_value_new();

    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, status);
    kbnt_value_set_string(resource, KBNT_FIELD_USER_ID, owner);
    kbnt_value_set_string(resource, KBNT_FIELD_LAST_MESSAGE_ID, "last");
    kbnt_value_take_item(court->known, KBNT_FIELD_RESOURCES, resource);
    return resource;
}

/* Reads, judges and frees a body. Returns: whether it may be accepted. */
static gboolean
judge(Court *court, KbntInput *body)
{
    g_autoptr(KbntInput) input = body;
    g_autoptr(KbntValue) request = NULL;

    kbnt_value_clear(court->verdict, KBNT_FIELD_FAULTS);
    kbnt_value_clear(court->verdict, KBNT_FIELD_TOUCHES);
    kbnt_value_clear(court->verdict, KBNT_FIELD_DEPENDS_ON);
    request = kbnt_specification_read(input, court->judged.rules, court->verdict);
    return kbnt_judgement_pass(&court->judged, request, court->verdict);
}

static const char *
code(const Court *court)
{
    return kbnt_value_get_string(court->verdict, KBNT_FIELD_CODE);
}

static KbntInput *
machine(void)
{
    return OBJECT("type", TEXT("CREATE_VIRTUAL_MACHINE"), "spec",
                  OBJECT("cpu", NUMBER(4), "memory", NUMBER(8), "disk", TEXT("100GB SSD"),
                         "network", TEXT("nat")));
}

static KbntInput *
verb(const char *type, const char *id)
{
    return OBJECT("type", TEXT(type), "spec", OBJECT("virtualResourceId", TEXT(id)));
}

static KbntInput *
attachment(const char *type)
{
    return OBJECT(
        "type", TEXT(type), "spec",
        OBJECT("virtualResourceId", TEXT("VM-0909A693"), "storageId", TEXT("STOR-64DE90EF")));
}

static void
a_request_without_fault_gets_its_charges_and_budget(void)
{
    g_auto(Court) court;

    court_open(&court);

    CU_ASSERT(judge(&court, machine()));
    CU_ASSERT(kbnt_value_get_number(court.verdict, KBNT_FIELD_COST_PER_HOUR_USD) == 0.045);
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_CHARGES), 5);
    kbnt_assert_int(kbnt_value_get_int(kbnt_value_get_value(court.verdict, KBNT_FIELD_BUDGET),
                                       KBNT_FIELD_BUDGET_STATUS),
                    KBNT_BUDGET_APPROVED);
    CU_ASSERT_PTR_NULL(code(&court));
}

static void
faults_of_all_rules_are_told_together(void)
{
    g_auto(Court) court;

    court_open(&court);
    sample_rules_limit(&court.sample, "default.cores", "2");
    sample_rules_limit(&court.sample, "total.cost_per_hour", "0.01");
    court.caller.roles = viewer_role;

    CU_ASSERT(!judge(&court, OBJECT("type", TEXT("CREATE_VIRTUAL_MACHINE"), "spec",
                                    OBJECT("cpu", NUMBER(4), "memory", NUMBER(8), "disk",
                                           TEXT("100GB SSD"), "network", TEXT("token-ring")))));
    kbnt_assert_int(kbnt_fault_count(court.verdict), 4);
    kbnt_assert_string(code(&court), "VALIDATION_FAILED");
}

static void
nobody_but_an_administrator_asks_in_the_name_of_another(void)
{
    g_auto(Court) court;

    court_open(&court);

    CU_ASSERT(!judge(&court, OBJECT("type", TEXT("CREATE_NETWORK"), "spec",
                                    OBJECT("subnet", TEXT("10.0.1.0/24")), "metadata",
                                    OBJECT("userId", TEXT("adam")))));
    kbnt_assert_string(code(&court), "PERMISSION_DENIED");

    court.caller.administrator = TRUE;
    CU_ASSERT(judge(&court, OBJECT("type", TEXT("CREATE_NETWORK"), "spec",
                                   OBJECT("subnet", TEXT("10.0.1.0/24")), "metadata",
                                   OBJECT("userId", TEXT("adam")))));
}

static void
what_is_asked_for_another_is_charged_to_that_user_and_no_group(void)
{
    static const char *const groups[] = { "blue", NULL };
    g_auto(Court) court;
    g_autoptr(KbntValue) request = kbnt_value_new();

    court_open(&court);
    court.caller.groups = groups;
    kbnt_assert_string(kbnt_judgement_owner(&court.caller, request), "eve");
    CU_ASSERT(kbnt_judgement_groups(&court.caller, request) == groups);

    kbnt_value_set_string(request, KBNT_FIELD_USER_ID, "adam");
    kbnt_assert_string(kbnt_judgement_owner(&court.caller, request), "adam");
    CU_ASSERT_PTR_NULL(kbnt_judgement_groups(&court.caller, request));
}

static void
a_resource_of_another_user_does_not_exist(void)
{
    g_auto(Court) court;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "adam");

    CU_ASSERT(!judge(&court, verb("STOP_VIRTUAL_MACHINE", "VM-0909A693")));
    kbnt_assert_string(code(&court), "NOT_FOUND");
    CU_ASSERT(!judge(&court, verb("STOP_VIRTUAL_MACHINE", "VM-11111111")));
    kbnt_assert_string(code(&court), "NOT_FOUND");
}

static void
who_may_look_but_not_touch_is_told_so(void)
{
    g_auto(Court) court;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "adam");
    court.caller.roles = operator_role;

    CU_ASSERT(judge(&court, verb("STOP_VIRTUAL_MACHINE", "VM-0909A693")));
    CU_ASSERT(!judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    kbnt_assert_string(code(&court), "PERMISSION_DENIED");
}

static void
a_verb_touches_its_target_and_waits_for_nothing_that_has_ended(void)
{
    g_auto(Court) court;
    const KbntValue *touched;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "eve");

    CU_ASSERT(judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    touched = kbnt_value_nth_value(court.verdict, KBNT_FIELD_TOUCHES, 0);
    kbnt_assert_string(kbnt_value_get_string(touched, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       "VM-0909A693");
    kbnt_assert_string(kbnt_value_get_string(touched, KBNT_FIELD_LAST_MESSAGE_ID), "last");
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_DEPENDS_ON), 0);
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_CHARGES), 0);
}

static void
a_state_that_does_not_allow_the_verb_is_a_conflict(void)
{
    g_auto(Court) court;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_STOPPED, "eve");
    know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_IN_USE, "eve");

    CU_ASSERT(!judge(&court, verb("REBOOT_VIRTUAL_MACHINE", "VM-0909A693")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    CU_ASSERT(!judge(&court, verb("DELETE_RESOURCE", "STOR-64DE90EF")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
}

static void
a_busy_resource_takes_no_second_request_but_a_delete_behind_its_create(void)
{
    g_auto(Court) court;
    KbntValue *resource;

    court_open(&court);
    resource = know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_PENDING, "eve");
    kbnt_value_set_string(resource, KBNT_FIELD_MESSAGE_ID, "create");
    kbnt_value_set_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID, "create");

    CU_ASSERT(!judge(&court, verb("STOP_VIRTUAL_MACHINE", "VM-0909A693")));
    kbnt_assert_string(code(&court), "RESOURCE_BUSY");
    CU_ASSERT(judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_DEPENDS_ON), 1);
    kbnt_assert_string(kbnt_value_nth_string(court.verdict, KBNT_FIELD_DEPENDS_ON, 0),
                       "create");
    kbnt_value_set_string(resource, KBNT_FIELD_OPEN_MESSAGE_ID, "stop");
    CU_ASSERT(!judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
}

static void
a_delete_of_what_is_set_apart_waits_for_the_debt_that_its_last_request_left(void)
{
    g_auto(Court) court;
    KbntValue *resource;

    court_open(&court);
    resource = know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_QUARANTINED, "eve");
    kbnt_value_set_int(resource, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);

    CU_ASSERT(judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    kbnt_assert_string(kbnt_value_nth_string(court.verdict, KBNT_FIELD_DEPENDS_ON, 0), "last");
    kbnt_value_set_int(resource, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_DELETE_RESOURCE);
    CU_ASSERT(judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_DEPENDS_ON), 0);
}

static void
attach_to(KbntValue *machine, const char *storage_id)
{
    KbntValue *storage = kbnt_value_new();

    kbnt_value_set_string(storage, KBNT_FIELD_VIRTUAL_RESOURCE_ID, storage_id);
    kbnt_value_take_item(machine, KBNT_FIELD_RESOURCES, storage);
}

static void
a_machine_is_not_deleted_before_its_volumes_are_detached(void)
{
    g_auto(Court) court;
    KbntValue *machine;

    court_open(&court);
    machine = know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "eve");
    attach_to(machine, "STOR-64DE90EF");
    attach_to(machine, "STOR-11111111");

    CU_ASSERT(judge(&court, verb("STOP_VIRTUAL_MACHINE", "VM-0909A693")));
    CU_ASSERT(!judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    kbnt_assert_contains(
        kbnt_value_get_string(kbnt_fault_leading(court.verdict), KBNT_FIELD_MESSAGE),
        "'STOR-64DE90EF', 'STOR-11111111'");
}

static void
a_delete_does_not_follow_a_create_with_volumes(void)
{
    g_auto(Court) court;
    KbntValue *specification = kbnt_value_new();
    KbntValue *machine;

    court_open(&court);
    machine = know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_PENDING, "eve");
    kbnt_value_set_string(machine, KBNT_FIELD_MESSAGE_ID, "create");
    kbnt_value_set_string(machine, KBNT_FIELD_OPEN_MESSAGE_ID, "create");
    kbnt_value_append_string(specification, KBNT_FIELD_VOLUMES, "STOR-64DE90EF");
    kbnt_value_take_value(machine, KBNT_FIELD_SPECIFICATION, specification);

    CU_ASSERT(!judge(&court, verb("DELETE_RESOURCE", "VM-0909A693")));
    kbnt_assert_string(code(&court), "RESOURCE_BUSY");
}

static void
both_ends_of_an_attachment_are_touched(void)
{
    g_auto(Court) court;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "eve");
    know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_ALLOCATED, "eve");

    CU_ASSERT(judge(&court, attachment("ATTACH_STORAGE")));
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_TOUCHES), 2);
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_DEPENDS_ON), 0);
}

static void
storage_is_detached_only_from_the_machine_that_has_it(void)
{
    g_auto(Court) court;
    KbntValue *storage;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "eve");
    storage = know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_IN_USE, "eve");

    kbnt_value_set_string(storage, KBNT_FIELD_ATTACHED_TO, "VM-11111111");
    CU_ASSERT(!judge(&court, attachment("DETACH_STORAGE")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    kbnt_value_set_string(storage, KBNT_FIELD_ATTACHED_TO, "VM-0909A693");
    CU_ASSERT(judge(&court, attachment("DETACH_STORAGE")));
}

static void
storage_that_a_machine_has_is_not_attached_to_another(void)
{
    g_auto(Court) court;
    KbntValue *storage;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "eve");
    storage = know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_IN_USE, "eve");
    kbnt_value_set_string(storage, KBNT_FIELD_ATTACHED_TO, "VM-11111111");

    CU_ASSERT(!judge(&court, attachment("ATTACH_STORAGE")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    kbnt_assert_contains(
        kbnt_value_get_string(kbnt_fault_leading(court.verdict), KBNT_FIELD_MESSAGE),
        "attached to 'VM-11111111'");
}

static void
storage_is_attached_on_its_own_host_only(void)
{
    g_auto(Court) court;
    KbntValue *machine;
    KbntValue *storage;

    court_open(&court);
    machine = know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_RUNNING, "eve");
    storage = know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_ALLOCATED, "eve");
    kbnt_value_set_string(machine, KBNT_FIELD_HOST, "one");
    kbnt_value_set_string(storage, KBNT_FIELD_HOST, "two");

    CU_ASSERT(!judge(&court, attachment("ATTACH_STORAGE")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    kbnt_value_set_string(machine, KBNT_FIELD_HOST, "two");
    CU_ASSERT(judge(&court, attachment("ATTACH_STORAGE")));
}

static void
an_attachment_needs_a_machine_that_stands(void)
{
    g_auto(Court) court;

    court_open(&court);
    know(&court, "VM-0909A693", KBNT_RESOURCE_STATUS_LOST, "eve");
    know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_ALLOCATED, "eve");

    CU_ASSERT(!judge(&court, attachment("ATTACH_STORAGE")));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
}

#define MACHINE_WITH(...) \
    OBJECT("type", TEXT("CREATE_VIRTUAL_MACHINE"), "spec", \
           OBJECT("cpu", NUMBER(1), "memory", NUMBER(1), "disk", NUMBER(1), "network", \
                  TEXT("NET-7AE8FF2D"), __VA_ARGS__))

static void
a_machine_needs_a_network_that_is_active(void)
{
    g_auto(Court) court;
    KbntValue *network;

    court_open(&court);
    network = know(&court, "NET-7AE8FF2D", KBNT_RESOURCE_STATUS_PENDING, "eve");

    CU_ASSERT(!judge(&court, MACHINE_WITH("image", TEXT("ubuntu-22.04"))));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    kbnt_value_set_int(network, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_ACTIVE);
    CU_ASSERT(judge(&court, MACHINE_WITH("image", TEXT("ubuntu-22.04"))));
}

static void
a_network_that_is_to_be_deleted_takes_no_new_machine(void)
{
    g_auto(Court) court;
    KbntValue *network;

    court_open(&court);
    network = know(&court, "NET-7AE8FF2D", KBNT_RESOURCE_STATUS_ACTIVE, "eve");
    kbnt_value_set_string(network, KBNT_FIELD_OPEN_MESSAGE_ID, "a delete");

    CU_ASSERT(!judge(&court, MACHINE_WITH("image", TEXT("ubuntu-22.04"))));
    kbnt_assert_string(code(&court), "RESOURCE_BUSY");
}

static KbntInput *
machine_with_volume(void)
{
    return MACHINE_WITH("volumes", ARRAY(TEXT("STOR-64DE90EF")));
}

static void
a_new_machine_touches_its_volumes(void)
{
    g_auto(Court) court;

    court_open(&court);
    know(&court, "NET-7AE8FF2D", KBNT_RESOURCE_STATUS_ACTIVE, "eve");
    know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_ALLOCATED, "eve");

    CU_ASSERT(judge(&court, machine_with_volume()));

    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_TOUCHES), 1);
    kbnt_assert_int(kbnt_value_length(court.verdict, KBNT_FIELD_DEPENDS_ON), 0);
}

static void
a_new_machine_takes_only_volumes_that_are_there_free_and_its_owners(void)
{
    g_auto(Court) court;
    KbntValue *volume;

    court_open(&court);
    know(&court, "NET-7AE8FF2D", KBNT_RESOURCE_STATUS_ACTIVE, "eve");
    CU_ASSERT(!judge(&court, machine_with_volume()));
    kbnt_assert_string(code(&court), "NOT_FOUND");

    volume = know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_IN_USE, "eve");
    CU_ASSERT(!judge(&court, machine_with_volume()));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");

    kbnt_value_set_int(volume, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_ALLOCATED);
    kbnt_value_set_string(volume, KBNT_FIELD_OPEN_MESSAGE_ID, "a delete");
    CU_ASSERT(!judge(&court, machine_with_volume()));
    kbnt_assert_string(code(&court), "RESOURCE_BUSY");

    kbnt_value_clear(volume, KBNT_FIELD_OPEN_MESSAGE_ID);
    kbnt_value_set_string(volume, KBNT_FIELD_USER_ID, "bob");
    court.caller.administrator = TRUE;
    CU_ASSERT(!judge(&court, machine_with_volume()));
    kbnt_assert_string(code(&court), "PERMISSION_DENIED");
}

static void
what_a_new_machine_is_connected_with_is_on_one_host(void)
{
    g_auto(Court) court;
    KbntValue *network;
    KbntValue *volume;

    court_open(&court);
    network = know(&court, "NET-7AE8FF2D", KBNT_RESOURCE_STATUS_ACTIVE, "eve");
    volume = know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_ALLOCATED, "eve");
    kbnt_value_set_string(network, KBNT_FIELD_HOST, "one");
    kbnt_value_set_string(volume, KBNT_FIELD_HOST, "two");

    CU_ASSERT(!judge(&court, machine_with_volume()));
    kbnt_assert_string(code(&court), "STATE_CONFLICT");
    kbnt_value_set_string(volume, KBNT_FIELD_HOST, "one");
    CU_ASSERT(judge(&court, machine_with_volume()));
}

static void
a_delete_does_not_follow_a_create_that_wants_the_volume(void)
{
    g_auto(Court) court;
    KbntValue *volume;

    court_open(&court);
    volume = know(&court, "STOR-64DE90EF", KBNT_RESOURCE_STATUS_ALLOCATED, "eve");
    kbnt_value_set_string(volume, KBNT_FIELD_MESSAGE_ID, "its create");
    kbnt_value_set_string(volume, KBNT_FIELD_OPEN_MESSAGE_ID, "a machine");

    CU_ASSERT(!judge(&court, verb("DELETE_RESOURCE", "STOR-64DE90EF")));
    kbnt_assert_string(code(&court), "RESOURCE_BUSY");
}

static void
an_image_that_no_host_reports_is_unknown_once_hosts_have_reported(void)
{
    g_auto(Court) court;
    KbntValue *host = kbnt_value_new();
    KbntValue *image = kbnt_value_new();

    court_open(&court);
    CU_ASSERT(judge(&court, machine()));

    kbnt_value_take_item(court.hosts, KBNT_FIELD_HOSTS, host);
    CU_ASSERT(!judge(&court, machine()));
    kbnt_assert_string(code(&court), "IMAGE_UNKNOWN");

    kbnt_value_set_string(image, KBNT_FIELD_NAME, "ubuntu-22.04");
    kbnt_value_take_item(host, KBNT_FIELD_IMAGES, image);
    CU_ASSERT(judge(&court, machine()));
}

static const KbntTest tests[] = {
    KBNT_TEST(a_request_without_fault_gets_its_charges_and_budget),
    KBNT_TEST(faults_of_all_rules_are_told_together),
    KBNT_TEST(nobody_but_an_administrator_asks_in_the_name_of_another),
    KBNT_TEST(what_is_asked_for_another_is_charged_to_that_user_and_no_group),
    KBNT_TEST(a_resource_of_another_user_does_not_exist),
    KBNT_TEST(who_may_look_but_not_touch_is_told_so),
    KBNT_TEST(a_verb_touches_its_target_and_waits_for_nothing_that_has_ended),
    KBNT_TEST(a_state_that_does_not_allow_the_verb_is_a_conflict),
    KBNT_TEST(a_busy_resource_takes_no_second_request_but_a_delete_behind_its_create),
    KBNT_TEST(a_delete_of_what_is_set_apart_waits_for_the_debt_that_its_last_request_left),
    KBNT_TEST(a_machine_is_not_deleted_before_its_volumes_are_detached),
    KBNT_TEST(a_delete_does_not_follow_a_create_with_volumes),
    KBNT_TEST(both_ends_of_an_attachment_are_touched),
    KBNT_TEST(storage_is_detached_only_from_the_machine_that_has_it),
    KBNT_TEST(storage_that_a_machine_has_is_not_attached_to_another),
    KBNT_TEST(storage_is_attached_on_its_own_host_only),
    KBNT_TEST(an_attachment_needs_a_machine_that_stands),
    KBNT_TEST(a_machine_needs_a_network_that_is_active),
    KBNT_TEST(a_network_that_is_to_be_deleted_takes_no_new_machine),
    KBNT_TEST(a_new_machine_touches_its_volumes),
    KBNT_TEST(a_new_machine_takes_only_volumes_that_are_there_free_and_its_owners),
    KBNT_TEST(what_a_new_machine_is_connected_with_is_on_one_host),
    KBNT_TEST(a_delete_does_not_follow_a_create_that_wants_the_volume),
    KBNT_TEST(an_image_that_no_host_reports_is_unknown_once_hosts_have_reported),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/judgement", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the rules that a site declares. */
#include "fault.h"
#include "policy.h"
#include "runner.h"
#include "sample-input.h"

#define NOON (12 * 60)

/* Returns: (transfer full): the policy of one rule. */
static KbntPolicy *
policy_of(KbntInput *rule)
{
    g_autoptr(KbntInput) file = OBJECT("rules", ARRAY(rule));
    g_autoptr(KbntValue) faults = kbnt_value_new();
    KbntPolicy *policy = kbnt_policy_new(file, faults);

    CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
    return policy;
}

/* Returns: (transfer full): a request of 4 cores, 8 GB and 100 GB, of priority HIGH. */
static KbntValue *
sample_request(void)
{
    KbntValue *request = kbnt_value_new();
    KbntValue *machine = kbnt_value_new();

    kbnt_value_set_int(machine, KBNT_FIELD_CPU, 4);
    kbnt_value_set_int(machine, KBNT_FIELD_MEMORY_MB, 8192);
    kbnt_value_set_int(machine, KBNT_FIELD_DISK_MB, 102400);
    kbnt_value_set_string(machine, KBNT_FIELD_IMAGE, "ubuntu-22.04");
    kbnt_value_set_string(machine, KBNT_FIELD_NETWORK, "vlan-100");
    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_TYPE,
                       KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE);
    kbnt_value_set_int(request, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_HIGH);
    kbnt_value_set_string(request, KBNT_FIELD_RESOURCE_ID, "lab-7");
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, machine);
    return request;
}

/* Returns: how many faults the rule finds in the sample request, at this minute, from "eve". */
static guint
faults_of(KbntInput *rule, guint minute_of_day)
{
    static const char *const groups[] = { "trainees", NULL };
    const KbntCaller caller = { .user_id = "eve", .groups = groups };
    g_autoptr(KbntPolicy) policy = policy_of(rule);
    g_autoptr(KbntValue) request = sample_request();
    g_autoptr(KbntValue) faults = kbnt_value_new();

    kbnt_policy_judge(policy, &caller, request, minute_of_day, faults);
    return kbnt_fault_count(faults);
}

static KbntInput *
rule_with(const char *name, KbntInput *member)
{
    return OBJECT("name", TEXT("r"), name, member);
}

static void
images_networks_and_priorities_go_by_globs(void)
{
    kbnt_assert_int(faults_of(rule_with("images", ARRAY(TEXT("debian-*"))), NOON), 1);
    kbnt_assert_int(
        faults_of(rule_with("images", ARRAY(TEXT("debian-*"), TEXT("ubuntu-*"))), NOON), 0);
    kbnt_assert_int(faults_of(rule_with("networks", ARRAY(TEXT("vlan-1*"))), NOON), 0);
    kbnt_assert_int(faults_of(rule_with("networks", ARRAY(TEXT("nat"))), NOON), 1);
    kbnt_assert_int(
        faults_of(rule_with("priorities", ARRAY(TEXT("LOW"), TEXT("NORMAL"))), NOON), 1);
    kbnt_assert_int(faults_of(rule_with("resourceId", TEXT("lab-*")), NOON), 0);
    kbnt_assert_int(faults_of(rule_with("resourceId", TEXT("prod-*")), NOON), 1);
}

static void
maxima_are_quantities_and_each_is_its_own_fault(void)
{
    kbnt_assert_int(faults_of(rule_with("max", OBJECT("cpu", NUMBER(4), "memory", TEXT("8GB"),
                                                      "disk", TEXT("100GB"))),
                              NOON),
                    0);
    kbnt_assert_int(faults_of(rule_with("max", OBJECT("cpu", NUMBER(3), "memory",
                                                      TEXT("8191MB"), "disk", NUMBER(99))),
                              NOON),
                    3);
}

static void
hours_may_pass_midnight(void)
{
    kbnt_assert_int(faults_of(rule_with("hours", TEXT("08:00-18:00")), 8 * 60), 0);
    kbnt_assert_int(faults_of(rule_with("hours", TEXT("08:00-18:00")), 18 * 60), 1);
    kbnt_assert_int(faults_of(rule_with("hours", TEXT("22:00-06:00")), 23 * 60), 0);
    kbnt_assert_int(faults_of(rule_with("hours", TEXT("22:00-06:00")), 5 * 60), 0);
    kbnt_assert_int(faults_of(rule_with("hours", TEXT("22:00-06:00")), NOON), 1);
}

static void
a_rule_is_only_for_whom_it_names(void)
{
    kbnt_assert_int(faults_of(OBJECT("name", TEXT("r"), "users", ARRAY(TEXT("adam")), "images",
                                     ARRAY(TEXT("none"))),
                              NOON),
                    0);
    kbnt_assert_int(faults_of(OBJECT("name", TEXT("r"), "groups", ARRAY(TEXT("trainees")),
                                     "images", ARRAY(TEXT("none"))),
                              NOON),
                    1);
    kbnt_assert_int(faults_of(OBJECT("name", TEXT("r"), "types", ARRAY(TEXT("ALLOCATE_*")),
                                     "images", ARRAY(TEXT("none"))),
                              NOON),
                    0);
}

static void
a_denial_names_the_rule(void)
{
    const KbntCaller caller = { .user_id = "eve" };
    g_autoptr(KbntPolicy) policy = policy_of(
        OBJECT("name", TEXT("no-ubuntu"), "images", ARRAY(TEXT("debian-*"))));
    g_autoptr(KbntValue) request = sample_request();
    g_autoptr(KbntValue) faults = kbnt_value_new();

    kbnt_policy_judge(policy, &caller, request, NOON, faults);

    kbnt_assert_int(kbnt_fault_leading_code(faults), KBNT_ERROR_POLICY_DENIED);
    kbnt_assert_contains(kbnt_value_get_string(kbnt_fault_leading(faults), KBNT_FIELD_MESSAGE),
                         "'no-ubuntu'");
}

static void
no_policy_denies_nothing(void)
{
    const KbntCaller caller = { .user_id = "eve" };
    g_autoptr(KbntValue) request = sample_request();
    g_autoptr(KbntValue) faults = kbnt_value_new();

    kbnt_policy_judge(NULL, &caller, request, NOON, faults);

    kbnt_assert_int(kbnt_fault_count(faults), 0);
}

static void
all_that_is_wrong_with_a_file_is_told_at_once(void)
{
    g_autoptr(KbntInput) file = OBJECT(
        "rules",
        ARRAY(OBJECT("name", TEXT("a"), "images", TEXT("debian"), "hours", TEXT("8-18"), "max",
                     OBJECT("cpu", TEXT("many"), "speed", NUMBER(1)), "colour", TEXT("red")),
              OBJECT("images", ARRAY(NUMBER(1))), NUMBER(1)));
    g_autoptr(KbntValue) faults = kbnt_value_new();

    CU_ASSERT_PTR_NULL(kbnt_policy_new(file, faults));
    kbnt_assert_int(kbnt_fault_count(faults), 8);
}

static void
a_file_has_rules_and_nothing_else(void)
{
    g_autoptr(KbntInput) more = OBJECT("rules", kbnt_input_new_array(), "extra", NUMBER(1));
    g_autoptr(KbntInput) scalar = NUMBER(1);
    g_autoptr(KbntValue) faults = kbnt_value_new();

    CU_ASSERT_PTR_NULL(kbnt_policy_new(more, faults));
    CU_ASSERT_PTR_NULL(kbnt_policy_new(scalar, faults));
    kbnt_assert_int(kbnt_fault_count(faults), 2);
}

static const KbntTest tests[] = {
    KBNT_TEST(images_networks_and_priorities_go_by_globs),
    KBNT_TEST(maxima_are_quantities_and_each_is_its_own_fault),
    KBNT_TEST(hours_may_pass_midnight),
    KBNT_TEST(a_rule_is_only_for_whom_it_names),
    KBNT_TEST(a_denial_names_the_rule),
    KBNT_TEST(no_policy_denies_nothing),
    KBNT_TEST(all_that_is_wrong_with_a_file_is_told_at_once),
    KBNT_TEST(a_file_has_rules_and_nothing_else),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/policy", argc, argv, tests, G_N_ELEMENTS(tests));
}

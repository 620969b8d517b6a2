/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a provisioner promises of machines: power, what the guest tells, volumes plugged in. */
#include "contract-parts.h"

#include <string.h>

static const char *const check_names[] = { "domain-running", "agent-answers",
                                           "address-reachable", "boot-finished",
                                           "console-clean" };

static gboolean
has_power(void)
{
    if (!(contract_plugin()->caps & KBNT_PROVISIONER_POWER))
        contract_skip("the provisioner has no power");
    return (contract_plugin()->caps & KBNT_PROVISIONER_POWER) != 0;
}

static gboolean
has_attach(void)
{
    if (!(contract_plugin()->caps & KBNT_PROVISIONER_ATTACH))
        contract_skip("the provisioner has no attach");
    return (contract_plugin()->caps & KBNT_PROVISIONER_ATTACH) != 0;
}

/* Returns: a machine that runs. */
static Resource
start_machine(Contract *contract)
{
    Resource machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) started = NULL;

    resource_build_machine(contract, &machine);
    started = resource_power(contract, &machine, KBNT_POWER_START, "contract:start");
    kbnt_assert_int(resource_status(started), KBNT_RESOURCE_STATUS_RUNNING);
    return machine;
}

static void
a_new_machine_is_off_until_it_is_started(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) off = NULL;
    g_autoptr(KbntValue) started = NULL;
    g_autoptr(KbntValue) on = NULL;

    if (!has_power())
        return;
    resource_build_machine(contract, &machine);
    off = resource_inspect(contract, &machine, KBNT_PART_MACHINE);
    started = resource_power(contract, &machine, KBNT_POWER_START, NULL);
    on = resource_inspect(contract, &machine, KBNT_PART_MACHINE);

    kbnt_assert_int(resource_status(off), KBNT_RESOURCE_STATUS_STOPPED);
    CU_ASSERT(kbnt_value_get_number(started, KBNT_FIELD_BOOT_SECONDS) >= 0);
    CU_ASSERT(kbnt_value_has(started, KBNT_FIELD_BOOT_SECONDS));
    kbnt_assert_int(resource_status(on), KBNT_RESOURCE_STATUS_RUNNING);
    resource_remove_all(contract, &machine);
}

static void
starting_what_runs_and_stopping_what_is_off_are_success(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = { 0 };
    g_autoptr(KbntValue) started = NULL;
    g_autoptr(KbntValue) stopped = NULL;
    g_autoptr(KbntValue) again = NULL;

    if (!has_power())
        return;
    machine = start_machine(contract);
    started = resource_power(contract, &machine, KBNT_POWER_START, "contract:again");
    stopped = resource_power(contract, &machine, KBNT_POWER_STOP, "contract:stop");
    again = resource_power(contract, &machine, KBNT_POWER_STOP, "contract:stop-again");

    kbnt_assert_int(resource_status(started), KBNT_RESOURCE_STATUS_RUNNING);
    CU_ASSERT_FALSE(kbnt_value_has(started, KBNT_FIELD_BOOT_SECONDS));
    kbnt_assert_int(resource_status(stopped), KBNT_RESOURCE_STATUS_STOPPED);
    kbnt_assert_int(resource_status(again), KBNT_RESOURCE_STATUS_STOPPED);
    resource_remove_all(contract, &machine);
}

static void
a_reboot_ends_with_a_machine_that_runs(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = { 0 };
    g_autoptr(KbntValue) rebooted = NULL;

    if (!has_power())
        return;
    machine = start_machine(contract);
    rebooted = resource_power(contract, &machine, KBNT_POWER_REBOOT, "contract:reboot");

    kbnt_assert_int(resource_status(rebooted), KBNT_RESOURCE_STATUS_RUNNING);
    CU_ASSERT(kbnt_value_has(rebooted, KBNT_FIELD_BOOT_SECONDS));
    resource_remove_all(contract, &machine);
}

static void
switching_a_machine_that_is_not_there_is_not_found(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) argument = resource_argument(&machine, KBNT_PART_MACHINE);
    g_autoptr(GError) error = NULL;

    if (!has_power())
        return;
    kbnt_value_set_int(argument, KBNT_FIELD_POWER_ACTION, KBNT_POWER_START);
    error = contract_call_failing(contract, ops->power, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
    kbnt_assert_contains(error->message, machine.part_id);
}

static void
an_elder_epoch_may_not_switch_a_machine(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = { 0 };
    g_autoptr(KbntValue) argument = NULL;
    g_autoptr(GError) error = NULL;

    if (!has_power())
        return;
    machine = start_machine(contract);
    argument = resource_argument(&machine, KBNT_PART_MACHINE);
    kbnt_value_set_int(argument, KBNT_FIELD_EPOCH, 0);
    kbnt_value_set_int(argument, KBNT_FIELD_POWER_ACTION, KBNT_POWER_STOP);
    error = contract_call_failing(contract, ops->power, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_LEASE_LOST);
    resource_remove_all(contract, &machine);
}

static KbntValue *
probe(Contract *contract, const Resource *machine)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(machine, KBNT_PART_MACHINE);

    return contract_call(contract, ops->probe, argument);
}

static void
a_guest_that_runs_tells_where_it_is_reached(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = { 0 };
    g_autoptr(KbntValue) result = NULL;
    KbntValue *endpoints;
    const char *address;

    if (!has_power())
        return;
    machine = start_machine(contract);
    result = probe(contract, &machine);
    endpoints = kbnt_value_get_value(result, KBNT_FIELD_ENDPOINTS);

    CU_ASSERT_PTR_NOT_NULL_FATAL(endpoints);
    address = kbnt_value_get_string(endpoints, KBNT_FIELD_ADDRESS);
    CU_ASSERT(address &&
              g_regex_match_simple("^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$", address, 0, 0));
    if (kbnt_value_has(endpoints, KBNT_FIELD_SSH))
        CU_ASSERT(g_str_has_suffix(kbnt_value_get_string(endpoints, KBNT_FIELD_SSH), ":22"));
    CU_ASSERT_PTR_NOT_NULL(kbnt_value_get_string(result, KBNT_FIELD_HYPERVISOR));
    resource_remove_all(contract, &machine);
}

static void
count_checks(KbntValue *health, gint64 *ret_passed, gint64 *ret_counted)
{
    for (guint i = 0; i < kbnt_value_length(health, KBNT_FIELD_CHECKS); i++) {
        KbntValue *check = kbnt_value_nth_value(health, KBNT_FIELD_CHECKS, i);
        gint64 status = kbnt_value_get_int(check, KBNT_FIELD_CHECK_STATUS);

        kbnt_assert_string(kbnt_value_get_string(check, KBNT_FIELD_NAME), check_names[i]);
        *ret_passed += status == KBNT_CHECK_STATUS_PASSED;
        *ret_counted += status != KBNT_CHECK_STATUS_SKIPPED;
    }
}

static void
the_health_of_a_guest_is_its_five_checks(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = { 0 };
    g_autoptr(KbntValue) result = NULL;
    KbntValue *health;
    gint64 passed = 0;
    gint64 counted = 0;

    if (!has_power())
        return;
    machine = start_machine(contract);
    result = probe(contract, &machine);
    health = kbnt_value_get_value(result, KBNT_FIELD_HEALTH);
    CU_ASSERT_PTR_NOT_NULL_FATAL(health);
    kbnt_assert_int(kbnt_value_length(health, KBNT_FIELD_CHECKS), G_N_ELEMENTS(check_names));
    count_checks(health, &passed, &counted);

    kbnt_assert_int(kbnt_value_get_int(health, KBNT_FIELD_PASSED), passed);
    kbnt_assert_int(kbnt_value_get_int(health, KBNT_FIELD_TOTAL), counted);
    if (passed == counted)
        kbnt_assert_int(kbnt_value_get_int(health, KBNT_FIELD_HEALTH_STATUS),
                        KBNT_HEALTH_HEALTHY);
    resource_remove_all(contract, &machine);
}

static void
a_guest_that_is_off_is_unhealthy_and_listed_nowhere(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) result = NULL;
    KbntValue *health;
    KbntValue *endpoints;

    resource_build_machine(contract, &machine);
    result = probe(contract, &machine);
    health = kbnt_value_get_value(result, KBNT_FIELD_HEALTH);
    endpoints = kbnt_value_get_value(result, KBNT_FIELD_ENDPOINTS);

    CU_ASSERT_PTR_NOT_NULL_FATAL(health);
    kbnt_assert_int(kbnt_value_get_int(health, KBNT_FIELD_HEALTH_STATUS),
                    KBNT_HEALTH_UNHEALTHY);
    CU_ASSERT_FALSE(endpoints && kbnt_value_has(endpoints, KBNT_FIELD_SSH));
    resource_remove_all(contract, &machine);
}

static void
a_guest_confirms_what_was_asked_for_and_no_secret(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = { 0 };
    g_autoptr(KbntValue) result = NULL;
    KbntValue *specs;

    if (!has_power())
        return;
    machine = start_machine(contract);
    result = probe(contract, &machine);
    specs = kbnt_value_get_value(result, KBNT_FIELD_RESOURCE_SPECS);

    CU_ASSERT_PTR_NOT_NULL_FATAL(specs);
    kbnt_assert_int(kbnt_value_get_int(specs, KBNT_FIELD_CPU), 1);
    kbnt_assert_int(kbnt_value_get_int(specs, KBNT_FIELD_MEMORY_MB), 256);
    CU_ASSERT_FALSE(kbnt_value_has(specs, KBNT_FIELD_SSH_KEYS));
    CU_ASSERT_FALSE(kbnt_value_has(specs, KBNT_FIELD_USER_DATA));
    resource_remove_all(contract, &machine);
}

static void
no_two_machines_have_the_same_address_or_mac(void)
{
    enum { N_MACHINES = 20 };
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Resource machines[N_MACHINES];

    for (guint i = 0; i < N_MACHINES; i++) {
        g_autoptr(KbntValue) made = NULL;

        machines[i] = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
        resource_build_machine(contract, &machines[i]);
        made = resource_inspect(contract, &machines[i], KBNT_PART_MACHINE);
        CU_ASSERT(
            g_hash_table_add(seen, g_strdup(kbnt_value_get_string(made, KBNT_FIELD_MAC))));
        if (kbnt_value_has(made, KBNT_FIELD_ADDRESS))
            CU_ASSERT(g_hash_table_add(
                seen, g_strdup(kbnt_value_get_string(made, KBNT_FIELD_ADDRESS))));
    }
    for (guint i = 0; i < N_MACHINES; i++) {
        resource_remove_all(contract, &machines[i]);
        resource_clear(&machines[i]);
    }
}

static KbntValue *
attachment(const Resource *machine, const Resource *volume)
{
    KbntValue *argument = resource_argument(machine, KBNT_PART_MACHINE);

    kbnt_value_set_string(argument, KBNT_FIELD_STORAGE_ID, volume->message_id);
    return argument;
}

static void
a_volume_is_in_use_while_it_is_attached(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = { 0 };
    g_auto(Resource) volume = { 0 };

    if (!has_attach() || !has_power())
        return;
    machine = start_machine(contract);
    volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_unref(resource_ensure(contract, &volume, KBNT_PART_VOLUME));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(KbntValue) argument = attachment(&machine, &volume);
        g_autoptr(KbntValue) attached = contract_call(contract, ops->attach, argument);
        g_autoptr(KbntValue) found = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

        CU_ASSERT_PTR_NOT_NULL(attached);
        kbnt_assert_int(resource_status(found), KBNT_RESOURCE_STATUS_IN_USE);
    }
    for (guint i = 0; i < 2; i++) {
        g_autoptr(KbntValue) argument = attachment(&machine, &volume);
        g_autoptr(KbntValue) detached = contract_call(contract, ops->detach, argument);
        g_autoptr(KbntValue) found = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

        CU_ASSERT_PTR_NOT_NULL(detached);
        kbnt_assert_int(resource_status(found), KBNT_RESOURCE_STATUS_ALLOCATED);
    }
    resource_remove(contract, &volume, KBNT_PART_VOLUME);
    resource_remove_all(contract, &machine);
}

static void
a_volume_can_be_attached_to_one_machine_only(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) one = { 0 };
    g_auto(Resource) other = { 0 };
    g_auto(Resource) volume = { 0 };
    g_autoptr(KbntValue) first = NULL;
    g_autoptr(KbntValue) second = NULL;
    g_autoptr(KbntValue) attached = NULL;
    g_autoptr(GError) error = NULL;

    if (!has_attach() || !has_power())
        return;
    one = start_machine(contract);
    other = start_machine(contract);
    volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_unref(resource_ensure(contract, &volume, KBNT_PART_VOLUME));
    first = attachment(&one, &volume);
    second = attachment(&other, &volume);
    attached = contract_call(contract, ops->attach, first);
    error = contract_call_failing(contract, ops->attach, second);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT);
    resource_remove_all(contract, &one);
    resource_remove_all(contract, &other);
    resource_remove(contract, &volume, KBNT_PART_VOLUME);
}

static void
attaching_a_volume_that_is_not_there_is_not_found(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = { 0 };
    g_auto(Resource) volume = { 0 };
    g_autoptr(KbntValue) argument = NULL;
    g_autoptr(GError) error = NULL;

    if (!has_attach() || !has_power())
        return;
    machine = start_machine(contract);
    volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    argument = attachment(&machine, &volume);
    error = contract_call_failing(contract, ops->attach, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
    resource_remove_all(contract, &machine);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_new_machine_is_off_until_it_is_started),
    KBNT_TEST(starting_what_runs_and_stopping_what_is_off_are_success),
    KBNT_TEST(a_reboot_ends_with_a_machine_that_runs),
    KBNT_TEST(switching_a_machine_that_is_not_there_is_not_found),
    KBNT_TEST(an_elder_epoch_may_not_switch_a_machine),
    KBNT_TEST(a_guest_that_runs_tells_where_it_is_reached),
    KBNT_TEST(the_health_of_a_guest_is_its_five_checks),
    KBNT_TEST(a_guest_that_is_off_is_unhealthy_and_listed_nowhere),
    KBNT_TEST(a_guest_confirms_what_was_asked_for_and_no_secret),
    KBNT_TEST(no_two_machines_have_the_same_address_or_mac),
    KBNT_TEST(a_volume_is_in_use_while_it_is_attached),
    KBNT_TEST(a_volume_can_be_attached_to_one_machine_only),
    KBNT_TEST(attaching_a_volume_that_is_not_there_is_not_found),
};

const ContractSuite contract_guest_suite = { KBNT_KIND_PROVISIONER, tests,
                                             G_N_ELEMENTS(tests) };

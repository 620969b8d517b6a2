/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the faults, latencies and hosts that the configuration of the mock makes up. */
#include "contract-parts.h"

#include <stdlib.h>
#include <string.h>

/* Ensures a new volume. Returns: (transfer full) (nullable): the error. */
static GError *
try_volume(Contract *contract, Resource *ret_volume)
{
    *ret_volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    return resource_try(contract, ret_volume, KBNT_PART_VOLUME);
}

/* Returns: (transfer full): one letter a try: '.' or 'F'. */
static char *
try_volumes(Contract *contract, guint n_tries)
{
    GString *pattern = g_string_new(NULL);

    for (guint i = 0; i < n_tries; i++) {
        g_auto(Resource) volume = { 0 };
        g_autoptr(GError) error = try_volume(contract, &volume);

        g_string_append_c(pattern, error ? 'F' : '.');
    }
    return g_string_free(pattern, FALSE);
}

static char *
pattern_of(const char *fault, guint n_tries)
{
    const char *const more[] = { "latency_factor=0", fault, NULL };
    g_autoptr(Contract) contract = contract_open_with(more);

    return try_volumes(contract, n_tries);
}

static void
every_nth_call_of_a_step_fails(void)
{
    g_autofree char *pattern = pattern_of("fault.VOLUME=every 3", 9);

    kbnt_assert_string(pattern, "..F..F..F");
}

static void
the_first_calls_of_a_step_fail(void)
{
    g_autofree char *pattern = pattern_of("fault.volume=first 2", 5);

    kbnt_assert_string(pattern, "FF...");
}

static void
a_rate_fails_the_same_calls_for_the_same_seed_and_others_for_another(void)
{
    g_autofree char *one = pattern_of("fault.VOLUME=rate 0.5 seed 7", 60);
    g_autofree char *same = pattern_of("fault.VOLUME=rate 0.5 seed 7", 60);
    g_autofree char *other = pattern_of("fault.VOLUME=rate 0.5 seed 8", 60);

    kbnt_assert_string(one, same);
    CU_ASSERT_STRING_NOT_EQUAL(one, other);
    CU_ASSERT(strchr(one, 'F') && strchr(one, '.'));
}

static void
a_fault_has_the_code_that_was_planted(void)
{
    const char *const more[] = { "latency_factor=0", "fault.VOLUME=every 1 code HOST_LOST",
                                 NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_auto(Resource) volume = { 0 };
    g_autoptr(GError) error = try_volume(contract, &volume);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_HOST_LOST);
}

static void
a_fault_before_the_effect_makes_nothing_and_one_after_it_makes_the_part(void)
{
    const char *const before[] = { "latency_factor=0", "fault.VOLUME=first 1", NULL };
    const char *const after[] = { "latency_factor=0", "fault.VOLUME=first 1 after", NULL };
    const char *const *const cases[] = { before, after };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Contract) contract = contract_open_with(cases[i]);
        g_auto(Resource) volume = { 0 };
        g_autoptr(GError) error = try_volume(contract, &volume);
        g_autoptr(KbntValue) found = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

        CU_ASSERT_PTR_NOT_NULL(error);
        CU_ASSERT_EQUAL(found != NULL, i == 1);
    }
}

/* Asks for a volume that hangs. Returns: (transfer full): a reference to its task. */
static KbntTask *
ask_hanging(Contract *contract, const Resource *volume, gint64 deadline_us,
            ContractAnswer *answer)
{
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) argument = resource_argument(volume, KBNT_PART_VOLUME);
    KbntTask *task = contract_task(contract, 0, argument, answer);
    KbntTask *held = kbnt_task_ref(task);

    kbnt_task_set_deadline_us(task, deadline_us);
    ops->ensure(contract->instance, task);
    return held;
}

static void
what_hangs_ends_at_its_deadline_without_effect(void)
{
    const char *const more[] = { "fault.VOLUME=every 1 hang", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_auto(ContractAnswer) answer = { 0 };
    g_autoptr(KbntTask) held = ask_hanging(contract, &volume, g_get_monotonic_time() + 30000,
                                           &answer);
    g_autoptr(KbntValue) found = NULL;

    contract_wait(contract, &answer);
    found = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

    kbnt_assert_error(answer.error, KBNT_ERROR, KBNT_ERROR_TIMED_OUT);
    CU_ASSERT_PTR_NULL(found);
}

static void
what_hangs_ends_when_it_is_cancelled(void)
{
    const char *const more[] = { "fault.VOLUME=every 1 hang", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_auto(ContractAnswer) answer = { 0 };
    g_autoptr(KbntTask) held = ask_hanging(contract, &volume, 0, &answer);

    contract_linger(contract, 10);
    kbnt_assert_int(answer.n_ends, 0);
    kbnt_task_cancel(held);
    contract_wait(contract, &answer);

    kbnt_assert_error(answer.error, KBNT_ERROR, KBNT_ERROR_CANCELLED);
}

static void
a_call_takes_the_latency_of_its_step(void)
{
    const char *const more[] = { "latency_factor=1", "latency.volume=60ms", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    gint64 began_us = g_get_monotonic_time();
    g_auto(Resource) volume = { 0 };
    g_autoptr(GError) error = try_volume(contract, &volume);

    kbnt_assert_no_error(error);
    CU_ASSERT(g_get_monotonic_time() - began_us >= 60000);
}

static void
a_fault_that_cannot_be_read_is_refused_by_its_name(void)
{
    static const char *const bad[] = { "fault.CELLAR=every 3",       "fault.VOLUME=sometimes",
                                       "fault.VOLUME=every",         "fault.VOLUME=every 0",
                                       "fault.VOLUME=rate 2",        "fault.VOLUME=hang",
                                       "fault.VOLUME=every 1 code X" };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *const more[] = { bad[i], NULL };
        g_autoptr(GError) error = NULL;

        CU_ASSERT_PTR_NULL(contract_config(more, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
    }
}

static void
a_lost_host_is_reported_and_refuses_work(void)
{
    const char *const more[] = { "latency_factor=0", "hosts=a;b", "lost_hosts=a", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) hosts = contract_call(contract, ops->hosts, NULL);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) argument = resource_argument(&volume, KBNT_PART_VOLUME);
    g_autoptr(GError) error = NULL;

    kbnt_assert_string(volume.host, "b");
    kbnt_value_set_string(argument, KBNT_FIELD_HOST, "a");
    error = contract_call_failing(contract, ops->ensure, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_HOST_LOST);
    CU_ASSERT_FALSE(
        kbnt_value_get_int(kbnt_value_nth_value(hosts, KBNT_FIELD_HOSTS, 0), KBNT_FIELD_ALIVE));
}

static void
the_management_address_is_made_from_its_template(void)
{
    const char *const more[] = { "management_url=https://{host}/ui?id={id}", NULL };
    g_autoptr(Contract) contract = contract_open_with(more);
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autofree char *id = kbnt_resource_id(machine.type, machine.message_id, 8);
    g_autofree char *expected = g_strdup_printf("https://%s/ui?id=%s", machine.host, id);
    g_autoptr(KbntValue) argument = resource_argument(&machine, KBNT_PART_MACHINE);
    g_autoptr(KbntValue) result = NULL;

    resource_build_machine(contract, &machine);
    result = contract_call(contract, ops->probe, argument);

    kbnt_assert_string(kbnt_value_get_string(kbnt_value_get_value(result, KBNT_FIELD_ENDPOINTS),
                                             KBNT_FIELD_MANAGEMENT),
                       expected);
}

static const KbntTest tests[] = {
    KBNT_TEST(every_nth_call_of_a_step_fails),
    KBNT_TEST(the_first_calls_of_a_step_fail),
    KBNT_TEST(a_rate_fails_the_same_calls_for_the_same_seed_and_others_for_another),
    KBNT_TEST(a_fault_has_the_code_that_was_planted),
    KBNT_TEST(a_fault_before_the_effect_makes_nothing_and_one_after_it_makes_the_part),
    KBNT_TEST(what_hangs_ends_at_its_deadline_without_effect),
    KBNT_TEST(what_hangs_ends_when_it_is_cancelled),
    KBNT_TEST(a_call_takes_the_latency_of_its_step),
    KBNT_TEST(a_fault_that_cannot_be_read_is_refused_by_its_name),
    KBNT_TEST(a_lost_host_is_reported_and_refuses_work),
    KBNT_TEST(the_management_address_is_made_from_its_template),
};

int
main(int argc, char **argv)
{
    static char *const arguments[] = { (char *)"latency_factor=0.05", NULL };

    contract_load_built("provisioner", "mock", arguments);
    return kbnt_test_main("plugins/mock-fault", argc, argv, tests, G_N_ELEMENTS(tests));
}

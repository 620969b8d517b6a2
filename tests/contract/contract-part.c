/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a provisioner promises of parts: made once, found, removed, owned, and there again after
 * a restart or a kill. */
#include "contract-parts.h"

static const KbntPart all_parts[] = { KBNT_PART_NETWORK, KBNT_PART_VOLUME, KBNT_PART_SEED,
                                      KBNT_PART_FILTER, KBNT_PART_MACHINE };

/* Suites of children have no arguments, so what they make stands here. */
static Resource shared;

static void
hosts_are_reported_with_capacity_labels_and_images(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) result = contract_call(contract, ops->hosts, NULL);

    CU_ASSERT(kbnt_value_length(result, KBNT_FIELD_HOSTS) > 0);
    for (guint i = 0; i < kbnt_value_length(result, KBNT_FIELD_HOSTS); i++) {
        KbntValue *host = kbnt_value_nth_value(result, KBNT_FIELD_HOSTS, i);
        KbntValue *capacity = kbnt_value_get_value(host, KBNT_FIELD_CAPACITY);

        CU_ASSERT_PTR_NOT_NULL(kbnt_value_get_string(host, KBNT_FIELD_HOST));
        CU_ASSERT_PTR_NOT_NULL(kbnt_value_get_string(host, KBNT_FIELD_HYPERVISOR));
        CU_ASSERT(kbnt_value_has(host, KBNT_FIELD_ALIVE));
        CU_ASSERT_PTR_NOT_NULL_FATAL(capacity);
        CU_ASSERT(kbnt_value_get_int(capacity, KBNT_FIELD_CPU) > 0);
        CU_ASSERT(kbnt_value_get_int(capacity, KBNT_FIELD_MEMORY_MB) > 0);
        CU_ASSERT(kbnt_value_get_int(capacity, KBNT_FIELD_DISK_MB) > 0);
        CU_ASSERT(kbnt_value_has(host, KBNT_FIELD_LABELS));
        CU_ASSERT(kbnt_value_has(host, KBNT_FIELD_IMAGES));
    }
}

static void
every_image_has_a_name_and_a_sha256_that_stays(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_autoptr(KbntValue) one = contract_call(contract, ops->hosts, NULL);
    g_autoptr(KbntValue) other = contract_call(contract, ops->hosts, NULL);
    KbntValue *host = kbnt_value_nth_value(one, KBNT_FIELD_HOSTS, 0);

    for (guint i = 0; i < kbnt_value_length(host, KBNT_FIELD_IMAGES); i++) {
        KbntValue *image = kbnt_value_nth_value(host, KBNT_FIELD_IMAGES, i);
        const char *sha256 = kbnt_value_get_string(image, KBNT_FIELD_SHA256);

        CU_ASSERT_PTR_NOT_NULL(kbnt_value_get_string(image, KBNT_FIELD_NAME));
        CU_ASSERT(sha256 && g_regex_match_simple("^[0-9a-f]{64}$", sha256, 0, 0));
    }
    CU_ASSERT(kbnt_value_equal(one, other));
}

static void
each_kind_of_part_is_made_found_and_removed(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    for (guint i = 0; i < G_N_ELEMENTS(all_parts); i++) {
        g_autoptr(KbntValue) absent = resource_inspect(contract, &machine, all_parts[i]);
        g_autoptr(KbntValue) made = resource_ensure(contract, &machine, all_parts[i]);
        g_autoptr(KbntValue) found = resource_inspect(contract, &machine, all_parts[i]);

        CU_ASSERT_PTR_NULL(absent);
        CU_ASSERT_PTR_NOT_NULL_FATAL(found);
        CU_ASSERT(kbnt_value_equal(made, found));
    }
    for (guint i = G_N_ELEMENTS(all_parts); i > 0; i--) {
        g_autoptr(KbntValue) gone = NULL;

        resource_remove(contract, &machine, all_parts[i - 1]);
        gone = resource_inspect(contract, &machine, all_parts[i - 1]);
        CU_ASSERT_PTR_NULL(gone);
    }
}

static void
a_part_tells_its_owner(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) made = resource_ensure(contract, &volume, KBNT_PART_VOLUME);

    kbnt_assert_int(kbnt_value_get_int(made, KBNT_FIELD_PART), KBNT_PART_VOLUME);
    kbnt_assert_string(kbnt_value_get_string(made, KBNT_FIELD_PART_ID), volume.part_id);
    kbnt_assert_string(kbnt_value_get_string(made, KBNT_FIELD_HOST), volume.host);
    kbnt_assert_string(kbnt_value_get_string(made, KBNT_FIELD_MESSAGE_ID), volume.message_id);
    kbnt_assert_int(kbnt_value_get_int(made, KBNT_FIELD_EPOCH), 1);
    kbnt_assert_int(resource_status(made), KBNT_RESOURCE_STATUS_ALLOCATED);
    resource_remove(contract, &volume, KBNT_PART_VOLUME);
}

static void
ensuring_twice_is_finding_what_is_there(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    for (guint i = 0; i < G_N_ELEMENTS(all_parts); i++) {
        g_autoptr(KbntValue) once = resource_ensure(contract, &machine, all_parts[i]);
        g_autoptr(KbntValue) twice = resource_ensure(contract, &machine, all_parts[i]);

        CU_ASSERT(kbnt_value_equal(once, twice));
    }
    resource_remove_all(contract, &machine);
}

static void
removing_what_is_not_there_is_success(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    resource_remove_all(contract, &machine);
    resource_build_machine(contract, &machine);
    resource_remove_all(contract, &machine);
    resource_remove_all(contract, &machine);
}

static void
an_elder_epoch_may_do_nothing_to_a_part(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) elder = NULL;
    g_autoptr(KbntValue) made = NULL;
    g_autoptr(KbntValue) kept = NULL;
    g_autoptr(GError) on_ensure = NULL;
    g_autoptr(GError) on_remove = NULL;

    volume.epoch = 7;
    made = resource_ensure(contract, &volume, KBNT_PART_VOLUME);
    elder = resource_argument(&volume, KBNT_PART_VOLUME);
    kbnt_value_set_int(elder, KBNT_FIELD_EPOCH, 6);

    on_ensure = contract_call_failing(contract, ops->ensure, elder);
    on_remove = contract_call_failing(contract, ops->remove, elder);
    kept = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

    kbnt_assert_error(on_ensure, KBNT_ERROR, KBNT_ERROR_LEASE_LOST);
    kbnt_assert_error(on_remove, KBNT_ERROR, KBNT_ERROR_LEASE_LOST);
    CU_ASSERT(kept && kbnt_value_equal(kept, made));
    resource_remove(contract, &volume, KBNT_PART_VOLUME);
}

static void
a_later_epoch_takes_the_part_over(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) made = resource_ensure(contract, &volume, KBNT_PART_VOLUME);
    g_autoptr(KbntValue) taken = NULL;

    resource_take_over(&volume);
    taken = resource_ensure(contract, &volume, KBNT_PART_VOLUME);

    kbnt_assert_int(kbnt_value_get_int(made, KBNT_FIELD_EPOCH), 1);
    kbnt_assert_int(kbnt_value_get_int(taken, KBNT_FIELD_EPOCH), 2);
    resource_remove(contract, &volume, KBNT_PART_VOLUME);
}

static void
an_unknown_image_fails_by_name(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) argument = NULL;
    g_autoptr(GError) error = NULL;

    kbnt_value_set_string(machine.specification, KBNT_FIELD_IMAGE, "nobody-has-this");
    argument = resource_argument(&machine, KBNT_PART_VOLUME);
    error = contract_call_failing(contract, ops->ensure, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_IMAGE_UNKNOWN);
    kbnt_assert_contains(error->message, "nobody-has-this");
}

static void
an_unknown_host_is_a_lost_one(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) argument = resource_argument(&volume, KBNT_PART_VOLUME);
    g_autoptr(GError) error = NULL;

    kbnt_value_set_string(argument, KBNT_FIELD_HOST, "nowhere");
    error = contract_call_failing(contract, ops->ensure, argument);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_HOST_LOST);
    kbnt_assert_contains(error->message, "nowhere");
}

static gboolean
lists(const KbntValue *parts, const char *part_id, KbntPart part)
{
    for (guint i = 0; i < kbnt_value_length(parts, KBNT_FIELD_PARTS); i++) {
        KbntValue *listed = kbnt_value_nth_value(parts, KBNT_FIELD_PARTS, i);

        if (g_strcmp0(kbnt_value_get_string(listed, KBNT_FIELD_PART_ID), part_id) == 0 &&
            kbnt_value_get_int(listed, KBNT_FIELD_PART) == (gint64)part)
            return TRUE;
    }
    return FALSE;
}

static void
what_is_owned_on_a_host_is_listed_as_inspect_gives_it(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) argument = kbnt_value_new();
    g_autoptr(KbntValue) listed = NULL;
    g_autoptr(KbntValue) after = NULL;

    kbnt_value_set_string(argument, KBNT_FIELD_HOST, machine.host);
    resource_build_machine(contract, &machine);
    listed = contract_call(contract, ops->list_owned, argument);
    for (guint i = 0; i < G_N_ELEMENTS(all_parts); i++)
        CU_ASSERT(lists(listed, machine.part_id, all_parts[i]));

    resource_remove_all(contract, &machine);
    after = contract_call(contract, ops->list_owned, argument);
    for (guint i = 0; i < G_N_ELEMENTS(all_parts); i++)
        CU_ASSERT_FALSE(lists(after, machine.part_id, all_parts[i]));
}

static void
no_answer_carries_a_secret(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_auto(Resource) machine = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);

    for (guint i = 0; i < G_N_ELEMENTS(all_parts); i++) {
        g_autoptr(KbntValue) made = resource_ensure(contract, &machine, all_parts[i]);
        KbntValue *kept = kbnt_value_get_value(made, KBNT_FIELD_SPECIFICATION);

        CU_ASSERT_FALSE(kept && kbnt_value_has(kept, KBNT_FIELD_SSH_KEYS));
        CU_ASSERT_FALSE(kept && kbnt_value_has(kept, KBNT_FIELD_USER_DATA));
    }
    resource_remove_all(contract, &machine);
}

static void
a_cancelled_task_ends_soon_and_leaves_nothing_half_made(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) argument = resource_argument(&volume, KBNT_PART_VOLUME);
    g_autoptr(KbntValue) found = NULL;
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, argument, &answer);
    g_autoptr(KbntTask) held = kbnt_task_ref(task);

    kbnt_task_cancel(held);
    ops->ensure(contract->instance, task);
    contract_wait(contract, &answer);
    found = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

    if (answer.error)
        kbnt_assert_int(kbnt_error_class(answer.error), KBNT_CLASS_CANCELLED);
    CU_ASSERT_EQUAL(answer.error == NULL, found != NULL);
    resource_remove(contract, &volume, KBNT_PART_VOLUME);
}

static void
a_task_whose_deadline_has_passed_has_no_effect(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) argument = resource_argument(&volume, KBNT_PART_VOLUME);
    g_autoptr(KbntValue) found = NULL;
    g_auto(ContractAnswer) answer = { 0 };
    KbntTask *task = contract_task(contract, 0, argument, &answer);

    kbnt_task_set_deadline_us(task, 1);
    ops->ensure(contract->instance, task);
    contract_wait(contract, &answer);
    found = resource_inspect(contract, &volume, KBNT_PART_VOLUME);

    CU_ASSERT_PTR_NOT_NULL(answer.error);
    CU_ASSERT_PTR_NULL(found);
}

static void
stopping_ends_what_is_in_work(void)
{
    g_autoptr(Contract) contract = contract_open();
    const KbntProvisionerOps *ops = contract_ops(contract);
    g_auto(Resource) volume = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    g_autoptr(KbntValue) argument = resource_argument(&volume, KBNT_PART_VOLUME);
    g_auto(ContractAnswer) answer = { 0 };

    contract_ask(contract, ops->ensure, argument, &answer);
    contract_stop(contract);
    contract_wait(contract, &answer);

    kbnt_assert_int(answer.n_ends, 1);
}

static void
parts_outlive_a_restart(void)
{
    g_autoptr(Contract) first = contract_open();
    g_auto(Resource) machine = resource_new(first, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    g_autoptr(KbntValue) before = NULL;
    g_autoptr(KbntValue) after = NULL;
    g_autoptr(Contract) second = NULL;

    resource_build_machine(first, &machine);
    before = resource_inspect(first, &machine, KBNT_PART_MACHINE);
    contract_stop(first);
    second = contract_open_again(first);
    after = resource_inspect(second, &machine, KBNT_PART_MACHINE);

    CU_ASSERT(before && after && kbnt_value_equal(before, after));
    resource_remove_all(second, &machine);
}

static void
build_shared_machine(Contract *child)
{
    resource_build_machine(child, &shared);
}

static void
what_completed_outlives_a_kill(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(Contract) second = NULL;

    shared = resource_new(contract, KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE);
    contract_stop(contract);
    contract_in_killed_child(contract, build_shared_machine);
    second = contract_open_again(contract);
    for (guint i = 0; i < G_N_ELEMENTS(all_parts); i++) {
        g_autoptr(KbntValue) found = resource_inspect(second, &shared, all_parts[i]);

        CU_ASSERT_PTR_NOT_NULL(found);
    }
    resource_remove_all(second, &shared);
    resource_clear(&shared);
}

static const KbntTest tests[] = {
    KBNT_TEST(hosts_are_reported_with_capacity_labels_and_images),
    KBNT_TEST(every_image_has_a_name_and_a_sha256_that_stays),
    KBNT_TEST(each_kind_of_part_is_made_found_and_removed),
    KBNT_TEST(a_part_tells_its_owner),
    KBNT_TEST(ensuring_twice_is_finding_what_is_there),
    KBNT_TEST(removing_what_is_not_there_is_success),
    KBNT_TEST(an_elder_epoch_may_do_nothing_to_a_part),
    KBNT_TEST(a_later_epoch_takes_the_part_over),
    KBNT_TEST(an_unknown_image_fails_by_name),
    KBNT_TEST(an_unknown_host_is_a_lost_one),
    KBNT_TEST(what_is_owned_on_a_host_is_listed_as_inspect_gives_it),
    KBNT_TEST(no_answer_carries_a_secret),
    KBNT_TEST(a_cancelled_task_ends_soon_and_leaves_nothing_half_made),
    KBNT_TEST(a_task_whose_deadline_has_passed_has_no_effect),
    KBNT_TEST(stopping_ends_what_is_in_work),
    KBNT_TEST(parts_outlive_a_restart),
    KBNT_TEST(what_completed_outlives_a_kill),
};

const ContractSuite contract_part_suite = { KBNT_KIND_PROVISIONER, tests, G_N_ELEMENTS(tests) };

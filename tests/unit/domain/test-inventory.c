/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of resources of the store held against parts of the hypervisor. */
#include "inventory.h"
#include "runner.h"

static KbntValue *
resource(const char *message_id, KbntResourceType type, KbntResourceStatus status)
{
    KbntValue *value = kbnt_value_new();

    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_TYPE, type);
    kbnt_value_set_int(value, KBNT_FIELD_RESOURCE_STATUS, status);
    return value;
}

static void
add_resource(KbntInventory *inventory, const char *message_id, KbntResourceType type,
             KbntResourceStatus status)
{
    g_autoptr(KbntValue) value = resource(message_id, type, status);

    kbnt_inventory_add_resource(inventory, value);
}

static void
add_part(KbntInventory *inventory, const char *message_id, KbntPart part,
         KbntResourceStatus status)
{
    g_autoptr(KbntValue) value = resource(message_id, 0, status);

    kbnt_value_set_int(value, KBNT_FIELD_PART, part);
    kbnt_inventory_add_part(inventory, value);
}

static void
add_machine(KbntInventory *inventory, const char *message_id, KbntResourceStatus status,
            KbntPart without)
{
    for (KbntPart part = KBNT_PART_NETWORK; part <= KBNT_PART_MACHINE; part++)
        if (part != without)
            add_part(inventory, message_id, part, status);
}

/* Returns: what is amiss first; @ret_message_id is of which. */
static KbntFinding
first_finding(KbntInventory *inventory, const char **ret_message_id,
              KbntResourceStatus *ret_status)
{
    KbntValue *thing = NULL;
    KbntFinding finding = kbnt_inventory_next(inventory, &thing, ret_status);

    *ret_message_id = thing ? kbnt_value_get_string(thing, KBNT_FIELD_MESSAGE_ID) : NULL;
    return finding;
}

static void
what_is_there_as_the_store_says_is_not_amiss(void)
{
    g_autoptr(KbntInventory) inventory = kbnt_inventory_new();
    const char *message_id;
    KbntResourceStatus status = 0;

    add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
                 KBNT_RESOURCE_STATUS_RUNNING);
    add_resource(inventory, "two", KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                 KBNT_RESOURCE_STATUS_ALLOCATED);
    add_machine(inventory, "one", KBNT_RESOURCE_STATUS_RUNNING, 0);
    add_part(inventory, "two", KBNT_PART_VOLUME, KBNT_RESOURCE_STATUS_ALLOCATED);

    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_NONE);
}

static void
a_part_of_nobody_is_an_orphan(void)
{
    g_autoptr(KbntInventory) inventory = kbnt_inventory_new();
    const char *message_id;
    KbntResourceStatus status = 0;

    add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE,
                 KBNT_RESOURCE_STATUS_ALLOCATED);
    add_part(inventory, "one", KBNT_PART_VOLUME, KBNT_RESOURCE_STATUS_ALLOCATED);
    add_part(inventory, "stranger", KBNT_PART_VOLUME, KBNT_RESOURCE_STATUS_ALLOCATED);

    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_ORPHAN);
    kbnt_assert_string(message_id, "stranger");
    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_NONE);
}

static void
a_machine_that_is_not_there_is_missing_whatever_else_is_left_of_it(void)
{
    g_autoptr(KbntInventory) inventory = kbnt_inventory_new();
    const char *message_id;
    KbntResourceStatus status = 0;

    add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
                 KBNT_RESOURCE_STATUS_RUNNING);
    add_machine(inventory, "one", KBNT_RESOURCE_STATUS_RUNNING, KBNT_PART_MACHINE);

    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_MISSING);
    kbnt_assert_string(message_id, "one");
}

static void
a_machine_without_its_volume_is_incomplete(void)
{
    g_autoptr(KbntInventory) inventory = kbnt_inventory_new();
    const char *message_id;
    KbntResourceStatus status = 0;

    add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
                 KBNT_RESOURCE_STATUS_RUNNING);
    add_machine(inventory, "one", KBNT_RESOURCE_STATUS_RUNNING, KBNT_PART_VOLUME);

    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_INCOMPLETE);
}

static void
a_machine_that_was_switched_off_has_changed(void)
{
    g_autoptr(KbntInventory) inventory = kbnt_inventory_new();
    const char *message_id;
    KbntResourceStatus status = 0;

    add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE,
                 KBNT_RESOURCE_STATUS_RUNNING);
    add_machine(inventory, "one", KBNT_RESOURCE_STATUS_STOPPED, 0);

    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_CHANGED);
    kbnt_assert_int(status, KBNT_RESOURCE_STATUS_STOPPED);
}

static void
what_is_lost_and_back_has_changed(void)
{
    g_autoptr(KbntInventory) inventory = kbnt_inventory_new();
    const char *message_id;
    KbntResourceStatus status = 0;

    add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK,
                 KBNT_RESOURCE_STATUS_LOST);
    add_part(inventory, "one", KBNT_PART_NETWORK, KBNT_RESOURCE_STATUS_ACTIVE);

    kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_CHANGED);
    kbnt_assert_int(status, KBNT_RESOURCE_STATUS_ACTIVE);
}

static void
what_is_on_its_way_or_quarantined_may_be_half_there(void)
{
    static const KbntResourceStatus states[] = { KBNT_RESOURCE_STATUS_PENDING,
                                                 KBNT_RESOURCE_STATUS_DELETING,
                                                 KBNT_RESOURCE_STATUS_QUARANTINED };
    const char *message_id;
    KbntResourceStatus status = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autoptr(KbntInventory) inventory = kbnt_inventory_new();

        add_resource(inventory, "one", KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE, states[i]);
        add_part(inventory, "one", KBNT_PART_VOLUME, KBNT_RESOURCE_STATUS_ALLOCATED);

        kbnt_assert_int(first_finding(inventory, &message_id, &status), KBNT_FINDING_NONE);
    }
}

static const KbntTest tests[] = {
    KBNT_TEST(what_is_there_as_the_store_says_is_not_amiss),
    KBNT_TEST(a_part_of_nobody_is_an_orphan),
    KBNT_TEST(a_machine_that_is_not_there_is_missing_whatever_else_is_left_of_it),
    KBNT_TEST(a_machine_without_its_volume_is_incomplete),
    KBNT_TEST(a_machine_that_was_switched_off_has_changed),
    KBNT_TEST(what_is_lost_and_back_has_changed),
    KBNT_TEST(what_is_on_its_way_or_quarantined_may_be_half_there),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/inventory", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the choice of a host, and of what is said about the others. */
#include "placement.h"
#include "runner.h"

/* Adds a host that is alive, with the image "ubuntu-22.04". Returns: (transfer none): it. */
static KbntValue *
add_host(KbntValue *hosts, const char *name, gint64 cpu, gint64 memory_mb, gint64 disk_mb)
{
    KbntValue *host = kbnt_value_new();
    KbntValue *capacity = kbnt_value_new();
    KbntValue *image = kbnt_value_new();

    kbnt_value_set_string(host, KBNT_FIELD_HOST, name);
    kbnt_value_set_int(host, KBNT_FIELD_ALIVE, TRUE);
    kbnt_value_set_int(capacity, KBNT_FIELD_CPU, cpu);
    kbnt_value_set_int(capacity, KBNT_FIELD_MEMORY_MB, memory_mb);
    kbnt_value_set_int(capacity, KBNT_FIELD_DISK_MB, disk_mb);
    kbnt_value_take_value(host, KBNT_FIELD_CAPACITY, capacity);
    kbnt_value_set_string(image, KBNT_FIELD_NAME, "ubuntu-22.04");
    kbnt_value_take_item(host, KBNT_FIELD_IMAGES, image);
    kbnt_value_take_item(hosts, KBNT_FIELD_HOSTS, host);
    return host;
}

static KbntValue *
add_large_host(KbntValue *hosts, const char *name)
{
    return add_host(hosts, name, 32, 65536, 1048576);
}

static void
claim_cores(KbntValue *host, gint64 cpu)
{
    KbntValue *claimed = kbnt_value_new();

    kbnt_value_set_int(claimed, KBNT_FIELD_CPU, cpu);
    kbnt_value_take_value(host, KBNT_FIELD_CLAIMED, claimed);
}

/* Returns: (transfer full): a request for 4 cores, 8 GB and 100 GB of SSD on VLAN 100. */
static KbntValue *
sample_request(void)
{
    KbntValue *request = kbnt_value_new();
    KbntValue *machine = kbnt_value_new();

    kbnt_value_set_int(machine, KBNT_FIELD_CPU, 4);
    kbnt_value_set_int(machine, KBNT_FIELD_MEMORY_MB, 8192);
    kbnt_value_set_int(machine, KBNT_FIELD_DISK_MB, 102400);
    kbnt_value_set_int(machine, KBNT_FIELD_DISK_CLASS, KBNT_DISK_CLASS_SSD);
    kbnt_value_set_string(machine, KBNT_FIELD_NETWORK, "vlan-100");
    kbnt_value_set_string(machine, KBNT_FIELD_IMAGE, "ubuntu-22.04");
    kbnt_value_set_string(machine, KBNT_FIELD_ANTI_AFFINITY, "web");
    kbnt_value_set_string(request, KBNT_FIELD_USER_ID, "eve");
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, machine);
    return request;
}

/* Returns: (nullable): the name of the host for the sample request. */
static const char *
choose(const KbntValue *hosts, GError **error)
{
    g_autoptr(KbntValue) request = sample_request();
    const KbntValue *host = kbnt_placement_choose(hosts, request, error);

    return host ? kbnt_value_get_string(host, KBNT_FIELD_HOST) : NULL;
}

static void
the_host_with_the_largest_free_share_is_taken(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    claim_cores(add_large_host(hosts, "a"), 16);
    add_large_host(hosts, "b");

    kbnt_assert_string(choose(hosts, NULL), "b");
}

static void
the_scarcest_quantity_decides(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    add_host(hosts, "many-cores", 128, 10000, 1048576);
    add_host(hosts, "balanced", 16, 32768, 1048576);

    kbnt_assert_string(choose(hosts, NULL), "balanced");
}

static void
of_equal_hosts_the_first_by_name_is_taken(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    add_large_host(hosts, "c");
    add_large_host(hosts, "a");
    add_large_host(hosts, "b");

    kbnt_assert_string(choose(hosts, NULL), "a");
}

static void
what_is_claimed_is_not_free(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    claim_cores(add_large_host(hosts, "a"), 29);

    CU_ASSERT_PTR_NULL(choose(hosts, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NO_CAPACITY);
    kbnt_assert_contains(error->message, "'a' has too few cores left");
}

static void
every_refusal_is_explained(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    kbnt_value_set_int(add_large_host(hosts, "a"), KBNT_FIELD_ALIVE, FALSE);
    kbnt_value_append_string(add_large_host(hosts, "b"), KBNT_FIELD_LABELS, "drain");
    add_host(hosts, "c", 32, 4096, 1048576);
    add_host(hosts, "d", 32, 65536, 1024);
    kbnt_value_append_string(add_large_host(hosts, "e"), KBNT_FIELD_LABELS, "disk:hdd");
    kbnt_value_append_string(add_large_host(hosts, "f"), KBNT_FIELD_LABELS, "vlan:200-299");
    kbnt_value_clear(add_large_host(hosts, "g"), KBNT_FIELD_IMAGES);

    CU_ASSERT_PTR_NULL(choose(hosts, &error));
    kbnt_assert_string(error->message,
                       "No host of 7 will do: 'a' is not alive, 'b' is drained, 'c' has too "
                       "little memory left, 'd' has too little disk left, 'e' has no disks of "
                       "that class, 'f' has no such network, 'g' does not have the image");
}

static void
labels_say_what_a_host_has(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();
    KbntValue *host = add_large_host(hosts, "a");

    kbnt_value_append_string(host, KBNT_FIELD_LABELS, "disk:hdd");
    kbnt_value_append_string(host, KBNT_FIELD_LABELS, "disk:ssd");
    kbnt_value_append_string(host, KBNT_FIELD_LABELS, "vlan:50-60,100");
    kbnt_value_append_string(host, KBNT_FIELD_LABELS, "rack-7");

    kbnt_assert_string(choose(hosts, NULL), "a");
}

static void
an_image_that_no_host_has_is_unknown(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    kbnt_value_clear(add_large_host(hosts, "a"), KBNT_FIELD_IMAGES);

    CU_ASSERT_PTR_NULL(choose(hosts, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_IMAGE_UNKNOWN);
    kbnt_assert_contains(error->message, "'ubuntu-22.04'");
}

static void
without_any_host_there_is_no_capacity(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    CU_ASSERT_PTR_NULL(choose(hosts, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NO_CAPACITY);
}

/* Says that a machine of an owner, with this antiAffinity, lives on a host. */
static void
add_neighbour(KbntValue *hosts, const char *host, const char *owner, const char *anti_affinity)
{
    KbntValue *neighbour = kbnt_value_new();
    KbntValue *machine = kbnt_value_new();

    kbnt_value_set_string(machine, KBNT_FIELD_ANTI_AFFINITY, anti_affinity);
    kbnt_value_set_string(neighbour, KBNT_FIELD_HOST, host);
    kbnt_value_set_string(neighbour, KBNT_FIELD_USER_ID, owner);
    kbnt_value_take_value(neighbour, KBNT_FIELD_SPECIFICATION, machine);
    kbnt_value_take_item(hosts, KBNT_FIELD_RESOURCES, neighbour);
}

static void
machines_of_one_anti_affinity_and_owner_are_kept_apart(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    add_large_host(hosts, "a");
    add_neighbour(hosts, "a", "adam", "web");
    add_neighbour(hosts, "a", "eve", "database");
    kbnt_assert_string(choose(hosts, NULL), "a");

    add_neighbour(hosts, "a", "eve", "web");
    CU_ASSERT_PTR_NULL(choose(hosts, &error));
    kbnt_assert_contains(error->message, "keeps away from");
}

static void
a_resource_may_be_bound_to_one_host(void)
{
    g_autoptr(KbntValue) hosts = kbnt_value_new();

    add_large_host(hosts, "a");
    add_large_host(hosts, "b");
    kbnt_value_set_string(hosts, KBNT_FIELD_HOST, "b");

    kbnt_assert_string(choose(hosts, NULL), "b");
}

static const KbntTest tests[] = {
    KBNT_TEST(the_host_with_the_largest_free_share_is_taken),
    KBNT_TEST(the_scarcest_quantity_decides),
    KBNT_TEST(of_equal_hosts_the_first_by_name_is_taken),
    KBNT_TEST(what_is_claimed_is_not_free),
    KBNT_TEST(every_refusal_is_explained),
    KBNT_TEST(labels_say_what_a_host_has),
    KBNT_TEST(an_image_that_no_host_has_is_unknown),
    KBNT_TEST(without_any_host_there_is_no_capacity),
    KBNT_TEST(machines_of_one_anti_affinity_and_owner_are_kept_apart),
    KBNT_TEST(a_resource_may_be_bound_to_one_host),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/placement", argc, argv, tests, G_N_ELEMENTS(tests));
}

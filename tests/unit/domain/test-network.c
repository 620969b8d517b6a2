/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of VLAN tags and subnets. */
#include "network.h"
#include "runner.h"

#include <kbnt/kbnt-error.h>

static void
ranges_and_single_tags_are_allowed_together(void)
{
    KbntVlans vlans;

    CU_ASSERT(kbnt_vlans_parse("100-199, 300", &vlans, NULL));

    CU_ASSERT(kbnt_vlans_allow(&vlans, 100));
    CU_ASSERT(kbnt_vlans_allow(&vlans, 199));
    CU_ASSERT(kbnt_vlans_allow(&vlans, 300));
    CU_ASSERT(!kbnt_vlans_allow(&vlans, 99));
    CU_ASSERT(!kbnt_vlans_allow(&vlans, 200));
}

static void
the_whole_range_of_tags_can_be_allowed(void)
{
    KbntVlans vlans;

    CU_ASSERT(kbnt_vlans_parse("1-4094", &vlans, NULL));

    CU_ASSERT(kbnt_vlans_allow(&vlans, 1) && kbnt_vlans_allow(&vlans, 4094));
    CU_ASSERT(!kbnt_vlans_allow(&vlans, 0));
    CU_ASSERT(!kbnt_vlans_allow(&vlans, 4095));
    CU_ASSERT(!kbnt_vlans_allow(&vlans, -1));
}

static void
what_is_no_range_is_refused_by_name(void)
{
    static const char *const texts[] = { "0", "4095", "1-", "-1", "5-4", "1-4095", "x", "1x" };
    KbntVlans vlans;

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        CU_ASSERT(!kbnt_vlans_parse(texts[i], &vlans, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
        kbnt_assert_contains(error->message, texts[i]);
    }
}

static void
a_network_may_be_named_by_its_tag(void)
{
    kbnt_assert_int(kbnt_vlan_of_name("vlan-100"), 100);
    kbnt_assert_int(kbnt_vlan_of_name("vlan-0"), 0);
    kbnt_assert_int(kbnt_vlan_of_name("vlan-4095"), 0);
    kbnt_assert_int(kbnt_vlan_of_name("vlan-010"), 0);
    kbnt_assert_int(kbnt_vlan_of_name("vlan-1 "), 0);
    kbnt_assert_int(kbnt_vlan_of_name("nat"), 0);
}

static void
a_subnet_has_hosts_between_its_ends(void)
{
    KbntSubnet subnet = { 0 };
    guint32 address = 0;

    CU_ASSERT(kbnt_subnet_parse("10.0.1.0/24", &subnet, NULL));

    CU_ASSERT(kbnt_address_parse("10.0.1.1", &address) &&
              kbnt_subnet_has_host(&subnet, address));
    CU_ASSERT(kbnt_address_parse("10.0.1.0", &address) &&
              !kbnt_subnet_has_host(&subnet, address));
    CU_ASSERT(kbnt_address_parse("10.0.1.255", &address) &&
              !kbnt_subnet_has_host(&subnet, address));
    CU_ASSERT(kbnt_address_parse("10.0.2.1", &address) &&
              !kbnt_subnet_has_host(&subnet, address));
}

static void
hosts_are_counted_from_one(void)
{
    KbntSubnet subnet = { 0 };
    g_autofree char *first = NULL;
    g_autofree char *later = NULL;

    CU_ASSERT(kbnt_subnet_parse("172.16.0.0/16", &subnet, NULL));
    first = kbnt_subnet_nth_host(&subnet, 1);
    later = kbnt_subnet_nth_host(&subnet, 258);

    kbnt_assert_string(first, "172.16.0.1");
    kbnt_assert_string(later, "172.16.1.2");
}

static void
a_subnet_that_cannot_work_is_refused_with_the_reason(void)
{
    static const struct {
        const char *text;
        const char *reason;
    } subnets[] = {
        { "10.0.1.0", "CIDR" },
        { "10.0.1.0/33", "CIDR" },
        { "10.0.1.0/24x", "CIDR" },
        { "10.0.01.0/24", "CIDR" },
        { "10.0.256.0/24", "CIDR" },
        { "fd00::/64", "CIDR" },
        { "10.0.1.1/24", "host bits" },
        { "10.0.0.0/7", "prefix" },
        { "10.0.1.0/31", "prefix" },
        { "127.0.0.0/8", "loopback" },
        { "169.254.0.0/16", "link-local" },
        { "224.0.0.0/24", "multicast" },
        { "0.0.0.0/8", "this network" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(subnets); i++) {
        g_autoptr(GError) error = NULL;
        KbntSubnet subnet;

        CU_ASSERT(!kbnt_subnet_parse(subnets[i].text, &subnet, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED);
        kbnt_assert_contains(error->message, subnets[i].reason);
    }
}

static void
subnets_overlap_when_one_lies_in_the_other(void)
{
    KbntSubnet wide = { 0 };
    KbntSubnet narrow = { 0 };
    KbntSubnet other = { 0 };

    CU_ASSERT(kbnt_subnet_parse("10.0.0.0/16", &wide, NULL));
    CU_ASSERT(kbnt_subnet_parse("10.0.7.0/24", &narrow, NULL));
    CU_ASSERT(kbnt_subnet_parse("10.1.0.0/16", &other, NULL));

    CU_ASSERT(kbnt_subnet_overlaps(&wide, &narrow) && kbnt_subnet_overlaps(&narrow, &wide));
    CU_ASSERT(!kbnt_subnet_overlaps(&wide, &other));
}

static const KbntTest tests[] = {
    KBNT_TEST(ranges_and_single_tags_are_allowed_together),
    KBNT_TEST(the_whole_range_of_tags_can_be_allowed),
    KBNT_TEST(what_is_no_range_is_refused_by_name),
    KBNT_TEST(a_network_may_be_named_by_its_tag),
    KBNT_TEST(a_subnet_has_hosts_between_its_ends),
    KBNT_TEST(hosts_are_counted_from_one),
    KBNT_TEST(a_subnet_that_cannot_work_is_refused_with_the_reason),
    KBNT_TEST(subnets_overlap_when_one_lies_in_the_other),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/network", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the hosts as the producer knows them. */
#include "roster.h"
#include "runner.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntRoster, kbnt_roster_free)

static KbntValue *
sample_host(const char *name, gint64 reported_at)
{
    KbntValue *host = kbnt_value_new();

    kbnt_value_set_string(host, KBNT_FIELD_HOST, name);
    kbnt_value_set_int(host, KBNT_FIELD_REPORTED_AT, reported_at);
    return host;
}

static void
update(KbntRoster *roster, const char *name, gint64 reported_at)
{
    g_autoptr(KbntValue) host = sample_host(name, reported_at);

    kbnt_roster_update(roster, host);
}

static guint
count_hosts(KbntRoster *roster)
{
    return kbnt_value_length(kbnt_roster_hosts(roster), KBNT_FIELD_HOSTS);
}

/* Returns: when the host reported, or -1 where the roster does not have it. */
static gint64
reported_at(KbntRoster *roster, const char *name)
{
    const KbntValue *hosts = kbnt_roster_hosts(roster);

    for (guint i = 0; i < kbnt_value_length(hosts, KBNT_FIELD_HOSTS); i++) {
        const KbntValue *host = kbnt_value_nth_value(hosts, KBNT_FIELD_HOSTS, i);

        if (g_str_equal(kbnt_value_get_string(host, KBNT_FIELD_HOST), name))
            return kbnt_value_get_int(host, KBNT_FIELD_REPORTED_AT);
    }
    return -1;
}

static void
a_roster_has_no_hosts_before_one_has_reported(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();

    CU_ASSERT(kbnt_value_has(kbnt_roster_hosts(roster), KBNT_FIELD_HOSTS));
    kbnt_assert_int(count_hosts(roster), 0);
}

static void
a_report_replaces_what_was_known_of_its_host_alone(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();

    update(roster, "one", 1);
    update(roster, "two", 2);
    update(roster, "one", 3);

    kbnt_assert_int(count_hosts(roster), 2);
    kbnt_assert_int(reported_at(roster, "one"), 3);
    kbnt_assert_int(reported_at(roster, "two"), 2);
}

static void
what_is_loaded_replaces_all_that_was_known(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();
    g_autoptr(KbntValue) stored = kbnt_value_new();

    update(roster, "one", 1);
    kbnt_value_take_item(stored, KBNT_FIELD_HOSTS, sample_host("two", 2));
    kbnt_roster_load(roster, stored);

    kbnt_assert_int(count_hosts(roster), 1);
    kbnt_assert_int(reported_at(roster, "two"), 2);
}

static void
a_report_leaves_what_was_loaded_from_the_store_as_it_is(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();
    g_autoptr(KbntValue) stored = kbnt_value_new();

    kbnt_value_take_item(stored, KBNT_FIELD_HOSTS, sample_host("two", 2));
    kbnt_roster_load(roster, stored);
    update(roster, "one", 3);

    kbnt_assert_int(kbnt_value_length(stored, KBNT_FIELD_HOSTS), 1);
    kbnt_assert_int(count_hosts(roster), 2);
}

static KbntValue *
resource_of(KbntResourceStatus status)
{
    KbntValue *resource = kbnt_value_new();
    KbntValue *specification = kbnt_value_new();

    kbnt_value_set_int(specification, KBNT_FIELD_CPU, 4);
    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, "VM-0909A693");
    kbnt_value_set_string(resource, KBNT_FIELD_HOST, "one");
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, status);
    kbnt_value_take_value(resource, KBNT_FIELD_SPECIFICATION, specification);
    return resource;
}

static void
claim(KbntRoster *roster, KbntResourceStatus status)
{
    g_autoptr(KbntValue) resource = resource_of(status);

    kbnt_roster_claim(roster, resource);
}

static void
recall(KbntRoster *roster)
{
    g_autoptr(KbntValue) page = kbnt_value_new();

    kbnt_value_take_item(page, KBNT_FIELD_ITEMS, resource_of(KBNT_RESOURCE_STATUS_RUNNING));
    kbnt_roster_recall(roster, page);
}

static gint64
claimed_cpu(KbntRoster *roster)
{
    const KbntValue *host = kbnt_value_nth_value(kbnt_roster_hosts(roster), KBNT_FIELD_HOSTS,
                                                 0);

    return kbnt_value_get_int(kbnt_value_get_value(host, KBNT_FIELD_CLAIMED), KBNT_FIELD_CPU);
}

static void
a_resource_claims_its_host_once_until_it_is_deleted_whatever_is_reported_meanwhile(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();

    claim(roster, KBNT_RESOURCE_STATUS_PENDING);
    update(roster, "one", 1);
    kbnt_assert_int(claimed_cpu(roster), 4);
    claim(roster, KBNT_RESOURCE_STATUS_RUNNING);
    update(roster, "one", 2);
    kbnt_assert_int(claimed_cpu(roster), 4);
    claim(roster, KBNT_RESOURCE_STATUS_DELETED);
    kbnt_assert_int(claimed_cpu(roster), 0);
}

static void
what_the_store_knows_claims_its_host_once(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();

    update(roster, "one", 1);
    claim(roster, KBNT_RESOURCE_STATUS_RUNNING);
    recall(roster);
    recall(roster);

    kbnt_assert_int(claimed_cpu(roster), 4);
}

static void
what_was_deleted_while_the_store_was_read_claims_nothing(void)
{
    g_autoptr(KbntRoster) roster = kbnt_roster_new();

    update(roster, "one", 1);
    claim(roster, KBNT_RESOURCE_STATUS_DELETED);
    recall(roster);
    kbnt_roster_recalled(roster);

    kbnt_assert_int(claimed_cpu(roster), 0);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_the_store_knows_claims_its_host_once),
    KBNT_TEST(what_was_deleted_while_the_store_was_read_claims_nothing),
    KBNT_TEST(
        a_resource_claims_its_host_once_until_it_is_deleted_whatever_is_reported_meanwhile),
    KBNT_TEST(a_roster_has_no_hosts_before_one_has_reported),
    KBNT_TEST(a_report_replaces_what_was_known_of_its_host_alone),
    KBNT_TEST(what_is_loaded_replaces_all_that_was_known),
    KBNT_TEST(a_report_leaves_what_was_loaded_from_the_store_as_it_is),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("application/roster", argc, argv, tests, G_N_ELEMENTS(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the core's own sections: sound tables, and combinations that cannot work. */
#include "config-keys.h"

#include "runner.h"

#include <string.h>

/* The fault that these assignments give, or NULL where they are sound. */
static char *
fault_of(const char *const *assignments)
{
    g_autoptr(KbntConfig) config = kbnt_config_new();
    for (gsize i = 0; assignments[i]; i++)
        kbnt_config_set(config, assignments[i]);
    g_autoptr(KbntCoreConfig) core = kbnt_core_config_declare(config);
    g_autoptr(GError) error = NULL;
    kbnt_core_config_check(core, config);
    return kbnt_config_finish(config, &error) ? NULL : g_strdup(error->message);
}

#define FAULT_OF(...) fault_of((const char *const[]){ __VA_ARGS__, NULL })

static void
every_default_is_sound(void)
{
    g_autofree char *fault = FAULT_OF("kbnt.role=all");

    kbnt_assert_string(fault, NULL);
}

static void
the_helps_of_a_section_are_unique_and_not_empty(void)
{
    guint n_sections;
    const KbntCoreSection *sections = kbnt_core_sections(&n_sections);

    for (guint i = 0; i < n_sections; i++) {
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint j = 0; j < sections[i].table.n_keys; j++) {
            const KbntKey *row = &sections[i].table.keys[j];
            CU_ASSERT_TRUE(*row->help != '\0');
            CU_ASSERT_TRUE(g_hash_table_add(seen, (gpointer)row->help));
        }
    }
}

static void
half_a_role_needs_a_broker(void)
{
    g_autofree char *fault = FAULT_OF("kbnt.role=producer");

    kbnt_assert_contains(fault, "--set: key 'role' of [kbnt]: the transport 'memory'");
}

static void
a_broker_needs_keys_or_permission_to_do_without(void)
{
    g_autofree char *without = FAULT_OF("kbnt.transport=kafka");
    g_autofree char *unsigned_too = FAULT_OF("kbnt.transport=kafka",
                                             "security.accept_unsigned=true");

    kbnt_assert_contains(without, "kbntctl keys new");
    kbnt_assert_string(unsigned_too, NULL);
}

static void
other_machines_are_not_let_in_without_authentication(void)
{
    g_autofree char *everywhere = FAULT_OF("http.listen=0.0.0.0:8080");
    g_autofree char *loopback = FAULT_OF("http.listen=[::1]:8080");
    g_autofree char *nonsense = FAULT_OF("http.listen=here");

    kbnt_assert_contains(everywhere, "is reached from other machines");
    kbnt_assert_string(loopback, NULL);
    kbnt_assert_contains(nonsense, "is not ADDRESS:PORT");
}

static void
a_sink_is_named_once(void)
{
    g_autofree char *fault = FAULT_OF("kbnt.sinks=log;prometheus;log");

    kbnt_assert_contains(fault, "'log' is named twice");
}

static void
files_that_are_named_must_exist(void)
{
    g_autofree char *fault = FAULT_OF("policy.file=/nonexistent/policy.json");

    kbnt_assert_contains(fault, "there is no file '/nonexistent/policy.json'");
}

static void
security_groups_come_from_their_sections(void)
{
    g_autoptr(KbntConfig) config = kbnt_config_new();
    kbnt_config_set(config, "securitygroup web.ingress=tcp/443");

    g_autoptr(KbntCoreConfig) core = kbnt_core_config_declare(config);

    const KbntSecurityGroup *first = core->security_groups->pdata[0];
    const KbntSecurityGroup *second = core->security_groups->pdata[1];
    kbnt_assert_string(first->name, "default");
    kbnt_assert_string(first->config->ingress, "tcp/22 tcp/80 icmp");
    kbnt_assert_string(second->name, "web");
    kbnt_assert_string(second->config->ingress, "tcp/443");
}

static void
texts_with_a_grammar_are_read_at_once(void)
{
    static const struct {
        const char *assignment;
        const char *part;
    } cases[] = {
        { "quota.user.ann.cors=3", "cors" },
        { "quota.user.ann.cores=many", "many" },
        { "networks.vlans=0-5", "0-5" },
        { "networks.domain=Kbnt_local", "a DNS domain" },
        { "securitygroup web.ingress=tcp/0", "tcp/PORT" },
        { "securitygroup web.ingress=ssh", "tcp/PORT" },
        { "kbnt.transport=../memory", "the name of a plugin" },
        { "kbnt.region=a b", "1 to 128" },
        { "consumer.group=", "1 to 128" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *fault = FAULT_OF(cases[i].assignment);

        kbnt_assert_contains(fault, "--set: key ");
        kbnt_assert_contains(fault, cases[i].part);
    }
}

static void
the_address_goes_by_role(void)
{
    g_autoptr(KbntConfig) config = kbnt_config_new();
    kbnt_config_set(config, "kbnt.role=consumer");

    g_autoptr(KbntCoreConfig) core = kbnt_core_config_declare(config);

    kbnt_assert_int(kbnt_core_half(core), KBNT_HALF_CONSUMER);
    kbnt_assert_string(kbnt_core_listen(core), "127.0.0.1:8081");
}

static const KbntTest tests[] = {
    KBNT_TEST(every_default_is_sound),
    KBNT_TEST(the_helps_of_a_section_are_unique_and_not_empty),
    KBNT_TEST(half_a_role_needs_a_broker),
    KBNT_TEST(a_broker_needs_keys_or_permission_to_do_without),
    KBNT_TEST(other_machines_are_not_let_in_without_authentication),
    KBNT_TEST(a_sink_is_named_once),
    KBNT_TEST(files_that_are_named_must_exist),
    KBNT_TEST(security_groups_come_from_their_sections),
    KBNT_TEST(texts_with_a_grammar_are_read_at_once),
    KBNT_TEST(the_address_goes_by_role),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/config-keys", argc, argv, tests, G_N_ELEMENTS(tests));
}

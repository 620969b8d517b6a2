/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every plugin promises by its descriptor, which is read without calling it. */
#include "contract.h"

#include <string.h>

static void
it_was_built_for_this_abi(void)
{
    const KbntPlugin *plugin = contract_plugin();

    kbnt_assert_int(plugin->abi_major, KBNT_ABI_MAJOR);
    CU_ASSERT(plugin->abi_minor <= KBNT_ABI_MINOR);
    CU_ASSERT(plugin->struct_size >= G_STRUCT_OFFSET(KbntPlugin, ops) + sizeof(gpointer));
    CU_ASSERT_PTR_NOT_NULL(contract_kind_name(plugin->kind));
}

static void
its_name_is_lower_case_and_that_of_its_file(void)
{
    const KbntPlugin *plugin = contract_plugin();
    g_autofree char *file = g_path_get_basename(contract_path());
    g_autofree char *expected = g_strdup_printf("kbnt-%s-%s.so",
                                                contract_kind_name(plugin->kind), plugin->name);

    CU_ASSERT(g_regex_match_simple("^[a-z][a-z0-9-]*$", plugin->name, 0, 0));
    kbnt_assert_string(file, expected);
}

static void
it_says_who_it_is_in_one_line_each(void)
{
    const KbntPlugin *plugin = contract_plugin();
    const char *texts[] = { plugin->version, plugin->summary, plugin->license, plugin->url };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        CU_ASSERT(texts[i] && *texts[i]);
        CU_ASSERT(texts[i] && !strchr(texts[i], '\n'));
    }
    CU_ASSERT(!g_str_has_suffix(plugin->summary, "."));
}

static void
check_row(const KbntKey *key)
{
    CU_ASSERT(key->name && *key->name);
    CU_ASSERT(key->type >= KBNT_KEY_STRING && key->type <= KBNT_KEY_OPEN);
    CU_ASSERT(key->help && *key->help);
    CU_ASSERT(key->since && *key->since);
    CU_ASSERT(key->offset < contract_plugin()->config_size);
    if (key->type == KBNT_KEY_CHOICE)
        CU_ASSERT(key->choices && key->choices[0]);
    if (key->flags & KBNT_KEY_DEPRECATED)
        CU_ASSERT(key->replacement && contract_has_key(key->replacement));
    if (key->type != KBNT_KEY_OPEN)
        CU_ASSERT(g_regex_match_simple("^[a-z0-9]+([._][a-z0-9]+)*$", key->name, 0, 0));
}

static void
every_key_is_named_typed_and_explained(void)
{
    const KbntPlugin *plugin = contract_plugin();

    if (plugin->n_keys > 0)
        CU_ASSERT(plugin->key_size >= G_STRUCT_OFFSET(KbntKey, help) + sizeof(gpointer));
    for (guint i = 0; i < plugin->n_keys; i++)
        check_row(contract_key(i));
}

static void
no_two_keys_share_a_name_or_a_help(void)
{
    for (guint i = 0; i < contract_plugin()->n_keys; i++) {
        for (guint j = 0; j < i; j++) {
            CU_ASSERT_STRING_NOT_EQUAL(contract_key(i)->name, contract_key(j)->name);
            CU_ASSERT_STRING_NOT_EQUAL(contract_key(i)->help, contract_key(j)->help);
        }
    }
}

static void
every_default_is_valid_by_its_own_row(void)
{
    const KbntPlugin *plugin = contract_plugin();
    g_autofree gpointer config = g_malloc0(MAX(plugin->config_size, 1));

    for (guint i = 0; i < plugin->n_keys; i++) {
        const KbntKey *key = contract_key(i);
        g_autoptr(GError) error = NULL;

        if (!key->default_text) {
            CU_ASSERT((key->flags & KBNT_KEY_REQUIRED) || key->type == KBNT_KEY_OPEN);
            continue;
        }
        contract_fill_key(config, key, key->name, key->default_text, &error);
        kbnt_assert_no_error(error);
    }
}

static void
a_reloadable_key_comes_with_a_reload_op(void)
{
    for (guint i = 0; i < contract_plugin()->n_keys; i++) {
        if (contract_key(i)->flags & KBNT_KEY_RELOADABLE)
            CU_ASSERT_PTR_NOT_NULL(contract_plugin()->ops->reload);
    }
}

static void
the_ops_of_its_life_are_all_there(void)
{
    const KbntLifeOps *life = contract_plugin()->ops;

    CU_ASSERT_PTR_NOT_NULL_FATAL(life);
    CU_ASSERT(life->size >= sizeof(KbntLifeOps));
    CU_ASSERT_PTR_NOT_NULL(life->create);
    CU_ASSERT_PTR_NOT_NULL(life->start);
    CU_ASSERT_PTR_NOT_NULL(life->stop);
    CU_ASSERT_PTR_NOT_NULL(life->destroy);
}

static gboolean
has_cap(guint64 cap)
{
    return (contract_plugin()->caps & cap) != 0;
}

static void
check_transport_caps(void)
{
    const KbntTransportOps *ops = (gconstpointer)contract_plugin()->ops;

    CU_ASSERT(ops->life.size >= G_STRUCT_OFFSET(KbntTransportOps, watch_settled));
    CU_ASSERT(ops->ensure_topic && ops->describe && ops->publish);
    CU_ASSERT(ops->subscribe && ops->unsubscribe && ops->acknowledge);
    CU_ASSERT(ops->pause && ops->resume);
    CU_ASSERT_EQUAL(has_cap(KBNT_TRANSPORT_DURABLE), ops->watch_settled == NULL);
    CU_ASSERT_EQUAL(has_cap(KBNT_TRANSPORT_ATOMIC), ops->publish_atomic != NULL);
    CU_ASSERT_EQUAL(has_cap(KBNT_TRANSPORT_ATOMIC), ops->read_cursor != NULL);
}

static void
check_provisioner_caps(void)
{
    const KbntProvisionerOps *ops = (gconstpointer)contract_plugin()->ops;

    CU_ASSERT(ops->hosts && ops->ensure && ops->inspect && ops->remove);
    CU_ASSERT(ops->probe && ops->list_owned);
    CU_ASSERT_EQUAL(has_cap(KBNT_PROVISIONER_POWER), ops->power != NULL);
    CU_ASSERT_EQUAL(has_cap(KBNT_PROVISIONER_ATTACH), ops->attach != NULL);
    CU_ASSERT_EQUAL(has_cap(KBNT_PROVISIONER_ATTACH), ops->detach != NULL);
}

static void
check_sink_caps(void)
{
    const KbntSinkOps *ops = (gconstpointer)contract_plugin()->ops;

    CU_ASSERT(ops->observe || ops->render);
    CU_ASSERT_EQUAL(has_cap(KBNT_SINK_RENDERS), ops->render != NULL);
}

static void
check_store_caps(void)
{
    const KbntStoreOps *ops = (gconstpointer)contract_plugin()->ops;

    CU_ASSERT(ops->submit && ops->query);
}

static void
its_capabilities_agree_with_its_ops(void)
{
    static void (*const checks[])(void) = {
        [KBNT_KIND_TRANSPORT] = check_transport_caps,
        [KBNT_KIND_PROVISIONER] = check_provisioner_caps,
        [KBNT_KIND_SINK] = check_sink_caps,
        [KBNT_KIND_STORE] = check_store_caps,
    };

    checks[contract_plugin()->kind]();
}

static const KbntTest tests[] = {
    KBNT_TEST(it_was_built_for_this_abi),
    KBNT_TEST(its_name_is_lower_case_and_that_of_its_file),
    KBNT_TEST(it_says_who_it_is_in_one_line_each),
    KBNT_TEST(every_key_is_named_typed_and_explained),
    KBNT_TEST(no_two_keys_share_a_name_or_a_help),
    KBNT_TEST(every_default_is_valid_by_its_own_row),
    KBNT_TEST(a_reloadable_key_comes_with_a_reload_op),
    KBNT_TEST(the_ops_of_its_life_are_all_there),
    KBNT_TEST(its_capabilities_agree_with_its_ops),
};

const ContractSuite contract_descriptor_suite = { 0, tests, G_N_ELEMENTS(tests) };

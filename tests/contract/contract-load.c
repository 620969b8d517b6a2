/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin file under test: opened once, for the whole process. */
#include "contract.h"

#include <gmodule.h>
#include <string.h>

/* CUnit's tests take no user data, so the one subject of this process lives here. */
static struct {
    char *path;
    const KbntPlugin *plugin;
    char *const *arguments;
    GPtrArray *configs;
} subject;

gboolean
contract_load(const char *path, char *const *arguments, GError **error)
{
    GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
    gpointer symbol = NULL;

    if (!module) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID, "cannot open plugin: %s",
                    g_module_error());
        return FALSE;
    }
    g_module_make_resident(module);
    if (!g_module_symbol(module, "kbnt_plugin", &symbol) || !symbol) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "'%s' does not export 'kbnt_plugin': export the descriptor", path);
        return FALSE;
    }
    subject.path = g_strdup(path);
    subject.plugin = symbol;
    subject.arguments = arguments;
    return TRUE;
}

void
contract_load_built(const char *kind, const char *name, char *const *arguments)
{
    g_autofree char *file = g_strdup_printf("kbnt-%s-%s.so", kind, name);
    g_autofree char *path = g_build_filename(g_getenv("KBNT_TEST_BUILDDIR"), "plugins", kind,
                                             name, ".libs", file, NULL);
    g_autoptr(GError) error = NULL;

    if (contract_load(path, arguments, &error))
        return;
    g_printerr("%s\n", error->message);
    exit(EXIT_FAILURE);
}

const char *
contract_path(void)
{
    return subject.path;
}

const KbntPlugin *
contract_plugin(void)
{
    return subject.plugin;
}

const char *
contract_kind_name(guint32 kind)
{
    static const char *const names[] = { NULL, "transport", "provisioner", "sink", "store" };

    return kind < G_N_ELEMENTS(names) ? names[kind] : NULL;
}

const KbntKey *
contract_key(guint index)
{
    const KbntPlugin *plugin = subject.plugin;

    return (const void *)((const char *)plugin->keys + (gsize)index * plugin->key_size);
}

static const KbntKey *
find_key(const char *name)
{
    for (guint i = 0; i < subject.plugin->n_keys; i++) {
        const KbntKey *key = contract_key(i);

        if (strcmp(key->name, name) == 0 ||
            (key->type == KBNT_KEY_OPEN && g_pattern_match_simple(key->name, name)))
            return key;
    }
    return NULL;
}

gboolean
contract_has_key(const char *name)
{
    return find_key(name) != NULL;
}

static gboolean
fill_defaults(gpointer config, GError **error)
{
    for (guint i = 0; i < subject.plugin->n_keys; i++) {
        const KbntKey *key = contract_key(i);

        if (key->default_text &&
            !contract_fill_key(config, key, key->name, key->default_text, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
fill_argument(gpointer config, const char *argument, GError **error)
{
    const char *equals = strchr(argument, '=');
    g_autofree char *name = NULL;
    const KbntKey *key;

    if (!equals) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "argument '%s' is not KEY=VALUE", argument);
        return FALSE;
    }
    name = g_strndup(argument, (gsize)(equals - argument));
    key = find_key(name);
    if (!key) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "plugin '%s' has no key '%s'",
                    subject.plugin->name, name);
        return FALSE;
    }
    return contract_fill_key(config, key, name, equals + 1, error);
}

static gboolean
fill_arguments(gpointer config, const char *const *arguments, GError **error)
{
    for (guint i = 0; arguments && arguments[i]; i++) {
        if (!fill_argument(config, arguments[i], error))
            return FALSE;
    }
    return TRUE;
}

gpointer
contract_config(const char *const *more, GError **error)
{
    g_autofree gpointer config = g_malloc0(MAX(subject.plugin->config_size, 1));

    if (!fill_defaults(config, error) ||
        !fill_arguments(config, (const char *const *)subject.arguments, error) ||
        !fill_arguments(config, more, error))
        return NULL;

    if (!subject.configs)
        subject.configs = g_ptr_array_new();
    g_ptr_array_add(subject.configs, config);
    return g_steal_pointer(&config);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the core's own configuration as a whole: all sections declared, and the combinations
 * that cannot work. */
#include "config-keys.h"

#include <gio/gio.h>
#include <kbnt/kbnt-host.h>
#include <string.h>

#define GROUP_PREFIX "securitygroup "

static void
security_group_free(gpointer data)
{
    KbntSecurityGroup *group = data;
    g_free(group->name);
    g_free(group);
}

static void
declare_group(KbntCoreConfig *core, KbntConfig *config, const char *section,
              const KbntKeyTable *table)
{
    KbntSecurityGroup *group = g_new0(KbntSecurityGroup, 1);
    group->name = g_strdup(section + strlen(GROUP_PREFIX));
    group->config = kbnt_config_declare(config, section, table);
    g_ptr_array_add(core->security_groups, group);
}

static void
declare_further_groups(KbntCoreConfig *core, KbntConfig *config, const KbntKeyTable *table)
{
    g_auto(GStrv) names = kbnt_config_sections(config, GROUP_PREFIX "?*");
    for (gsize i = 0; names[i]; i++)
        if (strcmp(names[i], GROUP_PREFIX "default") != 0)
            declare_group(core, config, names[i], table);
}

static void
declare_section(KbntCoreConfig *core, KbntConfig *config, const KbntCoreSection *section)
{
    if (strchr(section->name, '*')) {
        declare_further_groups(core, config, &section->table);
    } else if (g_str_has_prefix(section->name, GROUP_PREFIX)) {
        declare_group(core, config, section->name, &section->table);
    } else {
        gconstpointer block = kbnt_config_declare(config, section->name, &section->table);
        *(gconstpointer *)((char *)core + section->offset) = block;
    }
}

KbntCoreConfig *
kbnt_core_config_declare(KbntConfig *config)
{
    guint n_sections;
    const KbntCoreSection *sections = kbnt_core_sections(&n_sections);
    KbntCoreConfig *core = g_new0(KbntCoreConfig, 1);
    core->security_groups = g_ptr_array_new_with_free_func(security_group_free);
    for (guint i = 0; i < n_sections; i++)
        declare_section(core, config, &sections[i]);
    return core;
}

void
kbnt_core_config_free(KbntCoreConfig *core)
{
    if (!core)
        return;
    g_ptr_array_unref(core->security_groups);
    g_free(core);
}

KbntHalf
kbnt_core_half(const KbntCoreConfig *core)
{
    return (KbntHalf)(core->kbnt->role + 1);
}

gint
kbnt_core_log_level(const KbntCoreConfig *core)
{
    return KBNT_LOG_ERROR + (gint)core->kbnt->log_level;
}

const char *
kbnt_core_listen(const KbntCoreConfig *core)
{
    if (*core->http->listen)
        return core->http->listen;
    return kbnt_core_half(core) == KBNT_HALF_CONSUMER ? "127.0.0.1:8081" : "127.0.0.1:8080";
}

gboolean
kbnt_core_is_unauthenticated(const KbntCoreConfig *core)
{
    return g_strv_contains((const char *const *)core->auth->modes, "none");
}

static gboolean
uses_broker(const KbntCoreConfig *core)
{
    return strcmp(core->kbnt->transport, "memory") != 0;
}

static void
check_halves(const KbntCoreConfig *core, KbntConfig *config)
{
    if (kbnt_core_half(core) != KBNT_HALF_ALL && !uses_broker(core))
        kbnt_config_refuse(config, "kbnt", "role",
                           "the transport 'memory' reaches one process only, so the other half "
                           "would never hear of a request; set kbnt.role to 'all', or "
                           "kbnt.transport to a broker's plugin");
}

/* FALSE where the text is no numeric address with a port. */
static gboolean
listens_on_loopback(const char *listen, gboolean *ret_is_loopback)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnectable) parsed = g_network_address_parse(listen, 0, &error);
    if (!parsed || !strchr(listen, ':'))
        return FALSE;
    const char *host = g_network_address_get_hostname(G_NETWORK_ADDRESS(parsed));
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    *ret_is_loopback = address && g_inet_address_get_is_loopback(address);
    return address != NULL;
}

static void
check_listen(const KbntCoreConfig *core, KbntConfig *config)
{
    const char *listen = kbnt_core_listen(core);
    gboolean is_loopback = FALSE;
    if (!listens_on_loopback(listen, &is_loopback))
        kbnt_config_refuse(config, "http", "listen",
                           "'%s' is not ADDRESS:PORT with a numeric address; write "
                           "'127.0.0.1:8080' or '[::1]:8080'",
                           listen);
    else if (!is_loopback && kbnt_core_is_unauthenticated(core))
        kbnt_config_refuse(
            config, "http", "listen",
            "'%s' is reached from other machines and auth.mode is 'none'; listen "
            "on 127.0.0.1, behind a proxy that asks who is calling",
            listen);
}

static void
check_auth(const KbntCoreConfig *core, KbntConfig *config)
{
    char **modes = core->auth->modes;
    for (gsize i = 0; modes[i]; i++)
        if (strcmp(modes[i], "none") != 0)
            kbnt_config_refuse(config, "auth", "mode",
                               "this version knows 'none' only, not '%s'", modes[i]);
    if (!modes[0])
        kbnt_config_refuse(config, "auth", "mode", "is empty; set it to 'none'");
}

static void
check_signing(const KbntCoreConfig *core, KbntConfig *config)
{
    const KbntSecurityConfig *security = core->security;
    if (uses_broker(core) && !*security->signing_keys && !security->accept_unsigned)
        kbnt_config_refuse(config, "security", "signing_keys",
                           "the transport '%s' needs keys, or anybody who reaches the broker "
                           "could make machines; run 'kbntctl keys new' and name its file, or "
                           "set security.accept_unsigned = true in a lab",
                           core->kbnt->transport);
}

static void
check_file(KbntConfig *config, const char *section, const char *key, const char *path)
{
    if (*path && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        kbnt_config_refuse(config, section, key,
                           "there is no file '%s'; make it, or leave the key empty", path);
}

static void
check_sinks(const KbntCoreConfig *core, KbntConfig *config)
{
    char **sinks = core->kbnt->sinks;
    for (gsize i = 0; sinks[i]; i++)
        for (gsize j = 0; j < i; j++)
            if (strcmp(sinks[i], sinks[j]) == 0)
                kbnt_config_refuse(config, "kbnt", "sinks",
                                   "'%s' is named twice; name each sink once", sinks[i]);
}

/* Times of a broker, which there is none of in one process. */
static void
warn_of_broker_keys(const KbntCoreConfig *core, KbntConfig *config)
{
    static const char *const keys[] = { "poll_timeout", "session_timeout", "commit_interval" };

    if (strcmp(core->kbnt->transport, "memory") != 0)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        kbnt_config_warn(config, "consumer", keys[i],
                         "has no effect with the transport 'memory': it has no such time");
}

static void
warn_of_groups(const KbntCoreConfig *core, KbntConfig *config)
{
    for (guint i = 0; i < core->security_groups->len; i++) {
        const KbntSecurityGroup *group = core->security_groups->pdata[i];
        g_autofree char *section = g_strdup_printf("securitygroup %s", group->name);

        kbnt_config_warn(
            config, section, "ingress",
            "filters nothing: the provisioner '%s' is told the names of groups only",
            core->kbnt->provisioner);
    }
}

/* Keys of the contract that this version reads and cannot follow. */
static void
warn_of_idle_keys(const KbntCoreConfig *core, KbntConfig *config)
{
    warn_of_broker_keys(core, config);
    warn_of_groups(core, config);
    kbnt_config_warn(config, "retention", "audit",
                     "has no effect: this version keeps no record of who did what");
}

void
kbnt_core_config_check(const KbntCoreConfig *core, KbntConfig *config)
{
    check_halves(core, config);
    check_listen(core, config);
    check_auth(core, config);
    check_signing(core, config);
    check_sinks(core, config);
    check_file(config, "policy", "file", core->policy->file);
    check_file(config, "security", "signing_keys", core->security->signing_keys);
    warn_of_idle_keys(core, config);
}

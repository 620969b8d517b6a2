/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * installation.c: owns what of an installation is looked at without its daemon.
 */
#include "installation.h"

#define PACKAGED_FILE KBNT_CONFIG_DIR "/kbnt.conf"

KbntConfig *
kbnt_installation_read(const KbntInvocation *invocation, KbntCoreConfig **ret_core)
{
    KbntConfig *config = kbnt_config_new();
    const char *path = kbnt_invocation_get(invocation, "config");
    const char *const *assignments = kbnt_invocation_get_all(invocation, "set");

    if (path)
        kbnt_config_read(config, path);
    else if (g_file_test(PACKAGED_FILE, G_FILE_TEST_EXISTS))
        kbnt_config_read(config, PACKAGED_FILE);
    for (guint i = 0; assignments && assignments[i]; i++)
        kbnt_config_set(config, assignments[i]);
    *ret_core = kbnt_core_config_declare(config);
    return config;
}

char *
kbnt_installation_plugin_dir(const KbntInvocation *invocation)
{
    const char *given = kbnt_invocation_get(invocation, "plugin-dir");
    g_autoptr(KbntCoreConfig) core = NULL;
    g_autoptr(KbntConfig) config = kbnt_installation_read(invocation, &core);

    return g_strdup(given ? given : core->kbnt->plugin_dir);
}

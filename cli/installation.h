/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * installation.h: owns what of an installation is looked at without its daemon: the
 * configuration's files and the plugins' folders.
 */
#ifndef KBNT_INSTALLATION_H
#define KBNT_INSTALLATION_H

#include "command.h"

#include "config-keys.h"

/**
 * kbnt_installation_read:
 * @invocation: with the options "config" and "set"
 * @ret_core: (out) (transfer full): the core's sections, of whatever worth
 *
 * Returns: (transfer full): the files as they are, not yet finished.
 */
KbntConfig *kbnt_installation_read(const KbntInvocation *invocation, KbntCoreConfig **ret_core);

/**
 * kbnt_installation_plugin_dir:
 * @invocation: with the options "plugin-dir", "config" and "set"
 *
 * Returns: (transfer full): the folders in which the daemon would look for plugins.
 */
char *kbnt_installation_plugin_dir(const KbntInvocation *invocation);

#endif

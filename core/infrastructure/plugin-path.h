/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the search for plugins in the folders of plugin_dir, separated by ':'. */
#pragma once

#include <glib.h>

/* shadowed: (nullable): gets (transfer full) paths of the same plugin in later folders.
 * Returns: (transfer full) (nullable): the first match, or NULL with PLUGIN_INVALID that names
 * the folders and the nearest plugin there is. */
char *kbnt_plugin_path_find(const char *plugin_dir, guint32 kind, const char *name,
                            GPtrArray *shadowed, GError **error);

/* Returns: (transfer full): paths of all plugins, in the order of folders and names. */
GPtrArray *kbnt_plugin_path_list(const char *plugin_dir);

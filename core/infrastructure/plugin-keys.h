/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the judgement of a key table that somebody else has written. */
#pragma once

#include "key-value.h"

#include <kbnt/kbnt-plugin.h>

/* Returns: FALSE with PLUGIN_INVALID that names the first row that is not sound. has_reload: of
 * the plugin that the rows belong to. */
gboolean kbnt_plugin_keys_check(const KbntKeyTable *table, gboolean has_reload, GError **error);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the plugins with planted faults share: a good plugin inside, and the fault of this run.
 *
 * Such a plugin hands every op to the good one, but the one that the environment variable
 * KBNT_PLANTED_FAULT names. It proves that the contract suites fail where they should.
 */
#pragma once

#include <kbnt/kbnt-plugin.h>

/* The good plugin, whose sources are compiled with another name for its descriptor. */
extern const KbntPlugin hidden_plugin;

/* Whether this run plants the fault. */
static inline gboolean
planted(const char *fault)
{
    return g_strcmp0(g_getenv("KBNT_PLANTED_FAULT"), fault) == 0;
}

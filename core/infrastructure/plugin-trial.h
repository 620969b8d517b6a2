/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the trial of what may end or hold up the process that does it: in a child, for a while.
 */
#pragma once

#include <glib.h>

/*
 * Does attempt(data) in a child of its own first. Returns: FALSE with PLUGIN_INVALID where that
 * has not come back: it crashed, exited, or took longer than limit_ms. The message goes on
 * after the name of what was tried. What the attempt leaves behind dies with the child.
 */
gboolean kbnt_plugin_trial(void (*attempt)(gpointer data), gpointer data, guint limit_ms,
                           GError **error);

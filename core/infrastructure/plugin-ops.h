/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the table of all ops of all kinds: which must be there, and which capability promises
 * which. */
#pragma once

#include <kbnt/kbnt-plugin.h>

/* Large enough for the vtable of any kind. */
typedef union {
    KbntLifeOps life;
    KbntTransportOps transport;
    KbntProvisionerOps provisioner;
    KbntSinkOps sink;
    KbntStoreOps store;
} KbntPluginOps;

/* Returns: (transfer none) (nullable): "transport", …; NULL for a kind that does not exist. */
const char *kbnt_plugin_kind_name(guint32 kind);

/* Returns: the kind of this name, or 0. */
guint32 kbnt_plugin_kind_from_name(const char *name);

/* Copies the ops of a plugin as far as its own vtable goes; what an elder one lacks is NULL.
 * Returns: FALSE with PLUGIN_INVALID where an op is missing or the capabilities disagree. */
gboolean kbnt_plugin_ops_read(const KbntPlugin *plugin, KbntPluginOps *ret_ops, GError **error);

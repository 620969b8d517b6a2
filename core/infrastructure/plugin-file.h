/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns one plugin's file: opened with suspicion, its descriptor checked and read, no function
 * of it called. Works without a daemon. */
#pragma once

#include "key-value.h"
#include "plugin-ops.h"

typedef struct KbntPluginFile KbntPluginFile;

/* Opens the file, which stays mapped to the end of the process; a child has loaded it first, so
 * that one which crashes, exits or hangs then is refused like any other. Returns: (transfer
 * full) (nullable): NULL with PLUGIN_INVALID, which names the file, what is wrong and what to
 * do. */
KbntPluginFile *kbnt_plugin_file_open(const char *path, GError **error);

void kbnt_plugin_file_free(KbntPluginFile *file);

const char *kbnt_plugin_file_path(const KbntPluginFile *file);

/* Returns: the descriptor, with zeros where the plugin's own is shorter. */
const KbntPlugin *kbnt_plugin_file_plugin(const KbntPluginFile *file);

/* Returns: the ops, with NULL where the plugin's own are fewer. */
const KbntPluginOps *kbnt_plugin_file_ops(const KbntPluginFile *file);

const KbntKeyTable *kbnt_plugin_file_keys(const KbntPluginFile *file);

/* Returns: (transfer none): "sink.log", the section of its configuration. */
const char *kbnt_plugin_file_section(const KbntPluginFile *file);

/* Splits "kbnt-KIND-NAME.so". Returns: the kind, or 0 where the name is not of that form.
 * ret_name: (transfer full). */
guint32 kbnt_plugin_file_split_name(const char *path, char **ret_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntPluginFile, kbnt_plugin_file_free)

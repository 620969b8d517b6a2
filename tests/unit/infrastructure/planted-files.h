/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies of the planted sink in a folder of their own, to be damaged. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): the path of a copy, kbnt-sink-planted.so in a new folder. */
char *planted_file_copy(void);

/* Returns: (transfer full): the same under another base name. */
char *planted_file_copy_as(const char *base_name);

/* Removes the copy and its folder. */
void planted_file_remove(char *path);

/* Overwrites the guint32 at this place of the descriptor kbnt_plugin. */
void planted_file_patch_descriptor(const char *path, gsize offset, guint32 word);

/* Overwrites bytes at an offset of the file. */
void planted_file_patch(const char *path, gsize offset, gconstpointer bytes, gsize length);

G_END_DECLS

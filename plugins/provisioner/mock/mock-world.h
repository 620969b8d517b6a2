/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-world.h: owns the parts that exist, in memory and in their file. */
#pragma once

#include <kbnt/kbnt-values.h>

typedef struct MockWorld MockWorld;

MockWorld *mock_world_new(void);

void mock_world_free(MockWorld *world);

/* Reads the world from @folder. Blocks. Returns: FALSE with STORE_CORRUPT or
 * PROVISIONER_FAILED. */
gboolean mock_world_open(MockWorld *world, const char *folder, GError **error);

void mock_world_close(MockWorld *world);

/* @ret_part: (out) (transfer none) (nullable): the part, until another is looked for or put;
 * NULL where there is none. Returns: FALSE with PROVISIONER_UNAVAILABLE or STORE_CORRUPT. */
gboolean mock_world_find(MockWorld *world, KbntPart part, const char *part_id,
                         KbntValue **ret_part, GError **error);

/* Writes the part to the file, and then to the world. @part: (transfer full).
 * Returns: FALSE with PROVISIONER_UNAVAILABLE; the world is as before. */
gboolean mock_world_put(MockWorld *world, KbntValue *part, GError **error);

/* Likewise. @part: one that is there. */
gboolean mock_world_remove(MockWorld *world, KbntValue *part, GError **error);

/* Returns: (transfer full) (nullable): the parts that are plugged into the machine
 * @attached_to, or where that is NULL those of @host; NULL with an error as above. */
GPtrArray *mock_world_list(MockWorld *world, const char *host, const char *attached_to,
                           GError **error);

guint mock_world_size(MockWorld *world);

/* Returns: (transfer full): an address that no machine has, the same for the same name where it
 * is free ("10.10.1.45/24"). */
char *mock_world_free_address(MockWorld *world, const char *part_id);

/* Returns: a descriptor of its own for the file, to be flushed and closed by the caller. */
int mock_world_duplicate_descriptor(MockWorld *world);

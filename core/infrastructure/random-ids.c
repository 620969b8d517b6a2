/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns random UUIDs (version 4). */
#include "random-ids.h"

#include <sys/random.h>
#include <uuid.h>

void
kbnt_random_ids_next(KbntRandomIds *ids, char ret_uuid[37])
{
    guint8 *uuid;

    if (ids->n_left < sizeof(uuid_t)) {
        if (getrandom(ids->bytes, sizeof ids->bytes, 0) != sizeof ids->bytes)
            g_error("the kernel gives no random bytes");
        ids->n_left = sizeof ids->bytes;
    }
    ids->n_left -= sizeof(uuid_t);
    uuid = ids->bytes + ids->n_left;
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    uuid_unparse_lower(uuid, ret_uuid);
}

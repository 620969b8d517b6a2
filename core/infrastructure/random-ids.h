/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns random UUIDs (version 4). The kernel is asked for the bytes of many at a time: one at a
 * time costs more than all else that an id needs. */
#pragma once

#include <glib.h>

/* Zeroed at first; for one thread. */
typedef struct {
    guint8 bytes[256]; /* random; up to n_left not yet given away */
    gsize n_left;
} KbntRandomIds;

void kbnt_random_ids_next(KbntRandomIds *ids, char ret_uuid[37]);

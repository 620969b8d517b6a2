/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * backoff.c: owns how long a use case waits before it asks a port again.
 */
#include "backoff.h"

gint64
kbnt_backoff_ms(const KbntWorldPort *world, guint attempts)
{
    gint64 ceiling_ms = MIN((gint64)50 << MIN(attempts, 7u), 5000);

    return MAX(10, (gint64)(world->chance(world->data) * (double)ceiling_ms));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * backoff.h: owns how long a use case waits before it asks a port again.
 */
#ifndef KBNT_BACKOFF_H
#define KBNT_BACKOFF_H

#include "ports.h"

/* Full jitter over 50 ms doubled @attempts times, at most 5 s; never below 10 ms. */
gint64 kbnt_backoff_ms(const KbntWorldPort *world, guint attempts);

#endif

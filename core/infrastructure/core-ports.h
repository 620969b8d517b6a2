/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the adapters by which the ports of the application lead to the core's own codec, clock,
 * timers, log and watchers. */
#pragma once

#include "codec.h"
#include "log-writer.h"
#include "loop.h"
#include "metrics.h"
#include "ports.h"
#include "random-ids.h"
#include "sink-ring.h"

/* What stands behind the world's port; lives as long as the port. */
typedef struct {
    KbntLoop *loop;
    KbntLogWriter *log;
    KbntMetrics *metrics;
    GPtrArray *rings; /* of KbntSinkRing */
    KbntRandomIds ids;
    GPtrArray *seen; /* of KbntValue: the transitions of this turn of the loop */
} KbntWorld;

KbntWorldPort kbnt_world_port(KbntWorld *world);

/* Hands the transitions of this turn to the sinks now: before the rings go. */
void kbnt_world_tell_sinks(KbntWorld *world);
KbntCodecPort kbnt_codec_port(KbntCodec *codec);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-life.h: owns how the instance comes and goes, and the turns of the loop in between. */
#pragma once

#include "kafka.h"

/* The ops. */
gboolean kafka_create(KbntHost *host, const void *config, void **ret_instance, GError **error);
void kafka_start(void *instance, KbntTask *task);
void kafka_stop(void *instance, KbntTask *task);
void kafka_destroy(void *instance);

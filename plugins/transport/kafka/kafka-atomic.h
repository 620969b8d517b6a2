/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-atomic.h: owns the ops that publish with a cursor; they work on a lane. */
#pragma once

#include "kafka.h"

/* Where transactions are made, which blocks. */
#define KAFKA_ATOMIC_LANE "kafka-atomic"

/* The ops. */
void kafka_publish_atomic(void *instance, KbntTask *const *tasks, guint n_tasks,
                          KbntTask *done);
void kafka_read_cursor(void *instance, KbntTask *task);

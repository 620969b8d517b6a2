/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lanes of the fake host: one real thread for each name, joined at the end. */
#pragma once

#include <kbnt/kbnt-host.h>

typedef struct FakeLanes FakeLanes;

FakeLanes *fake_lanes_new(void);

/* Waits for the work that was pushed and joins the threads. */
void fake_lanes_free(FakeLanes *lanes);

/* Fails @task with QUEUE_FULL where the lane already has 1,024 pieces of work. */
void fake_lanes_push(FakeLanes *lanes, const char *name, void (*work)(KbntTask *, gpointer),
                     KbntTask *task, gpointer data);

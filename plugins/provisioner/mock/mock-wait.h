/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-wait.h: owns tasks that wait for the end of their latency, on one timer of the loop. */
#pragma once

#include <kbnt/kbnt-host.h>

typedef struct MockWait MockWait;

/* What is called with each task when its time has come. @is_due is FALSE where the task was
 * cancelled before, or its deadline passed. */
typedef void (*MockWaitDone)(KbntTask *task, gpointer work, gboolean is_due, gpointer data);

MockWait *mock_wait_new(KbntHost *host, MockWaitDone done, gpointer data);

/* @wait: (transfer full) (nullable): nothing may wait any more. */
void mock_wait_free(MockWait *wait);

/* Hands back the task with @work after @wait_ms, or when it is no longer wanted; G_MAXINT64 is
 * never. */
void mock_wait_add(MockWait *wait, KbntTask *task, gpointer work, gint64 wait_ms);

/* Hands back all tasks at once, as not due, and takes the timer off the loop. */
void mock_wait_stop(MockWait *wait);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crash-points.c: owns where a build for crash tests ends itself, as a power cut would. */
#include "crash-points.h"

#include <signal.h>

#ifdef KBNT_CRASH_POINTS

/* Commits of this process, over both halves. */
static gint n_begun;
static gint n_done;

void
crash_point_before_commit(const SqliteConfig *config)
{
    if (g_atomic_int_add(&n_begun, 1) + 1 == config->crash_before_commit)
        raise(SIGKILL);
}

void
crash_point_after_commit(const SqliteConfig *config)
{
    if (g_atomic_int_add(&n_done, 1) + 1 == config->crash_after_commit)
        raise(SIGKILL);
}

#endif

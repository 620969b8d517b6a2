/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crash-points.c: owns where a build for crash tests ends itself, as a power cut would. */
#include "crash-points.h"

#include <signal.h>

#ifdef KBNT_CRASH_POINTS

/* Commits since the start of the process, by stores that are to end it. */
static gint n_begun;
static gint n_done;

static void
end_at(gint *count, gint64 last)
{
    if (last > 0 && g_atomic_int_add(count, 1) + 1 == last)
        raise(SIGKILL);
}

void
crash_point_before_commit(const SqliteConfig *config)
{
    end_at(&n_begun, config->crash_before_commit);
}

void
crash_point_after_commit(const SqliteConfig *config)
{
    end_at(&n_done, config->crash_after_commit);
}

#endif

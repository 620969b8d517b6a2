/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash-points.h: owns where a build for crash tests ends itself: before or after the commit
 * that holds the Nth command of a name. Any other build has nothing here.
 *
 * A point is "NAME" or "NAME:N", counted from the start of the process over both halves. Names:
 * "commit", every one of them; a command by its verb ("accept", "take-in"), with the half where
 * both know it ("producer-settle"); a line of the journal ("RESULT-of-VOLUME"); an event that
 * is projected ("project-of-VIRTUALIZATION_STARTED").
 */
#ifndef SQLITE_CRASH_POINTS_H
#define SQLITE_CRASH_POINTS_H

#include "store.h"

#ifdef KBNT_CRASH_POINTS
/* Called by the writer for each command that did not refuse. */
void crash_point_pass(const Store *store, guint32 verb, const KbntValue *argument);
void crash_point_before_commit(const Store *store);
void crash_point_after_commit(const Store *store);
#else
#define crash_point_pass(store, verb, argument) ((void)(store))
#define crash_point_before_commit(store) ((void)(store))
#define crash_point_after_commit(store) ((void)(store))
#endif

#endif

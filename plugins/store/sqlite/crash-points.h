/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash-points.h: owns where a build for crash tests ends itself: around the Nth commit that
 * the configuration names. Any other build has nothing here.
 */
#ifndef SQLITE_CRASH_POINTS_H
#define SQLITE_CRASH_POINTS_H

#include "store.h"

#ifdef KBNT_CRASH_POINTS
void crash_point_before_commit(const SqliteConfig *config);
void crash_point_after_commit(const SqliteConfig *config);
#else
#define crash_point_before_commit(config) ((void)(config))
#define crash_point_after_commit(config) ((void)(config))
#endif

#endif

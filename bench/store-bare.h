/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-bare.h: owns the bare SQLite writer of the rows of a request's life. */
#pragma once

#include <kbnt/kbnt-store.h>

/*
 * Writes the rows of @n_requests lives into the tables of the file, @wave of them a commit.
 * Returns: requests a second; 0 where SQLite failed, which it has then said.
 */
double bare_run_producer(const char *path, guint n_requests, guint wave);
double bare_run_consumer(const char *path, guint n_requests, guint wave);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-bare.h: owns the bare SQLite writer of the rows of a request's life. */
#pragma once

#include <kbnt/kbnt-store.h>

/* A file of the producer or of the consumer, its transactions by hand. Failures are counted. */
typedef struct Bare Bare;

Bare *bare_open(const char *path);
Bare *bare_open_consumer(const char *path);
void bare_begin(Bare *bare);
void bare_commit(Bare *bare);

/* The rows of requests accepted, and those that say that they were published and settled. */
void bare_accept(Bare *bare, guint first, guint n_requests);
/* With @settled the records leave the outbox. */
void bare_confirm(Bare *bare, guint first, guint n_requests, gboolean settled);

/* The rows of messages taken in, and of the event that says so. */
void bare_take_in(Bare *bare, guint first, guint n_requests);

/* Returns: FALSE where SQLite failed, which it has then said. */
gboolean bare_close(Bare *bare);

/*
 * Writes the rows of @n_requests lives into the tables of the file, @wave of them a commit.
 * Returns: requests a second; 0 where SQLite failed, which it has then said.
 */
double bare_run_producer(const char *path, guint n_requests, guint wave);
double bare_run_consumer(const char *path, guint n_requests, guint wave);

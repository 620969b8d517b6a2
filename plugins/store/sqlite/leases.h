/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * leases.h: owns who works on which message, and until when.
 *
 * Leases live in memory alone: the process that holds the store's lock is the only one whose
 * workers can hold any, so that a new one begins with none. The epoch that fences a late
 * worker is in the row. All functions may be called on any thread.
 */
#ifndef SQLITE_LEASES_H
#define SQLITE_LEASES_H

#include <kbnt/kbnt-host.h>

typedef struct Leases Leases;

Leases *leases_new(KbntHost *host);
void leases_free(Leases *leases);
void leases_take(Leases *leases, const char *message_id, const char *owner, gint64 lease_ms);
/* Extends the lease of whoever holds it. */
void leases_extend(Leases *leases, const char *message_id, gint64 lease_ms);
void leases_drop(Leases *leases, const char *message_id);
gboolean leases_hold(Leases *leases, const char *message_id);
/* Returns: how many leases of @owner were extended. */
gint64 leases_renew(Leases *leases, const char *owner, gint64 lease_ms);

#endif

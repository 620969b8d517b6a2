/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lock-file.h: owns the lock that keeps a second process away from a store. */
#ifndef SQLITE_LOCK_FILE_H
#define SQLITE_LOCK_FILE_H

#include <glib.h>

/* Returns: the open lock, or -1 with IN_USE, which names the process that holds it. */
int lock_file_take(const char *path, GError **error);
/* The file stays, so that nobody locks a file that is no longer there. */
void lock_file_release(int lock);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* schema.h: owns the tables of both halves, their versions, and the way from one to another. */
#ifndef SQLITE_SCHEMA_H
#define SQLITE_SCHEMA_H

#include "db.h"

/* The version that this plugin works with. */
#define SCHEMA_VERSION 5

/*
 * Brings the file to @version, up or down, in one transaction. Refuses a file that is not
 * kbnt's, is of the other half, or of a newer version than this plugin knows.
 */
gboolean schema_migrate(Db *db, KbntHost *host, KbntHalf half, gint64 version, GError **error);

#endif

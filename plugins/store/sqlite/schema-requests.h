/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* schema-requests.h: owns the way of the requests between the versions 2 and 3 of the tables.
 */
#ifndef SQLITE_SCHEMA_REQUESTS_H
#define SQLITE_SCHEMA_REQUESTS_H

#include "db.h"

/* Version 3 has in the row of a request what was its part 0 in version 2. */
void schema_requests_to_3(Db *db);
void schema_requests_to_2(Db *db);

#endif

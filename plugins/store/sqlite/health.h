/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* health.h: owns what the store says of itself, and whether its files are still its own. */
#ifndef SQLITE_HEALTH_H
#define SQLITE_HEALTH_H

#include "store.h"

/* Remembers which files were opened. Returns: FALSE where they are not there. */
gboolean health_remember_files(Store *store);

/* Fails the connection where a file was removed or replaced: what is written now would be lost
 * with the process. The writer's, before each commit. */
void health_check_files(Store *store);

/* What became of the last group: 0 after a commit, else the KbntErrorCode. The writer's. */
void health_note(Store *store, gint code);

/* Whether the last group could not be committed. Any thread. */
gboolean health_is_failing(Store *store);

/* Returns: (transfer full): the check for readyz. The loop thread's. */
KbntValue *health_tell(Store *store);

#endif

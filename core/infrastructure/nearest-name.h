/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the guess at what somebody meant to write: the known name nearest to an unknown one. */
#pragma once

#include <glib.h>

/* Returns: (transfer none) (nullable): the name of NULL-terminated names that takes the fewest
 * edits to reach, or NULL where none is near enough to be meant. */
const char *kbnt_nearest_name(const char *unknown, const char *const *names);

/* Returns: (transfer full): "; did you mean 'NAME'?", or "" where no name is near. */
char *kbnt_nearest_hint(const char *unknown, const char *const *names);

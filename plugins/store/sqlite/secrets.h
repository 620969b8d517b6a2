/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secrets.h: owns which part of a message holds what only a worker may know. */
#ifndef SQLITE_SECRETS_H
#define SQLITE_SECRETS_H

#include <kbnt/kbnt-values.h>

/* Returns: whether the specification of the REQUEST of @first has SSH_KEYS or USER_DATA. */
gboolean secrets_are_in(const KbntValue *first);

/* Returns: (transfer full): @first without them. */
KbntValue *secrets_left_out(const KbntValue *first);

#endif

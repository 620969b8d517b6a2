/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-changes.h: owns the difference between a request and what an event says of it. */
#ifndef SQLITE_REQUEST_CHANGES_H
#define SQLITE_REQUEST_CHANGES_H

#include <kbnt/kbnt-values.h>

/* Returns: (transfer full): the fields of @patch that would change @value, of HISTORY those
 * entries that @value does not have. */
KbntValue *request_changes(const KbntValue *value, const KbntValue *patch);

#endif

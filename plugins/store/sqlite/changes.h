/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* changes.h: owns the difference between a value that is kept and what is said of it now. */
#ifndef SQLITE_CHANGES_H
#define SQLITE_CHANGES_H

#include <kbnt/kbnt-values.h>

/* Returns: whether @field is set alike on both. */
gboolean changes_is_same(const KbntValue *one, const KbntValue *other, KbntField field);

/* Returns: (transfer full): the fields of @patch that would change @value, of HISTORY those
 * entries that @value does not have. */
KbntValue *changes_of_request(const KbntValue *value, const KbntValue *patch);

/* Returns: (transfer full) (nullable): the fields of @after that differ from @before, of
 * HISTORY the entries that were added; NULL where that does not tell @after: a field is gone,
 * or the history is another one. */
KbntValue *changes_of_state(const KbntValue *before, const KbntValue *after);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-record.h: owns the form of a part in the world's file: one JSON object on one line. */
#pragma once

#include <kbnt/kbnt-values.h>

/* Returns: (transfer full): the line that says that the part is so from now on, with its end.
 */
char *mock_record_put(const KbntValue *part);

/* Returns: (transfer full): the line that says that the part is gone. */
char *mock_record_remove(KbntPart part, const char *part_id);

/* Returns: (transfer full): the line that a file begins with. */
char *mock_record_header(void);

/* Reads one line. @ret_part: (out) (transfer full) (nullable): the part, or what names it where
 * @ret_is_gone; NULL for a header. Returns: FALSE with STORE_CORRUPT. */
gboolean mock_record_read(const char *line, gsize length, KbntValue **ret_part,
                          gboolean *ret_is_gone, GError **error);

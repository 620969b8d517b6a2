/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specification-check.h: owns whether a specification can be one that was read and judged. */
#ifndef KBNT_SPECIFICATION_CHECK_H
#define KBNT_SPECIFICATION_CHECK_H

#include <kbnt/kbnt-values.h>

/*
 * Holds a specification that came in a message to the tables of what may be asked, as far as no
 * rule of a site is needed for it: foreign publishers read and judge nothing.
 *
 * Returns: FALSE with VALIDATION_FAILED, which names the member.
 */
gboolean kbnt_specification_check(KbntRequestType type, const KbntValue *specification,
                                  GError **error);

#endif

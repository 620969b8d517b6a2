/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * asker.h: owns a copy of who asked, for an answer that is judged after the call has returned.
 */
#ifndef KBNT_ASKER_H
#define KBNT_ASKER_H

#include "permission.h"

/* Returns: (transfer full): a copy of @caller with all that it points to. */
KbntCaller *kbnt_asker_new(const KbntCaller *caller);

void kbnt_asker_free(KbntCaller *asker);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * saga-state.h: owns how the state of a saga, DATA, lies in the parts of its message.
 *
 * Each step hands over the whole state; a part keeps what has changed since the part before,
 * which FIRST FALSE says. Without it, DATA of the part is the whole.
 */
#ifndef SQLITE_SAGA_STATE_H
#define SQLITE_SAGA_STATE_H

#include <kbnt/kbnt-values.h>

/* Returns: (transfer full): @part as it is kept behind parts that give the state @before
 * (nullable). */
KbntValue *saga_state_part(const KbntValue *before, const KbntValue *part);

/* Returns: (transfer full) (nullable): the state behind @part, where it was @before. */
KbntValue *saga_state_after(const KbntValue *before, const KbntValue *part);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * totals.h: owns how the TOTALS of a store are read (kbnt-store.h).
 */
#ifndef KBNT_TOTALS_H
#define KBNT_TOTALS_H

#include <kbnt/kbnt-values.h>

/* Returns: the COUNT of the total that @name alone names; 0 where there is none. */
guint kbnt_totals_count(const KbntValue *totals, const char *name);

#endif

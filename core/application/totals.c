/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* totals.c: owns how the TOTALS of a store are read. */
#include "totals.h"

guint
kbnt_totals_count(const KbntValue *totals, const char *name)
{
    guint n_totals = kbnt_value_length(totals, KBNT_FIELD_TOTALS);

    for (guint i = 0; i < n_totals; i++) {
        const KbntValue *total = kbnt_value_nth_value(totals, KBNT_FIELD_TOTALS, i);

        if (g_strcmp0(kbnt_value_get_string(total, KBNT_FIELD_NAME), name) == 0)
            return (guint)kbnt_value_get_int(total, KBNT_FIELD_COUNT);
    }
    return 0;
}

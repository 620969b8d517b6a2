/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request-changes.c: owns the difference between a request and what an event says of it. */
#include "request-changes.h"

/*
 * Appends the entries of @from that @value does not have to the HISTORY of @fresh. An event
 * repeats the history in its order, so the next one is looked for behind the last one found.
 */
static void
take_new_history(KbntValue *fresh, const KbntValue *value, const KbntValue *from)
{
    guint n_known = kbnt_value_length(value, KBNT_FIELD_HISTORY);
    guint place = 0;

    for (guint i = 0; i < kbnt_value_length(from, KBNT_FIELD_HISTORY); i++) {
        const KbntValue *entry = kbnt_value_nth_value(from, KBNT_FIELD_HISTORY, i);
        guint tried = 0;

        while (tried < n_known &&
               !kbnt_value_equal(entry, kbnt_value_nth_value(value, KBNT_FIELD_HISTORY,
                                                             (place + tried) % n_known)))
            tried++;
        if (tried == n_known)
            kbnt_value_append_value(fresh, KBNT_FIELD_HISTORY, entry);
        else
            place = (place + tried + 1) % n_known;
    }
}

KbntValue *
request_changes(const KbntValue *value, const KbntValue *patch)
{
    KbntValue *fresh = kbnt_value_new();

    for (guint i = 0; i < kbnt_value_n_fields(patch); i++) {
        KbntField field = kbnt_value_nth_field(patch, i);
        g_autoptr(KbntValue) one = kbnt_value_new();
        g_autoptr(KbntValue) other = kbnt_value_new();

        if (field == KBNT_FIELD_HISTORY) {
            take_new_history(fresh, value, patch);
            continue;
        }
        kbnt_value_copy_field(one, value, field);
        kbnt_value_copy_field(other, patch, field);
        if (!kbnt_value_equal(one, other))
            kbnt_value_copy_field(fresh, patch, field);
    }
    return fresh;
}

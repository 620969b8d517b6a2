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

/* Most fields of a patch are numbers and short texts that stay what they are. */
static gboolean
is_same(const KbntValue *one, const KbntValue *other, KbntField field)
{
    g_autoptr(KbntValue) a = NULL;
    g_autoptr(KbntValue) b = NULL;

    if (!kbnt_value_has(one, field))
        return FALSE;
    switch ((guint)kbnt_field_type(field)) {
    case KBNT_TYPE_STRING:
        return g_str_equal(kbnt_value_get_string(one, field),
                           kbnt_value_get_string(other, field));
    case KBNT_TYPE_NUMBER:
    case KBNT_TYPE_BYTES:
    case KBNT_TYPE_VALUE:
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_VALUES:
    case KBNT_TYPE_SECRET:
    case KBNT_TYPE_SECRETS:
        a = kbnt_value_new();
        b = kbnt_value_new();
        kbnt_value_copy_field(a, one, field);
        kbnt_value_copy_field(b, other, field);
        return kbnt_value_equal(a, b);
    default:
        return kbnt_value_get_int(one, field) == kbnt_value_get_int(other, field);
    }
}

KbntValue *
request_changes(const KbntValue *value, const KbntValue *patch)
{
    KbntValue *fresh = kbnt_value_new();

    for (guint i = 0; i < kbnt_value_n_fields(patch); i++) {
        KbntField field = kbnt_value_nth_field(patch, i);

        if (field == KBNT_FIELD_HISTORY)
            take_new_history(fresh, value, patch);
        else if (!is_same(value, patch, field))
            kbnt_value_copy_field(fresh, patch, field);
    }
    return fresh;
}

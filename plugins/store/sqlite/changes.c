/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* changes.c: owns the difference between a value that is kept and what is said of it now. */
#include "changes.h"

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

static gboolean
has_equal_field(const KbntValue *one, const KbntValue *other, KbntField field)
{
    g_autoptr(KbntValue) a = kbnt_value_new();
    g_autoptr(KbntValue) b = kbnt_value_new();

    kbnt_value_copy_field(a, one, field);
    kbnt_value_copy_field(b, other, field);
    return kbnt_value_equal(a, b);
}

gboolean
changes_is_same(const KbntValue *one, const KbntValue *other, KbntField field)
{
    if (!kbnt_value_has(one, field) || !kbnt_value_has(other, field))
        return kbnt_value_has(one, field) == kbnt_value_has(other, field);
    switch ((guint)kbnt_field_type(field)) {
    case KBNT_TYPE_STRING:
        return g_str_equal(kbnt_value_get_string(one, field),
                           kbnt_value_get_string(other, field));
    case KBNT_TYPE_VALUE:
        return kbnt_value_equal(kbnt_value_get_value(one, field),
                                kbnt_value_get_value(other, field));
    case KBNT_TYPE_NUMBER:
    case KBNT_TYPE_BYTES:
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_VALUES:
    case KBNT_TYPE_SECRET:
    case KBNT_TYPE_SECRETS:
        return has_equal_field(one, other, field);
    default:
        return kbnt_value_get_int(one, field) == kbnt_value_get_int(other, field);
    }
}

KbntValue *
changes_of_request(const KbntValue *value, const KbntValue *patch)
{
    KbntValue *fresh = kbnt_value_new();

    for (guint i = 0; i < kbnt_value_n_fields(patch); i++) {
        KbntField field = kbnt_value_nth_field(patch, i);

        if (field == KBNT_FIELD_HISTORY)
            take_new_history(fresh, value, patch);
        else if (!changes_is_same(value, patch, field))
            kbnt_value_copy_field(fresh, patch, field);
    }
    return fresh;
}

/* Whether what @before has of the history is what @after begins with. */
static gboolean
continues_history(const KbntValue *before, const KbntValue *after)
{
    guint n_known = kbnt_value_length(before, KBNT_FIELD_HISTORY);

    if (kbnt_value_length(after, KBNT_FIELD_HISTORY) < n_known)
        return FALSE;
    for (guint i = 0; i < n_known; i++)
        if (!kbnt_value_equal(kbnt_value_nth_value(before, KBNT_FIELD_HISTORY, i),
                              kbnt_value_nth_value(after, KBNT_FIELD_HISTORY, i)))
            return FALSE;
    return TRUE;
}

static gboolean
has_all_fields(const KbntValue *value, const KbntValue *of)
{
    for (guint i = 0; i < kbnt_value_n_fields(of); i++)
        if (!kbnt_value_has(value, kbnt_value_nth_field(of, i)))
            return FALSE;
    return TRUE;
}

KbntValue *
changes_of_state(const KbntValue *before, const KbntValue *after)
{
    KbntValue *changes;

    if (!has_all_fields(after, before) || !continues_history(before, after))
        return NULL;
    changes = kbnt_value_new();
    for (guint i = 0; i < kbnt_value_n_fields(after); i++) {
        KbntField field = kbnt_value_nth_field(after, i);

        if (field != KBNT_FIELD_HISTORY && !changes_is_same(before, after, field))
            kbnt_value_copy_field(changes, after, field);
    }
    for (guint i = kbnt_value_length(before, KBNT_FIELD_HISTORY);
         i < kbnt_value_length(after, KBNT_FIELD_HISTORY); i++)
        kbnt_value_append_value(changes, KBNT_FIELD_HISTORY,
                                kbnt_value_nth_value(after, KBNT_FIELD_HISTORY, i));
    return changes;
}

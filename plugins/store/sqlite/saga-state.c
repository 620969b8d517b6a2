/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* saga-state.c: owns how the state of a saga, DATA, lies in the parts of its message. */
#include "saga-state.h"

#include "changes.h"
#include "parts.h"

KbntValue *
saga_state_after(const KbntValue *before, const KbntValue *part)
{
    const KbntValue *data = kbnt_value_get_value(part, KBNT_FIELD_DATA);
    KbntValue *after;

    if (!data || !before || !kbnt_value_has(part, KBNT_FIELD_FIRST))
        return data || before ? kbnt_value_ref(data ? data : before) : NULL;
    after = kbnt_value_copy(before);
    parts_join(after, data, KBNT_FIELD_HISTORY);
    return after;
}

KbntValue *
saga_state_part(const KbntValue *before, const KbntValue *part)
{
    const KbntValue *data = kbnt_value_get_value(part, KBNT_FIELD_DATA);
    KbntValue *changes = data && before ? changes_of_state(before, data) : NULL;
    KbntValue *lean;

    if (!changes)
        return kbnt_value_ref(part);
    lean = kbnt_value_copy(part);
    kbnt_value_take_value(lean, KBNT_FIELD_DATA, changes);
    kbnt_value_set_int(lean, KBNT_FIELD_FIRST, FALSE);
    return lean;
}

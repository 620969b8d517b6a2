/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secrets.c: owns which part of a message holds what only a worker may know. */
#include "secrets.h"

static const KbntValue *
specification_of(const KbntValue *first)
{
    const KbntValue *request = kbnt_value_get_value(first, KBNT_FIELD_REQUEST);

    return request ? kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION) : NULL;
}

gboolean
secrets_are_in(const KbntValue *first)
{
    const KbntValue *specification = specification_of(first);

    return specification && (kbnt_value_has(specification, KBNT_FIELD_SSH_KEYS) ||
                             kbnt_value_has(specification, KBNT_FIELD_USER_DATA));
}

KbntValue *
secrets_left_out(const KbntValue *first)
{
    KbntValue *stripped = kbnt_value_copy(first);
    KbntValue *request;
    KbntValue *specification;

    if (!secrets_are_in(first))
        return stripped;
    request = kbnt_value_copy(kbnt_value_get_value(first, KBNT_FIELD_REQUEST));
    specification = kbnt_value_copy(specification_of(first));
    kbnt_value_clear(specification, KBNT_FIELD_SSH_KEYS);
    kbnt_value_clear(specification, KBNT_FIELD_USER_DATA);
    kbnt_value_take_value(request, KBNT_FIELD_SPECIFICATION, specification);
    kbnt_value_take_value(stripped, KBNT_FIELD_REQUEST, request);
    return stripped;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specification-check.c: owns whether a specification can be one that was read and judged. */
#include "specification-check.h"

#include "network.h"
#include "specification-members.h"
#include "specification.h"

#include <string.h>

static gboolean
refuse(const KbntMemberRule *rule, const char *why, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_VALIDATION_FAILED, "'%s' %s",
                kbnt_field_name(rule->field), why);
    return FALSE;
}

static gboolean
is_within(const KbntMemberRule *rule, gint64 number)
{
    return rule->maximum == 0 || (number >= rule->minimum && number <= rule->maximum);
}

static gboolean
is_text_fine(const KbntMemberRule *rule, const char *text)
{
    KbntSubnet subnet;
    guint32 address;

    switch (rule->field) {
    case KBNT_FIELD_SUBNET:
        return kbnt_subnet_parse(text, &subnet, NULL);
    case KBNT_FIELD_GATEWAY:
        return kbnt_address_parse(text, &address);
    case KBNT_FIELD_NETWORK:
        return kbnt_specification_is_network(text);
    case KBNT_FIELD_VIRTUAL_RESOURCE_ID:
    case KBNT_FIELD_STORAGE_ID:
        return kbnt_specification_type_of_id(text) != 0;
    case KBNT_FIELD_IMAGE:
        return kbnt_specification_is_image(text);
    case KBNT_FIELD_ANTI_AFFINITY:
        return kbnt_name_is_valid(text, (gsize)rule->maximum);
    default:
        return rule->maximum == 0 || strlen(text) <= (gsize)rule->maximum;
    }
}

static gboolean
check_member(const KbntMemberRule *rule, const KbntValue *specification, GError **error)
{
    switch (kbnt_field_type(rule->field)) {
    case KBNT_TYPE_INT:
        return is_within(rule, kbnt_value_get_int(specification, rule->field)) ||
               refuse(rule, "is out of range", error);
    case KBNT_TYPE_STRING:
    case KBNT_TYPE_SECRET:
        return is_text_fine(rule, kbnt_value_get_string(specification, rule->field)) ||
               refuse(rule, "is none that may be asked for", error);
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return is_within(rule, kbnt_value_length(specification, rule->field)) ||
               refuse(rule, "has too many items", error);
    default:
        return TRUE;
    }
}

gboolean
kbnt_specification_check(KbntRequestType type, const KbntValue *specification, GError **error)
{
    for (const KbntMemberRule *rule = kbnt_specification_members(type); rule && rule->name;
         rule++) {
        if (!kbnt_value_has(specification, rule->field)) {
            if (rule->required)
                return refuse(rule, "is missing", error);
        } else if (!check_member(rule, specification, error))
            return FALSE;
    }
    return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-check.c: owns what a decoded message must be before anybody relies on it.
 */
#include "message-check.h"

#include "specification-check.h"
#include "specification.h"

#include <string.h>

#define ID_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define REQUEST_ID_BYTES_MAX 64
#define CORRELATION_ID_BYTES_MAX 128

static gboolean
refuse(KbntField field, const char *why, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNDECODABLE, "'%s' %s", kbnt_field_name(field),
                why);
    return FALSE;
}

static gboolean
check_uuid(const KbntValue *value, KbntField field, gboolean is_needed, GError **error)
{
    const char *text = kbnt_value_get_string(value, field);

    if (!text && !is_needed)
        return TRUE;
    return kbnt_uuid_is_valid(text) || refuse(field, "is not a UUID", error);
}

static gboolean
check_name(const KbntValue *value, KbntField field, gsize n_bytes_max, GError **error)
{
    const char *text = kbnt_value_get_string(value, field);
    gsize length = text ? strlen(text) : 0;

    if (!text)
        return TRUE;
    return (length > 0 && length <= n_bytes_max && strspn(text, ID_CHARS) == length) ||
           refuse(field, "is not a name of letters, digits, '.', '_' and '-'", error);
}

static gboolean
check_names(const KbntValue *value, GError **error)
{
    return check_name(value, KBNT_FIELD_REQUEST_ID, REQUEST_ID_BYTES_MAX, error) &&
           check_name(value, KBNT_FIELD_CORRELATION_ID, CORRELATION_ID_BYTES_MAX, error) &&
           check_name(value, KBNT_FIELD_VIRTUAL_RESOURCE_ID, REQUEST_ID_BYTES_MAX, error);
}

static gboolean
check_dependencies(const KbntValue *request, GError **error)
{
    for (guint i = 0; i < kbnt_value_length(request, KBNT_FIELD_DEPENDS_ON); i++) {
        if (!kbnt_uuid_is_valid(kbnt_value_nth_string(request, KBNT_FIELD_DEPENDS_ON, i)))
            return refuse(KBNT_FIELD_DEPENDS_ON, "holds what is not a UUID", error);
    }
    return TRUE;
}

static gboolean
check_specification(const KbntValue *request, GError **error)
{
    KbntRequestType type = (KbntRequestType)kbnt_value_get_int(request,
                                                               KBNT_FIELD_REQUEST_TYPE);
    KbntValue *specification = kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION);
    g_autoptr(GError) fault = NULL;

    if (!specification)
        return type == KBNT_REQUEST_TYPE_CANCEL_REQUEST ||
               refuse(KBNT_FIELD_SPECIFICATION, "is missing", error);
    return kbnt_specification_check(type, specification, &fault) ||
           refuse(KBNT_FIELD_SPECIFICATION, fault->message, error);
}

/* What a request is about is named by whoever publishes it, never found here. */
static gboolean
check_resource(const KbntValue *request, GError **error)
{
    const char *id = kbnt_value_get_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    KbntResourceType type = id ? kbnt_specification_type_of_id(id) : 0;

    if (kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE) ==
        KBNT_REQUEST_TYPE_CANCEL_REQUEST)
        return TRUE;
    if (type == 0)
        return refuse(KBNT_FIELD_VIRTUAL_RESOURCE_ID, "is no id such as 'VM-0909A693'", error);
    return type == kbnt_value_get_int(request, KBNT_FIELD_RESOURCE_TYPE) ||
           refuse(KBNT_FIELD_RESOURCE_TYPE, "is not that of 'virtualResourceId'", error);
}

gboolean
kbnt_message_check_request(const KbntValue *request, GError **error)
{
    gboolean is_cancel = kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE) ==
                         KBNT_REQUEST_TYPE_CANCEL_REQUEST;

    if (kbnt_value_get_int(request, KBNT_FIELD_TIMEOUT_MS) < 0)
        return refuse(KBNT_FIELD_TIMEOUT_MS, "is negative", error);
    return check_uuid(request, KBNT_FIELD_MESSAGE_ID, TRUE, error) &&
           check_uuid(request, KBNT_FIELD_TARGET_MESSAGE_ID, is_cancel, error) &&
           check_uuid(request, KBNT_FIELD_RETRY_OF, FALSE, error) &&
           check_names(request, error) && check_dependencies(request, error) &&
           check_resource(request, error) && check_specification(request, error);
}

gboolean
kbnt_message_check_event(const KbntValue *event, GError **error)
{
    if (kbnt_value_get_int(event, KBNT_FIELD_SEQUENCE) < 1)
        return refuse(KBNT_FIELD_SEQUENCE, "is not positive", error);
    return check_uuid(event, KBNT_FIELD_STREAM_ID, TRUE, error) &&
           check_uuid(event, KBNT_FIELD_EVENT_ID, TRUE, error) &&
           check_uuid(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID, FALSE, error) &&
           check_names(event, error);
}

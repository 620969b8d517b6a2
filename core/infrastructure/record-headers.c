/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record-headers.c: owns the headers of a record.
 */
#include "record-headers.h"

#include <string.h>

void
kbnt_record_add_header(KbntValue *record, const char *name, const char *text)
{
    g_autoptr(GBytes) bytes = NULL;
    KbntValue *header;

    if (!text)
        return;
    bytes = g_bytes_new(text, strlen(text));
    header = kbnt_value_new();
    kbnt_value_set_string(header, KBNT_FIELD_NAME, name);
    kbnt_value_set_bytes(header, KBNT_FIELD_HEADER_VALUE, bytes);
    kbnt_value_take_item(record, KBNT_FIELD_HEADERS, header);
}

char *
kbnt_record_find_header(const KbntValue *record, const char *name)
{
    for (guint i = 0; i < kbnt_value_length(record, KBNT_FIELD_HEADERS); i++) {
        KbntValue *header = kbnt_value_nth_value(record, KBNT_FIELD_HEADERS, i);
        GBytes *bytes = kbnt_value_get_bytes(header, KBNT_FIELD_HEADER_VALUE);
        const char *text;
        gsize length;

        if (!bytes || g_strcmp0(kbnt_value_get_string(header, KBNT_FIELD_NAME), name) != 0)
            continue;
        text = g_bytes_get_data(bytes, &length);
        return text ? g_strndup(text, length) : g_strdup("");
    }
    return NULL;
}

static void
add_time(KbntValue *record, gint64 time_ms)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(time_ms / 1000);
    g_autofree char *text = NULL;
    g_autofree char *whole = NULL;

    if (!second || time_ms < 0)
        return;
    text = g_date_time_format(second, "%Y-%m-%dT%H:%M:%S");
    whole = g_strdup_printf("%s.%03dZ", text, (int)(time_ms % 1000));
    kbnt_record_add_header(record, "ce_time", whole);
}

static const char *
subject_of(const KbntValue *event)
{
    const char *resource = kbnt_value_get_string(event, KBNT_FIELD_VIRTUAL_RESOURCE_ID);

    return resource ? resource : kbnt_value_get_string(event, KBNT_FIELD_HOST);
}

void
kbnt_record_add_cloud_event(KbntValue *record, const KbntValue *event)
{
    gint64 type = kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE);

    kbnt_record_add_header(record, "ce_specversion", "1.0");
    kbnt_record_add_header(record, "ce_id", kbnt_value_get_string(event, KBNT_FIELD_EVENT_ID));
    kbnt_record_add_header(record, "ce_source",
                           kbnt_enum_name(KBNT_TYPE_SERVICE, KBNT_SERVICE_CONSUMER));
    kbnt_record_add_header(record, "ce_type", kbnt_enum_name(KBNT_TYPE_EVENT_TYPE, type));
    kbnt_record_add_header(record, "ce_subject", subject_of(event));
    add_time(record, kbnt_value_get_int(event, KBNT_FIELD_TIMESTAMP));
    kbnt_record_add_header(record, "content-type", "application/avro");
}

/* 2 digits, 32, 16 and 2, joined by '-'. */
gboolean
kbnt_trace_parent_is_valid(const char *text)
{
    if (!text || strlen(text) != KBNT_TRACE_PARENT_BYTES)
        return FALSE;
    for (guint i = 0; i < KBNT_TRACE_PARENT_BYTES; i++) {
        gboolean is_dash = i == 2 || i == 35 || i == 52;

        if (is_dash ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
            return FALSE;
    }
    return TRUE;
}

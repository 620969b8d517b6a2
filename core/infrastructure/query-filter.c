/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how a list is asked for and answered. */
#include "query-filter.h"

#include "fault.h"
#include "json.h"

#include <string.h>

/* Names every member of an enumeration, for the fault. */
static char *
names_of(KbntType type)
{
    GString *names = g_string_new(NULL);

    for (gint64 i = kbnt_enum_next(type, 0); i != 0; i = kbnt_enum_next(type, i))
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                               kbnt_enum_name(type, i));
    return g_string_free(names, FALSE);
}

static gboolean
refuse(KbntCall *call, const char *name, const char *value, const char *wanted)
{
    g_autofree char *pointer = kbnt_pointer_child("", name);

    kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, pointer,
                        "'%s' in the query is '%.64s'; it must be %s", name, value, wanted);
    return FALSE;
}

static gboolean
read_enum(KbntCall *call, const KbntFilterRule *rule, const char *text, KbntValue *into)
{
    KbntType type = kbnt_field_type(rule->field);
    gint64 number = kbnt_enum_from_name(type, text);

    if (number == 0) {
        g_autofree char *names = names_of(type);
        g_autofree char *wanted = g_strconcat("one of ", names, NULL);

        return refuse(call, rule->name, text, wanted);
    }
    kbnt_value_set_int(into, rule->field, number);
    return TRUE;
}

static gboolean
read_text(KbntCall *call, const KbntFilterRule *rule, const char *text, KbntValue *into)
{
    if (*text == '\0' || strlen(text) > 256)
        return refuse(call, rule->name, text, "1 to 256 bytes long");
    kbnt_value_set_string(into, rule->field, text);
    return TRUE;
}

static gboolean
read_limit(KbntCall *call, KbntValue *into)
{
    const char *text = kbnt_http_request_query(kbnt_call_request(call), "limit");
    guint64 rows = KBNT_PAGE_ROWS_DEFAULT;

    if (text != NULL &&
        !g_ascii_string_to_unsigned(text, 10, 1, KBNT_PAGE_ROWS_MAX, &rows, NULL))
        return refuse(call, "limit", text, "a number from 1 to 1000");
    kbnt_value_set_int(into, KBNT_FIELD_MAX_ROWS, (gint64)rows);
    return TRUE;
}

KbntValue *
kbnt_query_filter_read(KbntCall *call, const KbntFilterRule *rules)
{
    g_autoptr(KbntValue) filter = kbnt_value_new();

    for (; rules->name != NULL; rules++) {
        const char *text = kbnt_http_request_query(kbnt_call_request(call), rules->name);
        gboolean is_enum = kbnt_field_type(rules->field) >= KBNT_TYPE_HALF;

        if (text == NULL)
            continue;
        if (!(is_enum ? read_enum : read_text)(call, rules, text, filter))
            return NULL;
    }
    return read_limit(call, filter) ? g_steal_pointer(&filter) : NULL;
}

gboolean
kbnt_query_flag(KbntCall *call, const char *name, gboolean *ret_refused)
{
    const char *text = kbnt_http_request_query(kbnt_call_request(call), name);

    *ret_refused = FALSE;
    if (text == NULL || strcmp(text, "false") == 0)
        return FALSE;
    if (strcmp(text, "true") == 0)
        return TRUE;
    *ret_refused = !refuse(call, name, text, "true or false");
    return FALSE;
}

static void
fail_page(KbntCall *call, const GError *error)
{
    if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_MALFORMED))
        kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, "/cursor", "%s", error->message);
    else
        kbnt_call_fail(call, error, NULL);
}

void
kbnt_query_answer_page(KbntCall *call, const KbntView *view, const char *name,
                       const KbntValue *result, const GError *error)
{
    GString *json;

    if (error != NULL) {
        fail_page(call, error);
        return;
    }
    json = g_string_new("{");
    kbnt_view_append_list(view, json, name, result, KBNT_FIELD_ITEMS);
    kbnt_json_append_text_member(json, "nextCursor",
                                 kbnt_value_get_string(result, KBNT_FIELD_NEXT_CURSOR));
    g_string_append_c(json, '}');
    kbnt_call_reply_json(call, 200, NULL, json);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns problem documents. */
#include "problem.h"

#include "fault.h"
#include "json.h"

gint
kbnt_problem_code(const GError *error)
{
    return error->domain == KBNT_ERROR ? error->code : KBNT_ERROR_INTERNAL;
}

gint
kbnt_problem_code_of_status(guint status)
{
    static const struct {
        guint status;
        KbntErrorCode code;
    } rows[] = {
        { 400, KBNT_ERROR_MALFORMED },          { 404, KBNT_ERROR_NOT_FOUND },
        { 405, KBNT_ERROR_METHOD_NOT_ALLOWED }, { 408, KBNT_ERROR_REQUEST_TOO_SLOW },
        { 413, KBNT_ERROR_TOO_LARGE },          { 421, KBNT_ERROR_MISDIRECTED },
        { 431, KBNT_ERROR_HEADER_TOO_LARGE },   { 503, KBNT_ERROR_UNAVAILABLE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].status == status)
            return (gint)rows[i].code;
    return KBNT_ERROR_INTERNAL;
}

static void
append_faults(GString *json, const KbntValue *faults)
{
    kbnt_json_append_key(json, "errors");
    g_string_append_c(json, '[');
    for (guint i = 0; i < kbnt_fault_count(faults); i++) {
        const KbntValue *fault = kbnt_value_nth_value(faults, KBNT_FIELD_FAULTS, i);

        kbnt_json_append_comma(json);
        g_string_append_c(json, '{');
        kbnt_json_append_text_member(json, "pointer",
                                     kbnt_value_get_string(fault, KBNT_FIELD_POINTER));
        kbnt_json_append_text_member(json, "message",
                                     kbnt_value_get_string(fault, KBNT_FIELD_MESSAGE));
        kbnt_json_append_text_member(json, "code",
                                     kbnt_value_get_string(fault, KBNT_FIELD_CODE));
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

static const char *
step_of(const KbntValue *faults)
{
    const KbntValue *leading = faults != NULL ? kbnt_fault_leading(faults) : NULL;

    return leading != NULL ? kbnt_value_get_string(leading, KBNT_FIELD_OPERATION) : NULL;
}

GBytes *
kbnt_problem_new(const GError *error, const KbntValue *faults, const char *correlation_id)
{
    GString *json = g_string_sized_new(512);
    gint code = kbnt_problem_code(error);

    g_string_append_printf(json, "{\"type\":\"urn:kbnt:problem:%s\"",
                           kbnt_error_code_name(code));
    kbnt_json_append_text_member(json, "title", kbnt_error_code_text(code));
    kbnt_json_append_int_member(json, "status", kbnt_error_http_status(code));
    kbnt_json_append_text_member(json, "code", kbnt_error_code_name(code));
    kbnt_json_append_text_member(json, "step", step_of(faults));
    kbnt_json_append_text_member(json, "detail", error->message);
    kbnt_json_append_bool_member(json, "retryable",
                                 kbnt_error_class(error) == KBNT_CLASS_RETRY);
    kbnt_json_append_text_member(json, "correlationId", correlation_id);
    if (faults != NULL && kbnt_fault_count(faults) > 0)
        append_faults(json, faults);
    g_string_append_c(json, '}');
    return g_string_free_to_bytes(json);
}

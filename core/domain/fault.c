/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fault.c: owns the gathering of faults and the precedence among them. */
#include "fault.h"

/* The status that answers a request with several faults is the first of these that occurs. */
static const guint precedence[] = { 400, 401, 422, 403, 404, 409 };

void
kbnt_fault_add(KbntValue *into, KbntErrorCode code, const char *operation, const char *pointer,
               const char *format, ...)
{
    g_autoptr(KbntValue) fault = NULL;
    g_autofree char *message = NULL;
    va_list arguments;

    if (kbnt_fault_count(into) >= KBNT_FAULTS_MAX)
        return;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    fault = kbnt_value_new();
    kbnt_value_set_string(fault, KBNT_FIELD_CODE, kbnt_error_code_name((gint)code));
    kbnt_value_set_string(fault, KBNT_FIELD_OPERATION, operation);
    kbnt_value_set_string(fault, KBNT_FIELD_POINTER, pointer);
    kbnt_value_set_string(fault, KBNT_FIELD_MESSAGE, message);
    kbnt_value_take_item(into, KBNT_FIELD_FAULTS, g_steal_pointer(&fault));
}

guint
kbnt_fault_count(const KbntValue *value)
{
    return kbnt_value_length(value, KBNT_FIELD_FAULTS);
}

static KbntErrorCode
code_of(const KbntValue *fault)
{
    return (KbntErrorCode)kbnt_error_code_from_name(
        kbnt_value_get_string(fault, KBNT_FIELD_CODE));
}

static guint
rank_of(const KbntValue *fault)
{
    guint status = kbnt_error_http_status((gint)code_of(fault));
    guint rank = 0;

    while (rank < G_N_ELEMENTS(precedence) && precedence[rank] != status)
        rank++;
    return rank;
}

KbntValue *
kbnt_fault_leading(const KbntValue *value)
{
    KbntValue *leading = NULL;
    guint least = G_MAXUINT;

    for (guint i = 0; i < kbnt_fault_count(value); i++) {
        KbntValue *fault = kbnt_value_nth_value(value, KBNT_FIELD_FAULTS, i);
        guint rank = rank_of(fault);

        if (rank < least) {
            least = rank;
            leading = fault;
        }
    }
    return leading;
}

KbntErrorCode
kbnt_fault_leading_code(const KbntValue *value)
{
    const KbntValue *leading = kbnt_fault_leading(value);

    return leading ? code_of(leading) : 0;
}

char *
kbnt_pointer_child(const char *parent, const char *name)
{
    GString *pointer = g_string_new(parent);

    g_string_append_c(pointer, '/');
    for (const char *at = name; *at; at++) {
        if (*at == '~')
            g_string_append(pointer, "~0");
        else if (*at == '/')
            g_string_append(pointer, "~1");
        else
            g_string_append_c(pointer, *at);
    }
    return g_string_free(pointer, FALSE);
}

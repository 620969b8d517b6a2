/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the faults that one pass over the configuration finds, to be told all at once. */
#include "fault-list.h"

#include <kbnt/kbnt-error.h>

typedef struct {
    char *origin;
    char *text;
    guint line;
} Fault;

struct KbntFaultList {
    GPtrArray *faults;
};

static void
fault_free(gpointer data)
{
    Fault *fault = data;
    g_free(fault->origin);
    g_free(fault->text);
    g_free(fault);
}

KbntFaultList *
kbnt_fault_list_new(void)
{
    KbntFaultList *faults = g_new0(KbntFaultList, 1);
    faults->faults = g_ptr_array_new_with_free_func(fault_free);
    return faults;
}

void
kbnt_fault_list_free(KbntFaultList *faults)
{
    if (!faults)
        return;
    g_ptr_array_unref(faults->faults);
    g_free(faults);
}

void
kbnt_fault_list_add(KbntFaultList *faults, const char *origin, guint line, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    Fault *fault = g_new0(Fault, 1);
    fault->origin = g_strdup(origin);
    fault->line = line;
    fault->text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(faults->faults, fault);
}

guint
kbnt_fault_list_length(const KbntFaultList *faults)
{
    return faults->faults->len;
}

/* Stable for equal places, because GPtrArray sorts by merging. */
static gint
compare_places(gconstpointer a, gconstpointer b)
{
    const Fault *one = *(Fault *const *)a, *other = *(Fault *const *)b;
    gint by_origin = g_strcmp0(one->origin, other->origin);
    return by_origin ? by_origin : (one->line > other->line) - (one->line < other->line);
}

static void
append_fault(GString *text, const Fault *fault)
{
    if (text->len)
        g_string_append_c(text, '\n');
    if (fault->origin && fault->line)
        g_string_append_printf(text, "%s:%u: ", fault->origin, fault->line);
    else if (fault->origin)
        g_string_append_printf(text, "%s: ", fault->origin);
    g_string_append(text, fault->text);
}

char *
kbnt_fault_list_text(KbntFaultList *faults)
{
    GString *text = g_string_new(NULL);
    g_ptr_array_sort(faults->faults, compare_places);
    for (guint i = 0; i < faults->faults->len; i++)
        append_fault(text, faults->faults->pdata[i]);
    return g_string_free(text, FALSE);
}

gboolean
kbnt_fault_list_judge(KbntFaultList *faults, GError **error)
{
    if (faults->faults->len == 0)
        return TRUE;
    g_autofree char *text = kbnt_fault_list_text(faults);
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, text);
    return FALSE;
}

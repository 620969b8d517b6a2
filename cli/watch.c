/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.c: owns the looking on while a request is worked on.
 */
#include "watch.h"

#include "print.h"

#include <stdio.h>

typedef struct {
    const KbntInvocation *invocation;
    char *ended_as;
    char *error;
} Watching;

/* What a line of an event says beyond its type: the step, or how it ended. */
static char *
describe(const json_t *event)
{
    const char *code = kbnt_json_text_at(event, "payload.error.code");
    const char *step = kbnt_json_text_at(event, "step");
    const char *resource = kbnt_json_text_at(event, "payload.virtualResourceId");
    const char *host = kbnt_json_text_at(event, "payload.host");
    const char *address = kbnt_json_text_at(event, "payload.endpoints.address");
    GString *text = g_string_new(step ? step : "");

    if (code)
        g_string_append_printf(text, " %s", code);
    if (resource)
        g_string_append_printf(text, " %s", resource);
    if (host)
        g_string_append_printf(text, " on %s", host);
    if (address)
        g_string_append_printf(text, " at %s", address);
    return g_string_free(text, FALSE);
}

static void
print_event(const char *type, const json_t *event)
{
    g_autofree char *time = kbnt_json_show(event, "timestamp");
    g_autofree char *percent = kbnt_json_at(event, "percent") ? kbnt_json_show(event, "percent")
                                                              : g_strdup("0");
    g_autofree char *rest = describe(event);

    printf("%s  %3s%%  %-29s %s\n", time, percent, type, rest);
    fflush(stdout);
}

static gboolean
is_last(const char *type)
{
    static const char *const last[] = { "VIRTUALIZATION_COMPLETED", "VIRTUALIZATION_FAILED",
                                        "VIRTUALIZATION_CANCELLED", NULL };

    return g_strv_contains(last, type);
}

static gboolean
on_event(const char *type, json_t *event, gpointer user_data)
{
    Watching *watching = user_data;

    if (!json_is_object(event) || json_object_size(event) == 0)
        return TRUE;
    if (kbnt_invocation_wants_json(watching->invocation))
        kbnt_print_json(event);
    else
        print_event(type, event);
    if (!is_last(type))
        return TRUE;
    watching->ended_as = g_strdup(type);
    watching->error = g_strdup(kbnt_json_text_at(event, "payload.error.cause"));
    return FALSE;
}

static int
conclude(const Watching *watching, const char *id)
{
    if (g_strcmp0(watching->ended_as, "VIRTUALIZATION_COMPLETED") == 0)
        return KBNT_EXIT_DONE;
    if (!watching->ended_as)
        fprintf(stderr, "kbntctl watch: the stream of '%s' ended before the request\n", id);
    else if (watching->error)
        fprintf(stderr, "kbntctl watch: '%s': %s\n", id, watching->error);
    return KBNT_EXIT_FAILED;
}

int
kbnt_watch_request(KbntInvocation *invocation, const char *id)
{
    const char *user = kbnt_invocation_get(invocation, "user");
    g_autofree char *escaped_id = g_uri_escape_string(id, NULL, FALSE);
    g_autofree char *escaped_user = user ? g_uri_escape_string(user, NULL, FALSE) : NULL;
    g_autofree char *path = g_strconcat("/api/v1/requests/", escaped_id, "/events",
                                        user ? "?userId=" : NULL, escaped_user, NULL);
    Watching watching = { .invocation = invocation };
    g_autoptr(GError) error = NULL;
    int code;

    if (!kbnt_client_listen(kbnt_invocation_api(invocation), path, on_event, &watching, &error))
        return kbnt_invocation_fail(invocation, error);
    code = conclude(&watching, id);
    g_free(watching.ended_as);
    g_free(watching.error);
    return code;
}

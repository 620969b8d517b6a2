/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * list.c: owns how answers of the API are shown: lists, and sheets of one thing.
 */
#include "list.h"

#include <stdio.h>

/* Options and what they are called in a query. */
static const char *const parameters[][2] = {
    { "user", "userId" }, { "status", "status" }, { "type", "type" },   { "host", "host" },
    { "limit", "limit" }, { "cursor", "cursor" }, { "after", "after" }, { "half", "half" },
};

static char *
path_with_query(const KbntInvocation *invocation, const char *path)
{
    GString *whole = g_string_new(path);
    char separator = '?';

    for (gsize i = 0; i < G_N_ELEMENTS(parameters); i++) {
        const char *value = kbnt_invocation_get(invocation, parameters[i][0]);

        if (!value)
            continue;
        g_string_append_printf(whole, "%c%s=", separator, parameters[i][1]);
        g_string_append_uri_escaped(whole, value, NULL, FALSE);
        separator = '&';
    }
    return g_string_free(whole, FALSE);
}

int
kbnt_show(const KbntInvocation *invocation, const KbntAnswer *answer, const KbntColumn *lines,
          gsize n_lines)
{
    g_autofree char *sheet = NULL;

    if (!answer)
        return KBNT_EXIT_FAILED;
    if (kbnt_invocation_wants_json(invocation)) {
        kbnt_print_json(answer->json);
        return KBNT_EXIT_DONE;
    }
    sheet = kbnt_sheet(lines, n_lines, answer->json);
    fputs(sheet, stdout);
    return KBNT_EXIT_DONE;
}

int
kbnt_list(KbntInvocation *invocation, const KbntListQuery *query)
{
    g_autofree char *path = path_with_query(invocation, query->path);
    KbntClient *client = g_str_has_prefix(path, "/admin/") ? kbnt_invocation_admin(invocation)
                                                           : kbnt_invocation_api(invocation);
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(invocation, client, "GET", path, NULL);
    const char *cursor = answer ? kbnt_json_text_at(answer->json, "nextCursor") : NULL;
    g_autofree char *table = NULL;

    if (!answer)
        return KBNT_EXIT_FAILED;
    if (kbnt_invocation_wants_json(invocation)) {
        kbnt_print_json(answer->json);
        return KBNT_EXIT_DONE;
    }
    table = kbnt_table(query->columns, query->n_columns,
                       kbnt_json_at(answer->json, query->member));
    fputs(table, stdout);
    if (cursor)
        printf("more with --cursor %s\n", cursor);
    return KBNT_EXIT_DONE;
}

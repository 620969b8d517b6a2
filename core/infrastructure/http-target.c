/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the target of a request: what of it is decoded, and which tricks are refused.
 *
 * A path that two readers can read in two ways is refused, not repaired: encoded dots, slashes
 * and NULs, backslashes, empty segments and those of dots alone. */
#include "http-private.h"

#include <string.h>

static gboolean
is_visible_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text >= 0x7f || *text == '\\' || *text == '#')
            return FALSE;
    return TRUE;
}

/* Decodes in place. Returns FALSE for a broken escape, a byte of refused, a control character
 * or what is not UTF-8 in the end. */
static gboolean
decode(char *text, const char *refused)
{
    char *out = text;

    for (const char *in = text; *in != '\0'; in++) {
        int high, low;
        char byte;

        if (*in != '%') {
            *out++ = *in;
            continue;
        }
        high = g_ascii_xdigit_value(in[1]);
        low = high >= 0 ? g_ascii_xdigit_value(in[2]) : -1;
        if (low < 0)
            return FALSE;
        byte = (char)(high * 16 + low);
        if ((guchar)byte < ' ' || byte == 0x7f || strchr(refused, byte) != NULL)
            return FALSE;
        *out++ = byte;
        in += 2;
    }
    *out = '\0';
    return g_utf8_validate(text, out - text, NULL);
}

static gboolean
has_hollow_segment(const char *path)
{
    while (*path == '/') {
        gsize length = strcspn(path + 1, "/");

        /* A slash at the very end is a segment of its own, which no route has. */
        if (length == 0 && path[1] == '/')
            return TRUE;
        if (length > 0 && length <= 2 && strspn(path + 1, ".") >= length)
            return TRUE;
        path += 1 + length;
    }
    return FALSE;
}

static void
parse_query(KbntHttpRequest *request, const char *query)
{
    g_auto(GStrv) pairs = g_strsplit(query, "&", -1);

    request->queries = g_ptr_array_new_with_free_func(g_free);
    for (char **pair = pairs; *pair != NULL; pair++) {
        char *equals = strchr(*pair, '=');
        char *name, *value;

        if (**pair == '\0')
            continue;
        name = g_strndup(*pair, equals != NULL ? (gsize)(equals - *pair) : strlen(*pair));
        value = g_strdelimit(g_strdup(equals != NULL ? equals + 1 : ""), "+", ' ');
        g_ptr_array_add(request->queries, name);
        g_ptr_array_add(request->queries, value);
        if (!decode(name, "") || !decode(value, ""))
            request->fault = "the query has a broken escape or a control character";
    }
}

static const char *
skip_authority(KbntHttpRequest *request, const char *target)
{
    gsize length;

    if (g_ascii_strncasecmp(target, "http://", 7) != 0)
        return target;
    target += 7;
    length = strcspn(target, "/?");
    request->authority = g_strndup(target, length);
    return target[length] == '\0' ? "/" : target + length;
}

void
kbnt_http_target_parse(KbntHttpRequest *request, const char *target)
{
    const char *query;

    target = skip_authority(request, target);
    query = strchr(target, '?');
    request->path = g_strndup(target, query != NULL ? (gsize)(query - target) : strlen(target));
    if (strcmp(request->path, "*") == 0)
        return;
    if (request->path[0] != '/' || !is_visible_ascii(target))
        request->fault = "the target is not a path with an optional query";
    else if (has_hollow_segment(request->path) || !decode(request->path, "./\\"))
        request->fault = "the path has an escape or a segment that can be read in two ways";
    if (query != NULL)
        parse_query(request, query + 1);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event-lines.c: owns the reading of Server-Sent Events (HTML Standard, "Parsing an event
 * stream"), as much of it as kbnt sends: lines that end with LF.
 */
#include "event-lines.h"

#include <string.h>

struct KbntEventLines {
    KbntEventLinesHandler handler;
    gpointer user_data;
    GString *line;
    GString *data;
    char *event;
    char *id;
    char *last_id;
};

KbntEventLines *
kbnt_event_lines_new(KbntEventLinesHandler handler, gpointer user_data)
{
    KbntEventLines *lines = g_new0(KbntEventLines, 1);

    lines->handler = handler;
    lines->user_data = user_data;
    lines->line = g_string_new(NULL);
    lines->data = g_string_new(NULL);
    return lines;
}

void
kbnt_event_lines_free(KbntEventLines *lines)
{
    if (!lines)
        return;
    g_string_free(lines->line, TRUE);
    g_string_free(lines->data, TRUE);
    g_free(lines->event);
    g_free(lines->id);
    g_free(lines->last_id);
    g_free(lines);
}

static void
forget_event(KbntEventLines *lines)
{
    g_string_truncate(lines->data, 0);
    g_clear_pointer(&lines->event, g_free);
    g_clear_pointer(&lines->id, g_free);
}

void
kbnt_event_lines_restart(KbntEventLines *lines)
{
    g_string_truncate(lines->line, 0);
    forget_event(lines);
}

const char *
kbnt_event_lines_last_id(const KbntEventLines *lines)
{
    return lines->last_id;
}

static gboolean
end_event(KbntEventLines *lines)
{
    gboolean goes_on = TRUE;

    if (lines->id) {
        g_free(lines->last_id);
        lines->last_id = g_steal_pointer(&lines->id);
    }
    if (lines->data->len > 0)
        goes_on = lines->handler(lines->event ? lines->event : "message", lines->data->str,
                                 lines->user_data);
    forget_event(lines);
    return goes_on;
}

static void
replace(char **text, const char *replacement)
{
    g_free(*text);
    *text = g_strdup(replacement);
}

/* A line that begins with a colon is a heartbeat. */
static void
take_field(KbntEventLines *lines, char *line)
{
    char *value = strchr(line, ':');

    if (!value || value == line)
        return;
    *value++ = '\0';
    if (*value == ' ')
        value++;
    if (g_str_equal(line, "id")) {
        replace(&lines->id, value);
    } else if (g_str_equal(line, "event")) {
        replace(&lines->event, value);
    } else if (g_str_equal(line, "data")) {
        if (lines->data->len > 0)
            g_string_append_c(lines->data, '\n');
        g_string_append(lines->data, value);
    }
}

static gboolean
end_line(KbntEventLines *lines)
{
    gboolean goes_on = TRUE;

    if (lines->line->len == 0)
        goes_on = end_event(lines);
    else
        take_field(lines, lines->line->str);
    g_string_truncate(lines->line, 0);
    return goes_on;
}

gboolean
kbnt_event_lines_push(KbntEventLines *lines, const char *bytes, gsize length)
{
    const char *end = bytes + length;

    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (gsize)(end - bytes));
        const char *stop = newline ? newline : end;

        g_string_append_len(lines->line, bytes, stop - bytes);
        if (!newline)
            return TRUE;
        if (!end_line(lines))
            return FALSE;
        bytes = newline + 1;
    }
    return TRUE;
}

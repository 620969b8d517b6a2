/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print.c: owns how JSON is shown to people: aligned, each control character replaced.
 */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const json_t *
kbnt_json_at(const json_t *json, const char *path)
{
    g_auto(GStrv) members = g_strsplit(path, ".", -1);

    for (guint i = 0; json && members[i]; i++)
        json = json_object_get(json, members[i]);
    return json_is_null(json) ? NULL : json;
}

const char *
kbnt_json_text_at(const json_t *json, const char *path)
{
    return json_string_value(kbnt_json_at(json, path));
}

/* What a terminal would obey is not for it to see: a name may come from anybody. */
static char *
harmless(const char *text)
{
    GString *shown = g_string_new(NULL);

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);

        g_string_append_unichar(shown, g_unichar_iscntrl(character) ? '?' : character);
    }
    return g_string_free(shown, FALSE);
}

static char *
show_list(const json_t *list)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));

        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", item ? item : "…");
    }
    return g_string_free(text, FALSE);
}

char *
kbnt_json_show(const json_t *json, const char *path)
{
    const json_t *value = kbnt_json_at(json, path);

    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        return harmless(json_string_value(value));
    case JSON_INTEGER:
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return g_strdup_printf("%g", json_real_value(value));
    case JSON_TRUE:
        return g_strdup("yes");
    case JSON_FALSE:
        return g_strdup("no");
    case JSON_ARRAY:
        return show_list(value);
    default:
        return g_strdup("-");
    }
}

void
kbnt_print_json(const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY);

    puts(text ? text : "null");
    free(text);
}

/* Returns: (element-type char*) (transfer full): the cells of all rows, titles first. */
static GPtrArray *
make_cells(const KbntColumn *columns, gsize n_columns, const json_t *rows)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);

    for (gsize column = 0; column < n_columns; column++)
        g_ptr_array_add(cells, g_strdup(columns[column].title));
    for (gsize row = 0; row < json_array_size(rows); row++) {
        for (gsize column = 0; column < n_columns; column++)
            g_ptr_array_add(cells,
                            kbnt_json_show(json_array_get(rows, row), columns[column].path));
    }
    return cells;
}

static glong
width_of(const GPtrArray *cells, gsize n_columns, gsize column)
{
    glong width = 0;

    for (gsize i = column; i < cells->len; i += n_columns)
        width = MAX(width, g_utf8_strlen(cells->pdata[i], -1));
    return width;
}

static void
append_padded(GString *text, const char *cell, glong width)
{
    g_string_append(text, cell);
    for (glong i = g_utf8_strlen(cell, -1); i < width; i++)
        g_string_append_c(text, ' ');
}

char *
kbnt_table(const KbntColumn *columns, gsize n_columns, const json_t *rows)
{
    g_autoptr(GPtrArray) cells = make_cells(columns, n_columns, rows);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < cells->len; i++) {
        gsize column = i % n_columns;
        gboolean is_last = column == n_columns - 1;

        append_padded(text, cells->pdata[i],
                      is_last ? 0 : width_of(cells, n_columns, column) + 2);
        if (is_last)
            g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

char *
kbnt_sheet(const KbntColumn *columns, gsize n_columns, const json_t *object)
{
    GString *text = g_string_new(NULL);
    gsize width = 0;

    for (gsize i = 0; i < n_columns; i++)
        width = MAX(width, strlen(columns[i].title));
    for (gsize i = 0; i < n_columns; i++) {
        g_autofree char *cell = NULL;

        if (!kbnt_json_at(object, columns[i].path))
            continue;
        cell = kbnt_json_show(object, columns[i].path);
        append_padded(text, columns[i].title, (glong)width + 2);
        g_string_append_printf(text, "%s\n", cell);
    }
    return g_string_free(text, FALSE);
}

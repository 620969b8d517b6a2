/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print.h: owns how JSON is shown to people.
 */
#ifndef KBNT_PRINT_H
#define KBNT_PRINT_H

#include <glib.h>
#include <jansson.h>

/**
 * KbntColumn:
 * @title: above the column, or before the line
 * @path: members, joined by dots ("error.code")
 *
 * What is shown of an object.
 */
typedef struct {
    const char *title;
    const char *path;
} KbntColumn;

/* Returns: (transfer none) (nullable): the member at the end of the path. */
const json_t *kbnt_json_at(const json_t *json, const char *path);

/* Returns: (transfer none) (nullable): the string at the end of the path. */
const char *kbnt_json_text_at(const json_t *json, const char *path);

/* Returns: (transfer full): the member as one word or more; "-" where there is none. */
char *kbnt_json_show(const json_t *json, const char *path);

/* Prints the whole document, indented. */
void kbnt_print_json(const json_t *json);

/* Returns: (transfer full): a line of titles and one for each row. */
char *kbnt_table(const KbntColumn *columns, gsize n_columns, const json_t *rows);

/* Returns: (transfer full): a line for each column that the object has. */
char *kbnt_sheet(const KbntColumn *columns, gsize n_columns, const json_t *object);

#endif

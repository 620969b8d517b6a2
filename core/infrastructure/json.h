/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns JSON: text of unknown origin to the neutral tree that the domain judges, and the pieces
 * of which answers are written. */
#pragma once

#include "input.h"

#include <glib.h>

/* A body may nest this deep: more than any request needs, little enough to recurse on. */
#define KBNT_JSON_DEPTH_MAX 16

/* Refuses what is not JSON (RFC 8259), has a key twice, is not UTF-8, or nests too deep.
 * Returns (transfer full) (nullable): the tree, or NULL with MALFORMED, saying where. */
KbntInput *kbnt_json_parse(const char *text, gsize length, GError **error);

/* Writers append to the text. Between a '{' or '[' and its end, each key or item finds out by
 * itself whether it needs a comma. */
void kbnt_json_append_text(GString *json, const char *text);
void kbnt_json_append_int(GString *json, gint64 number);
/* As short as reads back the same; null where it is not finite, or DBL_MAX: no limit. */
void kbnt_json_append_number(GString *json, double number);
/* RFC 3339, UTC, milliseconds and Z. */
void kbnt_json_append_time(GString *json, gint64 wall_ms);
void kbnt_json_append_comma(GString *json);
/* A name is ours: it has nothing in it that JSON would escape. */
void kbnt_json_append_key(GString *json, const char *name);
/* A key with its value; NULL leaves both out. */
void kbnt_json_append_text_member(GString *json, const char *name, const char *text);
void kbnt_json_append_int_member(GString *json, const char *name, gint64 number);
void kbnt_json_append_bool_member(GString *json, const char *name, gboolean truth);

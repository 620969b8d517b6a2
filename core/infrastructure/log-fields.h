/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns how the fields of a value look in a line of the log; secrets do not. */
#pragma once

#include <jansson.h>
#include <kbnt/kbnt-values.h>

/* Adds each field under its name on the wire, nested values as objects. */
void kbnt_log_fields_add(json_t *line, const KbntValue *fields);

/* Adds "KBNT_REQUEST_ID=…" for each field that is a single text, number or name. */
void kbnt_log_fields_list(GPtrArray *pairs, const KbntValue *fields);

/* Returns: (transfer full): RFC 3339, UTC, with milliseconds. */
char *kbnt_log_time_text(gint64 wall_ms);

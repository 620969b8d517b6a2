/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what the files of the sink log share: a transition as a line, and two ways to write it.
 */
#pragma once

#include <kbnt/kbnt-plugin.h>

/* What a transition is to a reader: how grave, and in words that are always the same. */
typedef struct {
    KbntLogLevel level;
    const char *text;
} LogHeading;

LogHeading log_heading_of(const KbntValue *transition);

/* The fields of a line, in its order; the first N_LOG_IDENTITY stand in every line. */
#define N_LOG_IDENTITY 5
extern const KbntField log_fields[];
extern const guint n_log_fields;

/* Returns: (transfer full): the line as JSON, with its line feed. */
char *log_line_json(const KbntValue *transition, const LogHeading *heading);

#define LOG_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Returns: 0, or the errno for which the journal did not take it. */
gint log_line_send(const KbntValue *transition, const LogHeading *heading);

/* Returns: (transfer full) (nullable): a field of one text, number or name; NULL where it is
 * not set or is none of these. */
char *log_field_text(const KbntValue *transition, KbntField field);

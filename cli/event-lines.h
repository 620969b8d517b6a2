/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event-lines.h: owns the reading of Server-Sent Events from bytes as they come.
 */
#ifndef KBNT_EVENT_LINES_H
#define KBNT_EVENT_LINES_H

#include <glib.h>

typedef struct KbntEventLines KbntEventLines;

/* Hears of a whole event. Returns: whether to go on. */
typedef gboolean (*KbntEventLinesHandler)(const char *event, const char *data,
                                          gpointer user_data);

KbntEventLines *kbnt_event_lines_new(KbntEventLinesHandler handler, gpointer user_data);

void kbnt_event_lines_free(KbntEventLines *lines);

/* Forgets what is half read, when a connection is made anew; the last id is kept. */
void kbnt_event_lines_restart(KbntEventLines *lines);

/* Returns: FALSE once the handler has heard enough. */
gboolean kbnt_event_lines_push(KbntEventLines *lines, const char *bytes, gsize length);

/* Returns: (transfer none) (nullable): the id of the last whole event. */
const char *kbnt_event_lines_last_id(const KbntEventLines *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntEventLines, kbnt_event_lines_free)

#endif

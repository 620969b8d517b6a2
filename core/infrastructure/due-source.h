/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns a source of the loop that is due at a time. Only the loop thread sets the time, so
 * unlike g_source_set_ready_time() this wakes nobody: that writes to a descriptor and costs the
 * loop a turn each time. */
#pragma once

#include <glib.h>

#define KBNT_DUE_NEVER (-1)
#define KBNT_DUE_NOW 0

/* Returns (transfer full): attached, and due never. Destroy and unref it. */
GSource *kbnt_due_source_new(GMainContext *context, const char *name,
                             void (*call)(GSource *source, gpointer data), gpointer data);

/* In monotonic time. The source stays due until another time is set. */
void kbnt_due_source_set(GSource *source, gint64 due_us);

gint64 kbnt_due_source_get(GSource *source);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the timers of one loop: a heap behind a single source, so that a timer for each of ten
 * thousand requests costs the main loop nothing while it waits. Loop thread only. */
#pragma once

#include <glib.h>

typedef struct KbntTimers KbntTimers;

/* Runs one timer that is due: the loop puts its stop-watch around it here. */
typedef void (*KbntTimersRun)(const char *name, void (*function)(gpointer data), gpointer data,
                              gpointer runner);

KbntTimers *kbnt_timers_new(GMainContext *context, KbntTimersRun run, gpointer runner);
void kbnt_timers_free(KbntTimers *timers);

/* name is static text. Returns an id that is never 0 and never used again. */
guint64 kbnt_timers_add(KbntTimers *timers, gint64 due_us, const char *name,
                        void (*function)(gpointer data), gpointer data);

/* Returns FALSE where the timer has run, or runs now, or was cancelled before. */
gboolean kbnt_timers_cancel(KbntTimers *timers, guint64 id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntTimers, kbnt_timers_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the loop thread: its main context, the ring by which other threads re-enter it, timers,
 * and the lanes for work that blocks.
 *
 * The thread that makes the loop is the loop thread. Everything here is for that thread alone,
 * except kbnt_loop_invoke(). */
#pragma once

#include <glib.h>

typedef struct KbntLoop KbntLoop;
typedef void (*KbntLoopFunc)(gpointer data);

/* Hears of a function that held the loop for longer than the limit. */
typedef void (*KbntLoopSlowFunc)(const char *culprit, gint64 elapsed_us, gpointer data);

/* ring_size: how many invocations of other threads may wait before those threads do. */
KbntLoop *kbnt_loop_new(guint ring_size);

/* Stops the lanes first; invocations that still wait are run. */
void kbnt_loop_free(KbntLoop *loop);

GMainContext *kbnt_loop_context(KbntLoop *loop);

/* Returns after kbnt_loop_quit(). */
void kbnt_loop_run(KbntLoop *loop);
void kbnt_loop_quit(KbntLoop *loop);

/* Any thread. Runs function once on the loop thread, in the order of the calls of one thread;
 * never inside the call. A foreign thread blocks while the ring is full; nothing is dropped. */
#define kbnt_loop_invoke(loop, function, data) \
    kbnt_loop_invoke_named(loop, #function, function, data)
void kbnt_loop_invoke_named(KbntLoop *loop, const char *name, KbntLoopFunc function,
                            gpointer data);

/* Runs function once, delay_us from now. Returns an id for kbnt_loop_cancel(), never 0. */
#define kbnt_loop_after(loop, delay_us, function, data) \
    kbnt_loop_after_named(loop, delay_us, #function, function, data)
guint64 kbnt_loop_after_named(KbntLoop *loop, gint64 delay_us, const char *name,
                              KbntLoopFunc function, gpointer data);

/* Runs function once, on the loop thread, behind what the ring has brought, at the latest
 * before the loop next waits for events: whoever gathers work hands it on in one go. Loop
 * thread only. */
void kbnt_loop_at_turn_end(KbntLoop *loop, const char *name, KbntLoopFunc function,
                           gpointer data);

/* Returns FALSE where the timer is gone already, so that cancelling twice is harmless. */
gboolean kbnt_loop_cancel(KbntLoop *loop, guint64 id);

/* Runs work on the thread of the lane, where it may block; work re-enters by
 * kbnt_loop_invoke(). Fails with QUEUE_FULL or STOPPED, and then never runs it. */
gboolean kbnt_loop_run_blocking(KbntLoop *loop, const char *lane, KbntLoopFunc work,
                                gpointer data, GError **error);

/* Does the work that waits in the lanes and joins their threads; what they have invoked runs
 * before this returns. */
void kbnt_loop_stop_lanes(KbntLoop *loop);

/* Times every function that the loop runs from now on; limit_us 0 ends it. */
void kbnt_loop_watch_slow(KbntLoop *loop, gint64 limit_us, KbntLoopSlowFunc slow,
                          gpointer data);

/* Runs function at once under the same stop-watch: for a caller with a source of its own, or
 * with a plugin to blame. name need only live for the call. */
void kbnt_loop_call_timed(KbntLoop *loop, const char *name, KbntLoopFunc function,
                          gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntLoop, kbnt_loop_free)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A KbntHost for tests: a real main context, real lanes, a clock that can be stopped, and a log
 * that can be read.
 *
 * The context belongs to the host and to nobody else, so a plugin that attaches its sources to
 * the default context is found out. It is turned by the thread that made the host.
 */
#pragma once

#include "host-private.h"

G_BEGIN_DECLS

typedef struct FakeHost FakeHost;

/* Returns: (transfer full): a host with a real clock and a temporary folder of its own. */
FakeHost *fake_host_new(KbntHalf half);

/* Returns: (transfer full): likewise, on a folder that is not its own and stays. */
FakeHost *fake_host_new_in(KbntHalf half, const char *state_dir);

/* Ends the lanes and removes the folder, where it is its own, with all that is in it. */
void fake_host_free(FakeHost *fake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeHost, fake_host_free)

KbntHost *fake_host_get(FakeHost *fake);

GMainContext *fake_host_context(FakeHost *fake);

const char *fake_host_state_dir(FakeHost *fake);

/* Stops the clock at this time; from here on fake_host_advance_ms() alone moves it. */
void fake_host_stop_clock(FakeHost *fake, gint64 monotonic_us, gint64 wall_ms);

void fake_host_advance_ms(FakeHost *fake, gint64 ms);

/* One turn of the context: waits for an event, but at most @timeout_ms. */
void fake_host_turn(FakeHost *fake, guint timeout_ms);

/* Turns the context until @done says TRUE. Returns: FALSE when @timeout_ms passed before. */
gboolean fake_host_run_until(FakeHost *fake, gboolean (*done)(gpointer), gpointer data,
                             guint timeout_ms);

/* Turns the context until nothing is ready any more; timers that lie ahead are not awaited. */
void fake_host_settle(FakeHost *fake);

/* The longest time that one turn has held the thread without waiting, since it was last asked;
 * time in which the system ran other threads on this core does not count. */
gint64 fake_host_take_longest_hold_us(FakeHost *fake);

/* Microseconds that the calling thread has been runnable without running. */
gint64 fake_host_preempted_us(void);

/* Whether a line of this level and with this part in its text was logged. */
gboolean fake_host_logged(FakeHost *fake, KbntLogLevel level, const char *part);

/* Lines logged so far. */
guint fake_host_n_logged(FakeHost *fake);

/* What a plugin has counted, or set as a gauge, under this name. */
double fake_host_metric(FakeHost *fake, const char *name);

void fake_host_set_secret(FakeHost *fake, const char *name, GBytes *secret);

/* Removes a folder and all that is in it. */
void fake_host_remove_tree(const char *path);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what systemd hears of us: readiness, reloads, the end, and the watchdog's sign of life,
 * which comes from the loop itself: a loop that hangs falls silent. Without systemd all of it
 * does nothing. Loop thread only. */
#pragma once

#include "loop.h"

typedef struct KbntNotify KbntNotify;

KbntNotify *kbnt_notify_new(KbntLoop *loop);
void kbnt_notify_free(KbntNotify *notify);

/* status: one line for "systemctl status". */
void kbnt_notify_ready(KbntNotify *notify, const char *status);
void kbnt_notify_status(KbntNotify *notify, const char *status);
/* Ready again is what ends a reload. */
void kbnt_notify_reloading(KbntNotify *notify);
void kbnt_notify_stopping(KbntNotify *notify, const char *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntNotify, kbnt_notify_free)

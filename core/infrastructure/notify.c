/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns what systemd hears of us. A message that cannot be sent is lost: systemd
 * will see for itself. */
#include "notify.h"

#include <systemd/sd-daemon.h>

struct KbntNotify {
    KbntLoop *loop;
    gint64 interval_us; /* 0 where there is no watchdog */
    guint64 timer;
};

static void
give_sign(gpointer data)
{
    KbntNotify *notify = data;

    sd_notify(FALSE, "WATCHDOG=1");
    notify->timer = kbnt_loop_after(notify->loop, notify->interval_us, give_sign, notify);
}

KbntNotify *
kbnt_notify_new(KbntLoop *loop)
{
    KbntNotify *notify = g_new0(KbntNotify, 1);
    uint64_t limit_us = 0;

    notify->loop = loop;
    if (sd_watchdog_enabled(FALSE, &limit_us) > 0) {
        /* Half of it, as sd_watchdog_enabled(3) advises. */
        notify->interval_us = (gint64)limit_us / 2;
        give_sign(notify);
    }
    return notify;
}

void
kbnt_notify_free(KbntNotify *notify)
{
    if (notify == NULL)
        return;
    kbnt_loop_cancel(notify->loop, notify->timer);
    g_free(notify);
}

void
kbnt_notify_ready(KbntNotify *notify, const char *status)
{
    sd_notifyf(FALSE, "READY=1\nSTATUS=%s", status);
}

void
kbnt_notify_status(KbntNotify *notify, const char *status)
{
    sd_notifyf(FALSE, "STATUS=%s", status);
}

void
kbnt_notify_reloading(KbntNotify *notify)
{
    sd_notifyf(FALSE, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
}

void
kbnt_notify_stopping(KbntNotify *notify, const char *status)
{
    sd_notifyf(FALSE, "STOPPING=1\nSTATUS=%s", status);
}

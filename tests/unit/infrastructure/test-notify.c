/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd hears, on a socket of the test's own. */
#include "notify.h"

#include "runner.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    char *folder;
    char *path;
    int fd;
} Systemd;

static Systemd
systemd_new(void)
{
    Systemd systemd = { .folder = g_dir_make_tmp("kbnt-notify-XXXXXX", NULL) };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval timeout = { .tv_sec = 5 };

    systemd.path = g_build_filename(systemd.folder, "notify", NULL);
    g_strlcpy(address.sun_path, systemd.path, sizeof address.sun_path);
    systemd.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(systemd.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    CU_ASSERT_EQUAL_FATAL(bind(systemd.fd, (struct sockaddr *)&address, sizeof address), 0);
    g_setenv("NOTIFY_SOCKET", systemd.path, TRUE);
    return systemd;
}

static void
systemd_free(Systemd *systemd)
{
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    close(systemd->fd);
    g_unlink(systemd->path);
    g_rmdir(systemd->folder);
    g_free(systemd->path);
    g_free(systemd->folder);
}

static char *
hear(Systemd *systemd)
{
    char text[512];
    gssize length = recv(systemd->fd, text, sizeof text, 0);

    return g_strndup(text, (gsize)MAX(length, 0));
}

static void
readiness_and_end_are_told_with_a_status(void)
{
    Systemd systemd = systemd_new();
    g_autoptr(KbntLoop) loop = kbnt_loop_new(8);
    g_autoptr(KbntNotify) notify = kbnt_notify_new(loop);
    g_autofree char *ready = NULL, *stopping = NULL;

    kbnt_notify_ready(notify, "on 127.0.0.1:8080");
    ready = hear(&systemd);
    kbnt_notify_stopping(notify, "answering what was begun");
    stopping = hear(&systemd);

    kbnt_assert_string(ready, "READY=1\nSTATUS=on 127.0.0.1:8080");
    kbnt_assert_string(stopping, "STOPPING=1\nSTATUS=answering what was begun");
    systemd_free(&systemd);
}

static void
quit(gpointer loop)
{
    kbnt_loop_quit(loop);
}

static void
the_watchdog_hears_from_a_loop_that_turns(void)
{
    Systemd systemd = systemd_new();
    g_autoptr(KbntLoop) loop = kbnt_loop_new(8);
    g_autoptr(KbntNotify) notify = NULL;
    g_autofree char *first = NULL, *second = NULL;

    g_setenv("WATCHDOG_USEC", "20000", TRUE);
    notify = kbnt_notify_new(loop);
    first = hear(&systemd);
    kbnt_loop_after(loop, 15000, quit, loop);
    kbnt_loop_run(loop);
    second = hear(&systemd);

    kbnt_assert_string(first, "WATCHDOG=1");
    kbnt_assert_string(second, "WATCHDOG=1");
    systemd_free(&systemd);
}

static const KbntTest tests[] = {
    KBNT_TEST(readiness_and_end_are_told_with_a_status),
    KBNT_TEST(the_watchdog_hears_from_a_loop_that_turns),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/notify", argc, argv, tests, G_N_ELEMENTS(tests));
}

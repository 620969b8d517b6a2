/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the trial of what may end or hold up the process that does it: in a child, for a while.
 *
 * The linker runs the constructors of a file before anybody can look at its descriptor, and
 * nothing that they do can be undone. So a child loads it first, tells by a byte that it has
 * come back, and is killed; what it did to itself nobody else sees. */
#include "plugin-trial.h"

#include <errno.h>
#include <fcntl.h>
#include <kbnt/kbnt-error.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARENTS_END, CHILDS_END };

/* Whoever exits flushes what its parent has not printed yet, and a crash need not be kept. */
static void
become_harmless(void)
{
    const struct rlimit none = { 0, 0 };
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &none);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(nowhere, fd);
}

G_GNUC_NORETURN static void
attempt_in_child(void (*attempt)(gpointer data), gpointer data, int fd)
{
    become_harmless();
    attempt(data);
    if (write(fd, "", 1) != 1)
        _exit(1);
    _exit(0);
}

/* Returns: whether the child has ended in time. */
static gboolean
has_ended(pid_t child, guint limit_ms)
{
    gint64 end_us = g_get_monotonic_time() + limit_ms * (gint64)1000;
    struct pollfd ended = { .fd = pidfd_open(child, 0), .events = POLLIN };
    int n_ready;

    do {
        gint64 left_us = end_us - g_get_monotonic_time();

        n_ready = poll(&ended, 1, (int)(MAX(left_us, 0) / 1000));
    } while (n_ready < 0 && errno == EINTR);
    if (ended.fd >= 0)
        close(ended.fd);
    return n_ready > 0;
}

/* Ends the child, where it has not ended, and all that it started. Returns: its status. */
static int
reap(pid_t child)
{
    int status = 0;

    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

static void
blame(gboolean in_time, guint limit_ms, int status, GError **error)
{
    if (!in_time)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "was not loaded within %u ms; mend what runs when it is loaded", limit_ms);
    else if (WIFSIGNALED(status))
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "ends whoever loads it by signal %d (%s); mend what runs when it is loaded",
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
                    "exits with status %d when it is loaded; mend what runs then",
                    WEXITSTATUS(status));
}

static gboolean
judge(pid_t child, int fd, guint limit_ms, GError **error)
{
    gboolean in_time = has_ended(child, limit_ms);
    int status = reap(child);
    char byte;

    if (read(fd, &byte, 1) == 1)
        return TRUE;
    blame(in_time, limit_ms, status, error);
    return FALSE;
}

gboolean
kbnt_plugin_trial(void (*attempt)(gpointer data), gpointer data, guint limit_ms, GError **error)
{
    int ends[2];
    pid_t child;
    gboolean passed;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID, "cannot be tried: %s",
                    g_strerror(errno));
        return FALSE;
    }
    child = fork();
    if (child == 0)
        attempt_in_child(attempt, data, ends[CHILDS_END]);
    if (child > 0)
        passed = judge(child, ends[PARENTS_END], limit_ms, error);
    else {
        passed = FALSE;
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID, "cannot be tried: %s",
                    g_strerror(errno));
    }
    close(ends[PARENTS_END]);
    close(ends[CHILDS_END]);
    return passed;
}

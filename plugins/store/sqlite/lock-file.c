/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lock-file.c: owns the lock that keeps a second process away from a store. */
#include "lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <kbnt/kbnt-error.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_MODE 0600

static void
fail_with_holder(int lock, const char *path, GError **error)
{
    char pid[24] = "";

    if (pread(lock, pid, sizeof pid - 1, 0) <= 0)
        g_strlcpy(pid, "(unknown)", sizeof pid);
    g_set_error(
        error, KBNT_ERROR, KBNT_ERROR_IN_USE,
        "'%s' is held by process %s; stop it, or give this one a 'state_dir' of its own", path,
        g_strchomp(pid));
}

static gboolean
write_pid(int lock)
{
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
    gsize length = strlen(pid);

    return ftruncate(lock, 0) == 0 && pwrite(lock, pid, length, 0) == (gssize)length;
}

int
lock_file_take(const char *path, GError **error)
{
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);

    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0 && write_pid(lock))
        return lock;
    if (lock >= 0 && errno == EWOULDBLOCK)
        fail_with_holder(lock, path, error);
    else
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_STORE_FAILED,
                    "'%s' cannot be locked: %s; check 'state_dir' and its owner", path,
                    g_strerror(errno));
    if (lock >= 0)
        close(lock);
    return -1;
}

void
lock_file_release(int lock)
{
    if (lock >= 0)
        close(lock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * planted-disk.c: owns a disk that fails when it is told to: a library to preload, for
 * planted_disk.py. While the folder KBNT_PLANTED_FAULTS has a file "full", nothing can be
 * written at a place of a file; while it has "ended", nothing behind the end of one; while it
 * has "broken", nothing can be flushed; while it has "stuck", a flush does not end. Where
 * KBNT_PLANTED_SIGNAL is NAME:N:SIGNAL, the process is sent SIGNAL before the N-th write or
 * flush of a file whose path ends with NAME.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
is_planted(const char *fault)
{
    const char *folder = getenv("KBNT_PLANTED_FAULTS");
    char path[4096];
    int before = errno;
    int planted;

    if (!folder)
        return 0;
    snprintf(path, sizeof path, "%s/%s", folder, fault);
    planted = access(path, F_OK) == 0;
    errno = before;
    return planted;
}

static int
has_name(int file, const char *name, size_t length)
{
    char link[64];
    char path[4096];
    ssize_t n_bytes;

    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    n_bytes = readlink(link, path, sizeof path);
    return n_bytes >= (ssize_t)length && memcmp(path + n_bytes - length, name, length) == 0;
}

static void
signal_if_due(int file)
{
    static atomic_int n_passed;
    const char *planted = getenv("KBNT_PLANTED_SIGNAL");
    const char *numbers = planted ? strchr(planted, ':') : NULL;
    int wanted;
    int number;

    if (numbers && sscanf(numbers, ":%d:%d", &wanted, &number) == 2 &&
        has_name(file, planted, (size_t)(numbers - planted)) &&
        atomic_fetch_add(&n_passed, 1) + 1 == wanted)
        kill(getpid(), number);
}

ssize_t write(int file, const void *bytes, size_t n_bytes);
ssize_t pwrite64(int file, const void *bytes, size_t n_bytes, off64_t place);
int fdatasync(int file);

ssize_t
write(int file, const void *bytes, size_t n_bytes)
{
    struct stat status;

    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || !is_planted("ended"))
        return syscall(SYS_write, file, bytes, n_bytes);
    errno = ENOSPC;
    return -1;
}

ssize_t
pwrite64(int file, const void *bytes, size_t n_bytes, off64_t place)
{
    signal_if_due(file);
    if (!is_planted("full"))
        return syscall(SYS_pwrite64, file, bytes, n_bytes, place);
    errno = ENOSPC;
    return -1;
}

int
fdatasync(int file)
{
    signal_if_due(file);
    while (is_planted("stuck"))
        usleep(10000);
    if (!is_planted("broken"))
        return (int)syscall(SYS_fdatasync, file);
    errno = EIO;
    return -1;
}

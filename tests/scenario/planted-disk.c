/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * planted-disk.c: owns a disk that fails when it is told to: a library to preload, for
 * storage-faults.py. While the folder KBNT_PLANTED_FAULTS has a file "full", nothing can be
 * written at a place of a file; while it has "broken", nothing can be flushed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

ssize_t pwrite64(int file, const void *bytes, size_t n_bytes, off64_t place);
int fdatasync(int file);

ssize_t
pwrite64(int file, const void *bytes, size_t n_bytes, off64_t place)
{
    if (!is_planted("full"))
        return syscall(SYS_pwrite64, file, bytes, n_bytes, place);
    errno = ENOSPC;
    return -1;
}

int
fdatasync(int file)
{
    if (!is_planted("broken"))
        return (int)syscall(SYS_fdatasync, file);
    errno = EIO;
    return -1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-identity.c: owns the name by which the groups know this state folder again.
 *
 * It belongs to the state, not to the machine: a consumer that moves with its store keeps its
 * partitions, and a copy of the folder that is started beside it is fenced by the broker.
 */
#include "kafka-identity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "kafka-instance"
#define FILE_MODE 0640
#define UUID_LENGTH 36

static gboolean
fail(const char *path, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_TRANSPORT_FAILED,
                "the file '%s' of the instance's name: %s", path, g_strerror(errno));
    return FALSE;
}

/* Whoever is first makes it; of two processes both go on with the one that is there. */
static gboolean
make(KbntHost *host, const char *path, GError **error)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    char uuid[UUID_LENGTH + 1];
    gboolean is_written;

    if (descriptor < 0)
        return errno == EEXIST || fail(path, error);
    kbnt_host_uuid(host, uuid);
    is_written = write(descriptor, uuid, UUID_LENGTH) == UUID_LENGTH && fsync(descriptor) == 0;
    close(descriptor);
    return is_written || fail(path, error);
}

gboolean
kafka_identity_read(KbntHost *host, char **ret_identity, GError **error)
{
    g_autofree char *path = g_build_filename(kbnt_host_state_dir(host), FILE_NAME, NULL);
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!make(host, path, error))
        return FALSE;
    if (!g_file_get_contents(path, &text, &length, NULL) || length != UUID_LENGTH) {
        errno = EINVAL;
        return fail(path, error);
    }
    *ret_identity = g_strconcat("kbnt-", text, NULL);
    return TRUE;
}

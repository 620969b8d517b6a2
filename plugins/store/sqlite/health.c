/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* health.c: owns what the store says of itself, and whether its files are still its own. */
#include "health.h"

static const char *const suffixes[N_STORE_FILES] = { "", "-wal" };

static gboolean
look_at(const Store *store, guint file, struct stat *ret_status)
{
    g_autofree char *path = g_strconcat(store->path, suffixes[file], NULL);

    return stat(path, ret_status) == 0;
}

gboolean
health_remember_files(Store *store)
{
    for (guint i = 0; i < N_STORE_FILES; i++)
        if (!look_at(store, i, &store->files[i]))
            return FALSE;
    return TRUE;
}

void
health_check_files(Store *store)
{
    for (guint i = 0; i < N_STORE_FILES; i++) {
        struct stat now;

        if (!look_at(store, i, &now) || now.st_ino != store->files[i].st_ino ||
            now.st_dev != store->files[i].st_dev)
            db_fail(store->db, KBNT_ERROR_UNAVAILABLE,
                    "the file was removed or replaced while in use; put it or a backup back, "
                    "then start kbnt again");
    }
}

void
health_note(Store *store, gint code)
{
    gint before = g_atomic_int_get(&store->failing);

    g_atomic_int_set(&store->failing, code);
    if (before == 0 && code != 0)
        kbnt_host_log(store->host, KBNT_LOG_ERROR, "store", NULL,
                      "The store cannot be written, trying again every second: readyz has the "
                      "reason");
    else if (before != 0 && code == 0)
        kbnt_host_log(store->host, KBNT_LOG_NOTICE, "store", NULL,
                      "The store can be written again");
}

gboolean
health_is_failing(Store *store)
{
    return g_atomic_int_get(&store->failing) != 0;
}

/* Returns: (nullable): what is wrong, and what to do. */
static const char *
fault_of(Store *store)
{
    if (g_atomic_int_get(&store->damaged))
        return "the file is damaged: run 'kbntctl store check' and restore a backup";
    switch (g_atomic_int_get(&store->failing)) {
    case 0:
        return NULL;
    case KBNT_ERROR_STORE_FULL:
        return "the disk is full: make room, and commits go on by themselves";
    case KBNT_ERROR_UNAVAILABLE:
        return "the file was removed or replaced while in use: put it or a backup back, then "
               "start kbnt again";
    default:
        return "commits fail: look for a fault of the disk, and at the log";
    }
}

KbntValue *
health_tell(Store *store)
{
    const char *fault = fault_of(store);
    KbntValue *health = kbnt_value_new();

    kbnt_value_set_string(health, KBNT_FIELD_NAME, "store-sqlite");
    kbnt_value_set_int(health, KBNT_FIELD_CHECK_STATUS,
                       fault ? KBNT_CHECK_STATUS_FAILED : KBNT_CHECK_STATUS_PASSED);
    if (!fault)
        return health;
    g_autofree char *detail = g_strdup_printf("'%s': %s", store->path, fault);
    kbnt_value_set_string(health, KBNT_FIELD_DETAIL, detail);
    return health;
}

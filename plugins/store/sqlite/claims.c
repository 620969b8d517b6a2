/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * claims.c: owns what is claimed of each host.
 *
 * The hosts and the sums of what is claimed of them are kept in memory; a claim is a row.
 */
#include "claims.h"

enum { CPU, MEMORY, DISK, N_ROOMS };

static const KbntField room_fields[N_ROOMS] = { KBNT_FIELD_CPU, KBNT_FIELD_MEMORY_MB,
                                                KBNT_FIELD_DISK_MB };

typedef struct {
    gint64 of[N_ROOMS];
} Room;

typedef struct {
    char *name;
    gint64 alive;
    Room has;
    Room claimed;
    gboolean moved;
} Host;

struct Claims {
    GHashTable *hosts;
    gboolean loaded;
    gboolean moved;
};

static void
free_host(gpointer data)
{
    Host *host = data;

    g_free(host->name);
    g_free(host);
}

Claims *
claims_new(void)
{
    Claims *claims = g_new0(Claims, 1);

    claims->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_host);
    return claims;
}

void
claims_free(Claims *claims)
{
    if (!claims)
        return;
    g_hash_table_unref(claims->hosts);
    g_free(claims);
}

void
claims_forget(Claims *claims)
{
    g_hash_table_remove_all(claims->hosts);
    claims->loaded = FALSE;
    claims->moved = FALSE;
}

static Room
room_in_row(DbRow *row, int first_column)
{
    return (Room){ { row_int(row, first_column), row_int(row, first_column + 1),
                     row_int(row, first_column + 2) } };
}

static Room
room_in_value(const KbntValue *value)
{
    Room room = { { 0 } };

    for (int i = 0; value && i < N_ROOMS; i++)
        room.of[i] = kbnt_value_get_int(value, room_fields[i]);
    return room;
}

static void
load(Store *store)
{
    DbRow *row;

    if (store->claims->loaded)
        return;
    row = db_find(store->db,
                  "SELECT name, alive, cpu, memory_mb, disk_mb, claimed_cpu,"
                  " claimed_memory_mb, claimed_disk_mb FROM hosts",
                  "");
    for (; row; row = db_next(store->db, row)) {
        Host *host = g_new0(Host, 1);

        host->name = g_strdup(row_text(row, 0));
        host->alive = row_int(row, 1);
        host->has = room_in_row(row, 2);
        host->claimed = room_in_row(row, 5);
        g_hash_table_replace(store->claims->hosts, host->name, host);
    }
    store->claims->loaded = TRUE;
}

/* Returns: (transfer none) (nullable) */
static Host *
host_of(Store *store, const char *name)
{
    load(store);
    return name ? g_hash_table_lookup(store->claims->hosts, name) : NULL;
}

static void
add(Store *store, Host *host, Room room, gint64 sign)
{
    for (int i = 0; i < N_ROOMS; i++)
        host->claimed.of[i] += sign * room.of[i];
    host->moved = TRUE;
    store->claims->moved = TRUE;
}

void
claims_learn_host(Store *store, const char *name, gboolean alive, const KbntValue *capacity)
{
    Host *host = host_of(store, name);

    if (!host) {
        host = g_new0(Host, 1);
        host->name = g_strdup(name);
        g_hash_table_replace(store->claims->hosts, host->name, host);
    }
    host->alive = alive;
    if (capacity)
        host->has = room_in_value(capacity);
}

/* Returns: (transfer full) (nullable): the host of the claim that the resource has. */
static char *
find_claim(Store *store, const char *resource_id, Room *ret_room)
{
    DbRow *row = db_find(store->db,
                         "SELECT cpu, memory_mb, disk_mb, host FROM claims"
                         " WHERE resource_id = ?",
                         "t", resource_id);
    char *host;

    if (!row)
        return NULL;
    *ret_room = room_in_row(row, 0);
    host = g_strdup(row_text(row, 3));
    db_row_end(row);
    return host;
}

gboolean
claims_check(Store *store, const KbntValue *claim, GError **error)
{
    const char *name = kbnt_value_get_string(claim, KBNT_FIELD_HOST);
    const Host *host = host_of(store, name);
    Room asked = room_in_value(claim);
    Room own = { { 0 } };
    g_autofree char *own_host = find_claim(
        store, kbnt_value_get_string(claim, KBNT_FIELD_VIRTUAL_RESOURCE_ID), &own);
    gboolean same = own_host && !g_strcmp0(own_host, name);

    if (!host || !host->alive) {
        store_refuse(error, KBNT_ERROR_NO_CAPACITY, name, "is not a host that reports");
        return FALSE;
    }
    for (int i = 0; i < N_ROOMS; i++) {
        gint64 claimed = host->claimed.of[i] - (same ? own.of[i] : 0);

        if (asked.of[i] <= 0 || claimed + asked.of[i] <= host->has.of[i])
            continue;
        g_set_error(
            error, KBNT_ERROR, KBNT_ERROR_NO_CAPACITY,
            "'%s' has %" G_GINT64_FORMAT " of '%s' left, %" G_GINT64_FORMAT " do not fit", name,
            host->has.of[i] - claimed, kbnt_field_name(room_fields[i]), asked.of[i]);
        return FALSE;
    }
    return TRUE;
}

void
claims_drop(Store *store, const char *resource_id)
{
    Room own = { { 0 } };
    g_autofree char *name = resource_id ? find_claim(store, resource_id, &own) : NULL;
    Host *host = host_of(store, name);

    if (!name)
        return;
    if (host)
        add(store, host, own, -1);
    db_run(store->db, "DELETE FROM claims WHERE resource_id = ?", "t", resource_id);
}

void
claims_take(Store *store, const KbntValue *claim)
{
    const char *resource_id = kbnt_value_get_string(claim, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *name = kbnt_value_get_string(claim, KBNT_FIELD_HOST);
    Room asked = room_in_value(claim);

    claims_drop(store, resource_id);
    db_run(store->db, "INSERT INTO claims VALUES (?, ?, ?, ?, ?)", "ttiii", resource_id, name,
           asked.of[CPU], asked.of[MEMORY], asked.of[DISK]);
    add(store, host_of(store, name), asked, 1);
}

void
claims_save(Store *store)
{
    GHashTableIter iter;
    gpointer value;

    if (!store->claims->moved)
        return;
    store->claims->moved = FALSE;
    g_hash_table_iter_init(&iter, store->claims->hosts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Host *host = value;

        if (!host->moved)
            continue;
        host->moved = FALSE;
        db_run(store->db,
               "UPDATE hosts SET claimed_cpu = ?, claimed_memory_mb = ?, claimed_disk_mb = ?"
               " WHERE name = ?",
               "iiit", host->claimed.of[CPU], host->claimed.of[MEMORY], host->claimed.of[DISK],
               host->name);
    }
}

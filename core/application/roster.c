/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * roster.c: owns the hosts as the producer was last told of them.
 *
 * A report says what a host has. What is claimed of it follows from the resources, so that a
 * plan knows of them before the next report, and names the host that the consumer would take.
 */
#include "roster.h"

enum { CPU, MEMORY, DISK, N_ROOMS };

static const KbntField room_fields[N_ROOMS] = { KBNT_FIELD_CPU, KBNT_FIELD_MEMORY_MB,
                                                KBNT_FIELD_DISK_MB };

typedef struct {
    char *host;
    gint64 of[N_ROOMS];
} Room;

struct KbntRoster {
    KbntValue *hosts;
    GHashTable *claims;  /* id of a resource -> Room */
    GHashTable *claimed; /* host -> Room: the sum of its claims */
    GHashTable *gone;    /* ids DELETED while pages of the store are read, then NULL */
    gboolean moved;      /* since CLAIMED was put on the hosts */
};

static void
room_free(gpointer data)
{
    Room *room = data;

    g_free(room->host);
    g_free(room);
}

KbntRoster *
kbnt_roster_new(void)
{
    KbntRoster *roster = g_new0(KbntRoster, 1);

    roster->hosts = kbnt_value_new();
    roster->claims = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, room_free);
    roster->claimed = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, room_free);
    roster->gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    kbnt_value_set_empty_list(roster->hosts, KBNT_FIELD_HOSTS);
    return roster;
}

void
kbnt_roster_free(KbntRoster *roster)
{
    if (roster == NULL)
        return;
    kbnt_value_unref(roster->hosts);
    g_hash_table_unref(roster->claims);
    g_hash_table_unref(roster->claimed);
    kbnt_roster_recalled(roster);
    g_free(roster);
}

void
kbnt_roster_load(KbntRoster *roster, const KbntValue *hosts)
{
    kbnt_value_unref(roster->hosts);
    roster->hosts = kbnt_value_ref(hosts);
    roster->moved = TRUE;
}

void
kbnt_roster_update(KbntRoster *roster, const KbntValue *host)
{
    const char *name = kbnt_value_get_string(host, KBNT_FIELD_HOST);
    guint n_hosts = kbnt_value_length(roster->hosts, KBNT_FIELD_HOSTS);
    KbntValue *hosts = kbnt_value_new();

    kbnt_value_append_value(hosts, KBNT_FIELD_HOSTS, host);
    for (guint i = 0; i < n_hosts; i++) {
        KbntValue *other = kbnt_value_nth_value(roster->hosts, KBNT_FIELD_HOSTS, i);

        if (g_strcmp0(kbnt_value_get_string(other, KBNT_FIELD_HOST), name) != 0)
            kbnt_value_append_value(hosts, KBNT_FIELD_HOSTS, other);
    }
    kbnt_value_unref(roster->hosts);
    roster->hosts = hosts;
    roster->moved = TRUE;
}

static Room *
claimed_of(KbntRoster *roster, const char *host)
{
    Room *sum = g_hash_table_lookup(roster->claimed, host);

    if (sum == NULL) {
        sum = g_new0(Room, 1);
        sum->host = g_strdup(host);
        g_hash_table_insert(roster->claimed, sum->host, sum);
    }
    return sum;
}

static void
add(KbntRoster *roster, const Room *claim, gint64 sign)
{
    Room *sum = claimed_of(roster, claim->host);

    for (guint i = 0; i < N_ROOMS; i++)
        sum->of[i] += sign * claim->of[i];
    roster->moved = TRUE;
}

static void
forget(KbntRoster *roster, const char *id)
{
    const Room *known = g_hash_table_lookup(roster->claims, id);

    if (roster->gone != NULL)
        g_hash_table_add(roster->gone, g_strdup(id));
    if (known == NULL)
        return;
    add(roster, known, -1);
    g_hash_table_remove(roster->claims, id);
}

static Room
room_of(const KbntValue *specification)
{
    return (Room){ .of = { kbnt_value_get_int(specification, KBNT_FIELD_CPU),
                           kbnt_value_get_int(specification, KBNT_FIELD_MEMORY_MB),
                           kbnt_value_get_int(specification, KBNT_FIELD_DISK_MB) +
                               kbnt_value_get_int(specification, KBNT_FIELD_SIZE_MB) } };
}

void
kbnt_roster_claim(KbntRoster *roster, const KbntValue *resource)
{
    const char *id = kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    const char *host = kbnt_value_get_string(resource, KBNT_FIELD_HOST);
    const KbntValue *specification = kbnt_value_get_value(resource, KBNT_FIELD_SPECIFICATION);
    Room *claim;

    if (kbnt_value_get_int(resource, KBNT_FIELD_RESOURCE_STATUS) ==
        KBNT_RESOURCE_STATUS_DELETED) {
        forget(roster, id);
        return;
    }
    if (host == NULL || specification == NULL || g_hash_table_contains(roster->claims, id))
        return;
    claim = g_new0(Room, 1);
    *claim = room_of(specification);
    claim->host = g_strdup(host);
    g_hash_table_insert(roster->claims, g_strdup(id), claim);
    add(roster, claim, 1);
}

void
kbnt_roster_recall(KbntRoster *roster, const KbntValue *page)
{
    guint n_items = kbnt_value_length(page, KBNT_FIELD_ITEMS);

    for (guint i = 0; i < n_items; i++) {
        const KbntValue *resource = kbnt_value_nth_value(page, KBNT_FIELD_ITEMS, i);
        const char *id = kbnt_value_get_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID);

        if (!g_hash_table_contains(roster->gone, id))
            kbnt_roster_claim(roster, resource);
    }
}

void
kbnt_roster_recalled(KbntRoster *roster)
{
    g_clear_pointer(&roster->gone, g_hash_table_unref);
}

/* Returns: (transfer full): the host, with its claims; who reports is alive. */
static KbntValue *
with_claims(KbntRoster *roster, const KbntValue *host)
{
    const Room *sum = claimed_of(roster, kbnt_value_get_string(host, KBNT_FIELD_HOST));
    KbntValue *told = kbnt_value_copy(host);
    KbntValue *claimed = kbnt_value_new();

    for (guint i = 0; i < N_ROOMS; i++)
        kbnt_value_set_int(claimed, room_fields[i], sum->of[i]);
    kbnt_value_take_value(told, KBNT_FIELD_CLAIMED, claimed);
    if (!kbnt_value_has(told, KBNT_FIELD_ALIVE))
        kbnt_value_set_int(told, KBNT_FIELD_ALIVE, TRUE);
    return told;
}

const KbntValue *
kbnt_roster_hosts(KbntRoster *roster)
{
    KbntValue *hosts;

    if (!roster->moved)
        return roster->hosts;
    hosts = kbnt_value_new();
    kbnt_value_set_empty_list(hosts, KBNT_FIELD_HOSTS);
    for (guint i = 0; i < kbnt_value_length(roster->hosts, KBNT_FIELD_HOSTS); i++)
        kbnt_value_take_item(
            hosts, KBNT_FIELD_HOSTS,
            with_claims(roster, kbnt_value_nth_value(roster->hosts, KBNT_FIELD_HOSTS, i)));
    kbnt_value_unref(roster->hosts);
    roster->hosts = hosts;
    roster->moved = FALSE;
    return hosts;
}

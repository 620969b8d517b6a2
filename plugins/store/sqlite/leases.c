/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* leases.c: owns who works on which message, and until when. */
#include "leases.h"

#include <pthread.h>

typedef struct {
    char *owner;
    gint64 ends_us;
} Lease;

struct Leases {
    KbntHost *host;
    pthread_mutex_t lock;
    GHashTable *of_message;
};

static void
free_lease(gpointer data)
{
    Lease *lease = data;

    g_free(lease->owner);
    g_free(lease);
}

Leases *
leases_new(KbntHost *host)
{
    Leases *leases = g_new0(Leases, 1);

    leases->host = host;
    pthread_mutex_init(&leases->lock, NULL);
    leases->of_message = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_lease);
    return leases;
}

void
leases_free(Leases *leases)
{
    if (!leases)
        return;
    g_hash_table_unref(leases->of_message);
    pthread_mutex_destroy(&leases->lock);
    g_free(leases);
}

static gint64
end_of(Leases *leases, gint64 lease_ms)
{
    return kbnt_host_monotonic_us(leases->host) + lease_ms * 1000;
}

void
leases_take(Leases *leases, const char *message_id, const char *owner, gint64 lease_ms)
{
    Lease *lease = g_new0(Lease, 1);

    lease->owner = g_strdup(owner);
    lease->ends_us = end_of(leases, lease_ms);
    pthread_mutex_lock(&leases->lock);
    g_hash_table_replace(leases->of_message, g_strdup(message_id), lease);
    pthread_mutex_unlock(&leases->lock);
}

void
leases_extend(Leases *leases, const char *message_id, gint64 lease_ms)
{
    Lease *lease;

    pthread_mutex_lock(&leases->lock);
    lease = g_hash_table_lookup(leases->of_message, message_id);
    if (lease)
        lease->ends_us = end_of(leases, lease_ms);
    pthread_mutex_unlock(&leases->lock);
}

void
leases_drop(Leases *leases, const char *message_id)
{
    pthread_mutex_lock(&leases->lock);
    g_hash_table_remove(leases->of_message, message_id);
    pthread_mutex_unlock(&leases->lock);
}

gboolean
leases_hold(Leases *leases, const char *message_id)
{
    const Lease *lease;
    gboolean holds;

    pthread_mutex_lock(&leases->lock);
    lease = g_hash_table_lookup(leases->of_message, message_id);
    holds = lease && lease->ends_us > kbnt_host_monotonic_us(leases->host);
    pthread_mutex_unlock(&leases->lock);
    return holds;
}

gint64
leases_renew(Leases *leases, const char *owner, gint64 lease_ms)
{
    gint64 end_us = end_of(leases, lease_ms);
    gint64 count = 0;
    GHashTableIter iter;
    gpointer value;

    pthread_mutex_lock(&leases->lock);
    g_hash_table_iter_init(&iter, leases->of_message);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Lease *lease = value;

        if (g_strcmp0(lease->owner, owner) != 0)
            continue;
        lease->ends_us = end_us;
        count++;
    }
    pthread_mutex_unlock(&leases->lock);
    return count;
}

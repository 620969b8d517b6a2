/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cache.c: owns a bounded map from an id to what the writer knows of it. */
#include "cache.h"

typedef struct {
    char *id;
    gpointer entry;
    GList *link;
} Slot;

struct Cache {
    GHashTable *slots;
    GQueue eldest_first;
    guint max_entries;
    GDestroyNotify free_entry;
};

Cache *
cache_new(guint max_entries, GDestroyNotify free_entry)
{
    Cache *cache = g_new0(Cache, 1);

    cache->slots = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&cache->eldest_first);
    cache->max_entries = max_entries;
    cache->free_entry = free_entry;
    return cache;
}

static void
drop(Cache *cache, Slot *slot)
{
    g_queue_delete_link(&cache->eldest_first, slot->link);
    g_hash_table_remove(cache->slots, slot->id);
    cache->free_entry(slot->entry);
    g_free(slot->id);
    g_free(slot);
}

static void
drop_eldest(Cache *cache)
{
    drop(cache, g_queue_peek_head(&cache->eldest_first));
}

void
cache_drop(Cache *cache, const char *id)
{
    Slot *slot = g_hash_table_lookup(cache->slots, id);

    if (slot)
        drop(cache, slot);
}

void
cache_clear(Cache *cache)
{
    while (cache->eldest_first.length)
        drop_eldest(cache);
}

void
cache_free(Cache *cache)
{
    if (!cache)
        return;
    cache_clear(cache);
    g_hash_table_unref(cache->slots);
    g_free(cache);
}

gpointer
cache_put(Cache *cache, const char *id, gpointer entry)
{
    Slot *slot = g_new0(Slot, 1);

    if (cache->eldest_first.length >= cache->max_entries)
        drop_eldest(cache);
    slot->id = g_strdup(id);
    slot->entry = entry;
    g_queue_push_tail(&cache->eldest_first, slot);
    slot->link = cache->eldest_first.tail;
    g_hash_table_insert(cache->slots, slot->id, slot);
    return entry;
}

gpointer
cache_get(Cache *cache, const char *id)
{
    Slot *slot = g_hash_table_lookup(cache->slots, id);

    if (!slot)
        return NULL;
    g_queue_unlink(&cache->eldest_first, slot->link);
    g_queue_push_tail_link(&cache->eldest_first, slot->link);
    return slot->entry;
}

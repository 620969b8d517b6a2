/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cache.h: owns a bounded map from an id to what the writer knows of it; the entry that was
 * asked for longest ago goes first.
 */
#ifndef SQLITE_CACHE_H
#define SQLITE_CACHE_H

#include <glib.h>

typedef struct Cache Cache;

Cache *cache_new(guint max_entries, GDestroyNotify free_entry);
void cache_free(Cache *cache);
void cache_clear(Cache *cache);
/* Returns: (transfer none): @entry (transfer full), which replaces none. */
gpointer cache_put(Cache *cache, const char *id, gpointer entry);
/* Returns: (transfer none) (nullable) */
gpointer cache_get(Cache *cache, const char *id);
/* Forgets what is known of @id, if anything is. */
void cache_drop(Cache *cache, const char *id);

#endif

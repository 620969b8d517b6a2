/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keys.h: owns the keys of [store.sqlite] and the struct that the core fills from them. */
#ifndef SQLITE_KEYS_H
#define SQLITE_KEYS_H

#include <kbnt/kbnt-config.h>

typedef struct {
    guint64 cache_size_bytes;
    guint64 checkpoint_bytes;
    guint64 wal_limit_bytes;
    gint64 group;
    gint64 queue;
    gint64 readers;
    gint64 check_after_ms;
    gint64 schema_version;
#ifdef KBNT_CRASH_POINTS
    char *crash_before_commit;
    char *crash_after_commit;
    char *crash_trace;
#endif
} SqliteConfig;

#ifdef KBNT_CRASH_POINTS
#define SQLITE_N_KEYS 11
#else
#define SQLITE_N_KEYS 8
#endif

extern const KbntKey sqlite_keys[SQLITE_N_KEYS];

#endif

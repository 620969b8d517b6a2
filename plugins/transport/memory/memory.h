/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.h: owns what the files of this plugin share: the configuration and the instance. */
#pragma once

#include "memory-topic.h"

typedef struct {
    gint64 partitions;
    gint64 capacity_records;
    guint64 capacity_bytes;
    gint64 redeliver_after_ms;
} MemoryConfig;

struct MemoryTransport {
    KbntHost *host;
    const MemoryConfig *config;
    GPtrArray *topics;
    GHashTable *members;
    GArray *watchers;
    GSource *delivery;
    GSource *redelivery;
    gboolean is_running;
};

/* Returns: (transfer none) (nullable): the topic. */
MemoryTopic *memory_find_topic(MemoryTransport *transport, const char *name);

/* Puts the sources of delivery and redelivery on the loop. */
void memory_delivery_start(MemoryTransport *transport);

/* Tells what is settled and takes the sources off the loop. */
void memory_delivery_stop(MemoryTransport *transport);

/* Something may be deliverable: looks at the next turn of the loop, never inside this call. */
void memory_delivery_schedule(MemoryTransport *transport);

/* The ops on subscriptions. */
void memory_subscribe(void *instance, const KbntSubscription *subscription, KbntTask *task);
void memory_unsubscribe(void *instance, const KbntSubscription *subscription, KbntTask *task);
void memory_acknowledge(void *instance, const KbntSubscription *subscription, gint32 partition,
                        gint64 offset);
void memory_pause(void *instance, const KbntSubscription *subscription, gint32 partition);
void memory_resume(void *instance, const KbntSubscription *subscription, gint32 partition);

/* Drops all members without a word: the transport stops. */
void memory_forget_members(MemoryTransport *transport);

/* Returns: (transfer full): an empty list of those whom watch_settled names. */
GArray *memory_watchers_new(void);

/* The op by which settled records are told. */
void memory_watch_settled(void *instance, void (*settled)(KbntValue *record, gpointer data),
                          gpointer data);

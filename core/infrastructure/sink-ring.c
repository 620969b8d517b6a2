/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the way to one sink: a bounded ring that drops and counts, and the sink's own thread. */
#include "sink-ring.h"

#include <pthread.h>

/* What a sink has not seen by then, after the daemon has ended, is lost. */
#define DRAIN_US G_USEC_PER_SEC

struct KbntSinkRing {
    void (*observe)(void *instance, const KbntValue *transition);
    void *instance;
    GThread *thread;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t filled;
    const KbntValue **slots;
    guint size;
    guint first;
    guint length;
    guint64 dropped;
    gint64 end_us; /* 0 while the ring is open */
};

static gboolean
is_over(const KbntSinkRing *ring)
{
    return ring->end_us != 0 && (ring->length == 0 || g_get_monotonic_time() >= ring->end_us);
}

/* Returns: (transfer full) (nullable): the eldest; NULL when the ring is closed and empty, or
 * has had its time. */
static KbntValue *
take(KbntSinkRing *ring)
{
    KbntValue *transition = NULL;
    pthread_mutex_lock(&ring->mutex);
    while (ring->length == 0 && ring->end_us == 0)
        pthread_cond_wait(&ring->filled, &ring->mutex);
    if (!is_over(ring)) {
        transition = (KbntValue *)ring->slots[ring->first];
        ring->first = (ring->first + 1) % ring->size;
        ring->length--;
    }
    pthread_mutex_unlock(&ring->mutex);
    return transition;
}

static gpointer
run(gpointer data)
{
    KbntSinkRing *ring = data;
    KbntValue *transition;
    while ((transition = take(ring))) {
        ring->observe(ring->instance, transition);
        kbnt_value_unref(transition);
    }
    return NULL;
}

KbntSinkRing *
kbnt_sink_ring_new(KbntPluginInstance *sink, guint size)
{
    return kbnt_sink_ring_new_for(kbnt_plugin_instance_section(sink),
                                  kbnt_plugin_instance_ops(sink)->sink.observe,
                                  kbnt_plugin_instance_data(sink), size);
}

KbntSinkRing *
kbnt_sink_ring_new_for(const char *name,
                       void (*observe)(void *instance, const KbntValue *transition),
                       void *instance, guint size)
{
    KbntSinkRing *ring = g_new0(KbntSinkRing, 1);
    ring->observe = observe;
    ring->instance = instance;
    ring->size = size;
    ring->slots = g_new0(const KbntValue *, size);
    pthread_mutex_init(&ring->mutex, NULL);
    pthread_cond_init(&ring->filled, NULL);
    ring->thread = g_thread_new(name, run, ring);
    return ring;
}

void
kbnt_sink_ring_free(KbntSinkRing *ring)
{
    if (!ring)
        return;
    pthread_mutex_lock(&ring->mutex);
    ring->end_us = g_get_monotonic_time() + DRAIN_US;
    pthread_cond_signal(&ring->filled);
    pthread_mutex_unlock(&ring->mutex);
    g_thread_join(ring->thread);
    pthread_cond_destroy(&ring->filled);
    pthread_mutex_destroy(&ring->mutex);
    for (; ring->length > 0; ring->length--)
        kbnt_value_unref((KbntValue *)ring->slots[ring->first++ % ring->size]);
    g_free(ring->slots);
    g_free(ring);
}

/* Returns whether there was room; the lock is held. */
static gboolean
put(KbntSinkRing *ring, const KbntValue *transition)
{
    if (ring->length == ring->size) {
        ring->dropped++;
        return FALSE;
    }
    ring->slots[(ring->first + ring->length) % ring->size] = kbnt_value_ref(transition);
    ring->length++;
    return TRUE;
}

gboolean
kbnt_sink_ring_push(KbntSinkRing *ring, const KbntValue *transition)
{
    gboolean has_room;

    pthread_mutex_lock(&ring->mutex);
    has_room = put(ring, transition);
    pthread_cond_signal(&ring->filled);
    pthread_mutex_unlock(&ring->mutex);
    return has_room;
}

void
kbnt_sink_ring_push_all(KbntSinkRing *ring, KbntValue *const *transitions, guint n_transitions)
{
    pthread_mutex_lock(&ring->mutex);
    for (guint i = 0; i < n_transitions; i++)
        put(ring, transitions[i]);
    pthread_cond_signal(&ring->filled);
    pthread_mutex_unlock(&ring->mutex);
}

guint64
kbnt_sink_ring_take_dropped(KbntSinkRing *ring)
{
    pthread_mutex_lock(&ring->mutex);
    guint64 dropped = ring->dropped;
    ring->dropped = 0;
    pthread_mutex_unlock(&ring->mutex);
    return dropped;
}

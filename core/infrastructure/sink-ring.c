/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the way to one sink: a bounded ring that drops and counts, and the sink's own thread. */
#include "sink-ring.h"

#include <errno.h>
#include <pthread.h>

/* What a sink has not seen by then, after the daemon has ended, is lost. */
#define DRAIN_US G_USEC_PER_SEC
/* Nobody waits for a sink, and to wake its thread in each turn of the loop would cost the loop
 * more than all else that it does for it. */
#define GATHER_US (10 * 1000)

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

static gboolean
is_half_full(const KbntSinkRing *ring)
{
    return ring->length >= ring->size / 2;
}

/* Waits, with the lock held, for something and then a moment for more. */
static void
await(KbntSinkRing *ring)
{
    gint64 end_us;
    struct timespec end;

    while (ring->length == 0 && ring->end_us == 0)
        pthread_cond_wait(&ring->filled, &ring->mutex);
    end_us = g_get_monotonic_time() + GATHER_US;
    end = (struct timespec){ end_us / G_USEC_PER_SEC, end_us % G_USEC_PER_SEC * 1000 };
    while (ring->end_us == 0 && !is_half_full(ring) &&
           pthread_cond_clockwait(&ring->filled, &ring->mutex, CLOCK_MONOTONIC, &end) !=
               ETIMEDOUT)
        ;
}

/* Returns: (transfer full) (nullable): the eldest; NULL when the ring is closed and empty, or
 * has had its time. */
static KbntValue *
take(KbntSinkRing *ring)
{
    KbntValue *transition = NULL;
    pthread_mutex_lock(&ring->mutex);
    if (ring->length == 0)
        await(ring);
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
    pthread_mutex_unlock(&ring->mutex);
    pthread_cond_signal(&ring->filled);
    g_thread_join(ring->thread);
    pthread_cond_destroy(&ring->filled);
    pthread_mutex_destroy(&ring->mutex);
    for (; ring->length > 0; ring->length--)
        kbnt_value_unref((KbntValue *)ring->slots[ring->first++ % ring->size]);
    g_free(ring->slots);
    g_free(ring);
}

guint
kbnt_sink_ring_push_all(KbntSinkRing *ring, KbntValue *const *transitions, guint n_transitions)
{
    gboolean was_empty, was_half_full, wakes;
    guint n_taken;

    pthread_mutex_lock(&ring->mutex);
    was_empty = ring->length == 0;
    was_half_full = is_half_full(ring);
    n_taken = MIN(n_transitions, ring->size - ring->length);
    for (guint i = 0; i < n_taken; i++)
        ring->slots[(ring->first + ring->length++) % ring->size] = kbnt_value_ref(
            transitions[i]);
    ring->dropped += n_transitions - n_taken;
    wakes = was_empty || (!was_half_full && is_half_full(ring));
    pthread_mutex_unlock(&ring->mutex);
    /* Behind the lock, or whoever wakes would wait for it. */
    if (wakes)
        pthread_cond_signal(&ring->filled);
    return n_taken;
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the way to a sink: in order, never blocking, dropping and counting. */
#include "runner.h"
#include "sink-ring.h"

#include <pthread.h>

#define SIZE 4

/* A sink that stands at a gate until it is opened. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    gboolean is_open;
    guint n_entered;
    guint n_seen;
    gint64 last;
    gboolean in_order;
} Gate;

static void
gate_init(Gate *gate, gboolean is_open)
{
    *gate = (Gate){ .is_open = is_open, .in_order = TRUE };
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->moved, NULL);
}

static void
gate_clear(Gate *gate)
{
    pthread_cond_destroy(&gate->moved);
    pthread_mutex_destroy(&gate->mutex);
}

static void
gate_observe(void *instance, const KbntValue *transition)
{
    Gate *gate = instance;
    gint64 number = kbnt_value_get_int(transition, KBNT_FIELD_SEQUENCE);

    pthread_mutex_lock(&gate->mutex);
    gate->n_entered++;
    pthread_cond_broadcast(&gate->moved);
    while (!gate->is_open)
        pthread_cond_wait(&gate->moved, &gate->mutex);
    gate->in_order = gate->in_order && number > gate->last;
    gate->last = number;
    gate->n_seen++;
    pthread_mutex_unlock(&gate->mutex);
}

static void
gate_open(Gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->is_open = TRUE;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->mutex);
}

static void
await_first(Gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->n_entered == 0)
        pthread_cond_wait(&gate->moved, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

static gboolean
push(KbntSinkRing *ring, gint64 number)
{
    g_autoptr(KbntValue) transition = kbnt_value_new();

    kbnt_value_set_int(transition, KBNT_FIELD_SEQUENCE, number);
    return kbnt_sink_ring_push_all(ring, &transition, 1) == 1;
}

static void
what_is_pushed_is_seen_in_order_before_the_ring_is_gone(void)
{
    Gate gate;
    gate_init(&gate, TRUE);
    KbntSinkRing *ring = kbnt_sink_ring_new_for("gate", gate_observe, &gate, 1000);

    for (gint64 i = 1; i <= 1000; i++)
        CU_ASSERT(push(ring, i));
    kbnt_sink_ring_free(ring);

    kbnt_assert_int(gate.n_seen, 1000);
    CU_ASSERT(gate.in_order);
    gate_clear(&gate);
}

static void
a_full_ring_drops_and_counts_and_never_waits(void)
{
    Gate gate;
    gate_init(&gate, FALSE);
    KbntSinkRing *ring = kbnt_sink_ring_new_for("gate", gate_observe, &gate, SIZE);
    push(ring, 1);
    await_first(&gate);

    for (gint64 i = 2; i <= SIZE + 1; i++)
        CU_ASSERT(push(ring, i));
    CU_ASSERT_FALSE(push(ring, 100));
    CU_ASSERT_FALSE(push(ring, 101));

    kbnt_assert_int((gint64)kbnt_sink_ring_take_dropped(ring), 2);
    kbnt_assert_int((gint64)kbnt_sink_ring_take_dropped(ring), 0);
    gate_open(&gate);
    kbnt_sink_ring_free(ring);
    kbnt_assert_int(gate.n_seen, SIZE + 1);
    kbnt_assert_int(gate.last, SIZE + 1);
    gate_clear(&gate);
}

static void
observe_slowly(void *instance, const KbntValue *transition)
{
    g_usleep(50000);
    (*(guint *)instance)++;
}

static void
a_slow_sink_does_not_hold_up_the_end(void)
{
    guint n_seen = 0;
    KbntSinkRing *ring = kbnt_sink_ring_new_for("slow", observe_slowly, &n_seen, 1000);

    for (gint64 i = 1; i <= 1000; i++)
        push(ring, i);
    kbnt_sink_ring_free(ring);

    CU_ASSERT(n_seen > 0);
    CU_ASSERT(n_seen < 100);
}

static const KbntTest tests[] = {
    KBNT_TEST(what_is_pushed_is_seen_in_order_before_the_ring_is_gone),
    KBNT_TEST(a_full_ring_drops_and_counts_and_never_waits),
    KBNT_TEST(a_slow_sink_does_not_hold_up_the_end),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/sink-ring", argc, argv, tests, G_N_ELEMENTS(tests));
}

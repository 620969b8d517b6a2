/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop: who re-enters it, in which order, and what happens when it is full or held up. */
#include "loop.h"

#include "runner.h"

#include <kbnt/kbnt-error.h>
#include <pthread.h>

#define RING_SIZE 8
#define FOREIGN_CALLS 20000

typedef struct {
    KbntLoop *loop;
    guint number;
    guint expected;
    guint wrong_order;
    gboolean on_other_thread;
    GThread *loop_thread;
} Caller;

typedef struct {
    Caller *caller;
    guint number;
} Call;

static guint open_callers;

static void
receive(gpointer data)
{
    g_autofree Call *call = data;

    if (call->number != call->caller->expected++)
        call->caller->wrong_order++;
    if (g_thread_self() != call->caller->loop_thread)
        call->caller->on_other_thread = TRUE;
    if (call->number + 1 == FOREIGN_CALLS && --open_callers == 0)
        kbnt_loop_quit(call->caller->loop);
}

static gpointer
call_many_times(gpointer data)
{
    Caller *caller = data;

    for (guint i = 0; i < FOREIGN_CALLS; i++) {
        Call call = { caller, i };

        kbnt_loop_invoke(caller->loop, receive, g_memdup2(&call, sizeof call));
    }
    return NULL;
}

static void
calls_of_many_threads_through_a_small_ring_all_arrive_in_their_order(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    Caller callers[4];
    GThread *threads[4];

    open_callers = G_N_ELEMENTS(callers);
    for (guint i = 0; i < G_N_ELEMENTS(callers); i++) {
        callers[i] = (Caller){ .loop = loop, .loop_thread = g_thread_self() };
        threads[i] = g_thread_new("caller", call_many_times, &callers[i]);
    }
    kbnt_loop_run(loop);

    for (guint i = 0; i < G_N_ELEMENTS(callers); i++) {
        g_thread_join(threads[i]);
        CU_ASSERT_EQUAL(callers[i].expected, FOREIGN_CALLS);
        CU_ASSERT_EQUAL(callers[i].wrong_order, 0);
        CU_ASSERT_FALSE(callers[i].on_other_thread);
    }
}

typedef struct {
    KbntLoop *loop;
    GString *journal;
} Journal;

static void
note_second(gpointer data)
{
    Journal *journal = data;

    g_string_append(journal->journal, "second ");
    kbnt_loop_quit(journal->loop);
}

static void
note_first(gpointer data)
{
    Journal *journal = data;

    for (guint i = 0; i < 3 * RING_SIZE; i++)
        kbnt_loop_invoke(journal->loop, note_second, journal);
    g_string_append(journal->journal, "first ");
}

static void
the_loop_thread_itself_never_waits_for_a_full_ring(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    g_autoptr(GString) text = g_string_new(NULL);
    Journal journal = { loop, text };

    kbnt_loop_invoke(loop, note_first, &journal);
    kbnt_loop_run(loop);

    CU_ASSERT_TRUE(g_str_has_prefix(text->str, "first second second "));
}

typedef struct {
    KbntLoop *loop;
    GString *journal;
    const char *word;
    gboolean is_last;
} Note;

static void
note_word(gpointer data)
{
    Note *note = data;

    g_string_append(note->journal, note->word);
    if (note->is_last)
        kbnt_loop_quit(note->loop);
}

static void
timers_fire_in_the_order_of_their_time_and_not_when_cancelled(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    g_autoptr(GString) text = g_string_new(NULL);
    Note first = { loop, text, "first ", FALSE }, second = { loop, text, "second ", FALSE };
    Note never = { loop, text, "never ", FALSE }, last = { loop, text, "last", TRUE };
    guint64 id;

    kbnt_loop_after(loop, 4000, note_word, &last);
    kbnt_loop_after(loop, 1000, note_word, &first);
    id = kbnt_loop_after(loop, 2000, note_word, &never);
    kbnt_loop_after(loop, 1001, note_word, &second);
    CU_ASSERT_TRUE(kbnt_loop_cancel(loop, id));
    CU_ASSERT_FALSE(kbnt_loop_cancel(loop, id));
    kbnt_loop_run(loop);

    kbnt_assert_string(text->str, "first second last");
}

#define TIMERS 500

typedef struct {
    KbntLoop *loop;
    gint64 due_us[TIMERS];
    guint64 ids[TIMERS];
    gint64 last_due_us;
    guint fired;
    guint early;
    guint unordered;
} TimerField;

typedef struct {
    TimerField *field;
    guint index;
} TimerSlot;

static void
note_timer(gpointer data)
{
    TimerSlot *slot = data;
    TimerField *field = slot->field;
    gint64 due_us = field->due_us[slot->index];

    field->fired++;
    field->early += g_get_monotonic_time() < due_us;
    field->unordered += due_us < field->last_due_us;
    field->last_due_us = due_us;
}

static void
quit_field(gpointer data)
{
    kbnt_loop_quit(((TimerField *)data)->loop);
}

static void
a_field_of_random_timers_keeps_its_order_when_half_of_it_is_cancelled(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    g_autofree TimerField *field = g_new0(TimerField, 1);
    TimerSlot slots[TIMERS];

    field->loop = loop;
    for (guint i = 0; i < TIMERS; i++) {
        gint64 delay_us = g_random_int_range(0, 20000);

        slots[i] = (TimerSlot){ field, i };
        field->due_us[i] = g_get_monotonic_time() + delay_us;
        field->ids[i] = kbnt_loop_after(loop, delay_us, note_timer, &slots[i]);
    }
    for (guint i = 0; i < TIMERS; i += 2)
        CU_ASSERT_TRUE(kbnt_loop_cancel(loop, field->ids[i]));
    kbnt_loop_after(loop, 30000, quit_field, field);
    kbnt_loop_run(loop);

    CU_ASSERT_EQUAL(field->fired, TIMERS / 2);
    CU_ASSERT_EQUAL(field->early, 0);
    /* Due times above are read a little before those that the loop reads itself. */
    CU_ASSERT_TRUE(field->unordered <= TIMERS / 20);
}

typedef struct {
    KbntLoop *loop;
    guint done;
    guint running;
    guint overlaps;
    guint answered;
} LaneWork;

static void
answer_work(gpointer data)
{
    ((LaneWork *)data)->answered++;
}

static void
do_work(gpointer data)
{
    LaneWork *work = data;

    work->overlaps += work->running++ != 0;
    work->done++;
    work->running--;
    kbnt_loop_invoke(work->loop, answer_work, work);
}

static void
stopping_the_lanes_does_what_waits_and_hears_every_answer(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    LaneWork works[3] = { { .loop = loop }, { .loop = loop }, { .loop = loop } };
    const char *lanes[] = { "host-a", "host-b", "host-c" };

    for (guint i = 0; i < 3 * 100; i++) {
        g_autoptr(GError) error = NULL;

        kbnt_loop_run_blocking(loop, lanes[i % 3], do_work, &works[i % 3], &error);
        kbnt_assert_no_error(error);
    }
    kbnt_loop_stop_lanes(loop);

    for (guint i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(works[i].done, 100);
        CU_ASSERT_EQUAL(works[i].overlaps, 0);
        CU_ASSERT_EQUAL(works[i].answered, 100);
    }
}

static void
a_stopped_loop_refuses_work_that_blocks(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    g_autoptr(GError) error = NULL;

    kbnt_loop_stop_lanes(loop);

    CU_ASSERT_FALSE(kbnt_loop_run_blocking(loop, "host-a", do_work, NULL, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_STOPPED);
}

typedef struct {
    pthread_mutex_t lock;
    guint runs;
} Gate;

static void
wait_for_gate(gpointer data)
{
    Gate *gate = data;

    pthread_mutex_lock(&gate->lock);
    gate->runs++;
    pthread_mutex_unlock(&gate->lock);
}

static void
a_full_lane_refuses_more_and_loses_nothing_it_took(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    g_autoptr(GError) error = NULL;
    Gate gate = { .runs = 0 };
    guint taken = 0;

    pthread_mutex_init(&gate.lock, NULL);
    pthread_mutex_lock(&gate.lock);
    while (kbnt_loop_run_blocking(loop, "host-a", wait_for_gate, &gate, &error))
        taken++;
    pthread_mutex_unlock(&gate.lock);
    kbnt_loop_stop_lanes(loop);

    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_QUEUE_FULL);
    CU_ASSERT_EQUAL(gate.runs, taken);
    pthread_mutex_destroy(&gate.lock);
}

static void
keep_the_loop_busy(gpointer data)
{
    gint64 until_us = g_get_monotonic_time() + 3000;

    while (g_get_monotonic_time() < until_us)
        ;
    kbnt_loop_quit(data);
}

static void
note_culprit(const char *culprit, gint64 elapsed_us, gpointer data)
{
    char **ret_culprit = data;

    CU_ASSERT_TRUE(elapsed_us >= 3000);
    g_free(*ret_culprit);
    *ret_culprit = g_strdup(culprit);
}

static void
a_function_that_holds_the_loop_is_named(void)
{
    g_autoptr(KbntLoop) loop = kbnt_loop_new(RING_SIZE);
    g_autofree char *culprit = NULL;

    kbnt_loop_watch_slow(loop, 2000, note_culprit, &culprit);
    kbnt_loop_invoke(loop, keep_the_loop_busy, loop);
    kbnt_loop_run(loop);

    kbnt_assert_string(culprit, "keep_the_loop_busy");
}

static const KbntTest tests[] = {
    KBNT_TEST(calls_of_many_threads_through_a_small_ring_all_arrive_in_their_order),
    KBNT_TEST(the_loop_thread_itself_never_waits_for_a_full_ring),
    KBNT_TEST(timers_fire_in_the_order_of_their_time_and_not_when_cancelled),
    KBNT_TEST(a_field_of_random_timers_keeps_its_order_when_half_of_it_is_cancelled),
    KBNT_TEST(stopping_the_lanes_does_what_waits_and_hears_every_answer),
    KBNT_TEST(a_stopped_loop_refuses_work_that_blocks),
    KBNT_TEST(a_full_lane_refuses_more_and_loses_nothing_it_took),
    KBNT_TEST(a_function_that_holds_the_loop_is_named),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/loop", argc, argv, tests, G_N_ELEMENTS(tests));
}

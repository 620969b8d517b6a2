/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * marks.c: owns what the store is told of its outbox: which records are published, and which
 * are done with.
 */
#include "marks.h"

#include "backoff.h"

/* How long, and how many, positions are gathered. */
#define GATHER_MS 50
#define MOST_GATHERED 1024

/* Counted: each command on its way holds it. */
struct KbntMarks {
    const KbntPorts *ports;
    GArray *settled; /* of gint64 */
    GQueue waiting;  /* of Mark, that the store refused for now */
    guint64 timer;
    gboolean stopped;
};

typedef struct {
    KbntMarks *marks;
    KbntStoreVerb verb;
    KbntValue *argument;
    guint attempts;
    guint64 timer; /* while it waits, in the queue by its link */
    GList link;
} Mark;

static void write_mark(Mark *mark);

static void
marks_clear(gpointer data)
{
    g_array_unref(((KbntMarks *)data)->settled);
}

static void
mark_free(Mark *mark)
{
    g_rc_box_release_full(mark->marks, marks_clear);
    kbnt_value_unref(mark->argument);
    g_free(mark);
}

static void
retry_mark(gpointer data)
{
    Mark *mark = data;

    g_queue_unlink(&mark->marks->waiting, &mark->link);
    write_mark(mark);
}

static void
wait_for_store(Mark *mark)
{
    const KbntWorldPort *world = &mark->marks->ports->world;
    gint64 delay_ms = kbnt_backoff_ms(world, mark->attempts++);

    g_queue_push_tail_link(&mark->marks->waiting, &mark->link);
    mark->timer = world->after(world->data, delay_ms, retry_mark, mark);
}

/* Returns: (transfer full) (nullable): one that waits no more. */
static Mark *
wake(KbntMarks *marks)
{
    const KbntWorldPort *world = &marks->ports->world;
    GList *link = g_queue_pop_head_link(&marks->waiting);

    if (link == NULL)
        return NULL;
    Mark *mark = link->data;
    world->forget(world->data, mark->timer);
    return mark;
}

static void
mark_written(KbntValue *result, const GError *error, gpointer data)
{
    Mark *mark = data;
    const KbntWorldPort *world = &mark->marks->ports->world;

    (void)result;
    if (error != NULL && kbnt_error_class(error) == KBNT_CLASS_RETRY && !mark->marks->stopped) {
        wait_for_store(mark);
        return;
    }
    if (error != NULL && !g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STOPPED))
        world->report(
            world->data, error, mark->argument,
            "the outbox keeps a published record, it is sent again at the next start");
    mark_free(mark);
}

static void
write_mark(Mark *mark)
{
    const KbntStorePort *store = &mark->marks->ports->store;

    store->submit(store->data, mark->verb, mark->argument, mark_written, mark);
}

static void
add_mark(KbntMarks *marks, KbntStoreVerb verb, KbntValue *argument)
{
    Mark *mark = g_new0(Mark, 1);

    mark->marks = g_rc_box_acquire(marks);
    mark->verb = verb;
    mark->argument = argument;
    mark->link.data = mark;
    write_mark(mark);
}

KbntMarks *
kbnt_marks_new(const KbntPorts *ports)
{
    KbntMarks *marks = g_rc_box_new0(KbntMarks);

    marks->ports = ports;
    marks->settled = g_array_new(FALSE, FALSE, sizeof(gint64));
    return marks;
}

void
kbnt_marks_free(KbntMarks *marks)
{
    Mark *mark;

    if (marks == NULL)
        return;
    if (marks->timer != 0)
        marks->ports->world.forget(marks->ports->world.data, marks->timer);
    while ((mark = wake(marks)) != NULL)
        mark_free(mark);
    marks->stopped = TRUE;
    g_rc_box_release_full(marks, marks_clear);
}

static gint
by_position(gconstpointer one, gconstpointer other)
{
    gint64 a = *(const gint64 *)one;
    gint64 b = *(const gint64 *)other;

    return (a > b) - (a < b);
}

/* Returns: how many positions follow one another from @index on. */
static guint
run_from(const GArray *positions, guint index)
{
    gint64 first = g_array_index(positions, gint64, index);
    guint n = 1;

    while (index + n < positions->len &&
           g_array_index(positions, gint64, index + n) == first + n)
        n++;
    return n;
}

static void
write_settled(gpointer data)
{
    KbntMarks *marks = data;
    guint n;

    marks->timer = 0;
    g_array_sort(marks->settled, by_position);
    for (guint i = 0; i < marks->settled->len; i += n) {
        KbntValue *argument = kbnt_value_new();

        n = run_from(marks->settled, i);
        kbnt_value_set_int(argument, KBNT_FIELD_POSITION,
                           g_array_index(marks->settled, gint64, i));
        kbnt_value_set_int(argument, KBNT_FIELD_COUNT, n);
        add_mark(marks, KBNT_STORE_SETTLE, argument);
    }
    g_array_set_size(marks->settled, 0);
}

static void
write_now(KbntMarks *marks)
{
    if (marks->timer != 0)
        marks->ports->world.forget(marks->ports->world.data, marks->timer);
    write_settled(marks);
}

void
kbnt_marks_stop(KbntMarks *marks)
{
    Mark *mark;

    marks->stopped = TRUE;
    while ((mark = wake(marks)) != NULL)
        write_mark(mark);
    write_now(marks);
}

void
kbnt_marks_confirm(KbntMarks *marks, KbntValue *confirm)
{
    add_mark(marks, KBNT_STORE_CONFIRM, confirm);
}

void
kbnt_marks_settle(KbntMarks *marks, gint64 position)
{
    const KbntWorldPort *world = &marks->ports->world;

    g_array_append_val(marks->settled, position);
    if (marks->stopped || marks->settled->len >= MOST_GATHERED)
        write_now(marks);
    else if (marks->timer == 0)
        marks->timer = world->after(world->data, GATHER_MS, write_settled, marks);
}

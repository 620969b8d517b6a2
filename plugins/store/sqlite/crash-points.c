/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crash-points.c: owns where a build for crash tests ends itself, as a power cut would. */
#include "crash-points.h"

#ifdef KBNT_CRASH_POINTS

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A point that the configuration may name: how often it was passed, and whether the commit of
 * this thread's store is the one. */
typedef struct {
    gint n_passed;
    gint due_half;
} Point;

static Point before;
static Point after;

#define V(number, name, text, half) { (number), KBNT_HALF_##half, text },
static const struct {
    guint32 verb;
    KbntHalf half;
    const char *name;
} verbs[] = { KBNT_STORE_VERB_TABLE(V) };
#undef V

static void
pass_point(Point *point, const char *wanted, const Store *store, const char *name)
{
    gsize length = strlen(name);
    gint64 nth = 1;

    if (strncmp(wanted, name, length) != 0)
        return;
    if (wanted[length] == ':')
        nth = g_ascii_strtoll(wanted + length + 1, NULL, 10);
    else if (wanted[length] != '\0')
        return;
    if (g_atomic_int_add(&point->n_passed, 1) + 1 == nth)
        g_atomic_int_set(&point->due_half, (gint)store->half);
}

/* What is passed, a line each, for whoever asks which points there are. */
static void
trace(const Store *store, const char *name)
{
    g_autofree char *line = g_strconcat(name, "\n", NULL);
    int file;

    if (store->config->crash_trace[0] == '\0')
        return;
    file = open(store->config->crash_trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    g_assert(file >= 0 && write(file, line, strlen(line)) == (gssize)strlen(line));
    close(file);
}

static void
pass(const Store *store, const char *name)
{
    trace(store, name);
    pass_point(&before, store->config->crash_before_commit, store, name);
    pass_point(&after, store->config->crash_after_commit, store, name);
}

static void
pass_verb(const Store *store, guint32 verb)
{
    const char *half = store->half == KBNT_HALF_PRODUCER ? "producer-" : "consumer-";

    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (verbs[i].verb != verb)
            continue;
        g_autofree char *name = g_strconcat(verbs[i].half == KBNT_HALF_ALL ? half : "",
                                            verbs[i].name, NULL);
        pass(store, name);
    }
}

void
crash_point_pass(const Store *store, guint32 verb, const KbntValue *argument)
{
    guint n_lines = kbnt_value_length(argument, KBNT_FIELD_JOURNAL);
    gint64 n_rows = kbnt_value_get_int(argument, KBNT_FIELD_COUNT);

    /* Rows are settled in runs of any length: a point counts rows. */
    if (verb != KBNT_STORE_SETTLE || n_rows < 1)
        n_rows = 1;
    for (gint64 i = 0; i < n_rows; i++)
        pass_verb(store, verb);
    for (guint i = 0; i < n_lines; i++) {
        const KbntValue *line = kbnt_value_nth_value(argument, KBNT_FIELD_JOURNAL, i);
        g_autofree char *name = g_strdup_printf(
            "%s-of-%s",
            kbnt_enum_name(KBNT_TYPE_PHASE, kbnt_value_get_int(line, KBNT_FIELD_PHASE)),
            kbnt_enum_name(KBNT_TYPE_STEP, kbnt_value_get_int(line, KBNT_FIELD_STEP)));

        pass(store, name);
    }
    if (verb != KBNT_STORE_PROJECT)
        return;
    g_autofree char *name = g_strconcat(
        "project-of-",
        kbnt_enum_name(KBNT_TYPE_EVENT_TYPE,
                       kbnt_value_get_int(argument, KBNT_FIELD_EVENT_TYPE)),
        NULL);
    pass(store, name);
}

static void
end_if_due(const Point *point, const Store *store)
{
    if (g_atomic_int_get(&point->due_half) == (gint)store->half)
        raise(SIGKILL);
}

void
crash_point_before_commit(const Store *store)
{
    pass(store, "commit");
    end_if_due(&before, store);
}

void
crash_point_after_commit(const Store *store)
{
    end_if_due(&after, store);
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns a source of the loop that is due at a time. */
#include "due-source.h"

typedef struct {
    GSource source;
    gint64 due_us;
    void (*call)(GSource *source, gpointer data);
    gpointer data;
} DueSource;

static gboolean
is_due(GSource *source)
{
    gint64 due_us = ((DueSource *)source)->due_us;

    return due_us >= 0 && due_us <= g_source_get_time(source);
}

static gboolean
prepare(GSource *source, gint *ret_timeout_ms)
{
    gint64 due_us = ((DueSource *)source)->due_us;
    gint64 left_us = due_us - g_source_get_time(source);

    *ret_timeout_ms = due_us < 0 ? -1 : (gint)MIN((left_us + 999) / 1000, G_MAXINT);
    return is_due(source);
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    DueSource *due = (DueSource *)source;

    due->call(source, due->data);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = { .prepare = prepare, .check = is_due, .dispatch = dispatch };

GSource *
kbnt_due_source_new(GMainContext *context, const char *name,
                    void (*call)(GSource *source, gpointer data), gpointer data)
{
    GSource *source = g_source_new(&functions, sizeof(DueSource));
    DueSource *due = (DueSource *)source;

    due->due_us = KBNT_DUE_NEVER;
    due->call = call;
    due->data = data;
    g_source_set_static_name(source, name);
    g_source_attach(source, context);
    return source;
}

void
kbnt_due_source_set(GSource *source, gint64 due_us)
{
    ((DueSource *)source)->due_us = due_us;
}

gint64
kbnt_due_source_get(GSource *source)
{
    return ((DueSource *)source)->due_us;
}

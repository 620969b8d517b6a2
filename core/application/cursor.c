/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cursor.c: owns how far the records of this store have gone out on one topic, as the broker
 * has it.
 *
 * The owner of the cursor is the store, by its id. A store that was restored from a backup
 * finds the cursor of the life that was lost, ahead of every position that it has given itself:
 * that one tells nothing, until records of this life have gone out.
 */
#include "cursor.h"

#include "backoff.h"

#define NOWHERE (-1)

struct KbntCursor {
    const KbntPorts *ports;
    char *topic;
    void (*known)(gpointer data);
    gpointer data;
    char *owner; /* NULL until the store has told its id */
    gint64 position;
    gint64 lost; /* the cursor of another life, NOWHERE for none */
    gint64 highest;
    guint attempts;
    gint last_fault;
    guint64 timer;
    gboolean is_running;
    gboolean is_asking;
    gboolean is_known;
};

static void ask(KbntCursor *cursor);

KbntCursor *
kbnt_cursor_new(const KbntPorts *ports, const char *topic, void (*known)(gpointer data),
                gpointer data)
{
    KbntCursor *cursor = g_new0(KbntCursor, 1);

    cursor->ports = ports;
    cursor->topic = g_strdup(topic);
    cursor->known = known;
    cursor->data = data;
    cursor->position = NOWHERE;
    cursor->lost = NOWHERE;
    cursor->highest = NOWHERE;
    return cursor;
}

static void
forget_timer(KbntCursor *cursor)
{
    const KbntWorldPort *world = &cursor->ports->world;

    if (cursor->timer != 0)
        world->forget(world->data, cursor->timer);
    cursor->timer = 0;
}

void
kbnt_cursor_free(KbntCursor *cursor)
{
    if (cursor == NULL)
        return;
    forget_timer(cursor);
    g_free(cursor->topic);
    g_free(cursor->owner);
    g_free(cursor);
}

static void
ask_again(gpointer data)
{
    KbntCursor *cursor = data;

    cursor->timer = 0;
    ask(cursor);
}

/* A fault that lasts is told once. */
static void
fail(KbntCursor *cursor, const GError *error)
{
    const KbntWorldPort *world = &cursor->ports->world;

    if (error->code != cursor->last_fault)
        world->report(world->data, error, NULL,
                      "events wait until it is known how far they have gone out");
    cursor->last_fault = error->code;
    cursor->timer = world->after(world->data, kbnt_backoff_ms(world, cursor->attempts++),
                                 ask_again, cursor);
}

static void
take_position(KbntCursor *cursor, gint64 position)
{
    if (position > cursor->highest)
        cursor->lost = position;
    cursor->position = position == cursor->lost ? NOWHERE : position;
    cursor->is_known = TRUE;
    cursor->attempts = 0;
    cursor->last_fault = 0;
    cursor->known(cursor->data);
}

static void
cursor_read(KbntValue *result, const GError *error, gpointer data)
{
    KbntCursor *cursor = data;

    cursor->is_asking = FALSE;
    if (!cursor->is_running)
        return;
    if (error == NULL)
        take_position(cursor, kbnt_value_get_int(result, KBNT_FIELD_POSITION));
    else if (g_error_matches(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND))
        take_position(cursor, NOWHERE);
    else
        fail(cursor, error);
}

static void
meta_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntCursor *cursor = data;

    cursor->is_asking = FALSE;
    if (!cursor->is_running)
        return;
    if (error != NULL) {
        fail(cursor, error);
        return;
    }
    cursor->owner = g_strconcat("kbnt-events-",
                                kbnt_value_get_string(result, KBNT_FIELD_STORE_ID), NULL);
    cursor->highest = MAX(cursor->highest, kbnt_value_get_int(result, KBNT_FIELD_POSITION));
    ask(cursor);
}

static KbntValue *
new_argument(const KbntCursor *cursor)
{
    KbntValue *argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_OWNER, cursor->owner);
    kbnt_value_set_string(argument, KBNT_FIELD_TOPIC, cursor->topic);
    return argument;
}

static void
ask(KbntCursor *cursor)
{
    const KbntStorePort *store = &cursor->ports->store;
    const KbntTransportPort *transport = &cursor->ports->transport;

    cursor->is_asking = TRUE;
    if (cursor->owner == NULL) {
        store->query(store->data, KBNT_STORE_META, NULL, meta_known, cursor);
        return;
    }
    g_autoptr(KbntValue) argument = new_argument(cursor);
    transport->read_cursor(transport->data, argument, cursor_read, cursor);
}

void
kbnt_cursor_ask(KbntCursor *cursor)
{
    cursor->is_running = TRUE;
    cursor->is_known = FALSE;
    if (!cursor->is_asking && cursor->timer == 0)
        ask(cursor);
}

void
kbnt_cursor_stop(KbntCursor *cursor)
{
    cursor->is_running = FALSE;
    forget_timer(cursor);
}

gboolean
kbnt_cursor_is_known(const KbntCursor *cursor)
{
    return cursor->is_known;
}

gboolean
kbnt_cursor_has_passed(const KbntCursor *cursor, gint64 position)
{
    return position <= cursor->position;
}

KbntValue *
kbnt_cursor_to(KbntCursor *cursor, gint64 position)
{
    KbntValue *argument = new_argument(cursor);

    cursor->highest = MAX(cursor->highest, position);
    kbnt_value_set_int(argument, KBNT_FIELD_POSITION, position);
    return argument;
}

void
kbnt_cursor_move(KbntCursor *cursor, gint64 position)
{
    cursor->lost = NOWHERE;
    cursor->position = MAX(cursor->position, position);
}

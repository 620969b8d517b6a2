/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the listeners of events.
 *
 * A listener that replays asks for one page after another, each when its client has taken the
 * last. It turns live when a page is empty and nothing newer was published while that page was
 * on its way; so no event is lost or sent twice at the seam. */
#include "event-stream.h"

#include "codec.h"
#include "json.h"
#include "views.h"

#include <string.h>

#define HEARTBEAT_US (15 * G_USEC_PER_SEC)
#define PAGE_ROWS 256

typedef struct {
    KbntEventStream *events;
    GList link;             /* in events->listeners */
    KbntHttpStream *stream; /* NULL once the client is gone */
    char *message_id;       /* (nullable): of the one request listened to */
    char *user_id;
    char **roles; /* (nullable) */
    KbntCaller caller;
    gint64 position; /* of the last event sent */
    gint64 newest;   /* of the last event published that this listener may see */
    gboolean is_live;
    gboolean is_asking;   /* a page is on its way */
    gboolean is_resuming; /* position is the client's word, not yet checked */
    gboolean is_terminal; /* the request is: the replay's end is the end */
} Listener;

struct KbntEventStream {
    KbntLoop *loop;
    KbntQuery *query;
    char *store_id;
    GQueue listeners;
    guint64 heartbeat; /* timer; 0 where nobody listens */
};

static void ask_for_page(gpointer data);

static void
append_event(GString *text, const char *store_id, gint64 position, const KbntValue *event)
{
    gint64 type = kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE);
    g_autoptr(KbntValue) written = kbnt_codec_as_written(event);

    g_string_append_printf(text, "id: %s.%" G_GINT64_FORMAT "\nevent: %s\ndata: ", store_id,
                           position, kbnt_enum_name(KBNT_TYPE_EVENT_TYPE, type));
    kbnt_view_append(&kbnt_view_event, text, written);
    g_string_append(text, "\n\n");
}

static gboolean
is_last_of_request(const KbntValue *event)
{
    switch (kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE)) {
    case KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED:
    case KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED:
    case KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED:
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean
may_see(const Listener *listener, const KbntValue *event)
{
    if (listener->message_id != NULL)
        return g_strcmp0(listener->message_id,
                         kbnt_value_get_string(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID)) == 0;
    return kbnt_permission_allows(&listener->caller, KBNT_DEED_LOOK,
                                  kbnt_value_get_string(event, KBNT_FIELD_USER_ID));
}

static void
send_event(Listener *listener, gint64 position, const KbntValue *event, const GString *text)
{
    listener->position = position;
    kbnt_http_stream_append(listener->stream, text->str, text->len);
    if (listener->message_id != NULL && is_last_of_request(event))
        kbnt_http_stream_end(listener->stream);
}

static void
send_text(Listener *listener, const char *text)
{
    kbnt_http_stream_append(listener->stream, text, strlen(text));
}

static void
listener_free(Listener *listener)
{
    g_free(listener->message_id);
    g_free(listener->user_id);
    g_strfreev(listener->roles);
    g_free(listener);
}

static void
on_close(gpointer data)
{
    Listener *listener = data;

    listener->stream = NULL;
    g_queue_unlink(&listener->events->listeners, &listener->link);
    if (!listener->is_asking)
        listener_free(listener);
}

/* What the client said it had is of another store, pruned, or not given yet. */
static void
reset(Listener *listener, gint64 newest)
{
    send_text(listener, "event: reset\ndata: {}\n\n");
    listener->position = listener->message_id != NULL ? 0 : newest;
}

static void
check_resumption(Listener *listener, const KbntValue *page)
{
    gint64 eldest = kbnt_value_get_int(page, KBNT_FIELD_POSITION);
    gint64 newest = kbnt_value_get_int(page, KBNT_FIELD_COUNT);

    if (listener->position < 0 || listener->position > newest ||
        listener->position + 1 < eldest)
        reset(listener, newest);
    listener->is_resuming = FALSE;
}

static void
send_page(Listener *listener, const KbntValue *page)
{
    for (guint i = 0; i < kbnt_value_length(page, KBNT_FIELD_ITEMS); i++) {
        const KbntValue *item = kbnt_value_nth_value(page, KBNT_FIELD_ITEMS, i);
        const KbntValue *event = kbnt_value_get_value(item, KBNT_FIELD_EVENT);
        gint64 position = kbnt_value_get_int(item, KBNT_FIELD_POSITION);
        g_autoptr(GString) text = g_string_new(NULL);

        append_event(text, listener->events->store_id, position, event);
        send_event(listener, position, event, text);
    }
}

static void
end_replay(Listener *listener)
{
    if (listener->newest > listener->position)
        ask_for_page(listener);
    else if (listener->is_terminal)
        kbnt_http_stream_end(listener->stream);
    else
        listener->is_live = TRUE;
}

static void
page_arrived(KbntValue *page, const GError *error, gpointer data)
{
    Listener *listener = data;
    gboolean was_resuming = listener->is_resuming;

    listener->is_asking = FALSE;
    if (listener->stream == NULL) {
        listener_free(listener);
        return;
    }
    if (error != NULL) {
        /* The client comes back with its last id, which is what event sources do. */
        kbnt_http_stream_end(listener->stream);
        return;
    }
    if (was_resuming) {
        gint64 asked = listener->position;

        check_resumption(listener, page);
        if (listener->position != asked) {
            ask_for_page(listener);
            return;
        }
    }
    send_page(listener, page);
    if (kbnt_value_length(page, KBNT_FIELD_ITEMS) > 0)
        kbnt_http_stream_when_drained(listener->stream, ask_for_page);
    else
        end_replay(listener);
}

static void
ask_for_page(gpointer data)
{
    Listener *listener = data;

    if (listener->is_asking)
        return;
    listener->is_asking = TRUE;
    kbnt_query_events(listener->events->query, &listener->caller, listener->message_id,
                      MAX(listener->position, 0), PAGE_ROWS, page_arrived, listener);
}

static void
beat(gpointer data)
{
    KbntEventStream *events = data;
    GList *next;

    events->heartbeat = 0;
    for (GList *link = events->listeners.head; link != NULL; link = next) {
        next = link->next;
        send_text(link->data, ": heartbeat\n\n");
    }
    if (events->listeners.length > 0)
        events->heartbeat = kbnt_loop_after(events->loop, HEARTBEAT_US, beat, events);
}

/* Returns the position in "<store uuid>.<position>", or -1 where it is none of ours. */
static gint64
position_of(const KbntEventStream *events, const char *id)
{
    gsize length = strlen(events->store_id);
    guint64 position;

    if (strncmp(id, events->store_id, length) != 0 || id[length] != '.' ||
        !g_ascii_string_to_unsigned(id + length + 1, 10, 0, G_MAXINT64, &position, NULL))
        return -1;
    return (gint64)position;
}

static Listener *
listener_new(KbntEventStream *events, const KbntCaller *caller, const char *message_id)
{
    Listener *listener = g_new0(Listener, 1);

    listener->events = events;
    listener->link.data = listener;
    listener->message_id = g_strdup(message_id);
    listener->user_id = g_strdup(caller->user_id);
    listener->roles = g_strdupv((char **)caller->roles);
    listener->caller = *caller;
    listener->caller.user_id = listener->user_id;
    listener->caller.roles = (const char *const *)listener->roles;
    listener->caller.groups = NULL; /* looking does not ask for them */
    return listener;
}

static void
start(Listener *listener, KbntCall *call)
{
    KbntEventStream *events = listener->events;

    listener->stream = kbnt_call_reply_stream(call, "text/event-stream", on_close, listener);
    if (listener->stream == NULL) {
        listener_free(listener);
        return;
    }
    g_queue_push_tail_link(&events->listeners, &listener->link);
    if (events->heartbeat == 0)
        events->heartbeat = kbnt_loop_after(events->loop, HEARTBEAT_US, beat, events);
    send_text(listener, "retry: 1000\n\n");
    if (!listener->is_live)
        ask_for_page(listener);
}

static void
resume_from(Listener *listener, const char *last_id)
{
    listener->is_resuming = TRUE;
    listener->position = position_of(listener->events, last_id);
}

void
kbnt_event_stream_open_request(KbntEventStream *events, KbntCall *call, const char *message_id,
                               gboolean is_terminal)
{
    const char *last_id = kbnt_http_request_header(kbnt_call_request(call), "Last-Event-ID");
    Listener *listener = listener_new(events, kbnt_call_caller(call), message_id);

    listener->is_terminal = is_terminal;
    if (last_id != NULL)
        resume_from(listener, last_id);
    start(listener, call);
}

void
kbnt_event_stream_open_all(KbntEventStream *events, KbntCall *call)
{
    const char *last_id = kbnt_http_request_header(kbnt_call_request(call), "Last-Event-ID");
    Listener *listener = listener_new(events, kbnt_call_caller(call), NULL);

    listener->is_live = last_id == NULL;
    if (last_id != NULL)
        resume_from(listener, last_id);
    start(listener, call);
}

void
kbnt_event_stream_publish(gint64 position, KbntValue *event, gpointer data)
{
    KbntEventStream *events = data;
    g_autoptr(GString) text = NULL;
    GList *next;

    for (GList *link = events->listeners.head; link != NULL; link = next) {
        Listener *listener = link->data;

        next = link->next;
        if (!may_see(listener, event))
            continue;
        listener->newest = position;
        if (!listener->is_live || position <= listener->position)
            continue;
        if (text == NULL) {
            text = g_string_new(NULL);
            append_event(text, events->store_id, position, event);
        }
        send_event(listener, position, event, text);
    }
}

KbntEventStream *
kbnt_event_stream_new(KbntLoop *loop, KbntQuery *query, const char *store_id)
{
    KbntEventStream *events = g_new0(KbntEventStream, 1);

    events->loop = loop;
    events->query = query;
    events->store_id = g_strdup(store_id);
    g_queue_init(&events->listeners);
    return events;
}

void
kbnt_event_stream_free(KbntEventStream *events)
{
    if (events == NULL)
        return;
    g_assert(events->listeners.length == 0);
    if (events->heartbeat != 0)
        kbnt_loop_cancel(events->loop, events->heartbeat);
    g_free(events->store_id);
    g_free(events);
}

guint
kbnt_event_stream_listeners(const KbntEventStream *events)
{
    return events->listeners.length;
}

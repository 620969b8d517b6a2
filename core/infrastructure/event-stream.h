/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the listeners of events (Server-Sent Events): replay, then live, then a heartbeat.
 *
 * An id is "<store uuid>.<position>"; positions are given when an event is projected, in the
 * order of commits. Loop thread only. */
#pragma once

#include "http-call.h"
#include "query.h"

typedef struct KbntEventStream KbntEventStream;

/* store_id: of the producer's store. */
KbntEventStream *kbnt_event_stream_new(KbntLoop *loop, KbntQuery *query, const char *store_id);

/* The server must have stopped: no listener may be left. */
void kbnt_event_stream_free(KbntEventStream *events);

/* An event was projected; has the form of a KbntProjectionWatch. */
void kbnt_event_stream_publish(gint64 position, KbntValue *event, gpointer events);

/* Answers with the events of one request, from its start or after Last-Event-ID, until it is
 * terminal; is_terminal: it is so already. */
void kbnt_event_stream_open_request(KbntEventStream *events, KbntCall *call,
                                    const char *message_id, gboolean is_terminal);

/* Answers with all events that the caller may see, from now or after Last-Event-ID. */
void kbnt_event_stream_open_all(KbntEventStream *events, KbntCall *call);

guint kbnt_event_stream_listeners(const KbntEventStream *events);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntEventStream, kbnt_event_stream_free)

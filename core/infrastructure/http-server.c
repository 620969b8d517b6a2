/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns libmicrohttpd inside the main loop: driving it, and the stop.
 *
 * libmicrohttpd polls nothing by itself here. Its epoll descriptor is a source of the loop and
 * is edge-triggered, hence two rules, each of which stalls connections when broken (see
 * docs/adr/, "HTTP in the main loop"):
 * 1. after every MHD_run() the driver is armed from MHD_get_timeout(), 0 meaning run again;
 * 2. MHD_resume_connection() shows neither in the descriptor nor in that time-out: whoever
 *    resumes has to have MHD_run() called, by kbnt_http_server_wake(), once for many. */
#include "due-source.h"
#include "http-private.h"

#include <glib-unix.h>
#include <kbnt/kbnt-error.h>
#include <string.h>

/* Connections of the Unix socket beyond the limit: the operator's way in stays open. */
#define OPERATORS 64
/* How long those who only now hear that the server stops may take to be gone. */
#define LAST_GRACE_US (250 * 1000)

const KbntHttpLimits kbnt_http_default_limits = {
    .body_bytes = 256 * 1024,
    .header_bytes = 8 * 1024,
    .header_count = 64,
    .stream_bytes = 1024 * 1024,
    .connections = 4096,
    .connections_per_address = 2048,
    .head_timeout_us = 30 * G_USEC_PER_SEC,
    .body_timeout_us = 15 * G_USEC_PER_SEC,
    .handling_timeout_us = 30 * G_USEC_PER_SEC,
    .answer_timeout_us = 30 * G_USEC_PER_SEC,
};

static void
arm_driver(KbntHttpServer *server)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    gint64 due_us = KBNT_DUE_NEVER;

    if (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES)
        due_us = timeout_ms == 0 ? KBNT_DUE_NOW
                                 : g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    kbnt_due_source_set(server->driver, due_us);
}

static void
drive(gpointer data)
{
    KbntHttpServer *server = data;

    /* Before the run, not after: what is resumed inside it asks for another. */
    kbnt_due_source_set(server->driver, KBNT_DUE_NEVER);
    MHD_run(server->daemon);
    if (kbnt_due_source_get(server->driver) != KBNT_DUE_NOW)
        arm_driver(server);
}

void
kbnt_http_server_wake(KbntHttpServer *server)
{
    kbnt_due_source_set(server->driver, KBNT_DUE_NOW);
}

static gboolean
on_events(int fd, GIOCondition condition, gpointer data)
{
    KbntHttpServer *server = data;

    kbnt_loop_call_timed(server->loop, "http", drive, server);
    return G_SOURCE_CONTINUE;
}

static void
on_due(GSource *source, gpointer data)
{
    KbntHttpServer *server = data;

    kbnt_loop_call_timed(server->loop, "http", drive, server);
}

static void
attach_sources(KbntHttpServer *server)
{
    GMainContext *context = kbnt_loop_context(server->loop);
    int fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

    server->events = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_static_name(server->events, "kbnt http events");
    g_source_set_callback(server->events, G_SOURCE_FUNC(on_events), server, NULL);
    g_source_attach(server->events, context);

    server->driver = kbnt_due_source_new(context, "kbnt http driver", on_due, server);
}

/* Room for the header, a piece of body beside it, and the header of the answer.
 * libmicrohttpd clears all of it after each request, so more is not free. */
static size_t
connection_memory(const KbntHttpLimits *limits)
{
    return 2 * limits->header_bytes + 4096;
}

static struct MHD_Daemon *
start_daemon(KbntHttpServer *server)
{
    const KbntHttpLimits *limits = &server->limits;
    /* A safety net only: it counts inactivity, and our own deadlines are absolute. */
    guint timeout_s = (guint)(limits->answer_timeout_us / G_USEC_PER_SEC) + 30;

    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        kbnt_http_request_advance, server,                                 /* handler */
        MHD_OPTION_NOTIFY_CONNECTION, kbnt_http_connection_notify, server, /* */
        MHD_OPTION_NOTIFY_COMPLETED, kbnt_http_request_completed, server,  /* */
        MHD_OPTION_URI_LOG_CALLBACK, kbnt_http_request_begin, server,      /* */
        MHD_OPTION_CONNECTION_LIMIT, limits->connections + OPERATORS,      /* */
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory(limits),     /* */
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_s,                          /* */
        /* Its stricter levels refuse by a page of HTML what http-head.c refuses properly. */
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_END);
}

static guint
address_hash(gconstpointer address)
{
    return g_str_hash(((const KbntHttpPeer *)address)->address);
}

static gboolean
address_equal(gconstpointer a, gconstpointer b)
{
    return strcmp(((const KbntHttpPeer *)a)->address, ((const KbntHttpPeer *)b)->address) == 0;
}

KbntHttpServer *
kbnt_http_server_new(KbntLoop *loop, const KbntHttpLimits *limits, const char *const *hosts,
                     KbntHttpHandler handler, GError **error)
{
    KbntHttpServer *server = g_new0(KbntHttpServer, 1);

    server->loop = loop;
    server->limits = *limits;
    server->hosts = g_strdupv((char **)hosts);
    server->handler = handler;
    server->listeners = g_ptr_array_new_with_free_func(kbnt_http_listener_free);
    server->per_address = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);
    g_queue_init(&server->connections);
    server->daemon = start_daemon(server);
    if (server->daemon == NULL) {
        kbnt_http_server_free(server);
        g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_INTERNAL,
                            "libmicrohttpd does not start: is it built with epoll, and are "
                            "there descriptors left");
        return NULL;
    }
    attach_sources(server);
    return server;
}

void
kbnt_http_server_free(KbntHttpServer *server)
{
    if (server == NULL)
        return;
    g_assert(server->connections.length == 0);
    if (server->driver != NULL) {
        g_source_destroy(server->events);
        g_source_unref(server->events);
        g_source_destroy(server->driver);
        g_source_unref(server->driver);
    }
    if (server->sweep_timer != 0)
        kbnt_loop_cancel(server->loop, server->sweep_timer);
    g_ptr_array_unref(server->listeners);
    g_clear_pointer(&server->daemon, MHD_stop_daemon);
    g_hash_table_unref(server->per_address);
    g_strfreev(server->hosts);
    g_free(server);
}

guint
kbnt_http_server_connections(KbntHttpServer *server)
{
    return server->connections.length;
}

static void
tell_stopped(gpointer data)
{
    KbntHttpServer *server = data;

    server->stopped(server->stopped_data);
}

void
kbnt_http_server_connection_gone(KbntHttpServer *server)
{
    if (!server->is_stopping || server->is_told || server->connections.length > 0)
        return;
    server->is_told = TRUE;
    kbnt_loop_cancel(server->loop, server->grace_timer);
    kbnt_loop_invoke(server->loop, tell_stopped, server);
}

static void
for_each_connection(KbntHttpServer *server, void (*visit)(KbntHttpConnection *connection))
{
    GList *next;

    for (GList *link = server->connections.head; link != NULL; link = next) {
        next = link->next;
        visit(link->data);
    }
}

static void
end_grace(gpointer data)
{
    KbntHttpServer *server = data;

    for_each_connection(server, kbnt_http_connection_end_late);
    kbnt_http_server_wake(server);
    /* A second look for those that only now have their 503 to send. */
    server->grace_timer = kbnt_loop_after(server->loop, LAST_GRACE_US, end_grace, server);
}

void
kbnt_http_server_stop(KbntHttpServer *server, gint64 grace_us, KbntLoopFunc done, gpointer data)
{
    g_assert(!server->is_stopping);
    server->is_stopping = TRUE;
    server->stopped = done;
    server->stopped_data = data;
    g_ptr_array_set_size(server->listeners, 0);
    server->grace_timer = kbnt_loop_after(server->loop, grace_us, end_grace, server);
    /* What has arrived already is begun: it is read before the idle ones are told to end. */
    drive(server);
    for_each_connection(server, kbnt_http_connection_end_idle);
    kbnt_http_server_wake(server);
    kbnt_http_server_connection_gone(server);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the connections of the HTTP server: how many there may be, and how long each phase of
 * one may last. libmicrohttpd's own time-out counts inactivity, which a client that sends one
 * byte now and then never shows. */
#include "http-private.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How often deadlines are looked at; a deadline is late by this much at most. */
#define SWEEP_INTERVAL_US (250 * 1000)
/* How long, and how much of, a refused body is still read: closing a socket with unread bytes
 * resets it, and the client might never see why it was refused. */
#define LINGER_US (2 * G_USEC_PER_SEC)
/* How coarse the kernel tells when data came last: a few ticks of the slowest clock. */
#define KERNEL_TICKS_MS 30

static gint64
phase_timeout_us(KbntHttpConnection *connection)
{
    const KbntHttpLimits *limits = &connection->server->limits;

    switch (connection->phase) {
    case KBNT_HTTP_IDLE:
        return limits->head_timeout_us;
    case KBNT_HTTP_RECEIVING:
        return limits->body_timeout_us;
    case KBNT_HTTP_HANDLING:
        return limits->handling_timeout_us;
    case KBNT_HTTP_ANSWERING:
        return limits->answer_timeout_us;
    case KBNT_HTTP_REFUSED:
        return LINGER_US;
    case KBNT_HTTP_STREAMING:
        break;
    }
    return G_MAXINT64 / 2;
}

void
kbnt_http_connection_enter(KbntHttpConnection *connection, KbntHttpPhase phase)
{
    gint64 now_us = g_get_monotonic_time();

    connection->phase = phase;
    connection->deadline_us = now_us + phase_timeout_us(connection);
    if (phase == KBNT_HTTP_IDLE)
        connection->idle_since_us = now_us;
}

/* libmicrohttpd owns the descriptor: shutting it down is how it is told to close it. */
void
kbnt_http_connection_close(KbntHttpConnection *connection)
{
    shutdown(connection->fd, SHUT_RDWR);
}

static enum MHD_Result
append_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    g_string_append_printf(cls, "%s: %s\r\n", name, value);
    return MHD_YES;
}

/* Writes the request's answer past libmicrohttpd, which takes none while a header or a body is
 * incomplete. What does not fit into the socket at once is lost with the connection. */
static void
send_raw(int fd, KbntHttpRequest *request)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gsize length = 0;
    gconstpointer body = request->response_body != NULL
                             ? g_bytes_get_data(request->response_body, &length)
                             : NULL;

    g_string_append_printf(text, "HTTP/1.1 %u %s\r\n", request->status,
                           MHD_get_reason_phrase_for(request->status));
    MHD_get_response_headers(request->response, append_header, text);
    g_string_append_printf(text, "Connection: close\r\nContent-Length: %zu\r\n\r\n", length);
    g_string_append_len(text, body, (gssize)length);
    if (send(fd, text->str, text->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return;
    shutdown(fd, SHUT_WR);
}

void
kbnt_http_connection_refuse_raw(KbntHttpConnection *connection, KbntHttpRequest *request,
                                guint status, const char *detail)
{
    kbnt_http_request_refuse(request, status, detail);
    send_raw(connection->fd, request);
    kbnt_http_connection_enter(connection, KBNT_HTTP_REFUSED);
}

/* A connection that was only kept open is closed in silence; one that began to send a header
 * hears why. libmicrohttpd does not tell the two apart, the kernel does. */
static gboolean
has_begun_header(KbntHttpConnection *connection)
{
    struct tcp_info info = { 0 };
    socklen_t length = sizeof info;
    gint64 idle_ms = (g_get_monotonic_time() - connection->idle_since_us) / 1000;

    if (connection->peer.is_unix ||
        getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
        return FALSE;
    if (!connection->has_served)
        return info.tcpi_bytes_received > 0;
    return (gint64)info.tcpi_last_data_recv + KERNEL_TICKS_MS < idle_ms;
}

static void
end_header(KbntHttpConnection *connection)
{
    KbntHttpRequest *blank;

    if (!has_begun_header(connection)) {
        kbnt_http_connection_close(connection);
        return;
    }
    blank = kbnt_http_request_new(connection);
    kbnt_http_connection_refuse_raw(connection, blank, 408,
                                    "the header did not arrive in time");
    kbnt_http_request_free(blank);
    kbnt_http_connection_close(connection);
}

static void
end_phase(KbntHttpConnection *connection)
{
    switch (connection->phase) {
    case KBNT_HTTP_IDLE:
        end_header(connection);
        break;
    case KBNT_HTTP_RECEIVING:
        kbnt_http_connection_refuse_raw(connection, connection->request, 408,
                                        "the body did not arrive in time");
        break;
    case KBNT_HTTP_HANDLING:
        kbnt_http_request_refuse(connection->request, 503,
                                 "no answer was found in time; ask for the request by its id");
        break;
    case KBNT_HTTP_STREAMING:
    case KBNT_HTTP_ANSWERING:
    case KBNT_HTTP_REFUSED:
        kbnt_http_connection_close(connection);
        break;
    }
}

static void
sweep(gpointer data)
{
    KbntHttpServer *server = data;
    gint64 now_us = g_get_monotonic_time();

    server->sweep_timer = 0;
    for (GList *link = server->connections.head; link != NULL; link = link->next) {
        KbntHttpConnection *connection = link->data;

        if (connection->deadline_us <= now_us)
            end_phase(connection);
    }
    if (server->connections.length > 0)
        server->sweep_timer = kbnt_loop_after(server->loop, SWEEP_INTERVAL_US, sweep, server);
}

/* At the stop. Reading is shut, not writing: bytes that are here already are still served. */
void
kbnt_http_connection_end_idle(KbntHttpConnection *connection)
{
    if (connection->phase == KBNT_HTTP_IDLE)
        shutdown(connection->fd, SHUT_RD);
    else if (connection->phase == KBNT_HTTP_STREAMING)
        kbnt_http_stream_end(connection->stream);
}

/* When the grace of a stop is over. */
void
kbnt_http_connection_end_late(KbntHttpConnection *connection)
{
    if (connection->phase == KBNT_HTTP_HANDLING)
        kbnt_http_request_refuse(connection->request, 503, "the server is stopping");
    else if (connection->phase == KBNT_HTTP_STREAMING)
        kbnt_http_stream_cut(connection->stream);
    else
        kbnt_http_connection_close(connection);
}

static guint
count_of(KbntHttpServer *server, const KbntHttpPeer *peer)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(server->per_address, peer));
}

static void
set_count(KbntHttpServer *server, const KbntHttpPeer *peer, guint count)
{
    if (count == 0)
        g_hash_table_remove(server->per_address, peer);
    else
        g_hash_table_insert(server->per_address, g_memdup2(peer, sizeof *peer),
                            GUINT_TO_POINTER(count));
}

static const char *
why_full(KbntHttpServer *server, const KbntHttpPeer *peer)
{
    /* The Unix socket is the operator's way in: a flood of clients must not close it. */
    if (peer->is_unix)
        return NULL;
    if (server->connections.length >= server->limits.connections)
        return "there are too many connections";
    if (count_of(server, peer) >= server->limits.connections_per_address)
        return "there are too many connections from this address";
    return NULL;
}

static void
refuse_connection(KbntHttpConnection *connection, const char *detail)
{
    KbntHttpRequest *blank = kbnt_http_request_new(connection);

    kbnt_http_request_refuse(blank, 503, detail);
    send_raw(connection->fd, blank);
    kbnt_http_request_free(blank);
    close(connection->fd);
    g_free(connection);
}

gboolean
kbnt_http_connection_add(KbntHttpServer *server, int fd, KbntHttpPeer peer,
                         gconstpointer address, guint address_length)
{
    KbntHttpConnection *connection = g_new0(KbntHttpConnection, 1);
    const char *full = why_full(server, &peer);

    connection->server = server;
    connection->fd = fd;
    connection->peer = peer;
    connection->link.data = connection;
    if (full != NULL) {
        refuse_connection(connection, full);
        return TRUE;
    }
    server->accepting = connection;
    /* Closes the descriptor where it fails. */
    MHD_add_connection(server->daemon, fd, address, (socklen_t)address_length);
    g_clear_pointer(&server->accepting, g_free);
    return TRUE;
}

static void
connection_started(KbntHttpServer *server, KbntHttpConnection *connection)
{
    g_queue_push_tail_link(&server->connections, &connection->link);
    set_count(server, &connection->peer, count_of(server, &connection->peer) + 1);
    kbnt_http_connection_enter(connection, KBNT_HTTP_IDLE);
    if (server->sweep_timer == 0)
        server->sweep_timer = kbnt_loop_after(server->loop, SWEEP_INTERVAL_US, sweep, server);
}

static void
connection_closed(KbntHttpServer *server, KbntHttpConnection *connection)
{
    g_queue_unlink(&server->connections, &connection->link);
    set_count(server, &connection->peer, count_of(server, &connection->peer) - 1);
    kbnt_http_request_forget_connection(connection);
    g_free(connection);
    kbnt_http_server_connection_gone(server);
}

void
kbnt_http_connection_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
                            enum MHD_ConnectionNotificationCode code)
{
    KbntHttpServer *server = cls;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        KbntHttpConnection *connection = g_steal_pointer(&server->accepting);

        connection->mhd = mhd;
        *socket_context = connection;
        connection_started(server, connection);
    } else if (*socket_context != NULL) {
        connection_closed(server, *socket_context);
    }
}

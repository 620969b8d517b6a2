/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arbitrary bytes on a connection of the HTTP server: it answers or closes, and goes on
 * serving. */
#include "http-server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* libFuzzer calls one function again and again, so the server lives as long as the process. */
static struct {
    KbntLoop *loop;
    KbntHttpServer *server;
    guint16 port;
} fuzzed;

static void
handle(KbntHttpRequest *request, gpointer data)
{
    gsize length;
    const char *body = kbnt_http_request_body(request, &length);

    kbnt_http_reply(request, 200, NULL, g_bytes_new(body, length));
}

static void
refuse(KbntHttpRequest *request, guint status, const char *detail, gpointer data)
{
    kbnt_http_reply(request, status, NULL, g_bytes_new_static("", 0));
}

static void
start_server(void)
{
    static const char *const hosts[] = { "localhost", NULL };
    KbntHttpHandler handler = { handle, refuse, NULL };
    KbntHttpLimits limits = kbnt_http_default_limits;

    limits.body_bytes = 4096;
    fuzzed.loop = kbnt_loop_new(64);
    fuzzed.server = kbnt_http_server_new(fuzzed.loop, &limits, hosts, handler, NULL);
    g_assert(kbnt_http_server_listen_tcp(fuzzed.server, "127.0.0.1:0", &fuzzed.port, NULL));
}

/* libFuzzer's clock is a signal: what it interrupts goes on, and ends when it can be written.
 */
static int
connect_to_server(void)
{
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(fuzzed.port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct pollfd connected = { .fd = connection, .events = POLLOUT };

    if (connect(connection, (struct sockaddr *)&address, sizeof address) < 0) {
        g_assert_cmpint(errno, ==, EINTR);
        while (poll(&connected, 1, -1) < 0)
            g_assert_cmpint(errno, ==, EINTR);
    }
    return connection;
}

/* Lets the server do all that the bytes give it to do. */
static void
serve_what_is_there(void)
{
    while (g_main_context_iteration(kbnt_loop_context(fuzzed.loop), FALSE))
        ;
}

/* Resets the connection, so that no port is left waiting, and lets the server notice. */
static void
hang_up(int connection)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(connection);
    while (kbnt_http_server_connections(fuzzed.server) > 0)
        g_main_context_iteration(kbnt_loop_context(fuzzed.loop), TRUE);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    int connection;

    if (!fuzzed.server)
        start_server();
    connection = connect_to_server();
    if (send(connection, data, MIN(size, 16384), MSG_NOSIGNAL) >= 0)
        serve_what_is_there();
    hang_up(connection);
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fixture of the HTTP server's tests. */
#include "http-fixture.h"

#include "runner.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_TIMEOUT_S 5

static const char *const hosts[] = { "localhost", "127.0.0.1", "::1", NULL };

static void
answer_echo(KbntHttpRequest *request)
{
    GString *text = g_string_new(NULL);
    gsize length;
    const char *body = kbnt_http_request_body(request, &length);
    KbntHttpHeader headers[] = { { "Content-Type", "text/plain" }, { NULL, NULL } };

    g_string_append_printf(text, "%s %s", kbnt_http_request_method(request),
                           kbnt_http_request_path(request));
    for (guint i = 0; i < kbnt_http_request_n_queries(request); i++) {
        const char *value, *name = kbnt_http_request_query_at(request, i, &value);

        g_string_append_printf(text, " %s=%s", name, value);
    }
    g_string_append_c(text, ' ');
    g_string_append_len(text, body, (gssize)length);
    kbnt_http_reply(request, 200, headers, g_string_free_to_bytes(text));
}

static void
answer_later(gpointer request)
{
    answer_echo(request);
}

static void
note_closed_stream(gpointer data)
{
    HttpFixture *fixture = data;

    fixture->is_stream_closed = TRUE;
    fixture->stream = NULL;
}

static void
handle(KbntHttpRequest *request, gpointer data)
{
    HttpFixture *fixture = data;
    const char *path = kbnt_http_request_path(request);

    fixture->handled++;
    if (strcmp(path, "/later") == 0)
        kbnt_loop_invoke(fixture->loop, answer_later, request);
    else if (strcmp(path, "/park") == 0)
        fixture->parked = request;
    else if (strcmp(path, "/stream") == 0)
        fixture->stream = kbnt_http_reply_stream(request, 200, NULL, note_closed_stream,
                                                 fixture);
    else
        answer_echo(request);
}

static void
refuse(KbntHttpRequest *request, guint status, const char *detail, gpointer data)
{
    g_autofree char *text = g_strdup_printf("refused: %s", detail);

    kbnt_http_reply(request, status, NULL, g_bytes_new(text, strlen(text)));
}

void
http_fixture_listen(HttpFixture *fixture, const KbntHttpLimits *limits, KbntHttpHandler handler)
{
    g_autoptr(GError) error = NULL;

    fixture->folder = g_dir_make_tmp("kbnt-http-XXXXXX", NULL);
    fixture->unix_path = g_build_filename(fixture->folder, "test.sock", NULL);
    fixture->server = kbnt_http_server_new(fixture->loop, limits, hosts, handler, &error);
    kbnt_assert_no_error(error);
    kbnt_http_server_listen_tcp(fixture->server, "127.0.0.1:0", &fixture->port, &error);
    kbnt_assert_no_error(error);
    kbnt_http_server_listen_unix(fixture->server, fixture->unix_path, 0600, &error);
    kbnt_assert_no_error(error);
}

void
http_fixture_set_up(HttpFixture *fixture, const KbntHttpLimits *limits)
{
    KbntHttpHandler handler = { handle, refuse, fixture };

    *fixture = (HttpFixture){ .loop = kbnt_loop_new(64) };
    http_fixture_listen(fixture, limits, handler);
}

static void
quit(gpointer loop)
{
    kbnt_loop_quit(loop);
}

void
http_fixture_stop(HttpFixture *fixture)
{
    kbnt_http_server_stop(fixture->server, 0, quit, fixture->loop);
    kbnt_loop_run(fixture->loop);
    CU_ASSERT_EQUAL(kbnt_http_server_connections(fixture->server), 0);
    kbnt_http_server_free(fixture->server);
    CU_ASSERT_FALSE(g_file_test(fixture->unix_path, G_FILE_TEST_EXISTS));
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->unix_path);
}

void
http_fixture_tear_down(HttpFixture *fixture)
{
    http_fixture_stop(fixture);
    kbnt_loop_free(fixture->loop);
}

typedef struct {
    HttpFixture *fixture;
    void (*client)(HttpFixture *fixture);
} ClientRun;

static gpointer
client_main(gpointer data)
{
    ClientRun *run = data;

    run->client(run->fixture);
    kbnt_loop_invoke(run->fixture->loop, quit, run->fixture->loop);
    return NULL;
}

void
http_fixture_run(HttpFixture *fixture, void (*client)(HttpFixture *fixture))
{
    ClientRun run = { fixture, client };
    GThread *thread = g_thread_new("client", client_main, &run);

    kbnt_loop_run(fixture->loop);
    g_thread_join(thread);
}

static int
connect_to(int family, const struct sockaddr *address, socklen_t length)
{
    struct timeval timeout = { .tv_sec = READ_TIMEOUT_S };
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT_EQUAL_FATAL(connect(fd, address, length), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    return fd;
}

int
http_connect(HttpFixture *fixture)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = g_htons(fixture->port),
                                   .sin_addr.s_addr = g_htonl(INADDR_LOOPBACK) };

    return connect_to(AF_INET, (struct sockaddr *)&address, sizeof address);
}

int
http_connect_unix(HttpFixture *fixture)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    g_strlcpy(address.sun_path, fixture->unix_path, sizeof address.sun_path);
    return connect_to(AF_UNIX, (struct sockaddr *)&address, sizeof address);
}

void
http_send(int fd, const char *text)
{
    gsize sent = 0, length = strlen(text);

    while (sent < length) {
        gssize n = send(fd, text + sent, length - sent, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        sent += (gsize)n;
    }
}

static gboolean
is_complete(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = end != NULL ? strstr(text, "Content-Length: ") : NULL;

    return length != NULL && length < end &&
           strlen(end + 4) >= g_ascii_strtoull(length + 16, NULL, 10);
}

static char *
read_until(int fd, gboolean (*is_enough)(const char *text))
{
    GString *text = g_string_new(NULL);
    char piece[4096];
    gssize n;

    while (!is_enough(text->str) && (n = recv(fd, piece, sizeof piece, 0)) > 0)
        g_string_append_len(text, piece, n);
    return g_string_free(text, FALSE);
}

static gboolean
is_never_enough(const char *text)
{
    return FALSE;
}

char *
http_read(int fd)
{
    return read_until(fd, is_complete);
}

char *
http_read_all(int fd)
{
    return read_until(fd, is_never_enough);
}

char *
http_ask(HttpFixture *fixture, const char *text)
{
    int fd = http_connect(fixture);
    char *answer;

    http_send(fd, text);
    answer = http_read(fd);
    close(fd);
    return answer;
}

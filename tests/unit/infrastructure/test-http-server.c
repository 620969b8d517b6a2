/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP server under honest, careless and hostile clients. */
#include "http-server.h"

#include "http-fixture.h"
#include "runner.h"

#include <kbnt/kbnt-error.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD(method, target) method " " target " HTTP/1.1\r\nHost: localhost\r\n"

static HttpFixture *
fixture_with(KbntHttpLimits limits)
{
    static HttpFixture fixture;

    http_fixture_set_up(&fixture, &limits);
    return &fixture;
}

static void
run_client(KbntHttpLimits limits, void (*client)(HttpFixture *fixture))
{
    HttpFixture *fixture = fixture_with(limits);

    http_fixture_run(fixture, client);
    http_fixture_tear_down(fixture);
}

typedef struct {
    const char *request;
    guint status;
    const char *part; /* of the answer */
} Exchange;

static void
check_exchange(HttpFixture *fixture, const Exchange *exchange)
{
    g_autofree char *answer = http_ask(fixture, exchange->request);
    g_autofree char *status = g_strdup_printf("HTTP/1.1 %u ", exchange->status);

    if (!g_str_has_prefix(answer, status))
        g_printerr("%s\n-> %s\n", exchange->request, answer);
    CU_ASSERT_TRUE(g_str_has_prefix(answer, status));
    if (exchange->part != NULL)
        kbnt_assert_contains(answer, exchange->part);
}

static const Exchange exchanges[] = {
    { HEAD("GET", "/a") "\r\n", 200, "GET /a " },
    { HEAD("GET", "/a%20b?x=1%2b1&y=a+b&z") "\r\n", 200, "GET /a b x=1+1 y=a b z= " },
    { HEAD("POST", "/a") "Content-Length: 3\r\n\r\nabc", 200, "POST /a abc" },
    { HEAD("POST", "/a") "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
      200, "POST /a abcd" },
    { HEAD("POST", "/a") "Content-Length: 3\r\nExpect: 100-continue\r\n"
                         "Connection: close\r\n\r\nabc",
      100, "POST /a abc" },
    { HEAD("GET", "/later") "\r\n", 200, "GET /later " },
    { HEAD("OPTIONS", "*") "\r\n", 200, "OPTIONS * " },
    { "GET http://localhost/a HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "GET /a " },
    { "GET http://evil.example/a HTTP/1.1\r\nHost: localhost\r\n\r\n", 421, "refused" },
    { "GET /a HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 200, NULL },
    { "GET /a HTTP/1.1\r\nHost: [::1]\r\n\r\n", 200, NULL },
    { "GET /a HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200, NULL },
    { "GET /a HTTP/1.1\r\nHost: [::2]\r\n\r\n", 421, NULL },
    { "GET /a HTTP/1.1\r\nHost: [::1\r\n\r\n", 421, NULL },
    { "GET /a HTTP/1.1\r\nHost: \r\n\r\n", 421, NULL },
    { "GET /a HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "refused: the Host" },
    { "GET /a HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421, NULL },
    { "GET /a HTTP/1.1\r\nHost: localhost:80@evil.example\r\n\r\n", 421, NULL },
    { "GET /a HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400, "refused" },
    { "GET /a HTTP/1.1\r\n\r\n", 400, "refused: the header does not name one Host" },
    { "GET  /a  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "refused: the target" },
    { HEAD("GET", "/a") "X: a\rb\r\n\r\n", 400, "refused: a header field" },
    { "GET /a HTTP/2.0\r\nHost: localhost\r\n\r\n", 505, NULL },
    { "GET /a HTTP/1.0\r\n\r\n", 400, NULL },
    { HEAD("GET", "/a/%2e%2e/b") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a/../b") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a/./b") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a%2fb") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a%5cb") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a%00b") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a%zzb") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a%ff") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "/a?x=%00") "\r\n", 400, "refused: the query" },
    { HEAD("GET", "/a?x=%c3%28") "\r\n", 400, "refused: the query" },
    { HEAD("GET", "//a") "\r\n", 400, "refused: the path" },
    { HEAD("GET", "a") "\r\n", 400, "refused: the target" },
    { HEAD("GET", "/a\\b") "\r\n", 400, "refused: the target" },
    { HEAD("POST", "/a") "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, "refused" },
    { HEAD("POST", "/a") "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400, "refused" },
    { HEAD("POST", "/a") "Transfer-Encoding: gzip\r\n\r\nabc", 400, NULL },
    { HEAD("POST", "/a") "Content-Length: -1\r\n\r\nabc", 400, NULL },
    { HEAD("POST", "/a") "Content-Length: +3\r\n\r\nabc", 400, NULL },
    { HEAD("POST", "/a") "Content-Length: 3x\r\n\r\nabc", 400, NULL },
    { HEAD("POST", "/a") "Content-Length: 262145\r\n\r\n", 413, "refused: the body" },
    { HEAD("POST", "/a") "Content-Length: 999999999999999999\r\n\r\n", 413,
      "refused: the body" },
    { HEAD("GET", "/a") "Bad Name: x\r\n\r\n", 400, "refused: a header field" },
};

static void
send_each_exchange(HttpFixture *fixture)
{
    for (gsize i = 0; i < G_N_ELEMENTS(exchanges); i++)
        check_exchange(fixture, &exchanges[i]);
}

static void
each_request_has_the_answer_of_the_table(void)
{
    run_client(kbnt_http_default_limits, send_each_exchange);
}

static void
send_many_arguments(HttpFixture *fixture)
{
    g_autofree char *arguments = g_strnfill(500, '&');
    g_autofree char *request = g_strconcat("GET /a?", arguments, " HTTP/1.1\r\n\r\n", NULL);
    const Exchange exchange = { request, 414, "refused: the query has too many arguments" };

    check_exchange(fixture, &exchange);
}

/* Whether the request is let go, the leak checks of valgrind and AddressSanitizer tell. */
static void
a_query_of_too_many_arguments_is_refused_and_let_go(void)
{
    run_client(kbnt_http_default_limits, send_many_arguments);
}

static void
send_head_requests(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("HEAD", "/a") "Connection: close\r\n\r\n");
    answer = http_read_all(fd);
    close(fd);

    kbnt_assert_contains(answer, "Content-Length: 7\r\n");
    CU_ASSERT_TRUE(g_str_has_suffix(answer, "\r\n\r\n"));
}

static void
a_head_request_is_a_get_without_its_body(void)
{
    run_client(kbnt_http_default_limits, send_head_requests);
}

static void
send_large_headers(HttpFixture *fixture)
{
    g_autofree char *long_value = g_strnfill(600, 'x');
    g_autofree char *too_long = g_strdup_printf(HEAD("GET", "/a") "X: %s\r\n\r\n", long_value);
    Exchange large = { too_long, 431, "refused: the header is larger" };
    Exchange many = { HEAD("GET", "/a") "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", 431,
                      "refused: the header has more fields" };

    check_exchange(fixture, &large);
    check_exchange(fixture, &many);
}

static void
a_header_past_its_limits_is_refused(void)
{
    KbntHttpLimits limits = kbnt_http_default_limits;

    limits.header_bytes = 512;
    limits.header_count = 4;
    run_client(limits, send_large_headers);
}

static void
flood_header(HttpFixture *fixture)
{
    g_autofree char *long_value = g_strnfill(100000, 'x');
    g_autofree char *flood = g_strdup_printf(HEAD("GET", "/a") "X: %s\r\n\r\n", long_value);
    Exchange exchange = { flood, 431, NULL };
    Exchange after = { HEAD("GET", "/a") "\r\n", 200, NULL };

    check_exchange(fixture, &exchange);
    check_exchange(fixture, &after);
}

static void
a_header_flood_is_refused_and_the_server_is_well_after_it(void)
{
    run_client(kbnt_http_default_limits, flood_header);
}

static void
send_large_bodies(HttpFixture *fixture)
{
    g_autofree char *body = g_strnfill(64 * 1024, 'x');
    g_autofree char *announced = g_strdup_printf(
        HEAD("POST", "/a") "Content-Length: 65536\r\n\r\n%s", body);
    g_autofree char *chunked = g_strdup_printf(
        HEAD("POST", "/a") "Transfer-Encoding: chunked\r\n\r\n10000\r\n%s\r\n0\r\n\r\n", body);
    Exchange with_length = { announced, 413, "refused: the body" };
    Exchange without_length = { chunked, 413, "refused: the body" };

    check_exchange(fixture, &with_length);
    check_exchange(fixture, &without_length);
    CU_ASSERT_EQUAL(fixture->handled, 0);
}

static void
a_body_past_its_limit_is_refused_with_and_without_a_length(void)
{
    KbntHttpLimits limits = kbnt_http_default_limits;

    limits.body_bytes = 1024;
    run_client(limits, send_large_bodies);
}

static void
keep_one_connection(HttpFixture *fixture)
{
    int fd = http_connect(fixture);

    for (guint i = 0; i < 100; i++) {
        g_autofree char *answer = NULL;

        http_send(fd, i % 2 == 0 ? HEAD("POST", "/later") "Content-Length: 1\r\n\r\nx"
                                 : HEAD("GET", "/a") "\r\n");
        answer = http_read(fd);
        CU_ASSERT_TRUE(g_str_has_prefix(answer, "HTTP/1.1 200 "));
    }
    close(fd);
    CU_ASSERT_EQUAL(fixture->handled, 100);
}

static void
one_connection_carries_many_requests(void)
{
    run_client(kbnt_http_default_limits, keep_one_connection);
}

static void
pipeline(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("POST", "/later") "Content-Length: 1\r\n\r\n1" HEAD(
                      "GET", "/2") "\r\n" HEAD("GET", "/later") "Connection: close\r\n\r\n");
    answer = http_read_all(fd);
    close(fd);

    kbnt_assert_contains(answer, "POST /later 1");
    kbnt_assert_contains(answer, "GET /2 ");
    kbnt_assert_contains(answer, "GET /later ");
}

static void
pipelined_requests_are_all_answered(void)
{
    run_client(kbnt_http_default_limits, pipeline);
}

static KbntHttpLimits
short_limits(void)
{
    KbntHttpLimits limits = kbnt_http_default_limits;

    limits.head_timeout_us = 200 * 1000;
    limits.body_timeout_us = 200 * 1000;
    limits.handling_timeout_us = 200 * 1000;
    return limits;
}

/* Sends a byte every 20 ms, so that inactivity alone would never end it. */
static char *
trickle(int fd, const char *text)
{
    for (guint i = 0; i < 200; i++) {
        char byte = text[i % strlen(text)];

        if (send(fd, &byte, 1, MSG_NOSIGNAL) <= 0)
            break;
        g_usleep(20 * 1000);
        if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
            break;
    }
    return http_read_all(fd);
}

static void
trickle_header(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/a"));
    answer = trickle(fd, "X: y\r\n");
    close(fd);

    CU_ASSERT_TRUE(g_str_has_prefix(answer, "HTTP/1.1 408 "));
    kbnt_assert_contains(answer, "refused: the header did not arrive in time");
}

static void
a_header_that_trickles_is_ended_by_an_absolute_deadline(void)
{
    run_client(short_limits(), trickle_header);
}

static void
trickle_body(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("POST", "/a") "Content-Length: 1000\r\n\r\n");
    answer = trickle(fd, "x");
    close(fd);

    CU_ASSERT_TRUE(g_str_has_prefix(answer, "HTTP/1.1 408 "));
    kbnt_assert_contains(answer, "refused: the body did not arrive in time");
    CU_ASSERT_EQUAL(fixture->handled, 0);
}

static void
a_body_that_trickles_is_ended_by_an_absolute_deadline(void)
{
    run_client(short_limits(), trickle_body);
}

static void
stay_idle(HttpFixture *fixture)
{
    g_autofree char *first = NULL, *rest = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/a") "\r\n");
    first = http_read(fd);
    rest = http_read_all(fd);
    close(fd);

    CU_ASSERT_TRUE(g_str_has_prefix(first, "HTTP/1.1 200 "));
    kbnt_assert_string(rest, "");
}

static void
an_idle_connection_is_closed_without_a_word(void)
{
    run_client(short_limits(), stay_idle);
}

static void
ask_for_parked(HttpFixture *fixture)
{
    Exchange exchange = { HEAD("GET", "/park") "\r\n", 503, "refused: no answer was found" };

    check_exchange(fixture, &exchange);
}

static void
a_handler_that_never_replies_is_answered_for_and_may_reply_late(void)
{
    HttpFixture *fixture = fixture_with(short_limits());

    http_fixture_run(fixture, ask_for_parked);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->parked);
    kbnt_http_reply(fixture->parked, 200, NULL, NULL);
    http_fixture_tear_down(fixture);
}

static void
leave_while_parked(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/park") "\r\n");
    close(fd);
    answer = http_ask(fixture, HEAD("GET", "/a") "\r\n");
    CU_ASSERT_TRUE(g_str_has_prefix(answer, "HTTP/1.1 200 "));
}

static void
a_client_that_leaves_before_its_answer_harms_nobody(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);

    http_fixture_run(fixture, leave_while_parked);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->parked);
    kbnt_http_reply(fixture->parked, 200, NULL, NULL);
    http_fixture_tear_down(fixture);
}

static void
open_too_many(HttpFixture *fixture)
{
    g_autofree char *first = NULL, *refused = NULL, *by_unix = NULL;
    int fds[2] = { http_connect(fixture), http_connect(fixture) };
    int operator_fd;

    http_send(fds[1], HEAD("GET", "/a") "\r\n");
    first = http_read(fds[1]);
    refused = http_ask(fixture, HEAD("GET", "/a") "\r\n");
    operator_fd = http_connect_unix(fixture);
    http_send(operator_fd, "GET /a HTTP/1.1\r\nHost: any\r\n\r\n");
    by_unix = http_read(operator_fd);
    close(operator_fd);
    close(fds[0]);
    close(fds[1]);

    CU_ASSERT_TRUE(g_str_has_prefix(first, "HTTP/1.1 200 "));
    CU_ASSERT_TRUE(g_str_has_prefix(refused, "HTTP/1.1 503 "));
    CU_ASSERT_TRUE(g_str_has_prefix(by_unix, "HTTP/1.1 200 "));
}

static void
connections_past_the_limit_are_refused_but_the_operator_gets_in(void)
{
    KbntHttpLimits limits = kbnt_http_default_limits;

    limits.connections = 2;
    run_client(limits, open_too_many);
}

static void
connections_past_the_limit_of_an_address_are_refused(void)
{
    KbntHttpLimits limits = kbnt_http_default_limits;

    limits.connections_per_address = 2;
    run_client(limits, open_too_many);
}

static void
append_event(gpointer data)
{
    HttpFixture *fixture = data;

    if (fixture->stream != NULL)
        kbnt_http_stream_append(fixture->stream, "event\n", 6);
}

static void
end_stream(gpointer data)
{
    kbnt_http_stream_end(((HttpFixture *)data)->stream);
}

static void
read_stream(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    char byte;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/stream") "\r\n");
    /* The head of the answer shows that the handler ran. */
    CU_ASSERT_EQUAL(recv(fd, &byte, 1, MSG_PEEK), 1);
    for (guint i = 0; i < 3; i++)
        kbnt_loop_invoke(fixture->loop, append_event, fixture);
    kbnt_loop_invoke(fixture->loop, end_stream, fixture);
    http_send(fd, HEAD("GET", "/a") "Connection: close\r\n\r\n");
    answer = http_read_all(fd);
    close(fd);

    kbnt_assert_contains(answer, "Transfer-Encoding: chunked");
    kbnt_assert_contains(answer, "event\n");
    kbnt_assert_contains(answer, "GET /a ");
}

static void
a_stream_grows_ends_and_leaves_its_connection_open(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);

    http_fixture_run(fixture, read_stream);
    CU_ASSERT_TRUE(fixture->is_stream_closed);
    http_fixture_tear_down(fixture);
}

static void
append_much(gpointer data)
{
    HttpFixture *fixture = data;
    g_autofree char *block = g_strnfill(8192, 'x');

    for (guint i = 0; i < 64 && fixture->stream != NULL; i++)
        kbnt_http_stream_append(fixture->stream, block, 8192);
}

static void
never_read_stream(HttpFixture *fixture)
{
    char byte;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/stream") "\r\n");
    CU_ASSERT_EQUAL(recv(fd, &byte, 1, MSG_PEEK), 1);
    for (guint i = 0; i < 64; i++)
        kbnt_loop_invoke(fixture->loop, append_much, fixture);
    /* Another client is served meanwhile. */
    check_exchange(fixture, &exchanges[0]);
    check_exchange(fixture, &exchanges[0]);
    close(fd);
}

static void
a_listener_that_does_not_read_is_cut_and_others_are_served(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);

    http_fixture_run(fixture, never_read_stream);
    http_fixture_tear_down(fixture);
    CU_ASSERT_TRUE(fixture->is_stream_closed);
}

static void
leave_stream(HttpFixture *fixture)
{
    char byte;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/stream") "\r\n");
    CU_ASSERT_EQUAL(recv(fd, &byte, 1, MSG_PEEK), 1);
    close(fd);
    for (guint i = 0; i < 10; i++) {
        kbnt_loop_invoke(fixture->loop, append_event, fixture);
        check_exchange(fixture, &exchanges[0]);
    }
}

static void
a_listener_that_leaves_is_noticed_when_something_is_appended(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);

    http_fixture_run(fixture, leave_stream);
    CU_ASSERT_TRUE(fixture->is_stream_closed);
    http_fixture_tear_down(fixture);
}

static void
reply_to_parked(gpointer data)
{
    HttpFixture *fixture = data;

    kbnt_http_reply(fixture->parked, 200, NULL, g_bytes_new_static("begun", 5));
}

static void
count_stop(gpointer data)
{
    HttpFixture *fixture = data;

    fixture->n_stops++;
    kbnt_loop_quit(fixture->loop);
}

static void
park_one(HttpFixture *fixture)
{
    g_autofree char *answer = NULL;
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/park") "\r\n");
    answer = http_ask(fixture, HEAD("GET", "/a") "\r\n");
    fixture->handled = (guint)fd;
}

static void
stop_fixture(HttpFixture *fixture)
{
    kbnt_http_server_stop(fixture->server, 5 * G_USEC_PER_SEC, count_stop, fixture);
    kbnt_loop_run(fixture->loop);
    kbnt_http_server_free(fixture->server);
    kbnt_loop_free(fixture->loop);
    rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->unix_path);
    CU_ASSERT_EQUAL(fixture->n_stops, 1);
}

static void
a_stop_answers_what_was_begun_and_closes(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);
    g_autofree char *answer = NULL;
    int fd;

    http_fixture_run(fixture, park_one);
    fd = (int)fixture->handled;
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->parked);
    kbnt_loop_after(fixture->loop, 50 * 1000, reply_to_parked, fixture);
    stop_fixture(fixture);
    answer = http_read_all(fd);
    close(fd);
    CU_ASSERT_TRUE(g_str_has_prefix(answer, "HTTP/1.1 200 "));
    kbnt_assert_contains(answer, "Connection: close");
    CU_ASSERT_TRUE(g_str_has_suffix(answer, "begun"));
}

static void
keep_one(HttpFixture *fixture)
{
    fixture->idle_fd = http_connect(fixture);
    http_send(fixture->idle_fd, HEAD("GET", "/a") "\r\n");
    g_free(http_ask(fixture, HEAD("GET", "/a") "\r\n"));
}

static void
a_stop_is_told_once_when_the_last_client_leaves_at_that_moment(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);

    http_fixture_run(fixture, keep_one);
    close(fixture->idle_fd);
    stop_fixture(fixture);
}

static void
a_port_in_use_is_an_error_that_names_the_address(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);
    g_autofree char *address = g_strdup_printf("127.0.0.1:%u", fixture->port);
    g_autoptr(GError) error = NULL;

    CU_ASSERT_FALSE(kbnt_http_server_listen_tcp(fixture->server, address, NULL, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_IN_USE);
    kbnt_assert_contains(error->message, address);
    http_fixture_tear_down(fixture);
}

static void
an_address_without_port_or_with_a_name_is_refused(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);
    const char *addresses[] = { "127.0.0.1", "localhost:0", "", "::1", "127.0.0.1:99999" };

    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autoptr(GError) error = NULL;

        CU_ASSERT_FALSE(
            kbnt_http_server_listen_tcp(fixture->server, addresses[i], NULL, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
    }
    http_fixture_tear_down(fixture);
}

static void
a_live_unix_socket_is_not_taken_over(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);
    g_autoptr(GError) error = NULL;
    struct stat status;

    CU_ASSERT_EQUAL(stat(fixture->unix_path, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
    CU_ASSERT_FALSE(
        kbnt_http_server_listen_unix(fixture->server, fixture->unix_path, 0600, &error));
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_IN_USE);
    http_fixture_tear_down(fixture);
}

static void
a_unix_socket_whose_server_is_dead_is_replaced(void)
{
    HttpFixture *fixture = fixture_with(kbnt_http_default_limits);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    g_autofree char *path = g_build_filename(fixture->folder, "dead.sock", NULL);
    g_autoptr(GError) error = NULL;

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    CU_ASSERT_EQUAL(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    close(dead);

    CU_ASSERT_TRUE(kbnt_http_server_listen_unix(fixture->server, path, 0600, &error));
    kbnt_assert_no_error(error);
    http_fixture_tear_down(fixture);
}

static const KbntTest tests[] = {
    KBNT_TEST(each_request_has_the_answer_of_the_table),
    KBNT_TEST(a_query_of_too_many_arguments_is_refused_and_let_go),
    KBNT_TEST(a_head_request_is_a_get_without_its_body),
    KBNT_TEST(a_header_past_its_limits_is_refused),
    KBNT_TEST(a_header_flood_is_refused_and_the_server_is_well_after_it),
    KBNT_TEST(a_body_past_its_limit_is_refused_with_and_without_a_length),
    KBNT_TEST(one_connection_carries_many_requests),
    KBNT_TEST(pipelined_requests_are_all_answered),
    KBNT_TEST(a_header_that_trickles_is_ended_by_an_absolute_deadline),
    KBNT_TEST(a_body_that_trickles_is_ended_by_an_absolute_deadline),
    KBNT_TEST(an_idle_connection_is_closed_without_a_word),
    KBNT_TEST(a_handler_that_never_replies_is_answered_for_and_may_reply_late),
    KBNT_TEST(a_client_that_leaves_before_its_answer_harms_nobody),
    KBNT_TEST(connections_past_the_limit_are_refused_but_the_operator_gets_in),
    KBNT_TEST(connections_past_the_limit_of_an_address_are_refused),
    KBNT_TEST(a_stream_grows_ends_and_leaves_its_connection_open),
    KBNT_TEST(a_listener_that_does_not_read_is_cut_and_others_are_served),
    KBNT_TEST(a_listener_that_leaves_is_noticed_when_something_is_appended),
    KBNT_TEST(a_stop_answers_what_was_begun_and_closes),
    KBNT_TEST(a_stop_is_told_once_when_the_last_client_leaves_at_that_moment),
    KBNT_TEST(a_port_in_use_is_an_error_that_names_the_address),
    KBNT_TEST(an_address_without_port_or_with_a_name_is_refused),
    KBNT_TEST(a_live_unix_socket_is_not_taken_over),
    KBNT_TEST(a_unix_socket_whose_server_is_dead_is_replaced),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/http-server", argc, argv, tests, G_N_ELEMENTS(tests));
}

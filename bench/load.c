/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * load - asks a server on loopback, over keep-alive connections, and says what came of it
 *
 *   load --port=N [--path=/] [--body=TEXT] [--connections=64] [--requests=1000]
 *        [--seconds=60] [--rate=N] [--poll]
 *
 * Without a rate every connection asks as soon as it was answered. With one, requests fall due
 * evenly and a latency counts from then on, so that a server that lags is not flattered.
 * With --poll it never sleeps, so that the server's time holds nothing of waking its client.
 * Prints one object of JSON; an unanswered request makes the exit status 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ANSWER_BYTES 16384
#define BATCH 256
#define STATUSES 600

typedef struct {
    int fd;
    gboolean is_busy;
    gint64 due_us;
    gsize n_sent;
    gsize n_read;
    char answer[ANSWER_BYTES];
} Connection;

typedef struct {
    gint port;
    gint n_connections;
    gint n_requests;
    gint seconds;
    gint rate;
    gboolean polls;
    char *path;
    char *body;

    int epoll;
    GString *request;
    GPtrArray *idle;
    GArray *latencies_us;
    guint statuses[STATUSES];
    guint n_begun;
    guint n_broken;
    gint64 began_us;
} Load;

static gint64
now_us(void)
{
    return g_get_monotonic_time();
}

static void
fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, g_strerror(errno));
    exit(2);
}

static void
watch(Load *load, Connection *connection, int operation, guint32 events)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };

    if (epoll_ctl(load->epoll, operation, connection->fd, &event) != 0)
        fail("epoll_ctl");
}

static void
connect_one(Load *load)
{
    Connection *connection = g_new0(Connection, 1);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((guint16)load->port),
    };
    int one = 1;

    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect");
    fcntl(connection->fd, F_SETFL, O_NONBLOCK);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(load, connection, EPOLL_CTL_ADD, EPOLLIN);
    g_ptr_array_add(load->idle, connection);
}

static void
drop(Load *load, Connection *connection)
{
    load->n_broken++;
    close(connection->fd);
    g_free(connection);
}

static gboolean
send_rest(Load *load, Connection *connection)
{
    gsize n_left = load->request->len - connection->n_sent;
    gssize n_sent = send(connection->fd, load->request->str + connection->n_sent, n_left,
                         MSG_NOSIGNAL);

    if (n_sent < 0 && errno != EAGAIN)
        return FALSE;
    connection->n_sent += n_sent > 0 ? (gsize)n_sent : 0;
    if (n_sent < (gssize)n_left)
        watch(load, connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    return TRUE;
}

static void
begin(Load *load, gint64 due_us)
{
    Connection *connection = g_ptr_array_steal_index_fast(load->idle, load->idle->len - 1);

    connection->is_busy = TRUE;
    connection->due_us = due_us;
    connection->n_sent = 0;
    connection->n_read = 0;
    load->n_begun++;
    if (!send_rest(load, connection))
        drop(load, connection);
}

/* Returns: the length of the whole answer, 0 while that cannot be told. */
static gsize
answer_length(Connection *connection)
{
    char *end, *field;

    connection->answer[connection->n_read] = '\0';
    end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL)
        return 0;
    field = strcasestr(connection->answer, "\r\ncontent-length:");
    if (field == NULL || field > end)
        return 0;
    return (gsize)(end + 4 - connection->answer) +
           strtoul(field + strlen("\r\ncontent-length:"), NULL, 10);
}

static void
finish(Load *load, Connection *connection)
{
    guint32 latency_us = (guint32)(now_us() - connection->due_us);
    int status = atoi(connection->answer + strlen("HTTP/1.1 "));

    g_array_append_val(load->latencies_us, latency_us);
    load->statuses[CLAMP(status, 0, STATUSES - 1)]++;
    connection->is_busy = FALSE;
    g_ptr_array_add(load->idle, connection);
}

static void
handle(Load *load, Connection *connection, guint32 events)
{
    gssize n_read;
    gsize length;

    if (events & EPOLLOUT) {
        watch(load, connection, EPOLL_CTL_MOD, EPOLLIN);
        if (!send_rest(load, connection)) {
            drop(load, connection);
            return;
        }
    }
    if (!(events & ~(guint32)EPOLLOUT))
        return;
    n_read = recv(connection->fd, connection->answer + connection->n_read,
                  sizeof connection->answer - 1 - connection->n_read, 0);
    if (n_read < 0 && errno == EAGAIN)
        return;
    if (n_read <= 0 || !connection->is_busy) {
        g_ptr_array_remove_fast(load->idle, connection);
        drop(load, connection);
        return;
    }
    connection->n_read += (gsize)n_read;
    length = answer_length(connection);
    if (length > 0 && connection->n_read >= length)
        finish(load, connection);
}

static gint64
due_us(const Load *load)
{
    if (load->rate == 0)
        return now_us();
    return load->began_us + (gint64)load->n_begun * G_USEC_PER_SEC / load->rate;
}

static void
begin_those_due(Load *load, gboolean is_over)
{
    while (!is_over && load->idle->len > 0 && load->n_begun < (guint)load->n_requests) {
        gint64 next_us = due_us(load);

        if (next_us > now_us())
            return;
        begin(load, next_us);
    }
}

static gint64
wait_us(const Load *load)
{
    gint64 left_us;

    if (load->polls)
        return 0;
    if (load->rate == 0 || load->idle->len == 0)
        return 100000;
    left_us = due_us(load) - now_us();
    return CLAMP(left_us, 0, 100000);
}

/* Asks until all is asked or the time is over, then waits for what is open, not for ever. */
static void
run(Load *load)
{
    struct epoll_event events[BATCH];
    gint64 end_us = load->began_us + load->seconds * G_USEC_PER_SEC;
    gint64 last_us = end_us + 30 * G_USEC_PER_SEC;

    while (now_us() < last_us) {
        gboolean is_over = now_us() >= end_us;
        gint64 left_us;
        struct timespec wait;
        int n_events;

        begin_those_due(load, is_over);
        is_over |= load->n_begun == (guint)load->n_requests;
        if (load->n_begun == load->latencies_us->len + load->n_broken && is_over)
            return;
        left_us = wait_us(load);
        wait = (struct timespec){ 0, left_us * 1000 };
        n_events = epoll_pwait2(load->epoll, events, BATCH, &wait, NULL);
        for (int i = 0; i < n_events; i++)
            handle(load, events[i].data.ptr, events[i].events);
    }
}

static int
compare(const void *one, const void *other)
{
    guint32 a = *(const guint32 *)one;
    guint32 b = *(const guint32 *)other;

    return a < b ? -1 : a > b;
}

static guint32
percentile_us(const Load *load, double share)
{
    guint length = load->latencies_us->len;
    guint place = (guint)(share * length);

    return length ? g_array_index(load->latencies_us, guint32, MIN(place, length - 1)) : 0;
}

static void
print(const Load *load)
{
    double seconds = (double)(now_us() - load->began_us) / G_USEC_PER_SEC;
    const char *comma = "";

    g_array_sort(load->latencies_us, compare);
    printf("{\"requests\": %u, \"unanswered\": %u, \"seconds\": %.3f, \"rate\": %.1f, "
           "\"p50_us\": %u, \"p90_us\": %u, \"p99_us\": %u, \"p999_us\": %u, \"max_us\": %u, "
           "\"statuses\": {",
           load->latencies_us->len, load->n_begun - load->latencies_us->len, seconds,
           load->latencies_us->len / seconds, percentile_us(load, 0.5),
           percentile_us(load, 0.9), percentile_us(load, 0.99), percentile_us(load, 0.999),
           percentile_us(load, 1));
    for (guint i = 0; i < STATUSES; i++) {
        if (load->statuses[i] == 0)
            continue;
        printf("%s\"%u\": %u", comma, i, load->statuses[i]);
        comma = ", ";
    }
    printf("}}\n");
}

static gboolean
read_options(Load *load, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        { "port", 0, 0, G_OPTION_ARG_INT, &load->port, "Port on loopback", "N" },
        { "path", 0, 0, G_OPTION_ARG_STRING, &load->path, "What is asked for", "PATH" },
        { "body", 0, 0, G_OPTION_ARG_STRING, &load->body, "What is sent; GET without", "JSON" },
        { "connections", 0, 0, G_OPTION_ARG_INT, &load->n_connections, "Connections", "N" },
        { "requests", 0, 0, G_OPTION_ARG_INT, &load->n_requests, "Most requests", "N" },
        { "seconds", 0, 0, G_OPTION_ARG_INT, &load->seconds, "Longest time", "N" },
        { "rate", 0, 0, G_OPTION_ARG_INT, &load->rate, "Requests a second; 0 is all", "N" },
        { "poll", 0, 0, G_OPTION_ARG_NONE, &load->polls, "Never sleep", NULL },
        G_OPTION_ENTRY_NULL,
    };
    GOptionContext *context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    gboolean is_read;

    g_option_context_add_main_entries(context, entries, NULL);
    is_read = g_option_context_parse(context, &argc, &argv, &error);
    g_option_context_free(context);
    if (!is_read)
        fprintf(stderr, "load: %s\n", error->message);
    return is_read && load->port > 0 && load->n_connections > 0;
}

static GString *
make_request(const Load *load)
{
    GString *request = g_string_new(NULL);

    g_string_printf(request, "%s %s HTTP/1.1\r\nHost: localhost\r\n",
                    load->body != NULL ? "POST" : "GET", load->path ? load->path : "/");
    if (load->body != NULL)
        g_string_append_printf(
            request, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
            strlen(load->body), load->body);
    else
        g_string_append(request, "\r\n");
    return request;
}

int
main(int argc, char **argv)
{
    Load load = { .n_connections = 64, .n_requests = 1000, .seconds = 60 };

    if (!read_options(&load, argc, argv))
        return 2;
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.request = make_request(&load);
    load.idle = g_ptr_array_new();
    load.latencies_us = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (gint i = 0; i < load.n_connections; i++)
        connect_one(&load);
    load.began_us = now_us();
    run(&load);
    print(&load);
    return load.n_begun == load.latencies_us->len ? 0 : 1;
}

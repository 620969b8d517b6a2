/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bare-http.c: owns libmicrohttpd with nothing around it, as the references serve by it. */
#include "bare-http.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONNECTIONS 2048
#define BODY_BYTES 4096

struct BareCall {
    struct MHD_Connection *connection;
    gsize length;
    gint is_answered;
    char body[BODY_BYTES];
};

typedef struct {
    BareHandler handler;
    gpointer data;
} Server;

void
bare_call_echo(BareCall *call)
{
    g_atomic_int_set(&call->is_answered, TRUE);
}

void
bare_call_hold(BareCall *call)
{
    MHD_suspend_connection(call->connection);
}

void
bare_call_resume(BareCall *call)
{
    bare_call_echo(call);
    MHD_resume_connection(call->connection);
}

static enum MHD_Result
send_answer(BareCall *call)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(call->length, call->body,
                                                                    MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    result = MHD_queue_response(call->connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
advance(void *data, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *piece, size_t *length, void **request)
{
    Server *server = data;
    BareCall *call = *request;

    if (call == NULL) {
        call = g_new(BareCall, 1);
        call->connection = connection;
        call->length = 0;
        call->is_answered = FALSE;
        *request = call;
        return MHD_YES;
    }
    if (*length > 0) {
        if (call->length + *length > sizeof call->body)
            return MHD_NO;
        memcpy(call->body + call->length, piece, *length);
        call->length += *length;
        *length = 0;
        return MHD_YES;
    }
    if (!g_atomic_int_get(&call->is_answered))
        server->handler(call, server->data);
    return g_atomic_int_get(&call->is_answered) ? send_answer(call) : MHD_YES;
}

static void
completed(void *data, struct MHD_Connection *connection, void **request,
          enum MHD_RequestTerminationCode code)
{
    g_free(*request);
    *request = NULL;
}

int
bare_http_serve(BareHandler handler, gpointer data)
{
    Server server = { handler, data };
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, advance,
        &server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_END);
    char ignored[64];

    if (daemon == NULL) {
        fprintf(stderr, "bare-http: libmicrohttpd does not start\n");
        return 1;
    }
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (read(STDIN_FILENO, ignored, sizeof ignored) > 0)
        ;
    MHD_stop_daemon(daemon);
    return 0;
}

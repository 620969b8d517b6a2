/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns a request from its first line to its answer.
 *
 * libmicrohttpd calls kbnt_http_request_advance() once with the header, once for each piece of
 * body, once at its end, and once more after a resume. A request lives until libmicrohttpd is
 * through with it and the handler has replied, whichever is later. */
#include "http-private.h"

#include <string.h>

/* How much of a refused body is read before its sender is cut off. */
#define SWALLOW_BYTES (1024 * 1024)

KbntHttpRequest *
kbnt_http_request_new(KbntHttpConnection *connection)
{
    KbntHttpRequest *request = g_new0(KbntHttpRequest, 1);

    request->connection = connection;
    request->method = "";
    request->received_us = g_get_monotonic_time();
    return request;
}

void
kbnt_http_request_free(KbntHttpRequest *request)
{
    if (request->release_data != NULL)
        request->release_data(request->data);
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    g_clear_pointer(&request->response_body, g_bytes_unref);
    g_clear_pointer(&request->body, g_byte_array_unref);
    g_clear_pointer(&request->queries, g_ptr_array_unref);
    g_free(request->authority);
    g_free(request->path);
    g_free(request);
}

/* libmicrohttpd keeps each argument in the memory of the connection; where that is used up it
 * hangs up without a word, so the word is said before. */
static void
refuse_many_arguments(KbntHttpRequest *request, const char *target)
{
    KbntHttpConnection *connection = request->connection;
    guint n = 0;

    for (; *target != '\0'; target++)
        n += *target == '&';
    if (n >= connection->server->limits.header_count)
        kbnt_http_connection_refuse_raw(connection, request, 414,
                                        "the query has too many arguments");
}

void *
kbnt_http_request_begin(void *cls, const char *target, struct MHD_Connection *mhd)
{
    KbntHttpConnection *connection =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    KbntHttpRequest *request = kbnt_http_request_new(connection);

    connection->request = request;
    request->target_end = target + strlen(target);
    kbnt_http_target_parse(request, target);
    refuse_many_arguments(request, target);
    return request;
}

/* The answer has to be there when the handler's refuse returns. */
void
kbnt_http_request_refuse(KbntHttpRequest *request, guint status, const char *detail)
{
    KbntHttpHandler *handler = &request->connection->server->handler;

    request->is_refusing = TRUE;
    handler->refuse(request, status, detail, handler->data);
    request->is_refusing = FALSE;
    g_assert(request->status != 0);
}

static enum MHD_Result
queue_answer(KbntHttpRequest *request)
{
    KbntHttpConnection *connection = request->connection;
    struct MHD_Response *response = g_steal_pointer(&request->response);
    enum MHD_Result result;

    if (connection->server->is_stopping)
        MHD_add_response_header(response, "Connection", "close");
    kbnt_http_connection_enter(connection, connection->stream != NULL ? KBNT_HTTP_STREAMING
                                                                      : KBNT_HTTP_ANSWERING);
    result = MHD_queue_response(connection->mhd, request->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
refuse(KbntHttpRequest *request, guint status, const char *detail, gboolean has_body)
{
    if (has_body) {
        kbnt_http_connection_refuse_raw(request->connection, request, status, detail);
        return MHD_YES;
    }
    kbnt_http_request_refuse(request, status, detail);
    return queue_answer(request);
}

/* libmicrohttpd gives the target as text: what stands behind a NUL it hides, but not where the
 * version begins in the same line. */
static void
find_hidden_target(KbntHttpRequest *request, const char *version)
{
    if (version != request->target_end + 1 && request->fault == NULL)
        request->fault = "the target has a NUL in it";
}

static enum MHD_Result
begin(KbntHttpRequest *request, const char *method, const char *version)
{
    const char *detail = NULL;
    gboolean has_body = FALSE;
    guint status;

    request->is_begun = TRUE;
    request->received_us = g_get_monotonic_time();
    request->method = strcmp(method, "HEAD") == 0 ? "GET" : method;
    find_hidden_target(request, version);
    status = kbnt_http_head_judge(request, &detail, &has_body);
    if (status != 0)
        return refuse(request, status, detail, has_body);
    kbnt_http_connection_enter(request->connection, KBNT_HTTP_RECEIVING);
    return MHD_YES;
}

static enum MHD_Result
swallow(KbntHttpRequest *request, size_t *upload_size)
{
    if (*upload_size == 0)
        return MHD_NO;
    request->swallowed_bytes += *upload_size;
    *upload_size = 0;
    return request->swallowed_bytes > SWALLOW_BYTES ? MHD_NO : MHD_YES;
}

static enum MHD_Result
take_body(KbntHttpRequest *request, const char *upload, size_t *upload_size)
{
    gsize length = *upload_size;

    *upload_size = 0;
    if (request->body == NULL)
        request->body = g_byte_array_sized_new((guint)length);
    if (length > request->connection->server->limits.body_bytes - request->body->len)
        return refuse(request, 413, "the body is larger than the server takes", TRUE);
    g_byte_array_append(request->body, (const guint8 *)upload, (guint)length);
    return MHD_YES;
}

static enum MHD_Result
hand_over(KbntHttpRequest *request)
{
    KbntHttpConnection *connection = request->connection;
    KbntHttpHandler *handler = &connection->server->handler;

    kbnt_http_connection_enter(connection, KBNT_HTTP_HANDLING);
    request->is_owed = TRUE;
    handler->handle(request, handler->data);
    if (request->response != NULL)
        return queue_answer(request);
    request->is_suspended = TRUE;
    MHD_suspend_connection(connection->mhd);
    return MHD_YES;
}

enum MHD_Result
kbnt_http_request_advance(void *cls, struct MHD_Connection *mhd, const char *url,
                          const char *method, const char *version, const char *upload,
                          size_t *upload_size, void **context)
{
    KbntHttpRequest *request = *context;

    if (request->connection->phase == KBNT_HTTP_REFUSED)
        return swallow(request, upload_size);
    if (!request->is_begun)
        return begin(request, method, version);
    if (*upload_size > 0)
        return take_body(request, upload, upload_size);
    if (request->response != NULL)
        return queue_answer(request);
    return hand_over(request);
}

void
kbnt_http_request_forget_connection(KbntHttpConnection *connection)
{
    KbntHttpRequest *request = g_steal_pointer(&connection->request);

    if (request == NULL)
        return;
    request->connection = NULL;
    if (!request->is_owed)
        kbnt_http_request_free(request);
}

void
kbnt_http_request_completed(void *cls, struct MHD_Connection *mhd, void **context,
                            enum MHD_RequestTerminationCode code)
{
    KbntHttpRequest *request = g_steal_pointer(context);
    KbntHttpConnection *connection;

    if (request == NULL)
        return;
    connection = request->connection;
    connection->has_served = TRUE;
    if (connection->stream != NULL)
        kbnt_http_stream_forget_connection(g_steal_pointer(&connection->stream));
    if (connection->phase != KBNT_HTTP_REFUSED)
        kbnt_http_connection_enter(connection, KBNT_HTTP_IDLE);
    kbnt_http_request_forget_connection(connection);
}

/* A reply of the handler is late where the server has answered in its place. */
gboolean
kbnt_http_request_is_late(const KbntHttpRequest *request)
{
    return request->status != 0 || request->connection == NULL;
}

static void
drop_late_reply(KbntHttpRequest *request, struct MHD_Response *response)
{
    MHD_destroy_response(response);
    if (request->connection == NULL)
        kbnt_http_request_free(request);
}

void
kbnt_http_request_deliver(KbntHttpRequest *request, guint status, const KbntHttpHeader *headers,
                          struct MHD_Response *response)
{
    gboolean is_late = kbnt_http_request_is_late(request);

    g_assert(request->is_refusing || request->is_owed);
    if (!request->is_refusing)
        request->is_owed = FALSE;
    if (is_late) {
        drop_late_reply(request, response);
        return;
    }
    for (; headers != NULL && headers->name != NULL; headers++)
        MHD_add_response_header(response, headers->name, headers->value);
    request->status = status;
    request->response = response;
    if (!request->is_suspended)
        return;
    request->is_suspended = FALSE;
    MHD_resume_connection(request->connection->mhd);
    kbnt_http_server_wake(request->connection->server);
}

static void
unref_body(void *body)
{
    g_bytes_unref(body);
}

static struct MHD_Response *
response_from(GBytes *body)
{
    gsize length;
    gconstpointer bytes;

    if (body == NULL)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    bytes = g_bytes_get_data(body, &length);
    return MHD_create_response_from_buffer_with_free_callback_cls(length, (void *)bytes,
                                                                  unref_body, body);
}

void
kbnt_http_reply(KbntHttpRequest *request, guint status, const KbntHttpHeader *headers,
                GBytes *body)
{
    /* Only an answer that goes past libmicrohttpd needs its body a second time. */
    if (request->is_refusing && body != NULL && request->response_body == NULL)
        request->response_body = g_bytes_ref(body);
    kbnt_http_request_deliver(request, status, headers, response_from(body));
}

const char *
kbnt_http_request_method(const KbntHttpRequest *request)
{
    return request->method;
}

const char *
kbnt_http_request_path(const KbntHttpRequest *request)
{
    return request->path != NULL ? request->path : "";
}

guint
kbnt_http_request_n_queries(const KbntHttpRequest *request)
{
    return request->queries != NULL ? request->queries->len / 2 : 0;
}

const char *
kbnt_http_request_query_at(const KbntHttpRequest *request, guint index, const char **ret_value)
{
    *ret_value = request->queries->pdata[2 * index + 1];
    return request->queries->pdata[2 * index];
}

const char *
kbnt_http_request_query(const KbntHttpRequest *request, const char *name)
{
    for (guint i = 0; i < kbnt_http_request_n_queries(request); i++) {
        const char *value;

        if (strcmp(kbnt_http_request_query_at(request, i, &value), name) == 0)
            return value;
    }
    return NULL;
}

const char *
kbnt_http_request_header(const KbntHttpRequest *request, const char *name)
{
    if (request->connection == NULL || !request->is_begun)
        return NULL;
    return MHD_lookup_connection_value(request->connection->mhd, MHD_HEADER_KIND, name);
}

const char *
kbnt_http_request_body(const KbntHttpRequest *request, gsize *ret_length)
{
    *ret_length = request->body != NULL ? request->body->len : 0;
    return request->body != NULL ? (const char *)request->body->data : "";
}

const KbntHttpPeer *
kbnt_http_request_peer(const KbntHttpRequest *request)
{
    return &request->connection->peer;
}

gint64
kbnt_http_request_received_us(const KbntHttpRequest *request)
{
    return request->received_us;
}

void
kbnt_http_request_set_data(KbntHttpRequest *request, gpointer data, GDestroyNotify release)
{
    request->data = data;
    request->release_data = release;
}

gpointer
kbnt_http_request_data(const KbntHttpRequest *request)
{
    return request->data;
}

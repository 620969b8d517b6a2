/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns one request of the API on its way. */
#include "http-call.h"

#include "fault.h"
#include "problem.h"

#include <string.h>

#define CORRELATION_ID_MAX 128
#define HEADERS_MAX 12

struct KbntCall {
    const KbntCallContext *context;
    KbntHttpRequest *request;
    const char *correlation_id; /* kept by the request */
    KbntCaller caller;
    char *argument; /* (nullable) */
};

typedef struct {
    KbntHttpHeader items[HEADERS_MAX + 1];
    guint length;
} Headers;

static void
add_header(Headers *headers, const char *name, const char *value)
{
    g_assert(headers->length < HEADERS_MAX);
    headers->items[headers->length++] = (KbntHttpHeader){ name, value };
}

static gboolean
is_correlation_id(const char *text)
{
    gsize length = strlen(text);

    return length >= 1 && length <= CORRELATION_ID_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               length;
}

/* Made once and kept with the request: whoever answers it, handler or server, says the same. */
static const char *
correlation_id_of(const KbntCallContext *context, KbntHttpRequest *request)
{
    char *id = kbnt_http_request_data(request);
    const char *header;

    if (id != NULL)
        return id;
    header = kbnt_http_request_header(request, "X-Correlation-ID");
    if (header != NULL && is_correlation_id(header)) {
        id = g_strdup(header);
    } else {
        char uuid[37];

        kbnt_random_ids_next(context->ids, uuid);
        id = g_strconcat("corr-", uuid, NULL);
    }
    kbnt_http_request_set_data(request, id, g_free);
    return id;
}

/* The origin of a page whose scripts may read the answer, or NULL. */
static const char *
allowed_origin(const KbntCallContext *context, KbntHttpRequest *request)
{
    const char *origin = kbnt_http_request_header(request, "Origin");

    if (origin == NULL || context->cors_origins == NULL ||
        !g_strv_contains(context->cors_origins, origin))
        return NULL;
    return origin;
}

static void
add_common_headers(Headers *headers, const KbntCallContext *context, KbntHttpRequest *request)
{
    const char *origin = allowed_origin(context, request);

    add_header(headers, "X-Correlation-ID", correlation_id_of(context, request));
    add_header(headers, "Cache-Control", "no-store");
    add_header(headers, "X-Content-Type-Options", "nosniff");
    if (origin == NULL)
        return;
    add_header(headers, "Access-Control-Allow-Origin", origin);
    add_header(headers, "Access-Control-Expose-Headers",
               "Location, Retry-After, X-Correlation-ID, Idempotency-Replayed");
    add_header(headers, "Vary", "Origin");
}

static void
add_headers(Headers *headers, const KbntHttpHeader *more)
{
    for (; more != NULL && more->name != NULL; more++)
        add_header(headers, more->name, more->value);
}

static void
reply(const KbntCallContext *context, KbntHttpRequest *request, guint status,
      const KbntHttpHeader *more, const char *content_type, GBytes *body)
{
    Headers headers = { 0 };

    if (content_type != NULL)
        add_header(&headers, "Content-Type", content_type);
    add_headers(&headers, more);
    if (status == 429 || status == 503)
        add_header(&headers, "Retry-After", "1");
    add_common_headers(&headers, context, request);
    kbnt_http_reply(request, status, headers.items, body);
}

static void
reply_problem(const KbntCallContext *context, KbntHttpRequest *request, const GError *error,
              const KbntValue *faults, const KbntHttpHeader *headers)
{
    reply(context, request, kbnt_error_http_status(kbnt_problem_code(error)), headers,
          KBNT_PROBLEM_CONTENT_TYPE,
          kbnt_problem_new(error, faults, correlation_id_of(context, request)));
}

void
kbnt_call_refuse(const KbntCallContext *context, KbntHttpRequest *request, guint status,
                 const char *detail)
{
    g_autoptr(GError) error = g_error_new_literal(KBNT_ERROR,
                                                  kbnt_problem_code_of_status(status), detail);

    reply_problem(context, request, error, NULL, NULL);
}

/* Without authentication whoever is on this machine is administrator; nobody else gets here,
 * since listening beyond loopback is refused then. */
static KbntCaller
caller_of(KbntHttpRequest *request)
{
    return (KbntCaller){
        .user_id = "anonymous",
        .administrator = kbnt_http_request_peer(request)->is_loopback,
    };
}

static KbntCall *
call_new(const KbntCallContext *context, KbntHttpRequest *request)
{
    KbntCall *call = g_new0(KbntCall, 1);

    call->context = context;
    call->request = request;
    call->correlation_id = correlation_id_of(context, request);
    call->caller = caller_of(request);
    return call;
}

static void
call_free(KbntCall *call)
{
    g_free(call->argument);
    g_free(call);
}

/* Sets argument (transfer full) where the pattern has a star. */
static gboolean
matches(const char *pattern, const char *path, char **ret_argument)
{
    const char *star = strchr(pattern, '*');
    gsize before = star != NULL ? (gsize)(star - pattern) : strlen(pattern);
    gsize segment;

    if (strncmp(pattern, path, before) != 0)
        return FALSE;
    if (g_str_has_suffix(pattern, "**"))
        return TRUE;
    if (star == NULL)
        return path[before] == '\0';
    segment = strcspn(path + before, "/");
    if (segment == 0 || strcmp(path + before + segment, star + 1) != 0)
        return FALSE;
    g_free(*ret_argument);
    *ret_argument = g_strndup(path + before, segment);
    return TRUE;
}

static gboolean
is_allowed_query(const KbntRoute *route, const char *name)
{
    g_auto(GStrv) names = g_strsplit(route->queries != NULL ? route->queries : "", " ", -1);

    return g_strcmp0(route->queries, "*") == 0 ||
           g_strv_contains((const char *const *)names, name);
}

/* Returns FALSE after it has refused the call. */
static gboolean
check_queries(KbntCall *call, const KbntRoute *route)
{
    for (guint i = 0; i < kbnt_http_request_n_queries(call->request); i++) {
        const char *value, *name = kbnt_http_request_query_at(call->request, i, &value);
        g_autofree char *pointer = kbnt_pointer_child("", name);

        if (!is_allowed_query(route, name)) {
            kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, pointer,
                                "the query has no parameter '%s' here", name);
            return FALSE;
        }
        if (kbnt_http_request_query(call->request, name) != value) {
            kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, pointer,
                                "the query has '%s' twice; give it once", name);
            return FALSE;
        }
    }
    return TRUE;
}

static void
run(KbntCall *call, const KbntRoute *route)
{
    if (!call->caller.administrator && !call->caller.authenticated)
        kbnt_call_fail_code(call, KBNT_ERROR_UNAUTHENTICATED, NULL,
                            "nobody beyond this machine may ask without authentication");
    else if (check_queries(call, route))
        route->handle(call);
}

static void
reply_options(KbntCall *call, const char *allow)
{
    KbntHttpHeader headers[4] = { { "Allow", allow } };

    if (allowed_origin(call->context, call->request) != NULL) {
        headers[1] = (KbntHttpHeader){ "Access-Control-Allow-Methods", allow };
        headers[2] = (KbntHttpHeader){ "Access-Control-Allow-Headers",
                                       "Content-Type, Idempotency-Key, X-Correlation-ID, "
                                       "Last-Event-ID, traceparent" };
    }
    kbnt_call_reply(call, 204, headers, NULL, NULL);
}

static void
reply_not_allowed(KbntCall *call, const char *allow)
{
    KbntHttpHeader headers[] = { { "Allow", allow }, { NULL, NULL } };
    g_autoptr(GError) error = g_error_new(
        KBNT_ERROR, KBNT_ERROR_METHOD_NOT_ALLOWED, "'%s' does not know the method '%s'; use %s",
        kbnt_http_request_path(call->request), kbnt_http_request_method(call->request), allow);

    reply_problem(call->context, call->request, error, NULL, headers);
    call_free(call);
}

static void
reply_unrouted(KbntCall *call, GString *allow)
{
    gboolean asks_options = strcmp(kbnt_http_request_method(call->request), "OPTIONS") == 0;

    if (asks_options && strcmp(kbnt_http_request_path(call->request), "*") == 0) {
        reply_options(call, "GET, HEAD, POST, DELETE, OPTIONS");
    } else if (allow->len == 0) {
        kbnt_call_fail_code(call, KBNT_ERROR_NOT_FOUND, NULL, "there is nothing at '%s'",
                            kbnt_http_request_path(call->request));
    } else {
        g_string_append(allow, "OPTIONS");
        if (asks_options)
            reply_options(call, allow->str);
        else
            reply_not_allowed(call, allow->str);
    }
}

void
kbnt_call_route(const KbntCallContext *context, KbntHttpRequest *request,
                const KbntRoute *routes, gsize n_routes, gboolean has_producer)
{
    KbntCall *call = call_new(context, request);
    const char *method = kbnt_http_request_method(request);
    const char *path = kbnt_http_request_path(request);
    g_autoptr(GString) allow = g_string_new(NULL);

    for (gsize i = 0; i < n_routes; i++) {
        const KbntRoute *route = &routes[i];

        if ((route->needs_producer && !has_producer) ||
            !matches(route->pattern, path, &call->argument))
            continue;
        if (strcmp(route->method, method) == 0) {
            run(call, route);
            return;
        }
        g_string_append_printf(allow, "%s, ", route->method);
        if (strcmp(route->method, "GET") == 0)
            g_string_append(allow, "HEAD, ");
    }
    reply_unrouted(call, allow);
}

KbntHttpRequest *
kbnt_call_request(const KbntCall *call)
{
    return call->request;
}

gpointer
kbnt_call_services(const KbntCall *call)
{
    return call->context->services;
}

const KbntCaller *
kbnt_call_caller(const KbntCall *call)
{
    return &call->caller;
}

const char *
kbnt_call_correlation_id(const KbntCall *call)
{
    return call->correlation_id;
}

const char *
kbnt_call_argument(const KbntCall *call)
{
    return call->argument;
}

void
kbnt_call_reply(KbntCall *call, guint status, const KbntHttpHeader *headers,
                const char *content_type, GBytes *body)
{
    reply(call->context, call->request, status, headers, content_type, body);
    call_free(call);
}

void
kbnt_call_reply_json(KbntCall *call, guint status, const KbntHttpHeader *headers, GString *json)
{
    kbnt_call_reply(call, status, headers, "application/json", g_string_free_to_bytes(json));
}

void
kbnt_call_fail(KbntCall *call, const GError *error, const KbntValue *faults)
{
    reply_problem(call->context, call->request, error, faults, NULL);
    call_free(call);
}

void
kbnt_call_answer(KbntCall *call, guint status, KbntCallWriter write, const KbntValue *result,
                 const GError *error)
{
    GString *json;

    if (error != NULL) {
        kbnt_call_fail(call, error, NULL);
        return;
    }
    json = g_string_sized_new(1024);
    g_string_append_c(json, '{');
    write(json, call, result);
    g_string_append_c(json, '}');
    kbnt_call_reply_json(call, status, NULL, json);
}

void
kbnt_call_fail_code(KbntCall *call, KbntErrorCode code, const char *pointer, const char *format,
                    ...)
{
    g_autoptr(KbntValue) faults = kbnt_value_new();
    g_autoptr(GError) error = NULL;
    va_list arguments;

    va_start(arguments, format);
    error = g_error_new_valist(KBNT_ERROR, (gint)code, format, arguments);
    va_end(arguments);
    if (pointer != NULL)
        kbnt_fault_add(faults, code, NULL, pointer, "%s", error->message);
    kbnt_call_fail(call, error, faults);
}

KbntHttpStream *
kbnt_call_reply_stream(KbntCall *call, const char *content_type,
                       void (*on_close)(gpointer data), gpointer data)
{
    Headers headers = { 0 };
    KbntHttpStream *stream;

    add_header(&headers, "Content-Type", content_type);
    add_common_headers(&headers, call->context, call->request);
    stream = kbnt_http_reply_stream(call->request, 200, headers.items, on_close, data);
    call_free(call);
    return stream;
}

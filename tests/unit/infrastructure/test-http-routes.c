/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The API's paths over the real queries and a store of a few made-up rows. */
#include "http-routes.h"

#include "http-fixture.h"
#include "runner.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define STORE_ID "5f0c4f2e-8f7c-4c55-9f5e-2b8f0a3a1c11"
#define MESSAGE_ID "0b5e2a54-6f0e-4a53-9d0b-1f6f8a3c7e21"
#define HEAD(method, target) method " " target " HTTP/1.1\r\nHost: localhost\r\n"
#define ASK(method, target) HEAD(method, target) "Connection: close\r\n\r\n"

typedef struct {
    HttpFixture http;
    KbntPorts ports;
    KbntQuery *query;
    KbntEventStream *events;
    KbntHttpRoutes *routes;
    guint n_events; /* stored, at positions 1, 2, … */
    guint eldest;   /* of them that is kept */
    KbntHealth health;
} Api;

/* What is answered comes with the next turn of the loop, as from a store. */
typedef struct {
    KbntValue *result;
    KbntDone done;
    gpointer data;
} LateAnswer;

static void
answer_late(gpointer data)
{
    g_autofree LateAnswer *answer = data;
    g_autoptr(GError) error = NULL;

    if (answer->result == NULL)
        error = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_NOT_FOUND, "there is none");
    answer->done(answer->result, error, answer->data);
    kbnt_value_unref(answer->result);
}

static KbntValue *
sample_request(void)
{
    KbntValue *request = kbnt_value_new();

    kbnt_value_set_string(request, KBNT_FIELD_MESSAGE_ID, MESSAGE_ID);
    kbnt_value_set_string(request, KBNT_FIELD_REQUEST_ID, "req-1");
    kbnt_value_set_string(request, KBNT_FIELD_USER_ID, "anonymous");
    kbnt_value_set_string(request, KBNT_FIELD_BODY_HASH, "hidden");
    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_STATUS, KBNT_REQUEST_STATUS_PROCESSING);
    return request;
}

/* The fourth event is the last of its request. */
static KbntValue *
sample_event(gint64 position)
{
    KbntValue *event = kbnt_value_new();
    KbntEventType type = position == 4 ? KBNT_EVENT_TYPE_VIRTUALIZATION_COMPLETED
                                       : KBNT_EVENT_TYPE_VIRTUALIZATION_STEP_COMPLETED;

    kbnt_value_set_string(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID, MESSAGE_ID);
    kbnt_value_set_int(event, KBNT_FIELD_SEQUENCE, position);
    kbnt_value_set_int(event, KBNT_FIELD_EVENT_TYPE, type);
    return event;
}

static KbntValue *
event_item(gint64 position)
{
    KbntValue *item = kbnt_value_new();
    g_autoptr(KbntValue) event = sample_event(position);
    g_autoptr(KbntValue) record = kbnt_value_new();

    kbnt_value_set_value(record, KBNT_FIELD_EVENT, event);
    kbnt_value_set_int(item, KBNT_FIELD_POSITION, position);
    kbnt_value_set_value(item, KBNT_FIELD_RECORD, record);
    return item;
}

static KbntValue *
stored_events(const Api *api, const KbntValue *argument)
{
    KbntValue *result = kbnt_value_new();
    gint64 after = kbnt_value_get_int(argument, KBNT_FIELD_POSITION);

    kbnt_value_set_empty_list(result, KBNT_FIELD_ITEMS);
    for (gint64 i = MAX(after + 1, api->eldest); i <= api->n_events; i++)
        kbnt_value_take_item(result, KBNT_FIELD_ITEMS, event_item(i));
    kbnt_value_set_int(result, KBNT_FIELD_POSITION, api->eldest);
    kbnt_value_set_int(result, KBNT_FIELD_COUNT, api->n_events);
    return result;
}

static KbntValue *
stored_requests(void)
{
    KbntValue *result = kbnt_value_new();

    kbnt_value_take_item(result, KBNT_FIELD_ITEMS, sample_request());
    kbnt_value_set_string(result, KBNT_FIELD_NEXT_CURSOR, "more");
    return result;
}

static KbntValue *
stored_request(const KbntValue *argument)
{
    const char *id = kbnt_value_get_string(argument, KBNT_FIELD_REQUEST_ID);
    const char *message_id = kbnt_value_get_string(argument, KBNT_FIELD_MESSAGE_ID);
    KbntValue *result;

    if (g_strcmp0(id, "req-1") != 0 && g_strcmp0(message_id, MESSAGE_ID) != 0)
        return NULL;
    result = kbnt_value_new();
    kbnt_value_take_value(result, KBNT_FIELD_REQUEST, sample_request());
    return result;
}

static void
store_query(gpointer data, KbntStoreVerb verb, KbntValue *argument, KbntDone done,
            gpointer done_data)
{
    Api *api = data;
    LateAnswer answer = { NULL, done, done_data };

    if (verb == KBNT_STORE_EVENTS)
        answer.result = stored_events(api, argument);
    else if (verb == KBNT_STORE_REQUESTS)
        answer.result = stored_requests();
    else if (verb == KBNT_STORE_REQUEST)
        answer.result = stored_request(argument);
    kbnt_loop_invoke(api->http.loop, answer_late, g_memdup2(&answer, sizeof answer));
}

static KbntValue *
decode_event(gpointer data, const KbntValue *record, GError **error)
{
    return kbnt_value_ref(kbnt_value_get_value(record, KBNT_FIELD_EVENT));
}

static gint64
wall_ms(gpointer data)
{
    return 0;
}

static KbntValue *
check(gpointer data)
{
    KbntValue *health = kbnt_value_new();

    kbnt_value_set_int(health, KBNT_FIELD_HEALTH_STATUS, ((Api *)data)->health);
    return health;
}

static GBytes *
render(const char *accept, const char **ret_content_type, gpointer data)
{
    *ret_content_type = "text/plain; version=0.0.4";
    return g_bytes_new_static("kbnt_up 1\n", 10);
}

static const char *const origins[] = { "https://console.example", NULL };

static Api *
api_new(gboolean has_producer)
{
    Api *api = g_new0(Api, 1);
    KbntHttpServices services = { .cors_origins = origins,
                                  .check = check,
                                  .render = render,
                                  .wall_ms = wall_ms,
                                  .data = api };

    api->health = KBNT_HEALTH_HEALTHY;
    api->ports.store = (KbntStorePort){ api, NULL, store_query };
    api->ports.codec.decode_event = decode_event;
    api->ports.world.wall_ms = wall_ms;
    api->http.loop = kbnt_loop_new(64);
    api->query = kbnt_query_new(&api->ports, NULL);
    api->events = kbnt_event_stream_new(api->http.loop, api->query, STORE_ID);
    services.query = has_producer ? api->query : NULL;
    services.events = api->events;
    api->routes = kbnt_http_routes_new(&services);
    http_fixture_listen(&api->http, &kbnt_http_default_limits,
                        kbnt_http_routes_handler(api->routes));
    return api;
}

static void
api_free(Api *api)
{
    http_fixture_stop(&api->http);
    /* Runs what the store has still to answer. */
    kbnt_loop_stop_lanes(api->http.loop);
    kbnt_http_routes_free(api->routes);
    kbnt_event_stream_free(api->events);
    kbnt_query_free(api->query);
    kbnt_loop_free(api->http.loop);
    g_free(api);
}

static void
run_client(void (*client)(HttpFixture *fixture))
{
    Api *api = api_new(TRUE);

    http_fixture_run(&api->http, client);
    api_free(api);
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
    kbnt_assert_contains(answer, exchange->part);
    kbnt_assert_contains(answer, "X-Correlation-ID: ");
}

static const Exchange exchanges[] = {
    { ASK("GET", "/healthz"), 200, "{\"status\":\"alive\"}" },
    { ASK("GET", "/readyz"), 200, "{\"status\":\"healthy\"}" },
    { ASK("GET", "/metrics"), 200, "kbnt_up 1" },
    { ASK("GET", "/openapi.json"), 200, "\"openapi\":\"3.1.0\"" },
    { ASK("GET", "/subjects"), 200, "virtualization-requests-value" },
    { ASK("GET", "/schemas/ids/1263632001"), 200, "application/vnd.schemaregistry.v1+json" },
    { ASK("GET", "/schemas/ids/7"), 404, "error_code" },
    { ASK("GET", "/nowhere"), 404, "\"code\":\"NOT_FOUND\"" },
    { ASK("GET", "/api/v1/requests/"), 404, "\"code\":\"NOT_FOUND\"" },
    { ASK("GET", "/api/v1/requests/req-1/extra"), 404, "\"code\":\"NOT_FOUND\"" },
    { ASK("GET", "/admin/v1/plugins"), 404, "\"code\":\"NOT_FOUND\"" },
    { ASK("GET", "/api/v1/requests"), 200, "{\"requests\":[{\"requestId\":\"req-1\"," },
    { ASK("GET", "/api/v1/requests?limit=10&status=QUEUED&type=CREATE_NETWORK"), 200,
      "\"nextCursor\":\"more\"" },
    { ASK("GET", "/api/v1/requests?limit=0"), 400, "\"pointer\":\"/limit\"" },
    { ASK("GET", "/api/v1/requests?limit=1001"), 400, "\"pointer\":\"/limit\"" },
    { ASK("GET", "/api/v1/requests?limit=-1"), 400, "\"pointer\":\"/limit\"" },
    { ASK("GET", "/api/v1/requests?limit=1e2"), 400, "\"pointer\":\"/limit\"" },
    { ASK("GET", "/api/v1/requests?status=queued"), 400, "one of QUEUED, PROCESSING" },
    { ASK("GET", "/api/v1/requests?type=X"), 400, "\"pointer\":\"/type\"" },
    { ASK("GET", "/api/v1/requests?colour=red"), 400, "\"pointer\":\"/colour\"" },
    { ASK("GET", "/api/v1/requests?limit=1&limit=2"), 400, "\"pointer\":\"/limit\"" },
    { ASK("GET", "/api/v1/requests?cursor="), 400, "\"pointer\":\"/cursor\"" },
    { ASK("GET", "/api/v1/requests/req-1"), 200, "\"messageId\":\"" MESSAGE_ID "\"" },
    { ASK("GET", "/api/v1/requests/" MESSAGE_ID), 200, "\"requestId\":\"req-1\"" },
    { ASK("GET", "/api/v1/requests/req-2"), 404, "\"code\":\"NOT_FOUND\"" },
    { ASK("GET", "/api/v1/requests/req%201"), 404, "an id is 1 to 64" },
    { ASK("DELETE", "/api/v1/requests/a%20b"), 404, "an id is 1 to 64" },
    { ASK("DELETE", "/api/v1/resources/VM-1?force=yes"), 400, "\"pointer\":\"/force\"" },
    { ASK("PUT", "/api/v1/requests/req-1"), 405, "Allow: GET, HEAD, DELETE, OPTIONS" },
    { ASK("GET", "/api/v1/virtualize"), 405, "Allow: POST, OPTIONS" },
    { ASK("post", "/api/v1/virtualize"), 405, "Allow: POST, OPTIONS" },
    { ASK("OPTIONS", "/api/v1/virtualize"), 204, "Allow: POST, OPTIONS" },
    { ASK("OPTIONS", "*"), 204, "Allow: GET" },
    { ASK("POST", "/api/v1/virtualize"), 415, "\"code\":\"UNSUPPORTED_MEDIA_TYPE\"" },
    { HEAD("POST", "/virtualize") "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
      415, "application/problem+json" },
    { HEAD("POST", "/virtualize") "Content-Type: application/json; charset=latin1\r\n"
                                  "Content-Length: 2\r\n\r\n{}",
      415, "UTF-8" },
    { HEAD("POST", "/virtualize") "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
                                  "Content-Length: 2\r\n\r\n{}",
      415, "not compressed" },
    { HEAD("POST",
           "/virtualize") "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{",
      400, "\"code\":\"MALFORMED\"" },
    { HEAD("POST", "/virtualize") "Content-Type: application/json;charset=\"utf-8\"\r\n"
                                  "Content-Length: 13\r\n\r\n{\"a\":1,\"a\":2}",
      400, "duplicate" },
    { HEAD("POST", "/virtualize") "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n",
      400, "\"code\":\"MALFORMED\"" },
    { HEAD("POST", "/virtualize") "Content-Type: application/json\r\nIdempotency-Key: a b\r\n"
                                  "Content-Length: 2\r\n\r\n{}",
      400, "Idempotency-Key" },
    { HEAD("GET", "/healthz") "X-Correlation-ID: mine.1\r\n\r\n", 200,
      "X-Correlation-ID: mine.1\r\n" },
    { HEAD("GET", "/nowhere") "X-Correlation-ID: mine.1\r\n\r\n", 404,
      "\"correlationId\":\"mine.1\"" },
    { HEAD("GET", "/healthz") "X-Correlation-ID: not valid\r\n\r\n", 200,
      "X-Correlation-ID: corr-" },
    { "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "\"code\":\"MISDIRECTED\"" },
    { HEAD("GET", "/healthz") "Origin: https://console.example\r\n\r\n", 200,
      "Access-Control-Allow-Origin: https://console.example\r\n" },
    { HEAD("OPTIONS", "/virtualize") "Origin: https://console.example\r\n\r\n", 204,
      "Access-Control-Allow-Methods: POST, OPTIONS" },
};

static void
send_each_exchange(HttpFixture *fixture)
{
    for (gsize i = 0; i < G_N_ELEMENTS(exchanges); i++)
        check_exchange(fixture, &exchanges[i]);
}

static void
each_path_has_the_answer_of_the_table(void)
{
    run_client(send_each_exchange);
}

static void
ask_from_a_foreign_page(HttpFixture *fixture)
{
    g_autofree char *answer = http_ask(
        fixture, HEAD("GET", "/healthz") "Origin: https://evil.example\r\n\r\n");

    CU_ASSERT_PTR_NULL(strstr(answer, "Access-Control"));
}

static void
a_page_of_another_origin_may_not_read(void)
{
    run_client(ask_from_a_foreign_page);
}

static void
ask_what_only_producers_serve(HttpFixture *fixture)
{
    static const Exchange served[] = {
        { ASK("GET", "/healthz"), 200, "alive" },
        { ASK("GET", "/readyz"), 503, "unhealthy" },
        { ASK("GET", "/metrics"), 200, "kbnt_up" },
        { ASK("POST", "/api/v1/virtualize"), 404, "NOT_FOUND" },
        { ASK("GET", "/api/v1/requests"), 404, "NOT_FOUND" },
        { ASK("GET", "/subjects"), 404, "NOT_FOUND" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(served); i++)
        check_exchange(fixture, &served[i]);
}

static void
a_consumer_serves_health_and_metrics_only(void)
{
    Api *api = api_new(FALSE);

    api->health = KBNT_HEALTH_UNHEALTHY;
    http_fixture_run(&api->http, ask_what_only_producers_serve);
    api_free(api);
}

static void
ask_as_operator(HttpFixture *fixture)
{
    g_autofree char *unknown = NULL, *known = NULL;
    int fd = http_connect_unix(fixture);

    http_send(fd, "GET /admin/v1/nowhere HTTP/1.1\r\nHost: kbnt\r\n\r\n");
    unknown = http_read(fd);
    http_send(fd, "POST /admin/v1/reload HTTP/1.1\r\nHost: kbnt\r\nContent-Length: 0\r\n\r\n");
    known = http_read(fd);
    close(fd);

    kbnt_assert_contains(unknown, "there is nothing at");
    kbnt_assert_contains(known, "this role does not serve");
}

static void
administration_is_on_the_unix_socket(void)
{
    run_client(ask_as_operator);
}

/* Every path and method of the document has an answer other than "nothing here". */
static void
check_operation(HttpFixture *fixture, const char *path, const char *method)
{
    g_autofree char *upper = g_ascii_strup(method, -1);
    g_autoptr(GRegex) braces = g_regex_new("\\{[^}]*\\}", 0, 0, NULL);
    g_autofree char *target = g_regex_replace_literal(braces, path, -1, 0, "x", 0, NULL);
    g_autofree char *request = g_strdup_printf(
        "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", upper, target);
    g_autofree char *answer = http_ask(fixture, request);

    if (strstr(answer, "there is nothing at") || strstr(answer, "HTTP/1.1 405"))
        g_printerr("the document has %s %s, the server has not\n", upper, path);
    CU_ASSERT_PTR_NULL(strstr(answer, "there is nothing at"));
    CU_ASSERT_PTR_NULL(strstr(answer, "HTTP/1.1 405"));
}

static void
ask_all_that_is_documented(HttpFixture *fixture)
{
    g_autofree char *answer = http_ask(fixture, ASK("GET", "/openapi.json"));
    json_t *document = json_loads(strstr(answer, "\r\n\r\n") + 4, 0, NULL);
    const char *path, *method;
    json_t *operations, *operation;

    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    json_object_foreach(json_object_get(document, "paths"), path, operations)
        json_object_foreach(operations, method,
                            operation) if (strstr(path, "/events") == NULL &&
                                           strcmp(path, "/api/v1/resources/{id}") != 0 &&
                                           strstr(path, "hosts") == NULL &&
                                           strstr(path, "images") == NULL &&
                                           strstr(path, "/quotas") == NULL &&
                                           strcmp(path, "/api/v1/resources") != 0 &&
                                           !(strcmp(method, "delete") == 0))
            check_operation(fixture, path, method);
    json_decref(document);
}

static void
the_openapi_document_names_only_what_is_served(void)
{
    run_client(ask_all_that_is_documented);
}

static Api *listening_api;

static void
publish(gpointer data)
{
    gint64 position = GPOINTER_TO_INT(data);
    g_autoptr(KbntValue) event = sample_event(position);

    listening_api->n_events = (guint)position;
    kbnt_event_stream_publish(position, event, listening_api->events);
}

static void
read_until(int fd, GString *text, const char *part)
{
    char piece[4096];
    gssize n;

    while (strstr(text->str, part) == NULL && (n = read(fd, piece, sizeof piece)) > 0)
        g_string_append_len(text, piece, n);
    kbnt_assert_contains(text->str, part);
}

static void
listen_to_request(HttpFixture *fixture)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/api/v1/requests/req-1/events") "\r\n");
    read_until(fd, text, "id: " STORE_ID ".2\nevent: VIRTUALIZATION_STEP_COMPLETED\ndata: {");
    kbnt_loop_invoke(fixture->loop, publish, GINT_TO_POINTER(3));
    kbnt_loop_invoke(fixture->loop, publish, GINT_TO_POINTER(4));
    read_until(fd, text, "id: " STORE_ID ".4\nevent: VIRTUALIZATION_COMPLETED");
    read_until(fd, text, "\r\n0\r\n\r\n");
    close(fd);

    CU_ASSERT_TRUE(strstr(text->str, STORE_ID ".1\n") < strstr(text->str, STORE_ID ".2\n"));
    kbnt_assert_contains(text->str,
                         "id: " STORE_ID ".3\nevent: VIRTUALIZATION_STEP_COMPLETED\n");
    CU_ASSERT_PTR_NULL(strstr(text->str, "event: reset"));
}

static Api *
listen_with(guint n_events, guint eldest, void (*client)(HttpFixture *fixture))
{
    listening_api = api_new(TRUE);
    listening_api->n_events = n_events;
    listening_api->eldest = eldest;
    http_fixture_run(&listening_api->http, client);
    return listening_api;
}

static void
a_stream_of_a_request_replays_goes_live_and_ends_with_it(void)
{
    Api *api = listen_with(2, 1, listen_to_request);

    api_free(api);
}

static void
resume_after_two(HttpFixture *fixture)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/api/v1/events") "Last-Event-ID: " STORE_ID ".2\r\n\r\n");
    read_until(fd, text, STORE_ID ".3\n");
    close(fd);

    CU_ASSERT_PTR_NULL(strstr(text->str, STORE_ID ".2\n"));
    CU_ASSERT_PTR_NULL(strstr(text->str, "event: reset"));
}

static void
a_stream_resumes_after_the_last_event_that_the_client_had(void)
{
    api_free(listen_with(3, 1, resume_after_two));
}

static void
resume_from_nowhere(HttpFixture *fixture)
{
    static const char *const ids[] = { "nonsense",   STORE_ID ".99", STORE_ID ".1",
                                       STORE_ID ".", STORE_ID ".-1", "0" STORE_ID ".2" };

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *request = g_strdup_printf(
            HEAD("GET", "/api/v1/events") "Last-Event-ID: %s\r\n\r\n", ids[i]);
        g_autoptr(GString) text = g_string_new(NULL);
        int fd = http_connect(fixture);

        http_send(fd, request);
        read_until(fd, text, "event: reset\ndata: {}\n\n");
        close(fd);
    }
}

static void
an_unknown_or_pruned_position_gives_one_reset(void)
{
    api_free(listen_with(5, 4, resume_from_nowhere));
}

static void
listen_live(HttpFixture *fixture)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int fd = http_connect(fixture);

    http_send(fd, HEAD("GET", "/api/v1/events") "\r\n");
    read_until(fd, text, "retry: 1000");
    kbnt_loop_invoke(fixture->loop, publish, GINT_TO_POINTER(6));
    read_until(fd, text, STORE_ID ".6\n");
    close(fd);

    CU_ASSERT_PTR_NULL(strstr(text->str, STORE_ID ".5\n"));
}

static void
a_new_listener_hears_what_happens_from_now_on(void)
{
    api_free(listen_with(5, 1, listen_live));
}

static const KbntTest tests[] = {
    KBNT_TEST(each_path_has_the_answer_of_the_table),
    KBNT_TEST(a_page_of_another_origin_may_not_read),
    KBNT_TEST(a_consumer_serves_health_and_metrics_only),
    KBNT_TEST(administration_is_on_the_unix_socket),
    KBNT_TEST(the_openapi_document_names_only_what_is_served),
    KBNT_TEST(a_stream_of_a_request_replays_goes_live_and_ends_with_it),
    KBNT_TEST(a_stream_resumes_after_the_last_event_that_the_client_had),
    KBNT_TEST(an_unknown_or_pruned_position_gives_one_reset),
    KBNT_TEST(a_new_listener_hears_what_happens_from_now_on),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/http-routes", argc, argv, tests, G_N_ELEMENTS(tests));
}

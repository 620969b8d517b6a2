/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client.c: owns the way to a daemon, by libcurl: only http and https, no redirects, bounded.
 */
#include "client.h"

#include "event-lines.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 5000L
#define CALL_TIMEOUT_MS 60000L
#define ANSWER_BYTES_MAX (64 * 1024 * 1024)
/* A stream says something every 15 s; one that is silent for longer is broken. */
#define SILENCE_S 40L
#define RECONNECT_MAX 20
#define RECONNECT_PAUSE_US (G_USEC_PER_SEC / 2)

struct KbntClient {
    CURL *curl;
    char *url;
    char *socket;
    char *place;
};

void
kbnt_answer_free(KbntAnswer *answer)
{
    if (!answer)
        return;
    json_decref(answer->json);
    g_free(answer->text);
    g_free(answer);
}

KbntClient *
kbnt_client_new(const char *url, const char *socket)
{
    KbntClient *client = g_new0(KbntClient, 1);

    client->curl = curl_easy_init();
    client->url = g_strdup(url);
    client->socket = g_strdup(socket);
    client->place = g_strdup(socket ? socket : url);
    g_assert(client->curl);
    if (g_str_has_suffix(client->url, "/"))
        client->url[strlen(client->url) - 1] = '\0';
    return client;
}

void
kbnt_client_free(KbntClient *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    g_free(client->url);
    g_free(client->socket);
    g_free(client->place);
    g_free(client);
}

const char *
kbnt_client_place(const KbntClient *client)
{
    return client->place;
}

static size_t
take_body(char *bytes, size_t size, size_t n_items, void *user_data)
{
    GString *text = user_data;

    if (text->len + size * n_items > ANSWER_BYTES_MAX)
        return 0;
    g_string_append_len(text, bytes, (gssize)(size * n_items));
    return size * n_items;
}

/* "Date: Sun, 06 Nov 1994 08:49:37 GMT": the server's clock, to the second. */
static size_t
take_header(char *bytes, size_t size, size_t n_items, void *user_data)
{
    gint64 *date_ms = user_data;
    g_autofree char *line = g_strndup(bytes, size * n_items);

    if (g_ascii_strncasecmp(line, "Date:", 5) == 0)
        *date_ms = (gint64)curl_getdate(line + 5, NULL) * 1000;
    return size * n_items;
}

static void
prepare(KbntClient *client, const char *method, const char *path, struct curl_slist *headers)
{
    g_autofree char *url = g_strconcat(client->url, path, NULL);

    curl_easy_reset(client->curl);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    if (client->socket)
        curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
}

static gboolean
fail_transfer(const KbntClient *client, CURLcode result, GError **error)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNAVAILABLE, "no kbnt answers at '%s' (%s)",
                client->place, curl_easy_strerror(result));
    return FALSE;
}

static struct curl_slist *
json_headers(gboolean has_body)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json, */*");

    if (has_body)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    return curl_slist_append(headers, "Expect:");
}

static CURLcode
perform(KbntClient *client, const char *body, GString *text, gint64 *ret_date_ms)
{
    if (body)
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, CALL_TIMEOUT_MS);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, text);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, ret_date_ms);
    return curl_easy_perform(client->curl);
}

KbntAnswer *
kbnt_client_call(KbntClient *client, const char *method, const char *path, json_t *body,
                 GError **error)
{
    char *body_text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct curl_slist *headers = json_headers(body != NULL);
    GString *text = g_string_new(NULL);
    gint64 date_ms = 0;
    KbntAnswer *answer = NULL;
    CURLcode result;

    prepare(client, method, path, headers);
    result = perform(client, body_text, text, &date_ms);
    if (result == CURLE_OK) {
        answer = g_new0(KbntAnswer, 1);
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &answer->status);
        answer->json = json_loadb(text->str, text->len, 0, NULL);
        answer->text = g_strdup(text->str);
        answer->date_ms = date_ms;
    } else {
        fail_transfer(client, result, error);
    }
    curl_slist_free_all(headers);
    g_string_free(text, TRUE);
    json_decref(body);
    free(body_text);
    return answer;
}

static const char *
member(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

/* A fault of the whole that the detail has told is not told twice. */
static void
append_fault(GString *text, const char *detail, const json_t *fault)
{
    const char *pointer = member(fault, "pointer");
    const char *message = member(fault, "message");
    gboolean has_pointer = pointer && *pointer;

    if (!has_pointer && g_strcmp0(message, detail) == 0)
        return;
    g_string_append_printf(text, "\n  %s%s%s", has_pointer ? pointer : "",
                           has_pointer ? ": " : "", message ? message : "");
}

/* Returns: (transfer full): what went wrong, each fault on a line of its own. */
static char *
problem_text(const KbntAnswer *answer)
{
    const char *detail = member(answer->json, "detail");
    const json_t *faults = json_object_get(answer->json, "errors");
    GString *text = g_string_new(NULL);

    if (detail)
        g_string_append(text, detail);
    else
        g_string_append_printf(text, "the server answers with status %ld", answer->status);
    for (gsize i = 0; i < json_array_size(faults); i++)
        append_fault(text, detail, json_array_get(faults, i));
    return g_string_free(text, FALSE);
}

gboolean
kbnt_answer_check(const KbntAnswer *answer, GError **error)
{
    g_autofree char *text = NULL;
    gint code;

    if (answer->status >= 200 && answer->status < 300)
        return TRUE;
    text = problem_text(answer);
    code = kbnt_error_code_from_name(member(answer->json, "code"));
    g_set_error_literal(error, KBNT_ERROR, code ? code : KBNT_ERROR_INTERNAL, text);
    return FALSE;
}

/* A stream of events while it is heard. */
typedef struct {
    KbntClient *client;
    KbntEventHandler handler;
    gpointer user_data;
    KbntEventLines *lines;
    GString *refusal;
    gboolean is_enough;
} Listening;

static gboolean
hear(const char *event, const char *data, gpointer user_data)
{
    Listening *listening = user_data;
    json_t *json = json_loads(data, 0, NULL);
    gboolean goes_on = listening->handler(event, json, listening->user_data);

    json_decref(json);
    listening->is_enough = !goes_on;
    return goes_on;
}

static size_t
take_events(char *bytes, size_t size, size_t n_items, void *user_data)
{
    Listening *listening = user_data;
    long status = 0;

    curl_easy_getinfo(listening->client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return take_body(bytes, size, n_items, listening->refusal);
    if (!kbnt_event_lines_push(listening->lines, bytes, size * n_items))
        return 0;
    return size * n_items;
}

static CURLcode
listen_once(Listening *listening, const char *path, long *ret_status)
{
    const char *last_id = kbnt_event_lines_last_id(listening->lines);
    g_autofree char *resume = last_id ? g_strconcat("Last-Event-ID: ", last_id, NULL) : NULL;
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/event-stream");
    CURL *curl = listening->client->curl;
    CURLcode result;

    if (resume)
        headers = curl_slist_append(headers, resume);
    kbnt_event_lines_restart(listening->lines);
    prepare(listening->client, "GET", path, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_events);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, listening);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
    result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    curl_slist_free_all(headers);
    return result;
}

static gboolean
refuse_listening(const Listening *listening, long status, GError **error)
{
    g_autoptr(KbntAnswer) answer = g_new0(KbntAnswer, 1);

    answer->status = status;
    answer->text = g_strdup(listening->refusal->str);
    answer->json = json_loads(answer->text, 0, NULL);
    return kbnt_answer_check(answer, error);
}

static gboolean
keep_listening(Listening *listening, const char *path, GError **error)
{
    CURLcode result = CURLE_OK;
    long status = 0;

    for (guint attempt = 0; attempt < RECONNECT_MAX; attempt++) {
        if (attempt > 0)
            g_usleep(RECONNECT_PAUSE_US);
        status = 0;
        result = listen_once(listening, path, &status);
        if (listening->is_enough || (result == CURLE_OK && status == 200))
            return TRUE;
        if (status != 0 && status != 200)
            return refuse_listening(listening, status, error);
        if (!kbnt_event_lines_last_id(listening->lines))
            break;
    }
    return fail_transfer(listening->client, result, error);
}

gboolean
kbnt_client_listen(KbntClient *client, const char *path, KbntEventHandler handler,
                   gpointer user_data, GError **error)
{
    Listening listening = { .client = client, .handler = handler, .user_data = user_data };
    gboolean is_heard;

    listening.lines = kbnt_event_lines_new(hear, &listening);
    listening.refusal = g_string_new(NULL);
    is_heard = keep_listening(&listening, path, error);
    kbnt_event_lines_free(listening.lines);
    g_string_free(listening.refusal, TRUE);
    return is_heard;
}

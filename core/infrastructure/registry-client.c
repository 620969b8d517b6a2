/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the calls to a Confluent-compatible schema registry, by libcurl: only http and https, no
 * redirects, bounded in size and time. */
#include "registry-client.h"

#include <curl/curl.h>
#include <jansson.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 3000L
#define CALL_TIMEOUT_MS 10000L
#define ANSWER_BYTES_MAX (1024 * 1024)
#define CONTENT_TYPE "application/vnd.schemaregistry.v1+json"

#define STATUS_OK 200
#define STATUS_UNAUTHORIZED 401
#define STATUS_FORBIDDEN 403
#define STATUS_NOT_FOUND 404
#define STATUS_NOT_ALLOWED 405
#define STATUS_CONFLICT 409
#define STATUS_UNPROCESSABLE 422

typedef struct {
    long status;
    GString *text;
    json_t *json; /* an object; NULL where the text is none */
} Answer;

static void
answer_clear(Answer *answer)
{
    json_decref(answer->json);
    g_string_free(answer->text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static size_t
take_body(char *bytes, size_t size, size_t n_items, void *user_data)
{
    GString *text = user_data;

    if (text->len + size * n_items > ANSWER_BYTES_MAX)
        return 0;
    g_string_append_len(text, bytes, (gssize)(size * n_items));
    return size * n_items;
}

/* Returns: other than 0 where the call is to end. */
static int
look_at_the_time(void *user_data, curl_off_t to_come, curl_off_t come, curl_off_t to_go,
                 curl_off_t gone)
{
    const KbntRegistryAccess *access = user_data;

    return access->is_ending != NULL && g_atomic_int_get(access->is_ending);
}

static void
set_access(CURL *curl, const KbntRegistryAccess *access)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, CALL_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_at_the_time);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, access);
    if (*access->ca_file != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, access->ca_file);
    if (*access->user == '\0')
        return;
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, access->user);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, access->password);
}

/* Asks, and reads what is answered. Returns: FALSE with UNAVAILABLE where nothing is. */
static gboolean
perform(CURL *curl, const KbntRegistryAccess *access, const char *path, const char *body,
        Answer *answer, GError **error)
{
    g_autofree char *url = g_strconcat(access->url, path, NULL);
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: " CONTENT_TYPE);
    CURLcode result;

    headers = curl_slist_append(headers, "Content-Type: " CONTENT_TYPE);
    set_access(curl, access);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer->text);
    if (body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    result = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    if (result == CURLE_OK) {
        answer->json = json_loads(answer->text->str, JSON_REJECT_DUPLICATES, NULL);
        return TRUE;
    }
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_UNAVAILABLE,
                "the schema registry at '%s' does not answer (%s): look at [registry] url",
                access->url, curl_easy_strerror(result));
    return FALSE;
}

static gboolean
ask(const KbntRegistryAccess *access, const char *path, const char *body, Answer *answer,
    GError **error)
{
    CURL *curl = curl_easy_init();
    gboolean is_answered;

    answer->text = g_string_new(NULL);
    is_answered = perform(curl, access, path, body, answer, error);
    curl_easy_cleanup(curl);
    return is_answered;
}

static void
refuse(const KbntRegistryAccess *access, const Answer *answer, KbntErrorCode code,
       const char *advice, GError **error)
{
    const char *message = json_string_value(json_object_get(answer->json, "message"));

    g_set_error(error, KBNT_ERROR, (gint)code,
                "the schema registry at '%s' answers %ld (%.200s): %s", access->url,
                answer->status, message != NULL ? message : "no reason", advice);
}

char *
kbnt_registry_client_find(const KbntRegistryAccess *access, guint32 id, GError **error)
{
    g_autofree char *path = g_strdup_printf("/schemas/ids/%u", id);
    g_auto(Answer) answer = { 0 };
    const char *schema;

    if (!ask(access, path, NULL, &answer, error))
        return NULL;
    schema = json_string_value(json_object_get(answer.json, "schema"));
    if (answer.status == STATUS_OK && schema != NULL)
        return g_strdup(schema);
    if (answer.status == STATUS_NOT_FOUND && answer.json != NULL)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                    "neither kbnt nor the schema registry at '%s' has a schema %u", access->url,
                    id);
    else
        refuse(access, &answer, KBNT_ERROR_UNAVAILABLE, "look at [registry]", error);
    return NULL;
}

static void
refuse_registration(const KbntRegistryAccess *access, const Answer *answer, GError **error)
{
    switch (answer->status) {
    case STATUS_CONFLICT:
    case STATUS_UNPROCESSABLE:
        refuse(access, answer, KBNT_ERROR_STATE_CONFLICT,
               "the subject has another schema there, remove it or name another registry",
               error);
        break;
    case STATUS_NOT_FOUND:
    case STATUS_NOT_ALLOWED:
        refuse(access, answer, KBNT_ERROR_STATE_CONFLICT,
               "it takes no schemas, set registry.register = false", error);
        break;
    case STATUS_UNAUTHORIZED:
    case STATUS_FORBIDDEN:
        refuse(access, answer, KBNT_ERROR_PERMISSION_DENIED,
               "look at [registry] user and password", error);
        break;
    default:
        refuse(access, answer, KBNT_ERROR_UNAVAILABLE, "trying again", error);
    }
}

guint32
kbnt_registry_client_register(const KbntRegistryAccess *access, const char *subject,
                              const char *schema, GError **error)
{
    g_autofree char *path = g_strdup_printf("/subjects/%s/versions", subject);
    json_t *request = json_pack("{s:s}", "schema", schema);
    g_autofree char *body = json_dumps(request, JSON_COMPACT);
    g_auto(Answer) answer = { 0 };
    json_int_t id = 0;

    json_decref(request);
    if (!ask(access, path, body, &answer, error))
        return 0;
    id = json_integer_value(json_object_get(answer.json, "id"));
    if (answer.status == STATUS_OK && id > 0 && id <= G_MAXINT32)
        return (guint32)id;
    refuse_registration(access, &answer, error);
    return 0;
}

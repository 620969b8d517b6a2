/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the paths by which things are asked for. */
#include "request-routes.h"

#include "fault.h"
#include "http-routes.h"
#include "json.h"
#include "member.h"
#include "query-filter.h"
#include "request-state.h"
#include "views.h"

#include <string.h>

#define ID_LENGTH_MAX 64
#define IDEMPOTENCY_KEY_MAX 255

static const KbntHttpServices *
services_of(KbntCall *call)
{
    return kbnt_call_services(call);
}

/* Returns whether the body is announced as JSON; only UTF-8 is JSON (RFC 8259). */
static gboolean
is_json(KbntHttpRequest *request)
{
    const char *type = kbnt_http_request_header(request, "Content-Type");
    const char *encoding = kbnt_http_request_header(request, "Content-Encoding");
    g_autofree char *bare = NULL;
    char *parameter;

    if (type == NULL || (encoding != NULL && g_ascii_strcasecmp(encoding, "identity") != 0))
        return FALSE;
    bare = g_ascii_strdown(type, -1);
    parameter = strchr(bare, ';');
    if (parameter != NULL) {
        *parameter++ = '\0';
        g_strstrip(parameter);
        if (strcmp(parameter, "charset=utf-8") != 0 &&
            strcmp(parameter, "charset=\"utf-8\"") != 0)
            return FALSE;
    }
    return strcmp(g_strstrip(bare), "application/json") == 0;
}

/* Returns (nullable): the tree, or NULL after it has refused the call. */
static KbntInput *
read_body(KbntCall *call)
{
    g_autoptr(GError) error = NULL;
    KbntInput *body;
    const char *text;
    gsize length;

    if (!is_json(kbnt_call_request(call))) {
        kbnt_call_fail_code(call, KBNT_ERROR_UNSUPPORTED_MEDIA_TYPE, NULL,
                            "the body must be application/json, in UTF-8, not compressed");
        return NULL;
    }
    text = kbnt_http_request_body(kbnt_call_request(call), &length);
    body = kbnt_json_parse(text, length, &error);
    if (body == NULL)
        kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, "", "%s", error->message);
    return body;
}

/* RFC 8941 allows it in quotes; bytes are all that counts. Returns FALSE after refusing. */
static gboolean
check_idempotency_key(KbntCall *call, const char *key)
{
    gboolean is_visible = key == NULL || *key != '\0';

    for (const char *at = key; at != NULL && *at != '\0'; at++)
        is_visible = is_visible && *at > ' ' && *at < 0x7f;
    if (is_visible && (key == NULL || strlen(key) <= IDEMPOTENCY_KEY_MAX))
        return TRUE;
    kbnt_call_fail_code(call, KBNT_ERROR_MALFORMED, NULL,
                        "the header 'Idempotency-Key' must be 1 to %d visible characters",
                        IDEMPOTENCY_KEY_MAX);
    return FALSE;
}

static GString *
accepted_json(KbntCall *call, const KbntValue *view, const char *location)
{
    GString *json = g_string_sized_new(640);
    gint64 received_us = kbnt_http_request_received_us(kbnt_call_request(call));
    gint64 status = kbnt_value_get_int(view, KBNT_FIELD_REQUEST_STATUS);
    const KbntValue *publication = kbnt_value_get_value(view, KBNT_FIELD_PUBLICATION);

    g_string_append_c(json, '{');
    kbnt_json_append_text_member(json, "requestId",
                                 kbnt_value_get_string(view, KBNT_FIELD_REQUEST_ID));
    kbnt_json_append_text_member(json, "status",
                                 kbnt_enum_name(KBNT_TYPE_REQUEST_STATUS, status));
    kbnt_json_append_int_member(json, "estimatedTime",
                                kbnt_value_get_int(view, KBNT_FIELD_ESTIMATED_TIME));
    kbnt_json_append_text_member(json, "trackingUrl", location);
    kbnt_json_append_text_member(json, "correlationId",
                                 kbnt_value_get_string(view, KBNT_FIELD_CORRELATION_ID));
    kbnt_json_append_text_member(json, "messageId",
                                 kbnt_value_get_string(view, KBNT_FIELD_MESSAGE_ID));
    kbnt_json_append_text_member(json, "virtualResourceId",
                                 kbnt_value_get_string(view, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    kbnt_json_append_int_member(json, "responseTime",
                                (g_get_monotonic_time() - received_us) / 1000);
    kbnt_json_append_int_member(json, "queuePosition",
                                kbnt_value_get_int(view, KBNT_FIELD_QUEUE_POSITION));
    if (publication != NULL) {
        kbnt_json_append_key(json, "publication");
        kbnt_view_append(&kbnt_view_publication, json, publication);
    }
    g_string_append_c(json, '}');
    return json;
}

static char *
location_of(const KbntValue *request)
{
    return g_strconcat("/api/v1/requests/",
                       kbnt_value_get_string(request, KBNT_FIELD_REQUEST_ID), NULL);
}

static void
answer_submission(KbntValue *view, const GError *error, KbntValue *faults, gpointer data)
{
    KbntCall *call = data;
    KbntHttpHeader headers[3] = { { NULL, NULL } };
    g_autofree char *location = NULL;

    if (error != NULL) {
        kbnt_call_fail(call, error, faults);
        return;
    }
    location = location_of(view);
    headers[0] = (KbntHttpHeader){ "Location", location };
    if (kbnt_value_get_int(view, KBNT_FIELD_REPLAYED))
        headers[1] = (KbntHttpHeader){ "Idempotency-Replayed", "true" };
    kbnt_call_reply_json(call, 202, headers, accepted_json(call, view, location));
}

static void
answer_plan(KbntValue *view, const GError *error, KbntValue *faults, gpointer data)
{
    KbntCall *call = data;
    GString *json;

    if (error != NULL) {
        kbnt_call_fail(call, error, faults);
        return;
    }
    json = g_string_sized_new(512);
    kbnt_view_append(&kbnt_view_plan, json, view);
    kbnt_call_reply_json(call, 200, NULL, json);
}

static KbntSubmission
submission_of(KbntCall *call, const KbntInput *body)
{
    KbntHttpRequest *request = kbnt_call_request(call);

    return (KbntSubmission){
        .body = body,
        .caller = kbnt_call_caller(call),
        .correlation_id = kbnt_call_correlation_id(call),
        .idempotency_key = kbnt_http_request_header(request, "Idempotency-Key"),
        .trace_parent = kbnt_http_request_header(request, "traceparent"),
        .received_us = kbnt_http_request_received_us(request),
    };
}

void
kbnt_route_submit(KbntCall *call)
{
    g_autoptr(KbntInput) body = read_body(call);
    KbntSubmission submission;

    if (body == NULL)
        return;
    submission = submission_of(call, body);
    if (check_idempotency_key(call, submission.idempotency_key))
        kbnt_accept_submit(services_of(call)->accept, &submission, answer_submission, call);
}

void
kbnt_route_plan(KbntCall *call)
{
    g_autoptr(KbntInput) body = read_body(call);
    KbntSubmission submission;

    if (body == NULL)
        return;
    submission = submission_of(call, body);
    kbnt_dry_run(services_of(call)->dry_run, &submission, answer_plan, call);
}

void
kbnt_route_delete_resource(KbntCall *call)
{
    g_autoptr(KbntInput) body = kbnt_input_new_object();
    KbntInput *spec = kbnt_input_new_object();
    KbntSubmission submission;
    gboolean is_refused, is_forced;

    kbnt_input_set(body, "type", kbnt_input_new_text("DELETE_RESOURCE"));
    kbnt_input_set(body, "spec", spec);
    kbnt_input_set(spec, "virtualResourceId", kbnt_input_new_text(kbnt_call_argument(call)));
    is_forced = kbnt_query_flag(call, "force", &is_refused);
    if (is_refused)
        return;
    if (is_forced)
        kbnt_input_set(spec, "force", kbnt_input_new_bool(TRUE));
    submission = submission_of(call, body);
    if (check_idempotency_key(call, submission.idempotency_key))
        kbnt_accept_submit(services_of(call)->accept, &submission, answer_submission, call);
}

static void
answer_requests(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_query_answer_page(data, &kbnt_view_request, "requests", result, error);
}

void
kbnt_route_list_requests(KbntCall *call)
{
    static const KbntFilterRule rules[] = {
        { "userId", KBNT_FIELD_USER_ID },
        { "status", KBNT_FIELD_REQUEST_STATUS },
        { "type", KBNT_FIELD_REQUEST_TYPE },
        { "cursor", KBNT_FIELD_CURSOR },
        { NULL, (KbntField)0 },
    };
    g_autoptr(KbntValue) filter = kbnt_query_filter_read(call, rules);

    if (filter != NULL)
        kbnt_query_requests(services_of(call)->query, kbnt_call_caller(call), filter,
                            answer_requests, call);
}

/* What cannot be an id cannot be found; nothing is asked of the store. */
static gboolean
check_id(KbntCall *call)
{
    if (kbnt_name_is_valid(kbnt_call_argument(call), ID_LENGTH_MAX))
        return TRUE;
    kbnt_call_fail_code(call, KBNT_ERROR_NOT_FOUND, NULL,
                        "there is no such request: an id is 1 to %d of [A-Za-z0-9._-]",
                        ID_LENGTH_MAX);
    return FALSE;
}

static void
write_request(GString *json, G_GNUC_UNUSED KbntCall *call, const KbntValue *result)
{
    kbnt_view_append_members(&kbnt_view_request, json,
                             kbnt_value_get_value(result, KBNT_FIELD_REQUEST));
}

static void
answer_request(KbntValue *result, const GError *error, gpointer data)
{
    kbnt_call_answer(data, 200, write_request, result, error);
}

static void
ask_for_request(KbntCall *call, KbntDone done)
{
    if (check_id(call))
        kbnt_query_request(
            services_of(call)->query, kbnt_call_caller(call), kbnt_call_argument(call),
            kbnt_http_request_query(kbnt_call_request(call), "userId"), done, call);
}

void
kbnt_route_show_request(KbntCall *call)
{
    ask_for_request(call, answer_request);
}

static void
answer_cancellation(KbntValue *result, const GError *error, gpointer data)
{
    KbntCall *call = data;
    KbntHttpHeader headers[2] = { { NULL, NULL } };
    g_autofree char *location = NULL;
    const KbntValue *request;
    GString *json;

    if (error != NULL) {
        kbnt_call_fail(call, error, NULL);
        return;
    }
    request = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);
    location = location_of(request);
    headers[0] = (KbntHttpHeader){ "Location", location };
    json = g_string_sized_new(1024);
    kbnt_view_append(&kbnt_view_request, json, request);
    kbnt_call_reply_json(call, 202, headers, json);
}

void
kbnt_route_cancel_request(KbntCall *call)
{
    if (check_id(call))
        kbnt_cancel_request(services_of(call)->cancel, kbnt_call_caller(call),
                            kbnt_call_argument(call),
                            kbnt_http_request_query(kbnt_call_request(call), "userId"),
                            kbnt_call_correlation_id(call), answer_cancellation, call);
}

static void
open_request(KbntValue *result, const GError *error, gpointer data)
{
    KbntCall *call = data;
    const KbntValue *request;
    KbntRequestStatus status;

    if (error != NULL) {
        kbnt_call_fail(call, error, NULL);
        return;
    }
    request = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);
    status = (KbntRequestStatus)kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS);
    kbnt_event_stream_open_request(services_of(call)->events, call,
                                   kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID),
                                   kbnt_request_state_is_terminal(status));
}

void
kbnt_route_listen_to_request(KbntCall *call)
{
    ask_for_request(call, open_request);
}

void
kbnt_route_listen_to_all(KbntCall *call)
{
    kbnt_event_stream_open_all(services_of(call)->events, call);
}

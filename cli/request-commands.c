/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request-commands.c: owns what is done with requests: submit, plan, status, list, cancel.
 */
#include "list.h"
#include "request-body.h"
#include "watch.h"

#include <stdio.h>

static const KbntOption user_option[] = {
    { "user", "NAME", "In whose scope a requestId is looked up, for administrators" },
    { NULL, NULL, NULL },
};

static const KbntOption list_options[] = {
    { "user", "NAME", "Only of this user" },
    { "status", "STATUS", "QUEUED, PROCESSING, COMPENSATING, COMPLETED, FAILED or CANCELLED" },
    { "type", "TYPE", "Only of this type" },
    { "limit", "NUMBER", "At most so many" },
    { "cursor", "CURSOR", "Go on where a list ended" },
    { NULL, NULL, NULL },
};

static const KbntColumn request_lines[] = {
    { "request", "requestId" },
    { "type", "type" },
    { "user", "userId" },
    { "priority", "priority" },
    { "status", "status" },
    { "step", "step" },
    { "percent", "percent" },
    { "resource", "virtualResourceId" },
    { "machine", "result.vmId" },
    { "host", "result.host" },
    { "address", "result.endpoints.address" },
    { "error", "error.code" },
    { "because", "error.cause" },
    { "created", "createdAt" },
    { "updated", "updatedAt" },
    { "deadline", "deadline" },
    { "overdue", "overdue" },
    { "message", "messageId" },
    { "correlation", "correlationId" },
};

static const KbntColumn history_columns[] = {
    { "TIME", "timestamp" },
    { "OPERATION", "operation" },
    { "STATUS", "status" },
    { "DETAIL", "detail" },
};

static const KbntColumn list_columns[] = {
    { "REQUEST", "requestId" },
    { "TYPE", "type" },
    { "STATUS", "status" },
    { "%", "percent" },
    { "RESOURCE", "virtualResourceId" },
    { "USER", "userId" },
    { "CREATED", "createdAt" },
};

static const KbntColumn accepted_lines[] = {
    { "request", "requestId" },          { "status", "status" },
    { "resource", "virtualResourceId" }, { "estimated", "estimatedTime" },
    { "queue", "queuePosition" },        { "message", "messageId" },
    { "correlation", "correlationId" },
};

static const KbntColumn plan_lines[] = {
    { "type", "type" },
    { "host", "host" },
    { "region", "region" },
    { "known since", "reportedAt" },
    { "steps", "steps" },
    { "cost an hour", "budget.costPerHourUsd" },
    { "budget", "budget.status" },
};

static const KbntColumn plan_quota_columns[] = {
    { "QUANTITY", "quantity" },
    { "ASKED", "amount" },
    { "LEFT", "left" },
    { "LIMIT", "limit" },
};

/* Returns: (transfer full): the path of a request, below the API's. */
static char *
request_path(const KbntInvocation *invocation, const char *id)
{
    const char *user = kbnt_invocation_get(invocation, "user");
    g_autofree char *escaped_id = g_uri_escape_string(id, NULL, FALSE);
    g_autofree char *escaped_user = user ? g_uri_escape_string(user, NULL, FALSE) : NULL;

    return g_strconcat("/api/v1/requests/", escaped_id, user ? "?userId=" : NULL, escaped_user,
                       NULL);
}

/* Returns: (transfer full) (nullable): the body that asks again for what @id asked for. */
static json_t *
ask_again(KbntInvocation *invocation, const char *id)
{
    KbntClient *api = kbnt_invocation_api(invocation);
    g_autofree char *path = request_path(invocation, id);
    g_autoptr(KbntAnswer) request = kbnt_invocation_fetch(invocation, api, "GET", path, NULL);
    g_autoptr(GError) error = NULL;
    json_t *body;

    if (!request)
        return NULL;
    body = kbnt_request_body_again(invocation, request->json, &error);
    if (!body) {
        g_prefix_error(&error, "'%s': ", id);
        kbnt_invocation_fail(invocation, error);
    }
    return body;
}

static int
fail_reading(const KbntInvocation *invocation, const GError *error)
{
    if (error && error->domain == G_OPTION_ERROR)
        return kbnt_invocation_misused(invocation, error->message);
    return error ? kbnt_invocation_fail(invocation, error) : KBNT_EXIT_FAILED;
}

static int
submit(KbntInvocation *invocation)
{
    const char *again = kbnt_invocation_get(invocation, "again");
    g_autoptr(GError) error = NULL;
    json_t *body = again ? ask_again(invocation, again)
                         : kbnt_request_body_read(invocation, &error);
    g_autoptr(KbntAnswer) answer = NULL;

    if (!body)
        return fail_reading(invocation, error);
    answer = kbnt_invocation_fetch(invocation, kbnt_invocation_api(invocation), "POST",
                                   "/api/v1/virtualize", body);
    if (!answer)
        return KBNT_EXIT_FAILED;
    if (!kbnt_invocation_has(invocation, "watch") || !kbnt_invocation_wants_json(invocation))
        kbnt_show(invocation, answer, accepted_lines, G_N_ELEMENTS(accepted_lines));
    if (!kbnt_invocation_has(invocation, "watch"))
        return KBNT_EXIT_DONE;
    return kbnt_watch_request(invocation, kbnt_json_text_at(answer->json, "messageId"));
}

static int
plan(KbntInvocation *invocation)
{
    g_autoptr(GError) error = NULL;
    json_t *body = kbnt_request_body_read(invocation, &error);
    g_autoptr(KbntAnswer) answer = NULL;
    g_autofree char *quota = NULL;

    if (!body)
        return fail_reading(invocation, error);
    answer = kbnt_invocation_fetch(invocation, kbnt_invocation_api(invocation), "POST",
                                   "/api/v1/plan", body);
    if (answer && !kbnt_invocation_wants_json(invocation))
        quota = kbnt_table(plan_quota_columns, G_N_ELEMENTS(plan_quota_columns),
                           kbnt_json_at(answer->json, "quota"));
    if (kbnt_show(invocation, answer, plan_lines, G_N_ELEMENTS(plan_lines)) != KBNT_EXIT_DONE)
        return KBNT_EXIT_FAILED;
    if (quota)
        fputs(quota, stdout);
    return KBNT_EXIT_DONE;
}

static int
status(KbntInvocation *invocation)
{
    g_autofree char *path = request_path(invocation, kbnt_invocation_operand(invocation, 0));
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_api(invocation), "GET", path, NULL);
    g_autofree char *history = NULL;

    if (!answer)
        return KBNT_EXIT_FAILED;
    kbnt_show(invocation, answer, request_lines, G_N_ELEMENTS(request_lines));
    if (!kbnt_invocation_wants_json(invocation)) {
        history = kbnt_table(history_columns, G_N_ELEMENTS(history_columns),
                             kbnt_json_at(answer->json, "processingHistory"));
        printf("\n%s", history);
    }
    return KBNT_EXIT_DONE;
}

static int
watch(KbntInvocation *invocation)
{
    return kbnt_watch_request(invocation, kbnt_invocation_operand(invocation, 0));
}

static int
cancel(KbntInvocation *invocation)
{
    g_autofree char *path = request_path(invocation, kbnt_invocation_operand(invocation, 0));
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_api(invocation), "DELETE", path, NULL);

    if (!answer)
        return KBNT_EXIT_FAILED;
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(answer->json);
    else
        printf("what was done for '%s' is being undone; 'kbntctl watch %s' shows it\n",
               kbnt_invocation_operand(invocation, 0), kbnt_invocation_operand(invocation, 0));
    return KBNT_EXIT_DONE;
}

static int
list(KbntInvocation *invocation)
{
    static const KbntListQuery query = {
        .path = "/api/v1/requests",
        .member = "requests",
        .columns = list_columns,
        .n_columns = G_N_ELEMENTS(list_columns),
    };

    return kbnt_list(invocation, &query);
}

static const KbntOption demo_options[] = {
    { "consumer", "URL", "The consumer, where it is another process than the API" },
    { NULL, NULL, NULL },
};

const KbntCommand kbnt_request_commands[] = {
    { "submit", "[WHAT] [ID] [ID]", "Ask for a machine, a disk, a network or a change of one",
      kbnt_request_body_details, kbnt_submit_options, submit },
    { "plan", "[WHAT] [ID] [ID]", "Say what a submission would do, and do nothing",
      kbnt_request_body_details, kbnt_plan_options, plan },
    { "demo", NULL, "Run the reference run: four requests become four resources",
      "Posts two machines, a disk and a network, watches them live, shows what was made, and\n"
      "compares the metrics with what they must be; fails where a count is off.",
      demo_options, kbnt_demo },
    { "status", "ID", "Show a request",
      "ID is a requestId or a messageId, here and in watch and cancel.", user_option, status },
    { "watch", "ID", "Show each step of a request as it happens, until it has ended",
      "Fails where the request did not complete.", user_option, watch },
    { "list", NULL, "List requests, the newest first", NULL, list_options, list },
    { "cancel", "ID", "End a request and undo what was done for it", NULL, user_option,
      cancel },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};

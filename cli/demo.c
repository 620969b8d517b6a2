/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * demo.c: owns the reference run: what is asked for, and what it must come to.
 */
#include "metrics-text.h"
#include "print.h"
#include "watch.h"

#include <math.h>
#include <stdio.h>

#define N_REQUESTS 4
/* Metrics follow the events; a scrape would not notice. */
#define METRICS_TRIES 50
#define METRICS_PAUSE_US (G_USEC_PER_SEC / 10)

static const char *const bodies[N_REQUESTS] = {
    "{\"type\": \"CREATE_VIRTUAL_MACHINE\", \"specifications\": {\"cpu\": 4, \"memory\": \"8GB\","
    " \"disk\": \"100GB SSD\", \"network\": \"vlan-100\"}}",
    "{\"type\": \"CREATE_VIRTUAL_MACHINE\", \"specifications\": {\"cpu\": 2, \"memory\": \"4GB\","
    " \"disk\": \"50GB\", \"network\": \"vlan-200\"}}",
    "{\"type\": \"ALLOCATE_STORAGE\", \"specifications\": {\"size\": \"500GB\", \"type\": \"ssd\","
    " \"iops\": 3000}}",
    "{\"type\": \"CREATE_NETWORK\", \"specifications\": {\"subnet\": \"10.0.1.0/24\", \"vlan\": "
    "200}}",
};

static const char *const expected_status[N_REQUESTS] = { "RUNNING", "RUNNING", "ALLOCATED",
                                                         "ACTIVE" };

/* by: how much the run adds; -1: what it must be, whatever it was. */
typedef struct {
    const char *title;
    const char *name;
    const char *label;
    double by;
} Count;

static const Count counts[] = {
    { "messages sent to requests", "kbnt_messages_sent_total",
      "topic=\"virtualization-requests\"", 4 },
    { "messages received", "kbnt_messages_received_total", NULL, 4 },
    { "messages processed with success", "kbnt_messages_processed_total", "status=\"success\"",
      4 },
    { "resources created", "kbnt_virtual_resources_created_total", NULL, 4 },
    { "machines that exist", "kbnt_virtual_machines_active_gauge", NULL, 2 },
    { "disks that exist", "kbnt_virtual_resources_active", "resource_type=\"virtual-storage\"",
      1 },
    { "networks that exist", "kbnt_virtual_resources_active",
      "resource_type=\"virtual-network\"", 1 },
    { "events VIRTUALIZATION_COMPLETED", "kbnt_events_published_total",
      "event_type=\"VIRTUALIZATION_COMPLETED\"", 4 },
    { "durations measured", "kbnt_processing_duration_seconds_count", NULL, 8 },
    { "success rate", "kbnt_processing_success_rate", NULL, -1 },
};

static const KbntColumn resource_columns[] = {
    { "RESOURCE", "virtualResourceId" },
    { "SERIAL", "vmId" },
    { "TYPE", "resourceType" },
    { "STATUS", "status" },
    { "HOST", "host" },
    { "ADDRESS", "endpoints.address" },
    { "HEALTH", "health.status" },
    { "USD/H", "metrics.costPerHourUsd" },
};

static char *
fetch_metrics_of(KbntInvocation *invocation, KbntClient *client)
{
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(invocation, client, "GET", "/metrics",
                                                         NULL);

    return answer ? g_strdup(answer->text) : NULL;
}

/* Returns: (transfer full) (nullable): the text of /metrics, of the consumer's too where that
 * is another process: each counts what is its own. */
static char *
fetch_metrics(KbntInvocation *invocation)
{
    const char *consumer_url = kbnt_invocation_get(invocation, "consumer");
    g_autofree char *own = fetch_metrics_of(invocation, kbnt_invocation_api(invocation));
    g_autoptr(KbntClient) consumer = NULL;
    g_autofree char *others = NULL;

    if (!consumer_url || !own)
        return g_steal_pointer(&own);
    consumer = kbnt_client_new(consumer_url, NULL);
    others = fetch_metrics_of(invocation, consumer);
    return others ? g_strconcat(own, others, NULL) : NULL;
}

static gboolean
post_all(KbntInvocation *invocation, KbntAnswer *answers[N_REQUESTS])
{
    for (guint i = 0; i < N_REQUESTS; i++) {
        answers[i] = kbnt_invocation_fetch(invocation, kbnt_invocation_api(invocation), "POST",
                                           "/api/v1/virtualize",
                                           json_loads(bodies[i], 0, NULL));
        if (!answers[i])
            return FALSE;
    }
    return TRUE;
}

static gboolean
watch_all(KbntInvocation *invocation, KbntAnswer *const answers[N_REQUESTS])
{
    gboolean is_done = TRUE;

    for (guint i = 0; i < N_REQUESTS; i++) {
        const char *id = kbnt_json_text_at(answers[i]->json, "messageId");

        if (!kbnt_invocation_wants_json(invocation))
            printf("\n%s\n", kbnt_json_text_at(answers[i]->json, "requestId"));
        if (kbnt_watch_request(invocation, id) != KBNT_EXIT_DONE)
            is_done = FALSE;
    }
    return is_done;
}

/* Returns: (transfer full) (nullable): the four resources. */
static json_t *
fetch_resources(KbntInvocation *invocation, KbntAnswer *const answers[N_REQUESTS])
{
    json_t *resources = json_array();

    for (guint i = 0; i < N_REQUESTS; i++) {
        const char *id = kbnt_json_text_at(answers[i]->json, "virtualResourceId");
        g_autofree char *path = g_strconcat("/api/v1/resources/", id, NULL);
        g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
            invocation, kbnt_invocation_api(invocation), "GET", path, NULL);

        if (!answer) {
            json_decref(resources);
            return NULL;
        }
        json_array_append(resources, answer->json);
    }
    return resources;
}

static gboolean
check_resources(KbntInvocation *invocation, KbntAnswer *const answers[N_REQUESTS])
{
    json_t *resources = fetch_resources(invocation, answers);
    g_autofree char *table = NULL;
    gboolean is_right = resources != NULL;

    if (!resources)
        return FALSE;
    for (guint i = 0; i < N_REQUESTS; i++) {
        const char *status = kbnt_json_text_at(json_array_get(resources, i), "status");

        is_right = is_right && g_strcmp0(status, expected_status[i]) == 0;
    }
    table = kbnt_table(resource_columns, G_N_ELEMENTS(resource_columns), resources);
    if (kbnt_invocation_wants_json(invocation))
        kbnt_print_json(resources);
    else
        printf("\n%s", table);
    json_decref(resources);
    return is_right;
}

static double
found_of(const Count *count, const char *before, const char *after)
{
    double now = kbnt_metric_sum(after, count->name, count->label);

    return count->by < 0 ? now : now - kbnt_metric_sum(before, count->name, count->label);
}

static double
wanted_of(const Count *count)
{
    return count->by < 0 ? 1 : count->by;
}

static gboolean
is_right(const Count *count, const char *before, const char *after)
{
    return fabs(found_of(count, before, after) - wanted_of(count)) < 1e-9;
}

static gboolean
all_right(const char *before, const char *after)
{
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        if (!is_right(&counts[i], before, after))
            return FALSE;
    }
    return TRUE;
}

static void
print_counts(const char *before, const char *after, FILE *out)
{
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
        fprintf(out, "%-4s %-34s %g of %g\n",
                is_right(&counts[i], before, after) ? "ok" : "OFF", counts[i].title,
                found_of(&counts[i], before, after), wanted_of(&counts[i]));
}

static gboolean
check_counts(KbntInvocation *invocation, const char *before)
{
    g_autofree char *after = fetch_metrics(invocation);

    for (guint i = 0; after && i < METRICS_TRIES && !all_right(before, after); i++) {
        g_usleep(METRICS_PAUSE_US);
        g_free(after);
        after = fetch_metrics(invocation);
    }
    if (!after)
        return FALSE;
    print_counts(before, after, kbnt_invocation_wants_json(invocation) ? stderr : stdout);
    return all_right(before, after);
}

static int
run(KbntInvocation *invocation, KbntAnswer *answers[N_REQUESTS])
{
    g_autofree char *before = fetch_metrics(invocation);

    if (!before || !post_all(invocation, answers))
        return KBNT_EXIT_FAILED;
    if (!watch_all(invocation, answers) || !check_resources(invocation, answers)) {
        fprintf(stderr, "kbntctl demo: not all four requests became resources\n");
        return KBNT_EXIT_FAILED;
    }
    if (!check_counts(invocation, before)) {
        fprintf(stderr,
                "kbntctl demo: a count is off; is anybody else at work on this kbnt?\n");
        return KBNT_EXIT_FAILED;
    }
    return KBNT_EXIT_DONE;
}

int
kbnt_demo(KbntInvocation *invocation)
{
    KbntAnswer *answers[N_REQUESTS] = { NULL };
    int code = run(invocation, answers);

    for (guint i = 0; i < N_REQUESTS; i++)
        kbnt_answer_free(answers[i]);
    if (code == KBNT_EXIT_DONE && !kbnt_invocation_wants_json(invocation))
        printf("\nLook around: kbntctl list, kbntctl resources, kbntctl top, %s/metrics\n",
               kbnt_client_place(kbnt_invocation_api(invocation)));
    return code;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * top.c: owns the looking at what is going on: the metrics that say how much and how well.
 */
#include "doctor.h"
#include "metrics-text.h"
#include "print.h"

#include <stdio.h>
#include <unistd.h>

#define INTERVAL_S 2
#define CLEAR_SCREEN "\033[H\033[2J"

/* is_rate: a counter, shown with what it grew by in a second. */
typedef struct {
    const char *title;
    const char *name;
    const char *label;
    gboolean is_rate;
} Figure;

static const Figure figures[] = {
    { "requests", "kbnt_virtualization_requests_total", NULL, TRUE },
    { "messages received", "kbnt_messages_received_total", NULL, TRUE },
    { "completed", "kbnt_messages_processed_total", "status=\"success\"", TRUE },
    { "failed", "kbnt_messages_processed_total", "status=\"failed\"", TRUE },
    { "machines", "kbnt_virtual_resources_active", "resource_type=\"virtual-machine\"", FALSE },
    { "disks", "kbnt_virtual_resources_active", "resource_type=\"virtual-storage\"", FALSE },
    { "networks", "kbnt_virtual_resources_active", "resource_type=\"virtual-network\"", FALSE },
    { "queued", "kbnt_queue_size", NULL, FALSE },
    { "consumer lag s", "kbnt_consumer_lag_seconds", NULL, FALSE },
    { "success rate", "kbnt_processing_success_rate", NULL, FALSE },
    { "service level", "kbnt_business_sla_compliance", NULL, FALSE },
    { "memory bytes", "process_resident_memory_bytes", NULL, FALSE },
};

static void
print_text(const char *text, const char *before)
{
    for (gsize i = 0; i < G_N_ELEMENTS(figures); i++) {
        const Figure *figure = &figures[i];
        double now = kbnt_metric_sum(text, figure->name, figure->label);
        double then = before ? kbnt_metric_sum(before, figure->name, figure->label) : now;

        printf("%-20s %12.10g", figure->title, now);
        if (figure->is_rate && before)
            printf("  %+.1f/s", (now - then) / INTERVAL_S);
        printf("\n");
    }
    fflush(stdout);
}

static void
print_object(const char *text)
{
    json_t *object = json_object();

    for (gsize i = 0; i < G_N_ELEMENTS(figures); i++)
        json_object_set_new(
            object, figures[i].title,
            json_real(kbnt_metric_sum(text, figures[i].name, figures[i].label)));
    kbnt_print_json(object);
    json_decref(object);
}

static char *
fetch(KbntInvocation *invocation)
{
    g_autoptr(KbntAnswer) answer = kbnt_invocation_fetch(
        invocation, kbnt_invocation_api(invocation), "GET", "/metrics", NULL);

    return answer ? g_strdup(answer->text) : NULL;
}

static void
show(const KbntInvocation *invocation, const char *text, const char *before)
{
    if (kbnt_invocation_wants_json(invocation)) {
        print_object(text);
        return;
    }
    if (isatty(STDOUT_FILENO) && before)
        fputs(CLEAR_SCREEN, stdout);
    print_text(text, before);
}

int
kbnt_top(KbntInvocation *invocation)
{
    gboolean is_once = kbnt_invocation_has(invocation, "once");
    g_autofree char *before = NULL;

    for (;;) {
        char *text = fetch(invocation);

        if (!text)
            return KBNT_EXIT_FAILED;
        show(invocation, text, before);
        g_free(before);
        before = text;
        if (is_once)
            return KBNT_EXIT_DONE;
        g_usleep(INTERVAL_S * G_USEC_PER_SEC);
    }
}

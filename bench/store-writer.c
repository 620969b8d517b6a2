/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store-writer - what the commands of a store cost over the bare rows they write
 *
 *   store-writer PLUGIN.so [REQUESTS] [ROUNDS]
 *   store-writer PLUGIN.so REQUESTS 0 (the bare writer alone)
 *
 * Lets the plugin take requests through their life in waves of commands, and a bare SQLite
 * writer write the same rows into the same tables, each wave one commit. Both in turn, for each
 * half; prints requests a second of either and the median of the ratios.
 */
#include "contract.h"
#include "store-bare.h"
#include "store-life.h"

#include <stdio.h>
#include <stdlib.h>

#define WAVE 256
#define ROUNDS_MAX 99

typedef struct {
    const KbntStoreOps *ops;
    FakeHost *host;
    void *instance;
    guint n_open;
    gint64 positions[WAVE];
    gint64 epochs[WAVE];
} Subject;

/* A command of a wave: whose it is, and its place in it. */
typedef struct {
    Subject *subject;
    guint place;
} Place;

static void
note_end(KbntValue *result, const GError *error, gpointer data)
{
    const Place *place = data;
    Subject *subject = place->subject;

    if (error)
        g_error("a command failed: %s", error->message);
    subject->n_open--;
    if (result && kbnt_value_has(result, KBNT_FIELD_EPOCH))
        subject->epochs[place->place] = kbnt_value_get_int(result, KBNT_FIELD_EPOCH);
    if (result && kbnt_value_length(result, KBNT_FIELD_RECORDS))
        subject->positions[place->place] = kbnt_value_get_int(
            kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, 0), KBNT_FIELD_POSITION);
}

static gboolean
is_done(gpointer data)
{
    return ((Subject *)data)->n_open == 0;
}

static void
ask(Subject *subject, void (*op)(void *instance, KbntTask *task))
{
    Place place = { subject, 0 };

    subject->n_open = 1;
    op(subject->instance,
       kbnt_task_new(fake_host_get(subject->host), 0, NULL, note_end, &place));
    fake_host_run_until(subject->host, is_done, subject, 60000);
}

static void
open_subject(Subject *subject, FakeHost *host)
{
    g_autoptr(GError) error = NULL;

    subject->ops = (const KbntStoreOps *)contract_plugin()->ops;
    subject->host = host;
    subject->ops->life.create(fake_host_get(host), contract_config(NULL, NULL),
                              &subject->instance, &error);
    ask(subject, subject->ops->life.start);
}

static void
close_subject(Subject *subject)
{
    ask(subject, subject->ops->life.stop);
    subject->ops->life.destroy(subject->instance);
}

/* The making of the arguments is the core's work, and is not measured. Returns: microseconds.
 */
static gint64
run_wave(Subject *subject, KbntStoreVerb verb, KbntValue *const *arguments)
{
    static Place places[WAVE];
    KbntTask *tasks[WAVE];
    gint64 began_us;

    for (guint i = 0; i < WAVE; i++) {
        places[i] = (Place){ subject, i };
        tasks[i] = kbnt_task_new(fake_host_get(subject->host), verb, arguments[i], note_end,
                                 &places[i]);
        kbnt_value_unref(arguments[i]);
    }
    subject->n_open = WAVE;
    began_us = g_get_monotonic_time();
    subject->ops->submit(subject->instance, tasks, WAVE);
    fake_host_run_until(subject->host, is_done, subject, 60000);
    return g_get_monotonic_time() - began_us;
}

static gint64
confirm_wave(Subject *subject, guint first)
{
    KbntValue *arguments[WAVE];

    for (guint i = 0; i < WAVE; i++)
        arguments[i] = life_confirm(first + i, subject->positions[i]);
    return run_wave(subject, KBNT_STORE_CONFIRM, arguments);
}

static gint64
live_at_producer(Subject *subject, guint first)
{
    KbntValue *arguments[WAVE];
    gint64 spent_us;

    for (guint i = 0; i < WAVE; i++)
        arguments[i] = life_accept(first + i);
    spent_us = run_wave(subject, KBNT_STORE_ACCEPT, arguments);
    spent_us += confirm_wave(subject, first);
    for (guint sequence = 1; sequence <= LIFE_N_EVENTS; sequence++) {
        for (guint i = 0; i < WAVE; i++)
            arguments[i] = life_project(first + i, sequence);
        spent_us += run_wave(subject, KBNT_STORE_PROJECT, arguments);
    }
    return spent_us;
}

/* Each event is published before the next: its outbox row is confirmed and settled. */
static gint64
live_at_consumer(Subject *subject, guint first)
{
    KbntValue *arguments[WAVE];
    gint64 spent_us = 0;

    for (guint sequence = 1; sequence <= LIFE_N_EVENTS; sequence++) {
        for (guint i = 0; i < WAVE; i++)
            arguments[i] = sequence == 1
                               ? life_take_in(first + i)
                               : life_advance(first + i, subject->epochs[i], sequence);
        spent_us += run_wave(subject,
                             sequence == 1   ? KBNT_STORE_TAKE_IN
                             : sequence == 2 ? KBNT_STORE_CLAIM
                                             : KBNT_STORE_ADVANCE,
                             arguments);
        spent_us += confirm_wave(subject, first);
    }
    return spent_us;
}

/* Returns: requests a second of the plugin. */
static double
run_plugin(KbntHalf half, guint n_requests)
{
    g_autoptr(FakeHost) host = fake_host_new(half);
    Subject subject = { 0 };
    gint64 spent_us = 0;

    open_subject(&subject, host);
    for (guint first = 0; first < n_requests; first += WAVE)
        spent_us += half == KBNT_HALF_PRODUCER ? live_at_producer(&subject, first)
                                               : live_at_consumer(&subject, first);
    close_subject(&subject);
    return n_requests * 1e6 / (double)spent_us;
}

/* Returns: requests a second of the bare writer, in tables that the plugin has made. */
static double
run_bare(KbntHalf half, guint n_requests)
{
    g_autoptr(FakeHost) host = fake_host_new(half);
    gboolean produces = half == KBNT_HALF_PRODUCER;
    g_autofree char *path = g_strdup_printf("%s/%s.db", fake_host_state_dir(host),
                                            produces ? "producer" : "consumer");
    Subject subject = { 0 };

    open_subject(&subject, host);
    close_subject(&subject);
    return produces ? bare_run_producer(path, n_requests, WAVE)
                    : bare_run_consumer(path, n_requests, WAVE);
}

static int
compare(const void *one, const void *other)
{
    double a = *(const double *)one;
    double b = *(const double *)other;

    return a < b ? -1 : a > b;
}

static void
report(KbntHalf half, guint n_requests, guint n_rounds)
{
    double ratios[ROUNDS_MAX];

    if (n_rounds == 0) {
        printf("%s: bare %.0f/s\n", kbnt_enum_name(KBNT_TYPE_HALF, half),
               run_bare(half, n_requests));
        return;
    }
    for (guint i = 0; i < n_rounds; i++) {
        double bare = run_bare(half, n_requests);
        double plugin = run_plugin(half, n_requests);

        ratios[i] = bare > 0 ? plugin / bare : 0;
        printf("%s: bare %.0f/s, plugin %.0f/s, ratio %.2f\n",
               kbnt_enum_name(KBNT_TYPE_HALF, half), bare, plugin, ratios[i]);
    }
    qsort(ratios, n_rounds, sizeof ratios[0], compare);
    printf("%s: median ratio %.2f\n", kbnt_enum_name(KBNT_TYPE_HALF, half),
           ratios[n_rounds / 2]);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    guint n_requests = argc > 2 ? (guint)atoi(argv[2]) : 8 * WAVE;
    guint n_rounds = argc > 3 ? (guint)CLAMP(atoi(argv[3]), 0, ROUNDS_MAX) : 3;

    if (argc < 2 || !contract_load(argv[1], NULL, &error)) {
        fprintf(stderr, "store-writer: %s\n",
                error ? error->message : "wants PLUGIN.so [REQUESTS] [ROUNDS]");
        return 2;
    }
    n_requests = (n_requests + WAVE - 1) / WAVE * WAVE;
    report(KBNT_HALF_PRODUCER, n_requests, n_rounds);
    report(KBNT_HALF_CONSUMER, n_requests, n_rounds);
    return 0;
}

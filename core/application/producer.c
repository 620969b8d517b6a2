/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * producer.c: owns the producer's half: its use cases put together, started and stopped in
 * order.
 */
#include "producer.h"

#include "totals.h"
#include "transition.h"

/* How many resources are read at a time, after the start. */
#define CLAIMS_A_PAGE 1000
#define CLAIMS_RETRY_MS 1000

struct KbntProducer {
    const KbntPorts *ports;
    KbntRelay *relay;
    KbntExpectation *expectation;
    KbntRoster *roster;
    KbntLedgerCache *ledger_cache;
    KbntQuery *query;
    KbntCancel *cancel;
    KbntAccept *accept;
    KbntDryRun *dry_run;
    KbntProjection *projection;
    KbntSweep *sweep;
    KbntDeadLetters *dead_letters;
    guint64 claims_timer;
    gboolean joined;
    gboolean stopped;
    KbntDone done; /* of what is under way: start or join */
    gpointer done_data;
};

static void
record_confirmed(KbntValue *record, KbntValue *result, gpointer data)
{
    KbntProducer *producer = data;

    kbnt_accept_confirmed(producer->accept, record, result);
}

/* What the request's view learns of its publication. */
static void
describe_confirmation(KbntValue *confirm, KbntValue *record, KbntValue *result, gpointer data)
{
    KbntProducer *producer = data;

    kbnt_value_copy_field(confirm, record, KBNT_FIELD_MESSAGE_ID);
    kbnt_value_take_value(confirm, KBNT_FIELD_PUBLICATION,
                          kbnt_accept_publication(record, result));
    kbnt_value_take_item(confirm, KBNT_FIELD_HISTORY,
                         kbnt_history_entry(producer->ports, KBNT_SERVICE_PRODUCER,
                                            KBNT_LAYER_INFRASTRUCTURE, "amq-streams-publish",
                                            KBNT_HISTORY_STATUS_SUCCESS, NULL));
}

KbntProducer *
kbnt_producer_new(const KbntPorts *ports, const KbntProducerSettings *settings)
{
    KbntProducer *producer = g_new0(KbntProducer, 1);
    const KbntRelayHooks hooks = {
        .data = producer,
        .confirmed = record_confirmed,
        .describe = describe_confirmation,
    };

    producer->ports = ports;
    producer->relay = kbnt_relay_new(ports, KBNT_SERVICE_PRODUCER, settings->n_partitions,
                                     settings->publish_window, &hooks);
    producer->expectation = kbnt_expectation_new(settings->first_seconds);
    producer->roster = kbnt_roster_new();
    producer->ledger_cache = kbnt_ledger_cache_new();
    producer->query = kbnt_query_new(ports, settings->accept.rules);
    producer->cancel = kbnt_cancel_new(ports, producer->query, producer->relay);
    producer->accept = kbnt_accept_new(ports, producer->relay, producer->expectation,
                                       producer->roster, producer->ledger_cache,
                                       &settings->accept);
    producer->dry_run = kbnt_dry_run_new(ports, producer->roster, producer->ledger_cache,
                                         settings->accept.rules);
    producer->projection = kbnt_projection_new(ports, producer->expectation, producer->roster,
                                               producer->ledger_cache, settings->events_topic,
                                               settings->events_group, settings->events_window);
    producer->sweep = kbnt_sweep_new(ports, producer->cancel, &settings->retention);
    producer->dead_letters = kbnt_dead_letters_new(ports, producer->relay,
                                                   KBNT_SERVICE_PRODUCER);
    return producer;
}

void
kbnt_producer_free(KbntProducer *producer)
{
    if (producer == NULL)
        return;
    kbnt_dead_letters_free(producer->dead_letters);
    kbnt_sweep_free(producer->sweep);
    kbnt_projection_free(producer->projection);
    kbnt_dry_run_free(producer->dry_run);
    kbnt_accept_free(producer->accept);
    kbnt_cancel_free(producer->cancel);
    kbnt_query_free(producer->query);
    kbnt_ledger_cache_free(producer->ledger_cache);
    kbnt_roster_free(producer->roster);
    kbnt_expectation_free(producer->expectation);
    kbnt_relay_free(producer->relay);
    g_free(producer);
}

static void ask_for_claims(KbntProducer *producer, const char *cursor);

static void
ask_again(gpointer data)
{
    KbntProducer *producer = data;

    producer->claims_timer = 0;
    ask_for_claims(producer, NULL);
}

static void
claims_known(KbntValue *page, const GError *error, gpointer data)
{
    KbntProducer *producer = data;
    const KbntWorldPort *world = &producer->ports->world;
    const char *cursor;

    if (producer->stopped)
        return;
    if (error != NULL) {
        world->report(world->data, error, NULL,
                      "what is claimed of the hosts is read again in a second");
        producer->claims_timer = world->after(world->data, CLAIMS_RETRY_MS, ask_again,
                                              producer);
        return;
    }
    kbnt_roster_recall(producer->roster, page);
    cursor = kbnt_value_get_string(page, KBNT_FIELD_NEXT_CURSOR);
    if (cursor != NULL)
        ask_for_claims(producer, cursor);
    else
        kbnt_roster_recalled(producer->roster);
}

static void
ask_for_claims(KbntProducer *producer, const char *cursor)
{
    const KbntStorePort *store = &producer->ports->store;
    g_autoptr(KbntValue) argument = kbnt_value_new();

    kbnt_value_set_int(argument, KBNT_FIELD_MAX_ROWS, CLAIMS_A_PAGE);
    kbnt_value_set_string(argument, KBNT_FIELD_CURSOR, cursor);
    store->query(store->data, KBNT_STORE_RESOURCES, argument, claims_known, producer);
}

/* Nobody waits for the claims: however many there are, requests are accepted without them. */
static void
hosts_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntProducer *producer = data;

    if (error == NULL) {
        kbnt_roster_load(producer->roster, result);
        kbnt_sweep_start(producer->sweep);
        ask_for_claims(producer, NULL);
    }
    producer->done(NULL, error, producer->done_data);
}

static void
totals_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntProducer *producer = data;

    if (error != NULL) {
        producer->done(NULL, error, producer->done_data);
        return;
    }
    kbnt_expectation_load(producer->expectation, result);
    kbnt_relay_recall(producer->relay, kbnt_totals_count(result, "outbox"));
    producer->ports->store.query(producer->ports->store.data, KBNT_STORE_HOSTS, NULL,
                                 hosts_known, producer);
}

void
kbnt_producer_start(KbntProducer *producer, KbntDone done, gpointer data)
{
    const KbntStorePort *store = &producer->ports->store;

    producer->done = done;
    producer->done_data = data;
    store->query(store->data, KBNT_STORE_TOTALS, NULL, totals_known, producer);
}

static void
projection_started(KbntValue *result, const GError *error, gpointer data)
{
    KbntProducer *producer = data;

    (void)result;
    producer->joined = error == NULL;
    producer->done(NULL, error, producer->done_data);
}

void
kbnt_producer_join(KbntProducer *producer, KbntDone done, gpointer data)
{
    producer->done = done;
    producer->done_data = data;
    kbnt_relay_start(producer->relay);
    kbnt_projection_start(producer->projection, projection_started, producer);
}

void
kbnt_producer_stop(KbntProducer *producer, KbntDone done, gpointer data)
{
    const KbntWorldPort *world = &producer->ports->world;

    producer->stopped = TRUE;
    if (producer->claims_timer != 0)
        world->forget(world->data, producer->claims_timer);
    producer->claims_timer = 0;
    kbnt_sweep_stop(producer->sweep);
    kbnt_accept_stop(producer->accept);
    kbnt_relay_stop(producer->relay);
    if (producer->joined)
        kbnt_projection_stop(producer->projection, done, data);
    else
        done(NULL, NULL, data);
}

void
kbnt_producer_set_settings(KbntProducer *producer, const KbntProducerSettings *settings)
{
    kbnt_accept_set_settings(producer->accept, &settings->accept);
    kbnt_dry_run_set_rules(producer->dry_run, settings->accept.rules);
    kbnt_query_set_rules(producer->query, settings->accept.rules);
    kbnt_sweep_set_retention(producer->sweep, &settings->retention);
}

KbntAccept *
kbnt_producer_accept(KbntProducer *producer)
{
    return producer->accept;
}

KbntDryRun *
kbnt_producer_dry_run(KbntProducer *producer)
{
    return producer->dry_run;
}

KbntCancel *
kbnt_producer_cancel(KbntProducer *producer)
{
    return producer->cancel;
}

KbntQuery *
kbnt_producer_query(KbntProducer *producer)
{
    return producer->query;
}

KbntProjection *
kbnt_producer_projection(KbntProducer *producer)
{
    return producer->projection;
}

KbntDeadLetters *
kbnt_producer_dead_letters(KbntProducer *producer)
{
    return producer->dead_letters;
}

KbntRelay *
kbnt_producer_relay(KbntProducer *producer)
{
    return producer->relay;
}

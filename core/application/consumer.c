/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consumer.c: owns the consumer's half: its use cases put together, started and stopped in
 * order.
 */
#include "consumer.h"

#include "host-report.h"
#include "meter.h"
#include "totals.h"
#include "transition.h"

struct KbntConsumer {
    const KbntPorts *ports;
    KbntConsumerSettings settings;
    KbntRelay *relay;
    KbntSaga *saga;
    KbntIntake *intake;
    KbntSweep *sweep;
    KbntHostReport *host_report;
    KbntMeter *meter;
    KbntReconcile *reconcile;
    KbntDrain *drain;
    char owner[37]; /* this incarnation */
    KbntDeadLetters *dead_letters;
    KbntDone done; /* of what is under way: start or join */
    gpointer done_data;
};

/* An event is acknowledged: the request that it ends is done with. */
static void
record_confirmed(KbntValue *record, KbntValue *result, gpointer data)
{
    KbntConsumer *consumer = data;
    const KbntWorldPort *world = &consumer->ports->world;
    KbntEventType type = kbnt_value_get_int(record, KBNT_FIELD_EVENT_TYPE);
    gint64 created_ms = kbnt_value_get_int(record, KBNT_FIELD_CREATED_AT);

    (void)result;
    if (type == 0)
        return;
    KbntValue *transition = kbnt_transition_new(
        consumer->ports, KBNT_TRANSITION_EVENT_ACKNOWLEDGED, KBNT_SERVICE_CONSUMER, record);
    kbnt_value_set_int(transition, KBNT_FIELD_EVENT_TYPE, type);
    kbnt_value_copy_field(transition, record, KBNT_FIELD_TOPIC);
    if (created_ms > 0)
        kbnt_value_set_number(transition, KBNT_FIELD_SECONDS,
                              (double)MAX(world->wall_ms(world->data) - created_ms, 0) / 1000);
    world->observe(world->data, transition);
}

KbntConsumer *
kbnt_consumer_new(const KbntPorts *ports, const KbntConsumerSettings *settings)
{
    KbntConsumer *consumer = g_new0(KbntConsumer, 1);
    const KbntRelayHooks hooks = { .data = consumer,
                                   .atomic_topic = settings->events_topic,
                                   .confirmed = record_confirmed };

    ports->world.uuid(ports->world.data, consumer->owner);
    consumer->ports = ports;
    consumer->settings = *settings;
    consumer->relay = kbnt_relay_new(ports, KBNT_SERVICE_CONSUMER, settings->n_partitions,
                                     settings->publish_window, &hooks);
    consumer->saga = kbnt_saga_new(ports, consumer->relay, settings->prices, consumer->owner,
                                   settings->slots);
    consumer->intake = kbnt_intake_new(ports, consumer->relay, consumer->saga,
                                       &consumer->settings.intake);
    consumer->sweep = kbnt_sweep_new(ports, NULL, &settings->retention);
    consumer->host_report = kbnt_host_report_new(ports, consumer->relay, settings->region);
    consumer->meter = kbnt_meter_new(ports);
    consumer->drain = kbnt_drain_new(ports, consumer->intake, consumer->saga);
    consumer->reconcile = kbnt_reconcile_new(ports, consumer->relay, consumer->owner);
    consumer->dead_letters = kbnt_dead_letters_new(ports, consumer->relay,
                                                   KBNT_SERVICE_CONSUMER);
    return consumer;
}

void
kbnt_consumer_free(KbntConsumer *consumer)
{
    if (consumer == NULL)
        return;
    kbnt_dead_letters_free(consumer->dead_letters);
    kbnt_drain_free(consumer->drain);
    kbnt_reconcile_free(consumer->reconcile);
    kbnt_meter_free(consumer->meter);
    kbnt_host_report_free(consumer->host_report);
    kbnt_sweep_free(consumer->sweep);
    kbnt_intake_free(consumer->intake);
    kbnt_saga_free(consumer->saga);
    kbnt_relay_free(consumer->relay);
    g_free(consumer);
}

/* A provisioner that does not answer at start is no reason not to: its hosts come later. */
static void
hosts_reported(KbntValue *result, const GError *error, gpointer data)
{
    KbntConsumer *consumer = data;

    (void)result;
    (void)error;
    kbnt_saga_start(consumer->saga);
    kbnt_sweep_start(consumer->sweep);
    kbnt_meter_start(consumer->meter, consumer->settings.meter_interval_ms);
    kbnt_reconcile_start(consumer->reconcile, consumer->settings.reconcile_interval_ms);
    consumer->done(NULL, NULL, consumer->done_data);
}

static void
totals_known(KbntValue *result, const GError *error, gpointer data)
{
    KbntConsumer *consumer = data;

    if (error != NULL) {
        consumer->done(NULL, error, consumer->done_data);
        return;
    }
    kbnt_relay_recall(consumer->relay, kbnt_totals_count(result, "outbox"));
    kbnt_host_report_start(consumer->host_report, consumer->settings.host_interval_ms,
                           hosts_reported, consumer);
}

void
kbnt_consumer_start(KbntConsumer *consumer, KbntDone done, gpointer data)
{
    const KbntStorePort *store = &consumer->ports->store;

    consumer->done = done;
    consumer->done_data = data;
    store->query(store->data, KBNT_STORE_TOTALS, NULL, totals_known, consumer);
}

static void
intake_started(KbntValue *result, const GError *error, gpointer data)
{
    KbntConsumer *consumer = data;

    (void)result;
    if (error == NULL)
        kbnt_drain_begin(consumer->drain, TRUE);
    consumer->done(NULL, error, consumer->done_data);
}

/* Who has drained the consumer by then takes it into its group when he resumes it. */
void
kbnt_consumer_join(KbntConsumer *consumer, KbntDone done, gpointer data)
{
    consumer->done = done;
    consumer->done_data = data;
    kbnt_relay_start(consumer->relay);
    if (!kbnt_drain_is_wanted(consumer->drain)) {
        kbnt_intake_start(consumer->intake, intake_started, consumer);
        return;
    }
    kbnt_drain_begin(consumer->drain, FALSE);
    done(NULL, NULL, data);
}

void
kbnt_consumer_stop(KbntConsumer *consumer, KbntDone done, gpointer data)
{
    kbnt_saga_stop(consumer->saga);
    kbnt_sweep_stop(consumer->sweep);
    kbnt_meter_stop(consumer->meter);
    kbnt_reconcile_stop(consumer->reconcile);
    kbnt_host_report_stop(consumer->host_report);
    kbnt_drain_stop(consumer->drain);
    kbnt_relay_stop(consumer->relay);
    if (kbnt_drain_has_left(consumer->drain))
        done(NULL, NULL, data);
    else
        kbnt_intake_stop(consumer->intake, done, data);
}

void
kbnt_consumer_set_settings(KbntConsumer *consumer, const KbntPrices *prices,
                           const KbntRetention *retention)
{
    kbnt_saga_set_prices(consumer->saga, prices);
    kbnt_sweep_set_retention(consumer->sweep, retention);
}

KbntRelay *
kbnt_consumer_relay(KbntConsumer *consumer)
{
    return consumer->relay;
}

KbntIntake *
kbnt_consumer_intake(KbntConsumer *consumer)
{
    return consumer->intake;
}

KbntSaga *
kbnt_consumer_saga(KbntConsumer *consumer)
{
    return consumer->saga;
}

KbntDeadLetters *
kbnt_consumer_dead_letters(KbntConsumer *consumer)
{
    return consumer->dead_letters;
}

KbntReconcile *
kbnt_consumer_reconcile(KbntConsumer *consumer)
{
    return consumer->reconcile;
}

KbntDrain *
kbnt_consumer_drain(KbntConsumer *consumer)
{
    return consumer->drain;
}

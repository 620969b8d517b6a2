/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival.c: owns the way of a record from a subscription into the store: decoded, written by
 * one command, and its receipt settled; or else among the dead letters.
 *
 * Whatever becomes of a record is committed before its receipt is settled. A store that fails
 * for now is asked again, while the window of the subscription holds the broker back.
 */
#include "arrival.h"

#include "backoff.h"
#include "dead-letters.h"

struct KbntArrivals {
    const KbntPorts *ports;
    KbntArrivalHooks hooks;
    KbntSubscription subscription;
    KbntReceipts *receipts;
    GQueue waiting; /* of KbntArrival, that the store refused for now */
    gboolean stopped;
};

static void
arrival_free(KbntArrival *arrival)
{
    kbnt_value_unref(arrival->record);
    kbnt_value_unref(arrival->message);
    kbnt_value_unref(arrival->argument);
    g_free(arrival);
}

/* The record comes again where it can: it is not acknowledged. */
static void
leave(KbntArrival *arrival)
{
    kbnt_receipts_leave(arrival->receipt);
    arrival_free(arrival);
}

static void
report_and_leave(KbntArrival *arrival, const GError *error)
{
    const KbntWorldPort *world = &arrival->ports->world;

    world->report(world->data, error,
                  arrival->message != NULL ? arrival->message : arrival->argument,
                  "the record is left unacknowledged and comes again");
    leave(arrival);
}

static void command_ended(KbntValue *result, const GError *error, gpointer data);

static void
submit(KbntArrival *arrival)
{
    const KbntStorePort *store = &arrival->ports->store;

    store->submit(store->data, arrival->verb, arrival->argument, command_ended, arrival);
}

static void decode(KbntArrival *arrival);

static void
retry(gpointer data)
{
    KbntArrival *arrival = data;

    g_queue_unlink(&arrival->arrivals->waiting, &arrival->link);
    if (arrival->argument != NULL)
        submit(arrival);
    else if (arrival->message != NULL)
        arrival->arrivals->hooks.decoded(arrival);
    else
        decode(arrival);
}

static void
wait_a_while(KbntArrival *arrival)
{
    const KbntWorldPort *world = &arrival->ports->world;
    gint64 delay_ms = kbnt_backoff_ms(world, arrival->attempts++);

    g_queue_push_tail_link(&arrival->arrivals->waiting, &arrival->link);
    arrival->timer = world->after(world->data, delay_ms, retry, arrival);
}

static void
drop_waiting(KbntArrivals *arrivals)
{
    const KbntWorldPort *world = &arrivals->ports->world;
    GList *link;

    while ((link = g_queue_pop_head_link(&arrivals->waiting)) != NULL) {
        KbntArrival *arrival = link->data;

        world->forget(world->data, arrival->timer);
        leave(arrival);
    }
}

void
kbnt_arrival_commit(KbntArrival *arrival, KbntStoreVerb verb, KbntValue *argument)
{
    kbnt_value_unref(arrival->argument);
    arrival->argument = argument;
    arrival->verb = verb;
    submit(arrival);
}

void
kbnt_arrival_bury(KbntArrival *arrival, const GError *error)
{
    const KbntArrivalHooks *hooks = &arrival->arrivals->hooks;
    KbntValue *argument = kbnt_value_new();

    kbnt_value_set_string(argument, KBNT_FIELD_REASON, kbnt_error_code_name(error->code));
    kbnt_value_set_string(argument, KBNT_FIELD_DETAIL, error->message);
    kbnt_value_set_int(argument, KBNT_FIELD_ATTEMPTS, 1);
    kbnt_value_take_value(argument, KBNT_FIELD_RECORD,
                          kbnt_dead_letters_record(arrival->ports, arrival->record));
    if (hooks->describe_dead != NULL)
        hooks->describe_dead(arrival, error, argument);
    kbnt_arrival_commit(arrival, KBNT_STORE_BURY, argument);
}

/* Returns: whether @error was one that passes, or of the stop; the arrival waits, or is gone.
 */
static gboolean
may_pass(KbntArrival *arrival, const GError *error)
{
    gboolean passes = kbnt_error_class(error) == KBNT_CLASS_RETRY;

    if (passes && !arrival->arrivals->stopped)
        wait_a_while(arrival);
    else if (passes || g_error_matches(error, KBNT_ERROR, KBNT_ERROR_STOPPED))
        leave(arrival);
    else
        return FALSE;
    return TRUE;
}

void
kbnt_arrival_postpone(KbntArrival *arrival, const GError *error)
{
    if (!may_pass(arrival, error))
        report_and_leave(arrival, error);
}

static void
end(KbntArrival *arrival, KbntValue *result)
{
    const KbntArrivalHooks *hooks = &arrival->arrivals->hooks;

    if (arrival->verb != KBNT_STORE_BURY)
        hooks->committed(arrival, result);
    else if (hooks->buried != NULL)
        hooks->buried(arrival, result);
    kbnt_receipts_settle(arrival->receipt);
    arrival_free(arrival);
}

static void
command_ended(KbntValue *result, const GError *error, gpointer data)
{
    KbntArrival *arrival = data;

    if (error == NULL)
        end(arrival, result);
    else if (may_pass(arrival, error))
        return;
    else if (arrival->verb != KBNT_STORE_BURY)
        kbnt_arrival_bury(arrival, error);
    else
        report_and_leave(arrival, error);
}

/* The registry has told the schema, or why it has not. */
static void
looked_up(KbntValue *result, const GError *error, gpointer data)
{
    KbntArrival *arrival = data;

    (void)result;
    if (arrival->arrivals->stopped)
        leave(arrival);
    else if (error == NULL)
        decode(arrival);
    else if (!may_pass(arrival, error))
        kbnt_arrival_bury(arrival, error);
}

static gboolean
look_up(KbntArrival *arrival, const GError *error)
{
    const KbntCodecPort *codec = &arrival->ports->codec;

    return g_error_matches(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN) &&
           codec->look_up != NULL &&
           codec->look_up(codec->registry, arrival->record, looked_up, arrival);
}

static void
decode(KbntArrival *arrival)
{
    const KbntArrivalHooks *hooks = &arrival->arrivals->hooks;
    g_autoptr(GError) error = NULL;

    arrival->message = hooks->decode(arrival->ports->codec.data, arrival->record, &error);
    if (arrival->message != NULL)
        hooks->decoded(arrival);
    else if (!look_up(arrival, error))
        kbnt_arrival_bury(arrival, error);
}

static void
arrive(KbntArrivals *arrivals, KbntValue *record)
{
    KbntReceipt *receipt = kbnt_receipts_add(arrivals->receipts, record);

    if (receipt == NULL)
        return;

    KbntArrival *arrival = g_new0(KbntArrival, 1);
    arrival->arrivals = arrivals;
    arrival->ports = arrivals->ports;
    arrival->owner = arrivals->hooks.owner;
    arrival->link.data = arrival;
    arrival->record = kbnt_value_ref(record);
    arrival->receipt = receipt;
    decode(arrival);
}

static void
on_records(KbntValue *const *records, guint n_records, gpointer data)
{
    for (guint i = 0; i < n_records; i++)
        arrive(data, records[i]);
}

static void
on_assigned(gint32 partition, gpointer data)
{
    KbntArrivals *arrivals = data;

    kbnt_receipts_assigned(arrivals->receipts, partition);
}

static void
on_lost(gint32 partition, gpointer data)
{
    KbntArrivals *arrivals = data;

    kbnt_receipts_lost(arrivals->receipts, partition);
}

KbntArrivals *
kbnt_arrivals_new(const KbntPorts *ports, const KbntArrivalSource *source,
                  const KbntArrivalHooks *hooks)
{
    KbntArrivals *arrivals = g_new0(KbntArrivals, 1);

    arrivals->ports = ports;
    arrivals->hooks = *hooks;
    arrivals->subscription = (KbntSubscription){
        .size = sizeof(KbntSubscription),
        .window = source->window,
        .topic = source->topic,
        .group = source->group,
        .records = on_records,
        .assigned = on_assigned,
        .lost = on_lost,
        .user_data = arrivals,
        .session_timeout_ms = source->session_timeout_ms,
        .commit_interval_ms = source->commit_interval_ms,
        .poll_timeout_ms = source->poll_timeout_ms,
    };
    arrivals->receipts = kbnt_receipts_new(&ports->transport, &arrivals->subscription);
    return arrivals;
}

void
kbnt_arrivals_free(KbntArrivals *arrivals)
{
    if (arrivals == NULL)
        return;
    drop_waiting(arrivals);
    kbnt_receipts_free(arrivals->receipts);
    g_free(arrivals);
}

void
kbnt_arrivals_start(KbntArrivals *arrivals, KbntDone done, gpointer data)
{
    const KbntTransportPort *transport = &arrivals->ports->transport;

    arrivals->stopped = FALSE;
    transport->subscribe(transport->data, &arrivals->subscription, done, data);
}

void
kbnt_arrivals_stop(KbntArrivals *arrivals, KbntDone done, gpointer data)
{
    const KbntTransportPort *transport = &arrivals->ports->transport;

    arrivals->stopped = TRUE;
    drop_waiting(arrivals);
    transport->unsubscribe(transport->data, &arrivals->subscription, done, data);
}

const KbntReceipts *
kbnt_arrivals_receipts(const KbntArrivals *arrivals)
{
    return arrivals->receipts;
}

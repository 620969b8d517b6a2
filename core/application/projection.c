/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * projection.c: owns how the events of the consumers become the producer's view: requests,
 * resources, hosts and the ledger.
 *
 * Each event carries the full present state, so the view is a function of the event alone; the
 * store applies it where its sequence is the stream's highest. An event that cannot be read
 * becomes a dead letter of the producer.
 */
#include "projection.h"

#include "arrival.h"
#include "plan.h"
#include "request-state.h"
#include "transition.h"

struct KbntProjection {
    KbntExpectation *expectation;
    KbntRoster *roster;
    KbntLedgerCache *ledger_cache;
    KbntArrivals *arrivals;
    KbntProjectionWatch watch;
    gpointer watch_data;
};

/* What a view of the resource takes over from an event. */
static const KbntField resource_fields[] = {
    KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_VM_ID,
    KBNT_FIELD_RESOURCE_TYPE,
    KBNT_FIELD_RESOURCE_STATUS,
    KBNT_FIELD_HEALTH,
    KBNT_FIELD_ENDPOINTS,
    KBNT_FIELD_METRICS,
    KBNT_FIELD_HOST,
    KBNT_FIELD_REGION,
    KBNT_FIELD_HYPERVISOR,
    KBNT_FIELD_ATTACHED_TO,
    KBNT_FIELD_USER_ID,
};

static void
copy_resource(KbntValue *to, const KbntValue *event)
{
    for (guint i = 0; i < G_N_ELEMENTS(resource_fields); i++)
        if (kbnt_value_has(event, resource_fields[i]))
            kbnt_value_copy_field(to, event, resource_fields[i]);
    if (kbnt_value_has(event, KBNT_FIELD_RESOURCE_SPECS))
        kbnt_value_set_value(to, KBNT_FIELD_SPECIFICATION,
                             kbnt_value_get_value(event, KBNT_FIELD_RESOURCE_SPECS));
}

static KbntValue *
result_of(const KbntValue *event)
{
    KbntValue *result = kbnt_value_new();

    copy_resource(result, event);
    kbnt_value_clear(result, KBNT_FIELD_USER_ID);
    return result;
}

/* The fields of the request's view that @event sets. */
static KbntValue *
request_patch(const KbntValue *event, KbntRequestStatus status)
{
    KbntValue *patch = kbnt_value_new();

    kbnt_value_set_int(patch, KBNT_FIELD_REQUEST_STATUS, status);
    kbnt_value_copy_field(patch, event, KBNT_FIELD_STEP);
    kbnt_value_copy_field(patch, event, KBNT_FIELD_PERCENT);
    kbnt_value_copy_field(patch, event, KBNT_FIELD_HISTORY);
    kbnt_value_copy_field(patch, event, KBNT_FIELD_ERROR);
    kbnt_value_set_int(patch, KBNT_FIELD_UPDATED_AT,
                       kbnt_value_get_int(event, KBNT_FIELD_TIMESTAMP));
    if (kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE) ==
        KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED)
        kbnt_value_set_int(patch, KBNT_FIELD_STARTED, TRUE);
    if (status == KBNT_REQUEST_STATUS_COMPLETED)
        kbnt_value_take_value(patch, KBNT_FIELD_RESULT, result_of(event));
    return patch;
}

/* What becomes of the charges of a request that has ended; a cleanup debt keeps them. */
static KbntLedgerMove
ledger_move(const KbntValue *event, KbntRequestStatus status)
{
    if (status == KBNT_REQUEST_STATUS_COMPLETED)
        return KBNT_LEDGER_MOVE_COMMIT;
    if (kbnt_value_get_int(event, KBNT_FIELD_RESOURCE_STATUS) ==
        KBNT_RESOURCE_STATUS_QUARANTINED)
        return 0;
    return kbnt_request_state_is_terminal(status) ? KBNT_LEDGER_MOVE_RELEASE : 0;
}

static void
describe_request(KbntValue *argument, const KbntValue *event)
{
    const char *message_id = kbnt_value_get_string(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID);
    KbntRequestStatus status = kbnt_request_state_after_event(
        kbnt_value_get_int(event, KBNT_FIELD_EVENT_TYPE));

    if (message_id == NULL || status == 0)
        return;
    KbntLedgerMove move = ledger_move(event, status);
    kbnt_value_set_string(argument, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_take_value(argument, KBNT_FIELD_REQUEST, request_patch(event, status));
    if (move != 0)
        kbnt_value_set_int(argument, KBNT_FIELD_LEDGER_MOVE, move);
}

static void
describe_resource(KbntValue *argument, const KbntValue *event)
{
    if (!kbnt_value_has(event, KBNT_FIELD_VIRTUAL_RESOURCE_ID) ||
        !kbnt_value_has(event, KBNT_FIELD_RESOURCE_STATUS))
        return;
    KbntValue *resource = kbnt_value_new();
    copy_resource(resource, event);
    if (!kbnt_value_has(event, KBNT_FIELD_ATTACHED_TO))
        kbnt_value_set_string(resource, KBNT_FIELD_ATTACHED_TO, "");
    kbnt_value_take_value(argument, KBNT_FIELD_RESOURCE, resource);
}

static void
describe_host(KbntValue *argument, const KbntValue *event)
{
    KbntValue *report = kbnt_value_get_value(event, KBNT_FIELD_HOST_REPORT);

    if (report == NULL)
        return;
    KbntValue *host = kbnt_value_copy(report);
    kbnt_value_copy_field(host, event, KBNT_FIELD_HOST);
    kbnt_value_copy_field(host, event, KBNT_FIELD_REGION);
    kbnt_value_copy_field(host, event, KBNT_FIELD_HYPERVISOR);
    kbnt_value_set_int(host, KBNT_FIELD_REPORTED_AT,
                       kbnt_value_get_int(event, KBNT_FIELD_TIMESTAMP));
    kbnt_value_take_value(argument, KBNT_FIELD_HOST_REPORT, host);
}

/* Headers that a reader of the record checks; all others say again what the value says. */
static gboolean
is_checked(const KbntValue *header)
{
    const char *name = kbnt_value_get_string(header, KBNT_FIELD_NAME);

    return name != NULL && g_str_has_prefix(name, "kbnt-");
}

/* What of the record is kept, so that it can be decoded and verified again. */
static KbntValue *
kept_record(const KbntValue *record)
{
    static const KbntField fields[] = { KBNT_FIELD_TOPIC, KBNT_FIELD_KEY, KBNT_FIELD_BODY };
    KbntValue *kept = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(kept, record, fields[i]);
    for (guint i = 0; i < kbnt_value_length(record, KBNT_FIELD_HEADERS); i++) {
        const KbntValue *header = kbnt_value_nth_value(record, KBNT_FIELD_HEADERS, i);

        if (is_checked(header))
            kbnt_value_append_value(kept, KBNT_FIELD_HEADERS, header);
    }
    return kept;
}

static KbntValue *
project_command(KbntArrival *arrival)
{
    static const KbntField fields[] = { KBNT_FIELD_STREAM_ID, KBNT_FIELD_SEQUENCE,
                                        KBNT_FIELD_EVENT_ID,  KBNT_FIELD_EVENT_TYPE,
                                        KBNT_FIELD_USER_ID,   KBNT_FIELD_TIMESTAMP };
    KbntValue *argument = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(argument, arrival->message, fields[i]);
    kbnt_value_take_value(argument, KBNT_FIELD_RECORD, kept_record(arrival->record));
    describe_request(argument, arrival->message);
    describe_resource(argument, arrival->message);
    describe_host(argument, arrival->message);
    return argument;
}

static void
tell_projected(KbntArrival *arrival, KbntValue *result)
{
    const KbntPorts *ports = arrival->ports;
    gint64 sequence = kbnt_value_get_int(arrival->message, KBNT_FIELD_SEQUENCE);
    gint64 expected = kbnt_value_get_int(result, KBNT_FIELD_EXPECTED_SEQUENCE);
    KbntValue *transition = kbnt_transition_new(ports, KBNT_TRANSITION_EVENT_PROJECTED,
                                                KBNT_SERVICE_PRODUCER, arrival->message);

    kbnt_value_set_string(
        transition, KBNT_FIELD_MESSAGE_ID,
        kbnt_value_get_string(arrival->message, KBNT_FIELD_ORIGINAL_MESSAGE_ID));
    kbnt_value_copy_field(transition, arrival->message, KBNT_FIELD_EVENT_TYPE);
    kbnt_value_copy_field(transition, result, KBNT_FIELD_DUPLICATE);
    if (expected != 0 && expected != sequence)
        kbnt_value_set_int(transition, KBNT_FIELD_EXPECTED_SEQUENCE, expected);
    ports->world.observe(ports->world.data, transition);
}

static const char *
outcome_label(KbntRequestStatus status)
{
    switch (status) {
    case KBNT_REQUEST_STATUS_COMPLETED:
        return "success";
    case KBNT_REQUEST_STATUS_CANCELLED:
        return "cancelled";
    default:
        return "failed";
    }
}

static void
tell_settled(KbntArrival *arrival, KbntValue *request)
{
    const KbntPorts *ports = arrival->ports;
    KbntRequestStatus status = kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS);
    KbntValue *transition = kbnt_transition_new(ports, KBNT_TRANSITION_REQUEST_SETTLED,
                                                KBNT_SERVICE_PRODUCER, request);

    kbnt_value_set_string(transition, KBNT_FIELD_OUTCOME_LABEL, outcome_label(status));
    ports->world.observe(ports->world.data, transition);
}

/* The request's place in the queue, and how long its kind takes, as clients are told. */
static void
update_expectation(KbntArrival *arrival, KbntValue *result, KbntValue *request)
{
    const KbntProjection *projection = arrival->owner;
    KbntExpectation *expectation = projection->expectation;
    KbntPriority priority = kbnt_value_get_int(request, KBNT_FIELD_PRIORITY);
    KbntEventType type = kbnt_value_get_int(arrival->message, KBNT_FIELD_EVENT_TYPE);
    KbntRequestStatus before = kbnt_value_get_int(result, KBNT_FIELD_PREVIOUS_STATUS);
    KbntRequestStatus after = kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS);
    gboolean ended = kbnt_request_state_is_terminal(after) &&
                     !kbnt_request_state_is_terminal(before);

    if (type == KBNT_EVENT_TYPE_VIRTUALIZATION_STARTED ||
        (ended && kbnt_value_get_int(request, KBNT_FIELD_STARTED) == 0))
        kbnt_expectation_left(expectation, priority);
    if (!ended)
        return;
    tell_settled(arrival, request);
    if (after == KBNT_REQUEST_STATUS_COMPLETED)
        kbnt_expectation_sample(expectation,
                                kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE),
                                kbnt_value_get_int(request, KBNT_FIELD_UPDATED_AT) -
                                    kbnt_value_get_int(request, KBNT_FIELD_CREATED_AT));
}

/* The consumer alone decides where a request goes, but where no table leads is worth a word. */
static void
check_move(KbntArrival *arrival, KbntValue *result, KbntValue *request)
{
    const KbntWorldPort *world = &arrival->ports->world;
    KbntRequestStatus before = kbnt_value_get_int(result, KBNT_FIELD_PREVIOUS_STATUS);
    KbntRequestStatus after = kbnt_value_get_int(request, KBNT_FIELD_REQUEST_STATUS);
    g_autoptr(GError) error = NULL;

    if (before == 0 || before == after || kbnt_request_state_may(before, after))
        return;
    error = g_error_new(KBNT_ERROR, KBNT_ERROR_INTERNAL, "a request moved from '%s' to '%s'",
                        kbnt_enum_name(KBNT_TYPE_REQUEST_STATUS, before),
                        kbnt_enum_name(KBNT_TYPE_REQUEST_STATUS, after));
    world->report(world->data, error, arrival->message, "it stays where its last event put it");
}

static void
projected(KbntArrival *arrival, KbntValue *result)
{
    KbntProjection *projection = arrival->owner;
    KbntValue *request = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);
    KbntValue *host = kbnt_value_get_value(arrival->argument, KBNT_FIELD_HOST_REPORT);
    KbntValue *resource = kbnt_value_get_value(arrival->argument, KBNT_FIELD_RESOURCE);

    tell_projected(arrival, result);
    if (kbnt_value_get_int(result, KBNT_FIELD_DUPLICATE) != 0)
        return;
    kbnt_ledger_cache_moved(projection->ledger_cache);
    if (host != NULL)
        kbnt_roster_update(projection->roster, host);
    if (resource != NULL)
        kbnt_roster_claim(projection->roster, resource);
    if (request != NULL) {
        check_move(arrival, result, request);
        update_expectation(arrival, result, request);
    }
    if (projection->watch != NULL)
        projection->watch(kbnt_value_get_int(result, KBNT_FIELD_POSITION), arrival->message,
                          projection->watch_data);
}

static void
decoded(KbntArrival *arrival)
{
    kbnt_arrival_commit(arrival, KBNT_STORE_PROJECT, project_command(arrival));
}

KbntProjection *
kbnt_projection_new(const KbntPorts *ports, KbntExpectation *expectation, KbntRoster *roster,
                    KbntLedgerCache *ledger_cache, const char *topic, const char *group,
                    guint window)
{
    KbntProjection *projection = g_new0(KbntProjection, 1);
    const KbntArrivalSource source = { .topic = topic, .group = group, .window = window };
    KbntArrivalHooks hooks = {
        .owner = projection,
        .decode = ports->codec.decode_event,
        .decoded = decoded,
        .committed = projected,
    };

    projection->expectation = expectation;
    projection->roster = roster;
    projection->ledger_cache = ledger_cache;
    projection->arrivals = kbnt_arrivals_new(ports, &source, &hooks);
    return projection;
}

void
kbnt_projection_free(KbntProjection *projection)
{
    if (projection == NULL)
        return;
    kbnt_arrivals_free(projection->arrivals);
    g_free(projection);
}

void
kbnt_projection_watch(KbntProjection *projection, KbntProjectionWatch watch, gpointer data)
{
    projection->watch = watch;
    projection->watch_data = data;
}

void
kbnt_projection_start(KbntProjection *projection, KbntDone done, gpointer data)
{
    kbnt_arrivals_start(projection->arrivals, done, data);
}

void
kbnt_projection_stop(KbntProjection *projection, KbntDone done, gpointer data)
{
    kbnt_arrivals_stop(projection->arrivals, done, data);
}

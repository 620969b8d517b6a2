/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * intake.c: owns the way of a record from the transport into the consumer's inbox, or among the
 * dead letters.
 */
#include "intake.h"

#include "arrival.h"
#include "serials.h"
#include "transition.h"

struct KbntIntake {
    const KbntIntakeConfig *config;
    KbntRelay *relay;
    KbntSaga *saga;
    KbntSerials *serials;
    KbntArrivals *arrivals;
};

static char *
number_text(const KbntValue *value, KbntField field)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, kbnt_value_get_int(value, field));
}

/* The copy of a dead letter for its topic: raw, with why and whence in the headers. */
static KbntValue *
dead_copy(const KbntIntake *intake, const KbntArrival *arrival, const GError *error)
{
    KbntValue *copy = kbnt_value_copy(arrival->record);
    g_autofree char *partition = number_text(arrival->record, KBNT_FIELD_PARTITION);
    g_autofree char *offset = number_text(arrival->record, KBNT_FIELD_OFFSET);
    const char *headers[][2] = {
        { "reason", kbnt_error_code_name(error->code) },
        { "step", "consume" },
        { "attempts", "1" },
        { "original-topic", intake->config->source.topic },
        { "original-partition", partition },
        { "original-offset", offset },
    };

    for (guint i = 0; i < G_N_ELEMENTS(headers); i++) {
        KbntValue *header = kbnt_value_new();
        g_autoptr(GBytes) text = g_bytes_new(headers[i][1], strlen(headers[i][1]));

        kbnt_value_set_string(header, KBNT_FIELD_NAME, headers[i][0]);
        kbnt_value_set_bytes(header, KBNT_FIELD_HEADER_VALUE, text);
        kbnt_value_take_item(copy, KBNT_FIELD_HEADERS, header);
    }
    kbnt_value_set_string(copy, KBNT_FIELD_TOPIC, intake->config->dead_topic);
    return copy;
}

static void
describe_dead(KbntArrival *arrival, const GError *error, KbntValue *argument)
{
    const KbntIntake *intake = arrival->owner;

    if (arrival->message != NULL)
        kbnt_value_copy_field(argument, arrival->message, KBNT_FIELD_MESSAGE_ID);
    if (intake->config->dead_topic != NULL)
        kbnt_value_take_item(argument, KBNT_FIELD_RECORDS, dead_copy(intake, arrival, error));
}

static const char *
dead_reason(const char *code)
{
    switch (kbnt_error_code_from_name(code)) {
    case KBNT_ERROR_CHECKSUM_MISMATCH:
        return "checksum-mismatch";
    case KBNT_ERROR_UNSIGNED:
        return "unsigned";
    case KBNT_ERROR_SIGNATURE_INVALID:
        return "signature-invalid";
    case KBNT_ERROR_ID_CONFLICT:
        return "id-conflict";
    default:
        return "decode-failed";
    }
}

static void
tell_dead(KbntArrival *arrival)
{
    const KbntPorts *ports = arrival->ports;
    const char *code = kbnt_value_get_string(arrival->argument, KBNT_FIELD_REASON);
    KbntValue *transition = kbnt_transition_new(ports, KBNT_TRANSITION_MESSAGE_DEAD,
                                                KBNT_SERVICE_CONSUMER, arrival->message);

    kbnt_value_set_string(transition, KBNT_FIELD_REASON, dead_reason(code));
    kbnt_value_set_string(transition, KBNT_FIELD_CODE, code);
    kbnt_value_copy_field(transition, arrival->argument, KBNT_FIELD_DETAIL);
    ports->world.observe(ports->world.data, transition);
}

static void
tell_received(KbntArrival *arrival, gboolean duplicate)
{
    const KbntPorts *ports = arrival->ports;
    gint64 sent_ms = kbnt_value_get_int(arrival->record, KBNT_FIELD_TIMESTAMP);
    gint64 age_ms = ports->world.wall_ms(ports->world.data) - sent_ms;
    KbntTransition kind = duplicate ? KBNT_TRANSITION_MESSAGE_REDELIVERED
                                    : KBNT_TRANSITION_MESSAGE_RECEIVED;
    KbntValue *transition = kbnt_transition_new(ports, kind, KBNT_SERVICE_CONSUMER,
                                                arrival->message);

    kbnt_value_set_number(transition, KBNT_FIELD_SECONDS, (double)MAX(age_ms, 0) / 1000);
    ports->world.observe(ports->world.data, transition);
}

static void
push_records(const KbntIntake *intake, KbntValue *result)
{
    guint n_records = kbnt_value_length(result, KBNT_FIELD_RECORDS);

    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(intake->relay, kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
}

static void
committed(KbntArrival *arrival, KbntValue *result)
{
    const KbntIntake *intake = arrival->owner;
    KbntSaga *saga = intake->saga;
    gboolean duplicate = kbnt_value_get_int(result, KBNT_FIELD_DUPLICATE) != 0;

    push_records(intake, result);
    tell_received(arrival, duplicate);
    if (duplicate)
        return;
    if (arrival->verb == KBNT_STORE_TAKE_CANCEL)
        kbnt_saga_cancel(saga,
                         kbnt_value_get_string(arrival->argument, KBNT_FIELD_TARGET_MESSAGE_ID),
                         kbnt_value_get_int(arrival->argument, KBNT_FIELD_CANCEL_REASON));
    else if (kbnt_value_get_int(arrival->argument, KBNT_FIELD_INBOX_STATE) ==
             KBNT_INBOX_STATE_ENDED)
        kbnt_saga_refused(saga, arrival->argument);
    else
        kbnt_saga_offer(saga, arrival->argument);
}

static void
buried(KbntArrival *arrival, KbntValue *result)
{
    push_records(arrival->owner, result);
    tell_dead(arrival);
}

/* What is left of the message's time: its time-out less its age by the broker's clock. */
static gint64
remaining_ms(KbntArrival *arrival)
{
    const KbntWorldPort *world = &arrival->ports->world;
    gint64 sent_ms = kbnt_value_get_int(arrival->record, KBNT_FIELD_TIMESTAMP);
    gint64 age_ms = MAX(world->wall_ms(world->data) - sent_ms, 0);

    return kbnt_value_get_int(arrival->message, KBNT_FIELD_TIMEOUT_MS) - age_ms;
}

static void
set_body_hash(KbntValue *row, const KbntArrival *arrival)
{
    const KbntCodecPort *codec = &arrival->ports->codec;
    char hash[65];

    codec->digest(codec->data, kbnt_value_get_bytes(arrival->record, KBNT_FIELD_BODY), hash);
    kbnt_value_set_string(row, KBNT_FIELD_BODY_HASH, hash);
}

static KbntValue *
inbox_row(KbntArrival *arrival, const char *vm_id, gint64 left_ms)
{
    static const KbntField fields[] = { KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_PRIORITY,
                                        KBNT_FIELD_USER_ID, KBNT_FIELD_DEPENDS_ON };
    const KbntPorts *ports = arrival->ports;
    KbntInboxState state = left_ms > 0 ? KBNT_INBOX_STATE_WAITING : KBNT_INBOX_STATE_ENDED;
    KbntValue *row = kbnt_value_new();

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(row, arrival->message, fields[i]);
    set_body_hash(row, arrival);
    kbnt_value_set_int(row, KBNT_FIELD_INBOX_STATE, state);
    kbnt_value_set_int(row, KBNT_FIELD_REMAINING_MS, MAX(left_ms, 0));
    kbnt_value_set_int(row, KBNT_FIELD_RECEIVED_AT, ports->world.wall_ms(ports->world.data));
    kbnt_value_set_string(row, KBNT_FIELD_VM_ID, vm_id);

    KbntValue *request = kbnt_value_copy(arrival->message);
    kbnt_value_take_item(request, KBNT_FIELD_HISTORY,
                         kbnt_history_entry(ports, KBNT_SERVICE_CONSUMER,
                                            KBNT_LAYER_INFRASTRUCTURE, "consume",
                                            KBNT_HISTORY_STATUS_SUCCESS, NULL));
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    return row;
}

/* The state that the first event of a message's stream tells. */
static KbntValue *
first_state(KbntArrival *arrival, const KbntValue *row, const GError *refusal)
{
    KbntValue *state = kbnt_value_copy(kbnt_value_get_value(row, KBNT_FIELD_REQUEST));

    kbnt_value_copy_field(state, row, KBNT_FIELD_VM_ID);
    kbnt_value_set_int(state, KBNT_FIELD_CREATED_AT,
                       kbnt_value_get_int(arrival->message, KBNT_FIELD_TIMESTAMP));
    kbnt_value_set_int(state, KBNT_FIELD_PERCENT, refusal != NULL ? 100 : 0);
    kbnt_value_set_int(state, KBNT_FIELD_OUTCOME,
                       refusal != NULL ? KBNT_OUTCOME_FAILED : KBNT_OUTCOME_IN_PROGRESS);
    if (refusal != NULL)
        kbnt_value_take_value(state, KBNT_FIELD_ERROR, kbnt_error_value(refusal, 0));
    return state;
}

static gboolean
add_first_event(KbntArrival *arrival, KbntValue *row, const GError *refusal, GError **error)
{
    g_autoptr(KbntValue) state = first_state(arrival, row, refusal);
    KbntEventType type = refusal != NULL ? KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED
                                         : KBNT_EVENT_TYPE_VIRTUALIZATION_ACCEPTED;
    KbntStream stream;

    kbnt_stream_init(&stream, kbnt_value_get_string(row, KBNT_FIELD_MESSAGE_ID));
    if (!kbnt_transition_emit(arrival->ports, &stream, type, state, row, error))
        return FALSE;
    kbnt_stream_save(&stream, row);
    return TRUE;
}

static void
take_in(KbntArrival *arrival, const char *vm_id)
{
    gint64 left_ms = remaining_ms(arrival);
    g_autoptr(KbntValue) row = inbox_row(arrival, vm_id, left_ms);
    g_autoptr(GError) refusal = NULL;
    g_autoptr(GError) error = NULL;

    if (left_ms <= 0)
        refusal = g_error_new(KBNT_ERROR, KBNT_ERROR_DEADLINE_EXCEEDED,
                              "the message arrived %" G_GINT64_FORMAT " ms after its deadline",
                              -left_ms);
    if (!add_first_event(arrival, row, refusal, &error)) {
        kbnt_arrival_bury(arrival, error);
        return;
    }
    kbnt_arrival_commit(arrival, KBNT_STORE_TAKE_IN, g_steal_pointer(&row));
}

static void
serial_taken(const char *vm_id, const GError *error, gpointer data)
{
    if (error != NULL)
        kbnt_arrival_postpone(data, error);
    else
        take_in(data, vm_id);
}

/* A cancel message that overtakes its target ends it: this is the event that says so. */
static gboolean
add_tombstone(KbntArrival *arrival, KbntValue *row, GError **error)
{
    g_autoptr(KbntValue) state = kbnt_value_copy(arrival->message);
    const char *target = kbnt_value_get_string(arrival->message, KBNT_FIELD_TARGET_MESSAGE_ID);
    KbntStream stream;

    kbnt_value_set_string(state, KBNT_FIELD_MESSAGE_ID, target);
    kbnt_value_clear(state, KBNT_FIELD_REQUEST_TYPE);
    KbntEventType type = kbnt_transition_cancel(
        state, kbnt_value_get_int(arrival->message, KBNT_FIELD_CANCEL_REASON), 0);
    kbnt_stream_init(&stream, target);
    if (!kbnt_transition_emit(arrival->ports, &stream, type, state, row, error))
        return FALSE;
    kbnt_stream_save(&stream, row);
    return TRUE;
}

static void
take_cancel(KbntArrival *arrival)
{
    static const KbntField fields[] = { KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_TARGET_MESSAGE_ID,
                                        KBNT_FIELD_CANCEL_REASON };
    g_autoptr(KbntValue) row = kbnt_value_new();
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(row, arrival->message, fields[i]);
    set_body_hash(row, arrival);
    if (!add_tombstone(arrival, row, &error)) {
        kbnt_arrival_bury(arrival, error);
        return;
    }
    kbnt_arrival_commit(arrival, KBNT_STORE_TAKE_CANCEL, g_steal_pointer(&row));
}

static void
decoded(KbntArrival *arrival)
{
    const KbntIntake *intake = arrival->owner;

    switch (kbnt_value_get_int(arrival->message, KBNT_FIELD_REQUEST_TYPE)) {
    case KBNT_REQUEST_TYPE_CANCEL_REQUEST:
        take_cancel(arrival);
        break;
    case KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE:
        kbnt_serials_take(intake->serials,
                          kbnt_value_get_int(arrival->message, KBNT_FIELD_TIMESTAMP),
                          serial_taken, arrival);
        break;
    default:
        take_in(arrival, NULL);
    }
}

KbntIntake *
kbnt_intake_new(const KbntPorts *ports, KbntRelay *relay, KbntSaga *saga,
                const KbntIntakeConfig *config)
{
    KbntIntake *intake = g_new0(KbntIntake, 1);
    KbntArrivalHooks hooks = {
        .owner = intake,
        .decode = ports->codec.decode_request,
        .decoded = decoded,
        .committed = committed,
        .describe_dead = describe_dead,
        .buried = buried,
    };

    intake->config = config;
    intake->relay = relay;
    intake->saga = saga;
    intake->serials = kbnt_serials_new(ports);
    intake->arrivals = kbnt_arrivals_new(ports, &config->source, &hooks);
    return intake;
}

void
kbnt_intake_free(KbntIntake *intake)
{
    if (intake == NULL)
        return;
    kbnt_arrivals_free(intake->arrivals);
    kbnt_serials_free(intake->serials);
    g_free(intake);
}

void
kbnt_intake_start(KbntIntake *intake, KbntDone done, gpointer data)
{
    kbnt_arrivals_start(intake->arrivals, done, data);
}

void
kbnt_intake_stop(KbntIntake *intake, KbntDone done, gpointer data)
{
    kbnt_arrivals_stop(intake->arrivals, done, data);
}

const KbntReceipts *
kbnt_intake_receipts(const KbntIntake *intake)
{
    return kbnt_arrivals_receipts(intake->arrivals);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transition.c: owns what every move of a state leaves behind: an event of its stream, an entry
 * of its history, and a word to whoever watches.
 */
#include "transition.h"

/* What an event takes over from the state as it stands. */
static const KbntField event_fields[] = {
    KBNT_FIELD_REQUEST_ID, KBNT_FIELD_CORRELATION_ID, KBNT_FIELD_USER_ID,
    KBNT_FIELD_STEP,       KBNT_FIELD_PERCENT,        KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_VM_ID,      KBNT_FIELD_RESOURCE_TYPE,  KBNT_FIELD_RESOURCE_STATUS,
    KBNT_FIELD_ENDPOINTS,  KBNT_FIELD_RESOURCE_SPECS, KBNT_FIELD_HEALTH,
    KBNT_FIELD_METRICS,    KBNT_FIELD_HOST,           KBNT_FIELD_REGION,
    KBNT_FIELD_ERROR,      KBNT_FIELD_HISTORY,        KBNT_FIELD_HOST_REPORT,
    KBNT_FIELD_OUTCOME,    KBNT_FIELD_HYPERVISOR,
};

/* By what a line of the log or a label finds the request or resource that it is about. */
static const KbntField identity_fields[] = {
    KBNT_FIELD_MESSAGE_ID,    KBNT_FIELD_REQUEST_ID, KBNT_FIELD_CORRELATION_ID,
    KBNT_FIELD_USER_ID,       KBNT_FIELD_PRIORITY,   KBNT_FIELD_REQUEST_TYPE,
    KBNT_FIELD_RESOURCE_TYPE, KBNT_FIELD_HOST,       KBNT_FIELD_VIRTUAL_RESOURCE_ID,
    KBNT_FIELD_REGION,
};

/* What the outbox row says of the event, so that its acknowledgement can be measured and
 * logged. */
static const KbntField record_fields[] = {
    KBNT_FIELD_MESSAGE_ID,   KBNT_FIELD_REQUEST_ID, KBNT_FIELD_CORRELATION_ID,
    KBNT_FIELD_REQUEST_TYPE, KBNT_FIELD_PRIORITY,   KBNT_FIELD_CREATED_AT,
};

static void
copy_fields(KbntValue *to, const KbntValue *from, const KbntField *fields, guint n_fields)
{
    for (guint i = 0; i < n_fields; i++)
        if (kbnt_value_has(from, fields[i]))
            kbnt_value_copy_field(to, from, fields[i]);
}

void
kbnt_stream_init(KbntStream *stream, const char *stream_id)
{
    g_strlcpy(stream->id, stream_id, sizeof stream->id);
    stream->checksum[0] = '\0';
    stream->sequence = 0;
}

void
kbnt_stream_load(KbntStream *stream, const KbntValue *row)
{
    const char *checksum = kbnt_value_get_string(row, KBNT_FIELD_PREVIOUS_CHECKSUM);

    kbnt_stream_init(stream, kbnt_value_get_string(row, KBNT_FIELD_STREAM_ID));
    g_strlcpy(stream->checksum, checksum != NULL ? checksum : "", sizeof stream->checksum);
    stream->sequence = kbnt_value_get_int(row, KBNT_FIELD_SEQUENCE);
}

void
kbnt_stream_save(const KbntStream *stream, KbntValue *command)
{
    kbnt_value_set_string(command, KBNT_FIELD_STREAM_ID, stream->id);
    kbnt_value_set_int(command, KBNT_FIELD_SEQUENCE, stream->sequence);
    kbnt_value_set_string(command, KBNT_FIELD_PREVIOUS_CHECKSUM, stream->checksum);
}

static void
name_event(KbntValue *event, const KbntStream *stream)
{
    g_autofree char *name = g_strdup_printf("%s:%" G_GINT64_FORMAT, stream->id,
                                            stream->sequence);
    char event_id[37];

    kbnt_uuid_name("event", name, event_id);
    kbnt_value_set_string(event, KBNT_FIELD_EVENT_ID, event_id);
    kbnt_value_set_string(event, KBNT_FIELD_STREAM_ID, stream->id);
    kbnt_value_set_int(event, KBNT_FIELD_SEQUENCE, stream->sequence);
    if (stream->checksum[0] != '\0')
        kbnt_value_set_string(event, KBNT_FIELD_PREVIOUS_CHECKSUM, stream->checksum);
}

/* It goes with the status: without one, an attachment is under way and may come to nothing. */
static void
set_attachment(KbntValue *event, const KbntValue *state)
{
    const char *machine = kbnt_value_get_string(state, KBNT_FIELD_ATTACHED_TO);

    if (machine != NULL && *machine != '\0' &&
        kbnt_value_has(state, KBNT_FIELD_RESOURCE_STATUS))
        kbnt_value_set_string(event, KBNT_FIELD_ATTACHED_TO, machine);
}

static KbntValue *
make_event(const KbntPorts *ports, const KbntStream *stream, KbntEventType type,
           const KbntValue *state)
{
    KbntValue *event = kbnt_value_new();

    copy_fields(event, state, event_fields, G_N_ELEMENTS(event_fields));
    set_attachment(event, state);
    name_event(event, stream);
    kbnt_value_set_string(event, KBNT_FIELD_ORIGINAL_MESSAGE_ID,
                          kbnt_value_get_string(state, KBNT_FIELD_MESSAGE_ID));
    kbnt_value_set_int(event, KBNT_FIELD_EVENT_TYPE, type);
    kbnt_value_set_int(event, KBNT_FIELD_SERVICE, KBNT_SERVICE_CONSUMER);
    kbnt_value_set_int(event, KBNT_FIELD_TIMESTAMP, ports->world.wall_ms(ports->world.data));
    kbnt_value_set_string(event, KBNT_FIELD_VERSION, ports->version);
    return event;
}

gboolean
kbnt_transition_emit(const KbntPorts *ports, KbntStream *stream, KbntEventType type,
                     const KbntValue *state, KbntValue *command, GError **error)
{
    KbntStream next = *stream;

    next.sequence++;
    g_autoptr(KbntValue) event = make_event(ports, &next, type, state);
    KbntValue *record = ports->codec.encode_event(ports->codec.data, event, next.checksum,
                                                  error);
    if (record == NULL)
        return FALSE;

    copy_fields(record, state, record_fields, G_N_ELEMENTS(record_fields));
    kbnt_value_set_int(record, KBNT_FIELD_EVENT_TYPE, type);
    kbnt_value_set_int(record, KBNT_FIELD_SERVICE, KBNT_SERVICE_CONSUMER);
    kbnt_value_take_item(command, KBNT_FIELD_RECORDS, record);
    *stream = next;
    return TRUE;
}

KbntValue *
kbnt_transition_new(const KbntPorts *ports, KbntTransition transition, KbntService service,
                    const KbntValue *about)
{
    KbntValue *value = kbnt_value_new();

    if (about != NULL)
        copy_fields(value, about, identity_fields, G_N_ELEMENTS(identity_fields));
    kbnt_value_set_int(value, KBNT_FIELD_TRANSITION, transition);
    kbnt_value_set_int(value, KBNT_FIELD_SERVICE, service);
    kbnt_value_set_int(value, KBNT_FIELD_LAYER, KBNT_LAYER_APPLICATION);
    kbnt_value_set_int(value, KBNT_FIELD_TIMESTAMP, ports->world.wall_ms(ports->world.data));
    return value;
}

void
kbnt_transition_tell(const KbntPorts *ports, KbntTransition transition, KbntService service,
                     const KbntValue *about)
{
    ports->world.observe(ports->world.data,
                         kbnt_transition_new(ports, transition, service, about));
}

KbntValue *
kbnt_history_entry(const KbntPorts *ports, KbntService service, KbntLayer layer,
                   const char *operation, KbntHistoryStatus status, const char *detail)
{
    KbntValue *entry = kbnt_value_new();

    kbnt_value_set_int(entry, KBNT_FIELD_SERVICE, service);
    kbnt_value_set_string(entry, KBNT_FIELD_OPERATION, operation);
    kbnt_value_set_int(entry, KBNT_FIELD_LAYER, layer);
    kbnt_value_set_int(entry, KBNT_FIELD_HISTORY_STATUS, status);
    kbnt_value_set_int(entry, KBNT_FIELD_TIMESTAMP, ports->world.wall_ms(ports->world.data));
    kbnt_value_set_string(entry, KBNT_FIELD_DETAIL, detail);
    return entry;
}

KbntValue *
kbnt_journal_line(const KbntPorts *ports, KbntStep step, KbntPhase phase, guint attempts)
{
    KbntValue *line = kbnt_value_new();

    kbnt_value_set_int(line, KBNT_FIELD_STEP, step);
    kbnt_value_set_int(line, KBNT_FIELD_PHASE, phase);
    kbnt_value_set_int(line, KBNT_FIELD_ATTEMPTS, attempts);
    kbnt_value_set_int(line, KBNT_FIELD_TIMESTAMP, ports->world.wall_ms(ports->world.data));
    return line;
}

KbntValue *
kbnt_error_value(const GError *error, KbntStep step)
{
    KbntValue *value = kbnt_value_new();
    gboolean retryable = kbnt_error_class(error) == KBNT_CLASS_RETRY;

    kbnt_value_set_string(value, KBNT_FIELD_CODE, kbnt_error_code_name(error->code));
    if (step != 0)
        kbnt_value_set_int(value, KBNT_FIELD_STEP, step);
    kbnt_value_set_string(value, KBNT_FIELD_CAUSE, error->message);
    kbnt_value_set_string(value, KBNT_FIELD_MESSAGE, kbnt_error_code_text(error->code));
    kbnt_value_set_int(value, KBNT_FIELD_RETRYABLE, retryable);
    return value;
}

KbntEventType
kbnt_transition_cancel(KbntValue *state, KbntCancelReason reason, KbntStep step)
{
    gboolean late = reason == KBNT_CANCEL_REASON_DEADLINE;
    g_autoptr(GError) error =
        late ? g_error_new_literal(KBNT_ERROR, KBNT_ERROR_DEADLINE_EXCEEDED,
                                   "the request was not done by its deadline")
             : g_error_new_literal(KBNT_ERROR, KBNT_ERROR_CANCELLED, "the user cancelled");

    return kbnt_transition_fail(state, error, step);
}

KbntEventType
kbnt_transition_fail(KbntValue *state, const GError *error, KbntStep step)
{
    gboolean cancelled = g_error_matches(error, KBNT_ERROR, KBNT_ERROR_CANCELLED);

    kbnt_value_take_value(state, KBNT_FIELD_ERROR, kbnt_error_value(error, step));
    kbnt_value_set_int(state, KBNT_FIELD_OUTCOME,
                       cancelled ? KBNT_OUTCOME_CANCELLED : KBNT_OUTCOME_FAILED);
    return cancelled ? KBNT_EVENT_TYPE_VIRTUALIZATION_CANCELLED
                     : KBNT_EVENT_TYPE_VIRTUALIZATION_FAILED;
}

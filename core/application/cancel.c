/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cancel.c: owns the message that asks the consumer to end a request and undo what was done.
 *
 * Only the consumer ends a published request: a cancel is a record with the target's messageId
 * as its key, behind the target in its partition.
 */
#include "cancel.h"

#include "asker.h"
#include "request-state.h"
#include "transition.h"

#include <string.h>

struct KbntCancel {
    const KbntPorts *ports;
    KbntQuery *query;
    KbntRelay *relay;
};

typedef struct {
    KbntCancel *cancel;
    KbntCaller *caller; /* NULL where the daemon itself asks */
    char *correlation_id;
    KbntCancelReason reason;
    KbntDone done;
    gpointer data;
} Wish;

KbntCancel *
kbnt_cancel_new(const KbntPorts *ports, KbntQuery *query, KbntRelay *relay)
{
    KbntCancel *cancel = g_new0(KbntCancel, 1);

    cancel->ports = ports;
    cancel->query = query;
    cancel->relay = relay;
    return cancel;
}

void
kbnt_cancel_free(KbntCancel *cancel)
{
    g_free(cancel);
}

static void
end(Wish *wish, KbntValue *result, const GError *error)
{
    wish->done(result, error, wish->data);
    kbnt_asker_free(wish->caller);
    g_free(wish->correlation_id);
    g_free(wish);
}

static void
stored(KbntValue *result, const GError *error, gpointer data)
{
    Wish *wish = data;
    guint n_records = error == NULL ? kbnt_value_length(result, KBNT_FIELD_RECORDS) : 0;

    for (guint i = 0; i < n_records; i++)
        kbnt_relay_push(wish->cancel->relay,
                        kbnt_value_nth_value(result, KBNT_FIELD_RECORDS, i));
    end(wish, result, error);
}

/* The message: it has an identity of its own and speaks for its target. */
static KbntValue *
make_message(Wish *wish, const KbntValue *target)
{
    static const KbntField fields[] = {
        KBNT_FIELD_REQUEST_ID,    KBNT_FIELD_USER_ID,  KBNT_FIELD_VIRTUAL_RESOURCE_ID,
        KBNT_FIELD_RESOURCE_TYPE, KBNT_FIELD_PRIORITY,
    };
    const KbntWorldPort *world = &wish->cancel->ports->world;
    KbntValue *message = kbnt_value_new();
    char message_id[37];

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(message, target, fields[i]);
    world->uuid(world->data, message_id);
    kbnt_value_set_string(message, KBNT_FIELD_MESSAGE_ID, message_id);
    kbnt_value_set_string(message, KBNT_FIELD_CORRELATION_ID,
                          wish->correlation_id != NULL
                              ? wish->correlation_id
                              : kbnt_value_get_string(target, KBNT_FIELD_CORRELATION_ID));
    kbnt_value_set_int(message, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_CANCEL_REQUEST);
    kbnt_value_set_string(message, KBNT_FIELD_TARGET_MESSAGE_ID,
                          kbnt_value_get_string(target, KBNT_FIELD_MESSAGE_ID));
    kbnt_value_set_int(message, KBNT_FIELD_CANCEL_REASON, wish->reason);
    kbnt_value_set_int(message, KBNT_FIELD_TIMESTAMP, world->wall_ms(world->data));
    kbnt_value_copy_field(message, target, KBNT_FIELD_TIMEOUT_MS);
    return message;
}

static KbntValue *
make_command(Wish *wish, const KbntValue *target, GError **error)
{
    static const KbntField fields[] = { KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_REQUEST_ID,
                                        KBNT_FIELD_CORRELATION_ID, KBNT_FIELD_REQUEST_TYPE };
    const KbntCodecPort *codec = &wish->cancel->ports->codec;
    const char *target_id = kbnt_value_get_string(target, KBNT_FIELD_MESSAGE_ID);
    g_autoptr(KbntValue) message = make_message(wish, target);
    g_autoptr(KbntValue) encoded = codec->encode_request(codec->data, message, error);

    if (encoded == NULL)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(encoded, message, fields[i]);
    kbnt_value_set_int(encoded, KBNT_FIELD_SERVICE, KBNT_SERVICE_PRODUCER);
    KbntValue *command = kbnt_value_new();
    kbnt_value_set_string(command, KBNT_FIELD_TARGET_MESSAGE_ID, target_id);
    kbnt_value_set_int(command, KBNT_FIELD_CANCEL_REASON, wish->reason);
    kbnt_value_take_value(command, KBNT_FIELD_RECORD, g_steal_pointer(&encoded));
    return command;
}

static void
cancel_target(Wish *wish, const KbntValue *target)
{
    const KbntStorePort *store = &wish->cancel->ports->store;
    g_autoptr(GError) error = NULL;
    g_autoptr(KbntValue) command = make_command(wish, target, &error);

    if (command == NULL) {
        end(wish, NULL, error);
        return;
    }
    store->submit(store->data, KBNT_STORE_CANCEL, command, stored, wish);
}

static void
target_found(KbntValue *result, const GError *error, gpointer data)
{
    Wish *wish = data;
    g_autoptr(GError) refusal = NULL;

    if (error != NULL) {
        end(wish, NULL, error);
        return;
    }
    KbntValue *target = kbnt_value_get_value(result, KBNT_FIELD_REQUEST);
    KbntRequestStatus status = kbnt_value_get_int(target, KBNT_FIELD_REQUEST_STATUS);
    if (!kbnt_permission_allows(wish->caller, KBNT_DEED_OPERATE,
                                kbnt_value_get_string(target, KBNT_FIELD_USER_ID)))
        refusal = g_error_new_literal(KBNT_ERROR, KBNT_ERROR_PERMISSION_DENIED,
                                      "the caller may not cancel this request");
    else if (kbnt_request_state_is_terminal(status))
        refusal = g_error_new(KBNT_ERROR, KBNT_ERROR_STATE_CONFLICT,
                              "the request is already %s",
                              kbnt_enum_name(KBNT_TYPE_REQUEST_STATUS, status));
    if (refusal != NULL)
        end(wish, NULL, refusal);
    else
        cancel_target(wish, target);
}

void
kbnt_cancel_request(KbntCancel *cancel, const KbntCaller *caller, const char *id,
                    const char *user_id, const char *correlation_id, KbntDone done,
                    gpointer data)
{
    Wish *wish = g_new0(Wish, 1);

    wish->cancel = cancel;
    wish->caller = kbnt_asker_new(caller);
    wish->correlation_id = g_strdup(correlation_id);
    wish->reason = KBNT_CANCEL_REASON_USER;
    wish->done = done;
    wish->data = data;
    kbnt_query_request(cancel->query, caller, id, user_id, target_found, wish);
}

void
kbnt_cancel_overdue(KbntCancel *cancel, const KbntValue *target, KbntDone done, gpointer data)
{
    Wish *wish = g_new0(Wish, 1);

    wish->cancel = cancel;
    wish->reason = KBNT_CANCEL_REASON_DEADLINE;
    wish->done = done;
    wish->data = data;
    cancel_target(wish, target);
}

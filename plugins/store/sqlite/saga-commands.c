/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* saga-commands.c: owns the commands by which a worker takes a message and moves it on. */
#include "saga-commands.h"

#include "claims.h"
#include "dead-letters.h"
#include "inbox.h"
#include "outbox.h"
#include "resources.h"
#include "streams.h"

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

static gboolean
check_capacity(Store *store, const KbntValue *argument, GError **error)
{
    const KbntValue *claim = kbnt_value_get_value(argument, KBNT_FIELD_CLAIM);

    return !claim || claims_check(store, claim, error);
}

/* Returns: (transfer full): what of the argument is kept as a part of the row. */
static KbntValue *
part_of(const KbntValue *argument)
{
    static const KbntField fields[] = {
        KBNT_FIELD_STEP,    KBNT_FIELD_REMAINING_MS, KBNT_FIELD_DATA,
        KBNT_FIELD_JOURNAL, KBNT_FIELD_SEQUENCE,     KBNT_FIELD_PREVIOUS_CHECKSUM,
    };
    KbntValue *part = kbnt_value_new();

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(part, argument, fields[i]);
    if (!streams_is_foreign(argument, text(argument, KBNT_FIELD_MESSAGE_ID)))
        return part;
    kbnt_value_clear(part, KBNT_FIELD_SEQUENCE);
    kbnt_value_clear(part, KBNT_FIELD_PREVIOUS_CHECKSUM);
    return part;
}

static void
move_resources(Store *store, const KbntValue *argument)
{
    const KbntValue *claim = kbnt_value_get_value(argument, KBNT_FIELD_CLAIM);
    const KbntValue *resource = kbnt_value_get_value(argument, KBNT_FIELD_RESOURCE);

    if (claim)
        claims_take(store, claim);
    if (kbnt_value_get_int(argument, KBNT_FIELD_UNCLAIM))
        claims_drop(store, text(argument, KBNT_FIELD_VIRTUAL_RESOURCE_ID));
    if (resource)
        g_free(resources_patch(store, resource));
}

/* Writes what CLAIM and ADVANCE have in common. Returns: (transfer full): the result. */
static KbntValue *
move_on(Store *store, const KbntValue *argument, Message *message, KbntValue *part,
        gboolean row_moves)
{
    const KbntValue *letter = kbnt_value_get_value(argument, KBNT_FIELD_DEAD_LETTER);
    KbntValue *result = kbnt_value_new();
    gint64 state = kbnt_value_has(argument, KBNT_FIELD_INBOX_STATE)
                       ? kbnt_value_get_int(argument, KBNT_FIELD_INBOX_STATE)
                       : message->state;

    if (kbnt_value_n_fields(part))
        inbox_append(store, message, part);
    streams_follow(store, argument, message->message_id);
    move_resources(store, argument);
    outbox_put_all(store, argument, message->message_id, result);
    if (letter)
        dead_letters_keep(store, letter, message->message_id);
    if (message->cancel_reason) {
        kbnt_value_set_int(result, KBNT_FIELD_CANCEL_REQUESTED, TRUE);
        kbnt_value_set_int(result, KBNT_FIELD_CANCEL_REASON, message->cancel_reason);
    }
    if (row_moves || state != message->state)
        inbox_update(store, message, state);
    return result;
}

static gboolean
check_claimable(Store *store, const Message *message, const KbntValue *argument, GError **error)
{
    const char *fault = NULL;

    if (inbox_has_ended(message->state))
        fault = "has ended";
    else if (message->state != KBNT_INBOX_STATE_WAITING &&
             leases_hold(store->leases, message->message_id))
        fault = "is held by another worker; wait for the end of its lease";
    else if (message->sequence != kbnt_value_get_int(argument, KBNT_FIELD_EXPECTED_SEQUENCE))
        fault = "has moved on; look again";
    if (!fault)
        return TRUE;
    store_refuse(error, KBNT_ERROR_STORE_CONFLICT, message->message_id, fault);
    return FALSE;
}

KbntValue *
saga_claim(Store *store, const KbntValue *argument, GError **error)
{
    const char *message_id = text(argument, KBNT_FIELD_MESSAGE_ID);
    Message *message = inbox_find(store, message_id);
    g_autoptr(KbntValue) part = NULL;
    KbntValue *result;

    if (!message)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, message_id, "is not in the inbox");
    if (!check_claimable(store, message, argument, error) ||
        !check_capacity(store, argument, error))
        return NULL;

    part = part_of(argument);
    kbnt_value_copy_field(part, argument, KBNT_FIELD_OWNER);
    message->epoch = counters_take(&store->counters, COUNTER_EPOCHS);
    result = move_on(store, argument, message, part, TRUE);
    leases_take(store->leases, message_id, text(argument, KBNT_FIELD_OWNER),
                kbnt_value_get_int(argument, KBNT_FIELD_LEASE_MS));
    kbnt_value_set_int(result, KBNT_FIELD_EPOCH, message->epoch);
    return result;
}

KbntValue *
saga_advance(Store *store, const KbntValue *argument, GError **error)
{
    const char *message_id = text(argument, KBNT_FIELD_MESSAGE_ID);
    Message *message = inbox_find(store, message_id);
    g_autoptr(KbntValue) part = NULL;

    if (!message)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, message_id, "is not in the inbox");
    if (inbox_has_ended(message->state) ||
        message->epoch != kbnt_value_get_int(argument, KBNT_FIELD_EPOCH))
        return store_refuse(error, KBNT_ERROR_LEASE_LOST, message_id,
                            "belongs to another worker");
    if (!check_capacity(store, argument, error) ||
        (streams_is_foreign(argument, message_id) && !streams_check(store, argument, error)))
        return NULL;

    if (kbnt_value_get_int(argument, KBNT_FIELD_INBOX_STATE) == KBNT_INBOX_STATE_DEBT)
        leases_drop(store->leases, message_id);
    else if (kbnt_value_has(argument, KBNT_FIELD_LEASE_MS))
        leases_extend(store->leases, message_id,
                      kbnt_value_get_int(argument, KBNT_FIELD_LEASE_MS));
    part = part_of(argument);
    return move_on(store, argument, message, part, FALSE);
}

KbntValue *
saga_renew(Store *store, const KbntValue *argument, GError **error)
{
    KbntValue *result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_COUNT,
                       leases_renew(store->leases, text(argument, KBNT_FIELD_OWNER),
                                    kbnt_value_get_int(argument, KBNT_FIELD_LEASE_MS)));
    return result;
}

KbntValue *
saga_take_serials(Store *store, const KbntValue *argument, GError **error)
{
    const char *name = text(argument, KBNT_FIELD_NAME);
    KbntValue *result;

    if (!name)
        return store_refuse(error, KBNT_ERROR_INTERNAL, "take-serials", "has no NAME");
    result = kbnt_value_new();
    kbnt_value_set_int(
        result, KBNT_FIELD_POSITION,
        counters_take_serials(store->db, name,
                              MAX(kbnt_value_get_int(argument, KBNT_FIELD_COUNT), 1)));
    return result;
}

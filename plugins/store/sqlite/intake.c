/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intake.c: owns the commands by which a message comes into the inbox, once. */
#include "intake.h"

#include "dependencies.h"
#include "inbox.h"
#include "outbox.h"
#include "streams.h"

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

/* Returns: (transfer full): what of the argument is kept as the first part of the row. */
static KbntValue *
first_part_of(const KbntValue *argument)
{
    static const KbntField fields[] = {
        KBNT_FIELD_REQUEST,  KBNT_FIELD_REMAINING_MS,      KBNT_FIELD_RECEIVED_AT,
        KBNT_FIELD_VM_ID,    KBNT_FIELD_DEPENDS_ON,        KBNT_FIELD_STREAM_ID,
        KBNT_FIELD_SEQUENCE, KBNT_FIELD_PREVIOUS_CHECKSUM,
    };
    KbntValue *first = kbnt_value_new();

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(first, argument, fields[i]);
    return first;
}

/* Returns: (transfer full) (nullable): the answer to a message that is in the inbox. */
static KbntValue *
answer_known(Store *store, const KbntValue *argument, GError **error)
{
    const char *message_id = text(argument, KBNT_FIELD_MESSAGE_ID);
    DbRow *row = db_find(store->db, "SELECT state, body_hash FROM inbox WHERE message_id = ?",
                         "u", message_id);
    g_autoptr(KbntValue) result = kbnt_value_new();
    gint64 state;
    gboolean same;

    if (!row)
        return NULL;
    state = row_int(row, 0);
    same = state == KBNT_INBOX_STATE_TOMBSTONE ||
           !g_strcmp0(row_text(row, 1), text(argument, KBNT_FIELD_BODY_HASH));
    db_row_end(row);
    if (!same)
        return store_refuse(error, KBNT_ERROR_ID_CONFLICT, message_id,
                            "was used for another message");

    kbnt_value_set_int(result, KBNT_FIELD_DUPLICATE, TRUE);
    kbnt_value_set_int(result, KBNT_FIELD_INBOX_STATE, state);
    return g_steal_pointer(&result);
}

KbntValue *
intake_take_in(Store *store, const KbntValue *argument, GError **error)
{
    const char *message_id = text(argument, KBNT_FIELD_MESSAGE_ID);
    g_autoptr(KbntValue) first = first_part_of(argument);
    KbntValue *result;
    Message message = {
        .message_id = (char *)message_id,
        .priority = kbnt_value_get_int(argument, KBNT_FIELD_PRIORITY),
        .state = kbnt_value_get_int(argument, KBNT_FIELD_INBOX_STATE),
    };

    if (!message.state)
        message.state = KBNT_INBOX_STATE_WAITING;
    if (!inbox_insert(store, &message, text(argument, KBNT_FIELD_BODY_HASH),
                      text(argument, KBNT_FIELD_USER_ID), first))
        return answer_known(store, argument, error);
    if (!inbox_has_ended(message.state))
        dependencies_add(store, inbox_find(store, message_id), argument);
    streams_follow(store, argument, message_id);

    result = kbnt_value_new();
    kbnt_value_set_int(result, KBNT_FIELD_INBOX_STATE, message.state);
    outbox_put_all(store, argument, message_id, result);
    return result;
}

/* The target has not come yet: when it does, it finds that it is cancelled. */
static void
bury_target(Store *store, const KbntValue *argument, const char *target, KbntValue *result)
{
    g_autoptr(KbntValue) first = kbnt_value_new();
    Message tombstone = {
        .message_id = (char *)target,
        .state = KBNT_INBOX_STATE_TOMBSTONE,
        .cancel_reason = MAX(kbnt_value_get_int(argument, KBNT_FIELD_CANCEL_REASON), 1),
    };

    kbnt_value_copy_field(first, argument, KBNT_FIELD_STREAM_ID);
    kbnt_value_copy_field(first, argument, KBNT_FIELD_SEQUENCE);
    kbnt_value_copy_field(first, argument, KBNT_FIELD_PREVIOUS_CHECKSUM);
    inbox_insert(store, &tombstone, NULL, NULL, first);
    streams_follow(store, argument, target);
    outbox_put_all(store, argument, target, result);
    kbnt_value_set_int(result, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_TOMBSTONE);
}

static void
cancel_target(Store *store, const KbntValue *argument, Message *target, KbntValue *result)
{
    if (!inbox_has_ended(target->state) && !target->cancel_reason) {
        target->cancel_reason = MAX(kbnt_value_get_int(argument, KBNT_FIELD_CANCEL_REASON), 1);
        dependencies_drop(store, target);
        inbox_update(store, target, target->state);
    }
    kbnt_value_set_int(result, KBNT_FIELD_INBOX_STATE, target->state);
}

KbntValue *
intake_take_cancel(Store *store, const KbntValue *argument, GError **error)
{
    const char *target_id = text(argument, KBNT_FIELD_TARGET_MESSAGE_ID);
    g_autoptr(KbntValue) first = kbnt_value_new();
    Message message = {
        .message_id = (char *)text(argument, KBNT_FIELD_MESSAGE_ID),
        .state = KBNT_INBOX_STATE_ENDED,
    };
    KbntValue *result;
    Message *target;

    kbnt_value_copy_field(first, argument, KBNT_FIELD_TARGET_MESSAGE_ID);
    if (!inbox_insert(store, &message, text(argument, KBNT_FIELD_BODY_HASH), NULL, first))
        return answer_known(store, argument, error);

    result = kbnt_value_new();
    target = inbox_find(store, target_id);
    if (target)
        cancel_target(store, argument, target, result);
    else
        bury_target(store, argument, target_id, result);
    return result;
}

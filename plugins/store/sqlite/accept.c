/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accept.c: owns the commands by which a request comes in or is to be undone.
 *
 * The usual request is new and fits, so its row is written without looking first: the row's
 * unique names say whether it was known. Every refusal looks for a known request before it
 * speaks, because a replay is answered whatever the quota says today.
 */
#include "accept.h"

#include "ledger.h"
#include "outbox.h"
#include "requests.h"
#include "resources.h"

static const char *
text(const KbntValue *value, KbntField field)
{
    return kbnt_value_get_string(value, field);
}

/* Returns: (transfer full) (nullable): the message that has taken the name. */
static char *
message_in(DbRow *row)
{
    char *message_id;

    if (!row)
        return NULL;
    message_id = row_id(row, 0);
    db_row_end(row);
    return message_id;
}

static KbntValue *
replay(Store *store, const KbntValue *value, const char *message_id, KbntErrorCode reused,
       GError **error)
{
    const Request *known = requests_find(store, message_id);
    KbntValue *result;

    if (!known)
        return NULL;
    if (g_strcmp0(text(known->value, KBNT_FIELD_BODY_HASH), text(value, KBNT_FIELD_BODY_HASH)))
        return store_refuse(error, reused,
                            text(value, reused == KBNT_ERROR_REQUEST_ID_REUSED
                                            ? KBNT_FIELD_REQUEST_ID
                                            : KBNT_FIELD_IDEMPOTENCY_KEY),
                            "was used for another request; choose a new one");
    result = kbnt_value_new();
    kbnt_value_set_int(result, KBNT_FIELD_REPLAYED, TRUE);
    kbnt_value_set_value(result, KBNT_FIELD_REQUEST, known->value);
    return result;
}

/* Returns: TRUE where one of the names is known, with the answer in @ret_result or @error. */
static gboolean
answer_known(Store *store, const KbntValue *value, KbntValue **ret_result, GError **error)
{
    const char *scope = text(value, KBNT_FIELD_SCOPE);
    const char *key = text(value, KBNT_FIELD_IDEMPOTENCY_KEY);
    g_autofree char *by_id = NULL;
    g_autofree char *by_key = NULL;

    by_id = message_in(
        db_find(store->db, "SELECT message_id FROM requests WHERE scope = ? AND request_id = ?",
                "tt", scope, text(value, KBNT_FIELD_REQUEST_ID)));
    if (by_id) {
        *ret_result = replay(store, value, by_id, KBNT_ERROR_REQUEST_ID_REUSED, error);
        return TRUE;
    }
    if (!key)
        return FALSE;
    by_key = message_in(db_find(
        store->db, "SELECT message_id FROM requests WHERE scope = ? AND idempotency_key = ?",
        "tt", scope, key));
    if (by_key)
        *ret_result = replay(store, value, by_key, KBNT_ERROR_IDEMPOTENCY_KEY_REUSED, error);
    return by_key != NULL;
}

static gboolean
may_follow(const KbntValue *value, const char *open_message_id, const char *creator)
{
    return kbnt_value_get_int(value, KBNT_FIELD_REQUEST_TYPE) ==
               KBNT_REQUEST_TYPE_DELETE_RESOURCE &&
           !g_strcmp0(open_message_id, creator);
}

static gboolean
check_touch(Store *store, const KbntValue *value, const KbntValue *touch, GError **error)
{
    const char *resource_id = text(touch, KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    g_autofree char *open = NULL;
    g_autofree char *last = NULL;
    g_autofree char *creator = NULL;
    DbRow *row = db_find(store->db,
                         "SELECT open_message_id, last_message_id, message_id FROM resources"
                         " WHERE resource_id = ?",
                         "t", resource_id);

    if (!row) {
        store_refuse(error, KBNT_ERROR_NOT_FOUND, resource_id, "is not a resource");
        return FALSE;
    }
    open = row_id(row, 0);
    last = row_id(row, 1);
    creator = row_id(row, 2);
    db_row_end(row);

    if (open && !may_follow(value, open, creator))
        store_refuse(error, KBNT_ERROR_RESOURCE_BUSY, resource_id,
                     "is being worked on by another request; wait for its end");
    else if (g_strcmp0(last, text(touch, KBNT_FIELD_LAST_MESSAGE_ID)))
        store_refuse(error, KBNT_ERROR_STORE_CONFLICT, resource_id,
                     "has got another request meanwhile; look again");
    else
        return TRUE;
    return FALSE;
}

static gboolean
is_create(const KbntValue *value)
{
    gint64 type = kbnt_value_get_int(value, KBNT_FIELD_REQUEST_TYPE);

    return type >= KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE &&
           type <= KBNT_REQUEST_TYPE_CREATE_NETWORK;
}

static gboolean
check_all(Store *store, const KbntValue *argument, const KbntValue *value, GError **error)
{
    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_TOUCHES); i++)
        if (!check_touch(store, value, kbnt_value_nth_value(argument, KBNT_FIELD_TOUCHES, i),
                         error))
            return FALSE;
    return ledger_reserve(store, argument, error);
}

static gboolean
add_resource(Store *store, const KbntValue *value, GError **error)
{
    static const KbntField fields[] = {
        KBNT_FIELD_RESOURCE_ID, KBNT_FIELD_REQUEST_ID,        KBNT_FIELD_SPECIFICATION,
        KBNT_FIELD_CREATED_AT,  KBNT_FIELD_COST_PER_HOUR_USD,
    };
    const char *message_id = text(value, KBNT_FIELD_MESSAGE_ID);
    g_autoptr(KbntValue) rest = kbnt_value_new();
    const ResourceRow row = {
        .resource_id = text(value, KBNT_FIELD_VIRTUAL_RESOURCE_ID),
        .type = kbnt_value_get_int(value, KBNT_FIELD_RESOURCE_TYPE),
        .status = KBNT_RESOURCE_STATUS_PENDING,
        .user_id = text(value, KBNT_FIELD_USER_ID),
        .message_id = message_id,
        .open_message_id = message_id,
        .last_message_id = message_id,
        .rest = rest,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(rest, value, fields[i]);
    if (resources_insert(store, &row))
        return TRUE;
    store_refuse(error, KBNT_ERROR_STORE_CONFLICT, row.resource_id,
                 "is taken; choose a longer id");
    return FALSE;
}

/*
 * Writes all that comes with a request whose row is in. Returns: (transfer full) (nullable):
 * NULL where the id of its resource is taken, which is so rare that it is not looked for
 * before anything is written.
 */
static KbntValue *
write_rest(Store *store, const KbntValue *argument, KbntValue *value, GError **error)
{
    const char *message_id = text(value, KBNT_FIELD_MESSAGE_ID);
    KbntValue *result;

    for (guint i = 0; i < kbnt_value_length(argument, KBNT_FIELD_TOUCHES); i++)
        resources_open(store,
                       text(kbnt_value_nth_value(argument, KBNT_FIELD_TOUCHES, i),
                            KBNT_FIELD_VIRTUAL_RESOURCE_ID),
                       message_id);
    if (is_create(value) && !add_resource(store, value, error))
        return NULL;
    result = kbnt_value_new();
    kbnt_value_set_value(result, KBNT_FIELD_REQUEST, value);
    if (kbnt_value_has(argument, KBNT_FIELD_RECORD))
        outbox_put(store, kbnt_value_get_value(argument, KBNT_FIELD_RECORD), message_id,
                   result);
    return result;
}

KbntValue *
accept_request(Store *store, const KbntValue *argument, GError **error)
{
    KbntValue *value = kbnt_value_get_value(argument, KBNT_FIELD_REQUEST);
    g_autoptr(GError) refusal = NULL;
    KbntValue *result = NULL;

    if (!value)
        return store_refuse(error, KBNT_ERROR_INTERNAL, "accept", "has no REQUEST");
    if (!check_all(store, argument, value, &refusal)) {
        if (!answer_known(store, value, &result, error))
            g_propagate_error(error, g_steal_pointer(&refusal));
        return result;
    }

    if (requests_insert(store, argument))
        return write_rest(store, argument, value, error);
    ledger_unreserve(store, argument);
    if (!answer_known(store, value, &result, error))
        store_refuse(error, KBNT_ERROR_STORE_CONFLICT, text(value, KBNT_FIELD_MESSAGE_ID),
                     "is known as a messageId; choose another");
    return result;
}

KbntValue *
accept_cancel(Store *store, const KbntValue *argument, GError **error)
{
    const char *target = text(argument, KBNT_FIELD_TARGET_MESSAGE_ID);
    Request *request = requests_find(store, target);
    KbntValue *result;

    if (!request)
        return store_refuse(error, KBNT_ERROR_NOT_FOUND, target, "is not a request");
    if (requests_is_terminal(request))
        return store_refuse(error, KBNT_ERROR_STATE_CONFLICT, target, "has ended");

    result = kbnt_value_new();
    if (request->cancel_reason) {
        kbnt_value_set_int(result, KBNT_FIELD_REPLAYED, TRUE);
    } else {
        requests_set_cancelled(store, request,
                               MAX(kbnt_value_get_int(argument, KBNT_FIELD_CANCEL_REASON), 1));
        if (kbnt_value_has(argument, KBNT_FIELD_RECORD))
            outbox_put(store, kbnt_value_get_value(argument, KBNT_FIELD_RECORD), NULL, result);
    }
    kbnt_value_set_value(result, KBNT_FIELD_REQUEST, request->value);
    return result;
}

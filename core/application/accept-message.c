/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accept-message.c: owns what an accepted submission becomes: names, message, row and record.
 */
#include "accept-private.h"
#include "plan.h"
#include "transition.h"

static void
name_request(KbntAccepting *accepting, KbntValue *request)
{
    const KbntWorldPort *world = &accepting->accept->ports->world;
    char uuid[37];

    world->uuid(world->data, uuid);
    kbnt_value_set_string(request, KBNT_FIELD_MESSAGE_ID, uuid);
    kbnt_value_set_string(request, KBNT_FIELD_CORRELATION_ID, accepting->correlation_id);
    kbnt_value_set_string(request, KBNT_FIELD_TRACE_PARENT, accepting->trace_parent);
    kbnt_value_set_string(
        request, KBNT_FIELD_USER_ID,
        kbnt_judgement_owner(accepting->judged.caller, accepting->judged.request));
    if (!kbnt_value_has(request, KBNT_FIELD_REQUEST_ID)) {
        g_autofree char *request_id = NULL;

        world->uuid(world->data, uuid);
        request_id = g_strconcat("req-", uuid, NULL);
        kbnt_value_set_string(request, KBNT_FIELD_REQUEST_ID, request_id);
    }
}

static void
name_resource(KbntAccepting *accepting, KbntValue *request)
{
    g_autofree char *id = NULL;

    if (!kbnt_plan_creates(kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE)))
        return;
    id = kbnt_resource_id(kbnt_value_get_int(request, KBNT_FIELD_RESOURCE_TYPE),
                          kbnt_value_get_string(request, KBNT_FIELD_MESSAGE_ID),
                          accepting->id_digits);
    kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
}

KbntValue *
kbnt_accept_message(KbntAccepting *accepting)
{
    const KbntPorts *ports = accepting->accept->ports;
    KbntValue *request = kbnt_value_copy(accepting->judged.request);
    KbntRequestType type = kbnt_value_get_int(request, KBNT_FIELD_REQUEST_TYPE);
    gint64 now_ms = ports->world.wall_ms(ports->world.data);
    gint64 timeout_ms = accepting->accept->settings.deadline_ms[type];

    name_request(accepting, request);
    name_resource(accepting, request);
    kbnt_value_set_int(request, KBNT_FIELD_TIMESTAMP, now_ms);
    kbnt_value_set_int(request, KBNT_FIELD_CREATED_AT, now_ms);
    kbnt_value_set_int(request, KBNT_FIELD_UPDATED_AT, now_ms);
    kbnt_value_set_int(request, KBNT_FIELD_TIMEOUT_MS, timeout_ms);
    kbnt_value_set_int(request, KBNT_FIELD_DEADLINE, now_ms + timeout_ms);
    kbnt_value_set_int(request, KBNT_FIELD_REQUEST_STATUS, KBNT_REQUEST_STATUS_QUEUED);
    kbnt_value_copy_field(request, accepting->judged.verdict, KBNT_FIELD_DEPENDS_ON);
    kbnt_value_take_item(request, KBNT_FIELD_HISTORY,
                         kbnt_history_entry(ports, KBNT_SERVICE_PRODUCER, KBNT_LAYER_DOMAIN,
                                            "domain-validation", KBNT_HISTORY_STATUS_SUCCESS,
                                            NULL));
    return request;
}

void
kbnt_accept_body_hash(KbntAccepting *accepting, char ret_hash[65])
{
    const KbntCodecPort *codec = &accepting->accept->ports->codec;
    g_autoptr(GBytes) bytes = kbnt_value_to_bytes(accepting->judged.request);

    codec->digest(codec->data, bytes, ret_hash);
}

KbntValue *
kbnt_accept_row(KbntAccepting *accepting, const KbntValue *message)
{
    static const KbntField fields[] = { KBNT_FIELD_COST_PER_HOUR_USD, KBNT_FIELD_BUDGET };
    KbntValue *row = kbnt_value_copy(message);
    KbntValue *specification = kbnt_value_get_value(message, KBNT_FIELD_SPECIFICATION);
    char hash[65];

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(row, accepting->judged.verdict, fields[i]);
    if (specification != NULL)
        kbnt_value_take_value(row, KBNT_FIELD_SPECIFICATION,
                              kbnt_specification_without_secrets(specification));
    kbnt_value_set_string(row, KBNT_FIELD_SCOPE, accepting->scope);
    kbnt_accept_body_hash(accepting, hash);
    kbnt_value_set_string(row, KBNT_FIELD_BODY_HASH, hash);
    kbnt_value_set_string(row, KBNT_FIELD_IDEMPOTENCY_KEY, accepting->idempotency_key);
    return row;
}

KbntValue *
kbnt_accept_record(KbntAccepting *accepting, const KbntValue *message, GError **error)
{
    static const KbntField fields[] = { KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_REQUEST_ID,
                                        KBNT_FIELD_CORRELATION_ID, KBNT_FIELD_REQUEST_TYPE };
    const KbntCodecPort *codec = &accepting->accept->ports->codec;
    KbntValue *record = codec->encode_request(codec->data, message, error);

    if (record == NULL)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(record, message, fields[i]);
    kbnt_value_set_int(record, KBNT_FIELD_SERVICE, KBNT_SERVICE_PRODUCER);
    return record;
}

KbntValue *
kbnt_accept_publication(KbntValue *record, KbntValue *result)
{
    static const KbntField fields[] = { KBNT_FIELD_PARTITION, KBNT_FIELD_OFFSET,
                                        KBNT_FIELD_TIMESTAMP };
    KbntValue *publication = kbnt_value_new();
    guint n_headers = kbnt_value_length(record, KBNT_FIELD_HEADERS);

    kbnt_value_copy_field(publication, record, KBNT_FIELD_TOPIC);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        kbnt_value_copy_field(publication, result, fields[i]);
    for (guint i = 0; i < n_headers; i++) {
        KbntValue *header = kbnt_value_nth_value(record, KBNT_FIELD_HEADERS, i);
        GBytes *value = kbnt_value_get_bytes(header, KBNT_FIELD_HEADER_VALUE);

        if (g_strcmp0(kbnt_value_get_string(header, KBNT_FIELD_NAME), "kbnt-checksum") != 0)
            continue;
        g_autofree char *text = g_strndup(g_bytes_get_data(value, NULL),
                                          g_bytes_get_size(value));
        kbnt_value_set_string(publication, KBNT_FIELD_CHECKSUM, text);
    }
    return publication;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-record.c: owns how a record becomes a message of librdkafka, and what comes of it. */
#include "kafka-record.h"

static rd_kafka_headers_t *
headers_of(KbntValue *record)
{
    guint n_headers = kbnt_value_length(record, KBNT_FIELD_HEADERS);
    rd_kafka_headers_t *headers = n_headers > 0 ? rd_kafka_headers_new(n_headers) : NULL;

    for (guint i = 0; i < n_headers; i++) {
        KbntValue *header = kbnt_value_nth_value(record, KBNT_FIELD_HEADERS, i);
        GBytes *value = kbnt_value_get_bytes(header, KBNT_FIELD_HEADER_VALUE);
        gsize length = 0;
        gconstpointer bytes = value ? g_bytes_get_data(value, &length) : NULL;

        /* NULL would be a header without a value, which is something else than an empty one. */
        rd_kafka_header_add(headers, kbnt_value_get_string(header, KBNT_FIELD_NAME), -1,
                            bytes ? bytes : "", (gssize)length);
    }
    return headers;
}

static gconstpointer
bytes_of(KbntValue *record, KbntField field, gsize *ret_length)
{
    GBytes *bytes = kbnt_value_get_bytes(record, field);
    gconstpointer data = bytes ? g_bytes_get_data(bytes, ret_length) : NULL;

    return bytes && !data ? "" : data;
}

rd_kafka_resp_err_t
kafka_record_send(rd_kafka_t *handle, rd_kafka_topic_t *topic, gint32 n_partitions,
                  KbntValue *record, gpointer opaque)
{
    gsize key_length = 0;
    gsize body_length = 0;
    gconstpointer key = bytes_of(record, KBNT_FIELD_KEY, &key_length);
    gconstpointer body = bytes_of(record, KBNT_FIELD_BODY, &body_length);
    gint32 partition = key ? kbnt_partition(key, key_length, n_partitions) : 0;
    rd_kafka_headers_t *headers = headers_of(record);
    rd_kafka_resp_err_t code = rd_kafka_producev(
        handle, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_VALUE((gpointer)body, body_length),
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);

    if (code && headers)
        rd_kafka_headers_destroy(headers);
    return code;
}

KbntValue *
kafka_record_confirmation(const rd_kafka_message_t *message)
{
    KbntValue *confirmation = kbnt_value_new();

    kbnt_value_set_int(confirmation, KBNT_FIELD_PARTITION, message->partition);
    if (message->offset >= 0)
        kbnt_value_set_int(confirmation, KBNT_FIELD_OFFSET, message->offset);
    kbnt_value_set_int(confirmation, KBNT_FIELD_TIMESTAMP,
                       rd_kafka_message_timestamp(message, NULL));
    return confirmation;
}

void
kafka_record_fail(KbntTask *task, rd_kafka_resp_err_t code)
{
    KbntValue *record = kbnt_task_argument(task);
    g_autofree char *subject = g_strdup_printf("topic '%s'",
                                               kbnt_value_get_string(record, KBNT_FIELD_TOPIC));

    kbnt_task_fail(task, kafka_error_new(code, subject, NULL));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-cursor.c: owns how far a publisher has come, as the brokers keep it. */
#include "kafka-cursor.h"

#include "kafka-offsets.h"

#include <string.h>

void
kafka_cursor_clear(KafkaCursor *cursor)
{
    g_clear_pointer(&cursor->holder, g_free);
}

static gboolean
fail(const char *owner, rd_kafka_resp_err_t code, GError **error)
{
    g_autofree char *subject = g_strdup_printf("the cursor of '%s'", owner);

    g_propagate_error(error, kafka_error_new(code, subject, NULL));
    return FALSE;
}

static gboolean
take_offset(const char *owner, const rd_kafka_topic_partition_t *offset,
            KafkaCursor *ret_cursor, GError **error)
{
    if (offset->err)
        return fail(owner, offset->err, error);
    *ret_cursor = (KafkaCursor){ .position = -1 };
    if (offset->offset < 0)
        return TRUE;
    ret_cursor->position = offset->offset - 1;
    if (offset->metadata_size > 0)
        ret_cursor->holder = g_strndup(offset->metadata, offset->metadata_size);
    return TRUE;
}

gboolean
kafka_cursor_look(KafkaClient *reader, const char *owner, const char *topic,
                  KafkaCursor *ret_cursor, GError **error)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_resp_err_t code;
    gboolean is_taken;

    rd_kafka_topic_partition_list_add(offsets, topic, 0);
    code = kafka_offsets_read(reader, offsets);
    is_taken = code ? fail(owner, code, error)
                    : take_offset(owner, &offsets->elems[0], ret_cursor, error);
    rd_kafka_topic_partition_list_destroy(offsets);
    return is_taken;
}

rd_kafka_topic_partition_list_t *
kafka_cursor_offsets(const char *topic, const KafkaCursor *cursor)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *offset = rd_kafka_topic_partition_list_add(offsets, topic, 0);

    offset->offset = cursor->position + 1;
    /* librdkafka copies as many bytes as it is told, writes up to the NUL, and frees them. */
    offset->metadata = strdup(cursor->holder);
    offset->metadata_size = strlen(cursor->holder) + 1;
    return offsets;
}

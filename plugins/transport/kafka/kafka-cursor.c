/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-cursor.c: owns how far a publisher has come, as the brokers keep it. */
#include "kafka-cursor.h"

#include <string.h>

#define ASK_MS 10000

void
kafka_cursor_clear(KafkaCursor *cursor)
{
    g_clear_pointer(&cursor->holder, g_free);
}

static gboolean
fail(const char *owner, rd_kafka_resp_err_t code, const char *cause, GError **error)
{
    g_autofree char *subject = g_strdup_printf("the cursor of '%s'", owner);

    g_propagate_error(error, kafka_error_new(code, subject, cause));
    return FALSE;
}

static gboolean
take_offset(const char *owner, const rd_kafka_topic_partition_list_t *found,
            KafkaCursor *ret_cursor, GError **error)
{
    const rd_kafka_topic_partition_t *offset = found->cnt > 0 ? &found->elems[0] : NULL;

    if (offset && offset->err)
        return fail(owner, offset->err, NULL, error);
    *ret_cursor = (KafkaCursor){ .position = -1 };
    if (!offset || offset->offset < 0)
        return TRUE;
    ret_cursor->position = offset->offset - 1;
    if (offset->metadata_size > 0)
        ret_cursor->holder = g_strndup(offset->metadata, offset->metadata_size);
    return TRUE;
}

static gboolean
take_event(const char *owner, rd_kafka_event_t *event, KafkaCursor *ret_cursor, GError **error)
{
    const rd_kafka_group_result_t **groups;
    const rd_kafka_error_t *fault;
    size_t n_groups = 0;

    if (!event)
        return fail(owner, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, error);
    if (rd_kafka_event_error(event))
        return fail(owner, rd_kafka_event_error(event), rd_kafka_event_error_string(event),
                    error);
    groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event), &n_groups);
    fault = rd_kafka_group_result_error(groups[0]);
    if (fault)
        return fail(owner, rd_kafka_error_code(fault), rd_kafka_error_string(fault), error);
    return take_offset(owner, rd_kafka_group_result_partitions(groups[0]), ret_cursor, error);
}

/* Only offsets of transactions that have ended, else the partition has an error. */
static rd_kafka_AdminOptions_t *
stable_options(rd_kafka_t *handle)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
        handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_error_t *fault = rd_kafka_AdminOptions_set_require_stable_offsets(options, TRUE);

    if (fault)
        g_error("kafka: an option is refused: %s", rd_kafka_error_string(fault));
    return options;
}

gboolean
kafka_cursor_look(rd_kafka_t *handle, const char *owner, const char *topic,
                  KafkaCursor *ret_cursor, GError **error)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
    rd_kafka_AdminOptions_t *options = stable_options(handle);
    rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_new(1);
    rd_kafka_ListConsumerGroupOffsets_t *request;
    rd_kafka_event_t *event;
    gboolean is_taken;

    rd_kafka_topic_partition_list_add(asked, topic, 0);
    request = rd_kafka_ListConsumerGroupOffsets_new(owner, asked);
    rd_kafka_ListConsumerGroupOffsets(handle, &request, 1, options, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS);
    is_taken = take_event(owner, event, ret_cursor, error);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    rd_kafka_topic_partition_list_destroy(asked);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
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

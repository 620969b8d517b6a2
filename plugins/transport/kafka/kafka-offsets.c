/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-offsets.c: owns how the committed offsets of a group are read. */
#include "kafka-offsets.h"

#include "kafka-settings.h"

#define ASK_MS 10000
#define SLICE_MS 500
#define PAUSE_MS 20

static void
on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    kafka_log(rd_kafka_opaque(handle), level, text);
}

KafkaClient *
kafka_offsets_reader(KbntHost *host, const KafkaConfig *config, const char *group,
                     GError **error)
{
    rd_kafka_conf_t *conf = kafka_settings_consumer(config, group, NULL, 0, error);

    if (!conf)
        return NULL;
    rd_kafka_conf_set_opaque(conf, host);
    rd_kafka_conf_set_log_cb(conf, on_log);
    return kafka_client_new(RD_KAFKA_CONSUMER, conf, error);
}

/* Why there is no coordinator is told to whoever would read records. */
static rd_kafka_resp_err_t
refusal_of(KafkaClient *reader)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->handle, 0);

    if (message) {
        code = message->err;
        rd_kafka_message_destroy(message);
    }
    return code;
}

/* The group is looked for anew meanwhile. */
static gboolean
may_pass(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
           code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
}

static rd_kafka_resp_err_t
read_once(KafkaClient *reader, rd_kafka_topic_partition_list_t *offsets)
{
    rd_kafka_resp_err_t code = rd_kafka_committed(reader->handle, offsets, SLICE_MS);

    return code == RD_KAFKA_RESP_ERR__TIMED_OUT ? refusal_of(reader) : code;
}

rd_kafka_resp_err_t
kafka_offsets_read(KafkaClient *reader, rd_kafka_topic_partition_list_t *offsets)
{
    gint64 end_us = g_get_monotonic_time() + ASK_MS * 1000;
    rd_kafka_resp_err_t code;

    while (may_pass(code = read_once(reader, offsets)) && g_get_monotonic_time() < end_us)
        g_usleep(PAUSE_MS * 1000);
    return code;
}

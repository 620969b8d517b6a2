/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-client.h: owns a counted client of librdkafka, and what its errors are called here.
 *
 * A client is destroyed with its last reference, which takes time, so the last one is never
 * given up on the loop thread.
 */
#pragma once

#include <glib.h>
#include <kbnt/kbnt-host.h>
#include <librdkafka/rdkafka.h>

typedef struct {
    gatomicrefcount references;
    rd_kafka_t *handle;
} KafkaClient;

/* @conf: (transfer full). Returns: (transfer full): NULL with CONFIG_INVALID. */
KafkaClient *kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, GError **error);

KafkaClient *kafka_client_ref(KafkaClient *client);

/* @client: (transfer full) (nullable); not on the loop thread, unless another reference stays.
 */
void kafka_client_unref(KafkaClient *client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaClient, kafka_client_unref)

/* Returns: (transfer full): an error of kbnt for one of librdkafka; @subject is what it is
 * about, such as "topic 'x'". */
GError *kafka_error_new(rd_kafka_resp_err_t code, const char *subject, const char *cause);

/* Writes a line of librdkafka's own log; on any thread. */
void kafka_log(KbntHost *host, int level, const char *text);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-refusal.h: owns what the brokers were last heard to say against us. */
#pragma once

#include "kafka-client.h"

typedef struct KafkaRefusal KafkaRefusal;

/* The functions are called on any thread. */
KafkaRefusal *kafka_refusal_new(void);

void kafka_refusal_free(KafkaRefusal *refusal);

/* librdkafka says that a broker is not to be had. */
void kafka_refusal_note(KafkaRefusal *refusal, rd_kafka_resp_err_t code, const char *reason);

/* A broker has answered. */
void kafka_refusal_forget(KafkaRefusal *refusal);

/* Returns: (transfer full) (nullable): what was noted since a broker has last answered. */
char *kafka_refusal_reason(KafkaRefusal *refusal);

/* An answer of a broker has not come, which librdkafka calls @code. Returns: (transfer full):
 * an error with the reason, where one was noted; @subject is as in kafka_error_new. */
GError *kafka_refusal_error(KafkaRefusal *refusal, rd_kafka_resp_err_t code,
                            const char *subject);

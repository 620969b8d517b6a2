/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-refusal.c: owns what the brokers were last heard to say against us.
 *
 * Of a password, a certificate or a port that is wrong librdkafka tells beside the question
 * that was asked, which itself only times out.
 */
#include "kafka-refusal.h"

#include <pthread.h>
#include <string.h>

/* Below, librdkafka says its nonce twice, which brokers since 4.0 do not let pass. */
#define FIRST_WITH_SCRAM 0x02060100

struct KafkaRefusal {
    pthread_mutex_t lock;
    rd_kafka_resp_err_t code;
    char *reason; /* NULL for none */
};

KafkaRefusal *
kafka_refusal_new(void)
{
    KafkaRefusal *refusal = g_new0(KafkaRefusal, 1);

    pthread_mutex_init(&refusal->lock, NULL);
    return refusal;
}

void
kafka_refusal_free(KafkaRefusal *refusal)
{
    if (!refusal)
        return;
    pthread_mutex_destroy(&refusal->lock);
    g_free(refusal->reason);
    g_free(refusal);
}

/* Returns: (transfer full): the text without its times, which differ each time. */
static char *
tidy(rd_kafka_resp_err_t code, const char *reason)
{
    const char *times = strstr(reason, " (after ");
    g_autofree char *text = times ? g_strndup(reason, (gsize)(times - reason))
                                  : g_strdup(reason);

    if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION || !strstr(text, "SCRAM") ||
        rd_kafka_version() >= FIRST_WITH_SCRAM)
        return g_steal_pointer(&text);
    return g_strdup_printf("%s (librdkafka %s knows no SCRAM that brokers since 4.0 take: use "
                           "sasl.mechanism=PLAIN over TLS, or librdkafka 2.6.1)",
                           text, rd_kafka_version_str());
}

void
kafka_refusal_note(KafkaRefusal *refusal, rd_kafka_resp_err_t code, const char *reason)
{
    pthread_mutex_lock(&refusal->lock);
    g_free(refusal->reason);
    refusal->code = code;
    refusal->reason = tidy(code, reason);
    pthread_mutex_unlock(&refusal->lock);
}

void
kafka_refusal_forget(KafkaRefusal *refusal)
{
    pthread_mutex_lock(&refusal->lock);
    g_clear_pointer(&refusal->reason, g_free);
    pthread_mutex_unlock(&refusal->lock);
}

char *
kafka_refusal_reason(KafkaRefusal *refusal)
{
    char *reason;

    pthread_mutex_lock(&refusal->lock);
    reason = g_strdup(refusal->reason);
    pthread_mutex_unlock(&refusal->lock);
    return reason;
}

GError *
kafka_refusal_error(KafkaRefusal *refusal, rd_kafka_resp_err_t code, const char *subject)
{
    GError *error;

    pthread_mutex_lock(&refusal->lock);
    error = kafka_error_new(refusal->reason ? refusal->code : code, subject, refusal->reason);
    pthread_mutex_unlock(&refusal->lock);
    return error;
}

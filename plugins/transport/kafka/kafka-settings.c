/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-settings.c: owns how a client of librdkafka is configured: first what suits kbnt, then
 * what the file says, last what the promises of the contract rest on.
 */
#include "kafka-settings.h"

typedef struct {
    const char *name;
    const char *value;
} Property;

static const Property suiting[] = {
    { "client.id", "kbnt" },
    { "statistics.interval.ms", "5000" },
    { "topic.metadata.refresh.interval.ms", "60000" },
    { "reconnect.backoff.max.ms", "2000" },
};

static const Property suiting_producer[] = {
    { "linger.ms", "1" },
    { "compression.codec", "gzip" }, /* the only one that every client has without more */
};

/* What is under way holds up whoever reads only what is committed. A call that asks for a
 * group's coordinator in vain waits, whatever its own time-out, until a connection comes or
 * goes: one that is idle goes soon. */
static const Property suiting_transactions[] = {
    { "transaction.timeout.ms", "30000" },
    { "connections.max.idle.ms", "10000" },
    { "statistics.interval.ms", "0" },
};

static const Property suiting_consumer[] = {
    { "session.timeout.ms", "30000" },
    { "queued.max.messages.kbytes", "16384" },
    { "fetch.wait.max.ms", "200" },
    { "allow.auto.create.topics", "false" },
};

#define LEAST_POLL_INTERVAL_MS 300000
#define HEARTBEATS_A_SESSION 10

/* A record that gave up waiting would be overtaken by the next one. */
static const Property promised_by_producer[] = {
    { "enable.idempotence", "true" },
    { "acks", "all" },
    { "message.timeout.ms", "0" },
};

static const Property promised_by_consumer[] = {
    { "enable.auto.commit", "false" },
    { "enable.auto.offset.store", "false" },
    { "auto.offset.reset", "earliest" },
    { "partition.assignment.strategy", "range,roundrobin" },
};

/* A property of the other type of client is no fault: librdkafka takes and ignores it. */
static gboolean
set_property(rd_kafka_conf_t *conf, const char *name, const char *value, GError **error)
{
    char reason[512] = "";

    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        return TRUE;
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "property '%s': %s", name,
                reason);
    return FALSE;
}

#define SET_ALL(conf, table, error) set_properties(conf, table, G_N_ELEMENTS(table), error)

static gboolean
set_properties(rd_kafka_conf_t *conf, const Property *properties, guint n_properties,
               GError **error)
{
    for (guint i = 0; i < n_properties; i++) {
        if (!set_property(conf, properties[i].name, properties[i].value, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
set_ms(rd_kafka_conf_t *conf, const char *name, gint64 ms, GError **error)
{
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT, ms);

    return set_property(conf, name, value, error);
}

/* librdkafka refuses a session that outlasts the time in which it must be polled. */
static gboolean
set_session(rd_kafka_conf_t *conf, gint64 timeout_ms, GError **error)
{
    return !timeout_ms ||
           (set_ms(conf, "session.timeout.ms", timeout_ms, error) &&
            set_ms(conf, "heartbeat.interval.ms", timeout_ms / HEARTBEATS_A_SESSION, error) &&
            set_ms(conf, "max.poll.interval.ms", MAX(timeout_ms, LEAST_POLL_INTERVAL_MS),
                   error));
}

static gboolean
set_file_properties(rd_kafka_conf_t *conf, const KafkaConfig *config, GError **error)
{
    for (char **pair = config->properties; pair && pair[0]; pair += 2) {
        if (!set_property(conf, pair[0], pair[1], error))
            return FALSE;
    }
    if (*config->sasl_password &&
        !set_property(conf, "sasl.password", config->sasl_password, error))
        return FALSE;
    if (*config->ssl_key_password &&
        !set_property(conf, "ssl.key.password", config->ssl_key_password, error))
        return FALSE;
    return set_property(conf, "bootstrap.servers", config->bootstrap_servers, error);
}

static rd_kafka_conf_t *
finish(rd_kafka_conf_t *conf, gboolean is_complete)
{
    if (is_complete)
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}

rd_kafka_conf_t *
kafka_settings_producer(const KafkaConfig *config, GError **error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    return finish(conf, SET_ALL(conf, suiting, error) &&
                            SET_ALL(conf, suiting_producer, error) &&
                            set_file_properties(conf, config, error) &&
                            SET_ALL(conf, promised_by_producer, error));
}

/* No record of a transaction may outlive it, which librdkafka refuses to mend by itself. */
static gboolean
bound_records(rd_kafka_conf_t *conf, GError **error)
{
    char transaction_ms[32] = "";
    size_t size = sizeof transaction_ms;

    rd_kafka_conf_get(conf, "transaction.timeout.ms", transaction_ms, &size);
    return set_property(conf, "message.timeout.ms", transaction_ms, error);
}

rd_kafka_conf_t *
kafka_settings_transactions(const KafkaConfig *config, const char *owner, GError **error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    return finish(
        conf, SET_ALL(conf, suiting, error) && SET_ALL(conf, suiting_producer, error) &&
                  SET_ALL(conf, suiting_transactions, error) &&
                  set_file_properties(conf, config, error) &&
                  SET_ALL(conf, promised_by_producer, error) && bound_records(conf, error) &&
                  set_property(conf, "transactional.id", owner, error));
}

rd_kafka_conf_t *
kafka_settings_consumer(const KafkaConfig *config, const char *group, const char *instance_id,
                        gint64 session_timeout_ms, GError **error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    return finish(conf, SET_ALL(conf, suiting, error) &&
                            SET_ALL(conf, suiting_consumer, error) &&
                            set_session(conf, session_timeout_ms, error) &&
                            set_file_properties(conf, config, error) &&
                            SET_ALL(conf, promised_by_consumer, error) &&
                            set_property(conf, "group.id", group, error) &&
                            (!instance_id ||
                             set_property(conf, "group.instance.id", instance_id, error)));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kafka-keys.c: owns the key table. What has a dot is librdkafka's own, and judged by it. */
#include "kafka-settings.h"

#include <string.h>

/* What the promises of this plugin rest on, and what would load foreign code. */
static const char *const owned[] = {
    "acks",
    "auto.offset.reset",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "message.timeout.ms",
    "partition.assignment.strategy",
    "plugin.library.paths",
    "request.required.acks",
    "transactional.id",
    NULL,
};

static gboolean
check_property(const char *name, const char *text, GError **error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[512] = "";
    rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, name, text, reason, sizeof reason);

    rd_kafka_conf_destroy(conf);
    if (g_strv_contains(owned, name))
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "kbnt sets '%s' itself, its promises rest on it; leave it out", name);
    else if (result == RD_KAFKA_CONF_UNKNOWN)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                    "librdkafka %s has no property '%s'", rd_kafka_version_str(), name);
    else if (result == RD_KAFKA_CONF_INVALID)
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "librdkafka says: %s",
                    reason);
    else
        return TRUE;
    return FALSE;
}

#define KEY(key_name, key_type, member, value, text) \
    .name = (key_name), .type = KBNT_KEY_##key_type, \
    .offset = G_STRUCT_OFFSET(KafkaConfig, member), .default_text = (value), .since = "0.1.0", \
    .help = (text)

const KbntKey kafka_keys[KAFKA_N_KEYS] = {
    { KEY("bootstrap.servers", STRING, bootstrap_servers, "localhost:9092",
          "Brokers to ask first, HOST:PORT, separated by ','; the rest is found through them"),
      .check = check_property },
    { KEY("sasl.password", SECRET, sasl_password, "", "Password of sasl.username") },
    { KEY("ssl.key.password", SECRET, ssl_key_password, "", "Password of ssl.key.location") },
    { KEY("*.*", OPEN, properties, NULL,
          "Any property of librdkafka, passed on as it stands; one that it does not know is "
          "refused"),
      .check = check_property },
    { KEY("partitions", INT, partitions, "3",
          "Partitions of a topic that is made without a number of its own; more at the broker "
          "are accepted, fewer are not"),
      .minimum = "1", .maximum = "1000", .unit = "partitions" },
    { KEY("replicas", INT, replicas, "3",
          "Replicas of each partition; fewer brokers are an error"),
      .minimum = "1", .maximum = "32", .unit = "replicas" },
    { KEY("min_insync_replicas", INT, min_insync_replicas, "2",
          "Replicas that have a record before it is confirmed; never more than there are"),
      .minimum = "1", .maximum = "32", .unit = "replicas" },
    { KEY("create_topics", BOOL, create_topics, "true",
          "Make a topic that is missing; otherwise its absence is an error") },
    { KEY("check_topics", BOOL, check_topics, "true",
          "Hold the settings of a topic to the contract; needs the right DescribeConfigs") },
    { KEY("commit_interval", DURATION, commit_interval_ms, "0s",
          "Time between commits of what has been acknowledged; 0s: [consumer] commit_interval, "
          "and 1s for events"),
      .minimum = "0s", .maximum = "1m" },
    { KEY("warm_up", DURATION, warm_up_ms, "5s",
          "Longest time that the start waits for a broker before it goes on without"),
      .minimum = "0s", .maximum = "1m" },
    { KEY("flush", DURATION, flush_ms, "2s",
          "Longest time that the stop waits for records under way to be confirmed"),
      .minimum = "0s", .maximum = "1m" },
    { KEY("static_membership", BOOL, static_membership, "true",
          "Keep partitions over a restart (group.instance.id, from a file in state_dir); a "
          "consumer that is gone for good gives them up after session.timeout.ms") },
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a client of librdkafka is configured: by the subscriber, and before him by the file. */
#include "kafka-settings.h"
#include "runner.h"

static char *no_properties[] = { NULL };
static const KafkaConfig config = {
    .bootstrap_servers = (char *)"localhost:9092",
    .sasl_password = (char *)"",
    .ssl_key_password = (char *)"",
    .properties = no_properties,
};

/* What a member with that session time-out has of a property. */
static void
see_property(const KafkaConfig *file, gint64 session_timeout_ms, const char *name,
             const char *expected)
{
    g_autoptr(GError) error = NULL;
    rd_kafka_conf_t *conf = kafka_settings_consumer(file, "group", NULL, session_timeout_ms,
                                                    &error);
    char value[64] = "";
    size_t size = sizeof value;

    kbnt_assert_no_error(error);
    CU_ASSERT_FATAL(conf != NULL);
    CU_ASSERT(rd_kafka_conf_get(conf, name, value, &size) == RD_KAFKA_CONF_OK);
    kbnt_assert_string(value, expected);
    rd_kafka_conf_destroy(conf);
}

static void
a_member_has_the_session_that_its_subscriber_wants(void)
{
    see_property(&config, 45000, "session.timeout.ms", "45000");
    see_property(&config, 45000, "heartbeat.interval.ms", "4500");
    see_property(&config, 45000, "max.poll.interval.ms", "300000");
    see_property(&config, 0, "session.timeout.ms", "30000");
}

static void
a_session_is_never_longer_than_the_time_in_which_it_must_be_polled(void)
{
    see_property(&config, 1800000, "session.timeout.ms", "1800000");
    see_property(&config, 1800000, "max.poll.interval.ms", "1800000");
}

static void
the_file_goes_before_the_subscriber(void)
{
    char *properties[] = { (char *)"session.timeout.ms", (char *)"6000", NULL };
    KafkaConfig file = config;

    file.properties = properties;

    see_property(&file, 45000, "session.timeout.ms", "6000");
}

/* What a producer of transactions has of a property. */
static void
see_of_transactions(char **properties, const char *name, const char *expected)
{
    g_autoptr(GError) error = NULL;
    KafkaConfig file = config;
    rd_kafka_conf_t *conf;
    char value[64] = "";
    size_t size = sizeof value;

    file.properties = properties;
    conf = kafka_settings_transactions(&file, "owner", &error);
    kbnt_assert_no_error(error);
    CU_ASSERT_FATAL(conf != NULL);
    CU_ASSERT(rd_kafka_conf_get(conf, name, value, &size) == RD_KAFKA_CONF_OK);
    kbnt_assert_string(value, expected);
    rd_kafka_conf_destroy(conf);
}

static void
transactions_go_by_the_name_of_their_owner(void)
{
    see_of_transactions(no_properties, "transactional.id", "owner");
    see_of_transactions(no_properties, "enable.idempotence", "true");
    see_of_transactions(no_properties, "connections.max.idle.ms", "10000");
}

static void
no_record_outlives_its_transaction_whatever_the_file_says(void)
{
    char *long_records[] = { (char *)"message.timeout.ms", (char *)"300000", NULL };
    char *short_ones[] = { (char *)"transaction.timeout.ms", (char *)"5000", NULL };

    see_of_transactions(no_properties, "message.timeout.ms", "30000");
    see_of_transactions(long_records, "message.timeout.ms", "30000");
    see_of_transactions(short_ones, "message.timeout.ms", "5000");
}

static void
a_record_waits_for_its_broker_without_end(void)
{
    g_autoptr(GError) error = NULL;
    rd_kafka_conf_t *conf = kafka_settings_producer(&config, &error);
    char value[64] = "";
    size_t size = sizeof value;

    kbnt_assert_no_error(error);
    CU_ASSERT_FATAL(conf != NULL);
    CU_ASSERT(rd_kafka_conf_get(conf, "message.timeout.ms", value, &size) == RD_KAFKA_CONF_OK);
    kbnt_assert_string(value, "0");
    rd_kafka_conf_destroy(conf);
}

static const KbntTest tests[] = {
    KBNT_TEST(transactions_go_by_the_name_of_their_owner),
    KBNT_TEST(no_record_outlives_its_transaction_whatever_the_file_says),
    KBNT_TEST(a_record_waits_for_its_broker_without_end),
    KBNT_TEST(a_member_has_the_session_that_its_subscriber_wants),
    KBNT_TEST(a_session_is_never_longer_than_the_time_in_which_it_must_be_polled),
    KBNT_TEST(the_file_goes_before_the_subscriber),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("plugins/transport/kafka settings", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

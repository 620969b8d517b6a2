/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Coordinators of groups that move, on librdkafka's mock cluster. */
#include "kafka-calls.h"
#include "kafka-offsets.h"
#include "kafka-settings.h"
#include "runner.h"

#include <librdkafka/rdkafka_mock.h>

#define SKIPPED 77
#define API_OFFSET_FETCH 9
#define API_FIND_COORDINATOR 10

/* Of the core, which is not here. */
void
kbnt_host_log(KbntHost *host, KbntLogLevel level, const char *topic, const KbntValue *fields,
              const char *text)
{
    (void)host;
    (void)level;
    (void)topic;
    (void)fields;
    (void)text;
}

static char *properties[] = { (char *)"connections.max.idle.ms", (char *)"500", NULL };

typedef struct {
    KafkaConfig config;
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    KafkaClient *reader;
} Fixture;

static void
set_up(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    char reason[256] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set(conf, "log_level", "3", reason, sizeof reason);
    fixture->owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    fixture->cluster = rd_kafka_mock_cluster_new(fixture->owner, 1);
    rd_kafka_mock_topic_create(fixture->cluster, "topic", 1, 1);
    fixture->config = (KafkaConfig){
        .bootstrap_servers = (char *)rd_kafka_mock_cluster_bootstraps(fixture->cluster),
        .sasl_password = (char *)"",
        .ssl_key_password = (char *)"",
        .properties = properties,
    };
    fixture->reader = kafka_offsets_reader(NULL, &fixture->config, "group", &error);
    kbnt_assert_no_error(error);
}

static void
tear_down(Fixture *fixture)
{
    kafka_client_unref(fixture->reader);
    rd_kafka_mock_cluster_destroy(fixture->cluster);
    rd_kafka_destroy(fixture->owner);
}

static void
see_offset(const Fixture *fixture, gint64 expected)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(offsets, "topic", 0);
    CU_ASSERT(kafka_offsets_read(fixture->reader, offsets) == RD_KAFKA_RESP_ERR_NO_ERROR);
    CU_ASSERT(offsets->elems[0].offset == expected);
    rd_kafka_topic_partition_list_destroy(offsets);
}

static void
commit(const Fixture *fixture, gint64 offset)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(offsets, "topic", 0)->offset = offset;
    CU_ASSERT(rd_kafka_commit(fixture->reader->handle, offsets, FALSE) == 0);
    rd_kafka_topic_partition_list_destroy(offsets);
}

static void
a_group_that_has_committed_nothing_has_no_offset(void)
{
    Fixture fixture;

    set_up(&fixture);
    see_offset(&fixture, RD_KAFKA_OFFSET_INVALID);
    tear_down(&fixture);
}

static void
a_coordinator_that_has_moved_is_looked_for(void)
{
    Fixture fixture;

    set_up(&fixture);
    commit(&fixture, 17);
    rd_kafka_mock_push_request_errors(fixture.cluster, API_OFFSET_FETCH, 2,
                                      RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
    see_offset(&fixture, 17);
    tear_down(&fixture);
}

static KafkaClient *
open_producer(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    rd_kafka_conf_t *conf = kafka_settings_transactions(&fixture->config, "group", &error);
    KafkaClient *producer = conf ? kafka_client_new(RD_KAFKA_PRODUCER, conf, &error) : NULL;

    kbnt_assert_no_error(error);
    CU_ASSERT_FATAL(producer != NULL);
    return producer;
}

/* The mock keeps no offset of a transaction. */
static void
a_transaction_goes_on_that_has_asked_for_the_coordinator_in_vain(void)
{
    Fixture fixture;
    gint hurry = FALSE;
    const KafkaPatience patience = { &hurry, 0 };
    KafkaClient *producer;
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new("group");
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

    set_up(&fixture);
    producer = open_producer(&fixture);
    rd_kafka_topic_partition_list_add(offsets, "topic", 0)->offset = 17;
    CU_ASSERT(kafka_call(rd_kafka_init_transactions, producer->handle, &patience) == NULL);
    CU_ASSERT(rd_kafka_begin_transaction(producer->handle) == NULL);
    rd_kafka_mock_push_request_errors(fixture.cluster, API_FIND_COORDINATOR, 3,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
                                      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
    CU_ASSERT(kafka_call_send_offsets(producer->handle, offsets, group, &patience) == NULL);
    CU_ASSERT(kafka_call(rd_kafka_commit_transaction, producer->handle, &patience) == NULL);
    kafka_client_unref(producer);
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(offsets);
    tear_down(&fixture);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_group_that_has_committed_nothing_has_no_offset),
    KBNT_TEST(a_coordinator_that_has_moved_is_looked_for),
    KBNT_TEST(a_transaction_goes_on_that_has_asked_for_the_coordinator_in_vain),
};

int
main(int argc, char **argv)
{
#ifdef __SANITIZE_THREAD__
    puts("skipped: ThreadSanitizer does not see the locks of librdkafka");
    return SKIPPED;
#endif
    return kbnt_test_main("plugins/transport/kafka coordinator", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

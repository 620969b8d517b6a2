/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the committed offsets of a group are read, on librdkafka's mock cluster. */
#include "kafka-offsets.h"
#include "runner.h"

#include <librdkafka/rdkafka_mock.h>

#define API_OFFSET_FETCH 9

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

static char *no_properties[] = { NULL };

typedef struct {
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
    KafkaConfig config = { .sasl_password = (char *)"",
                           .ssl_key_password = (char *)"",
                           .properties = no_properties };

    rd_kafka_conf_set(conf, "log_level", "3", reason, sizeof reason);
    fixture->owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    fixture->cluster = rd_kafka_mock_cluster_new(fixture->owner, 1);
    rd_kafka_mock_topic_create(fixture->cluster, "topic", 1, 1);
    config.bootstrap_servers = (char *)rd_kafka_mock_cluster_bootstraps(fixture->cluster);
    fixture->reader = kafka_offsets_reader(NULL, &config, "group", &error);
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

static const KbntTest tests[] = {
    KBNT_TEST(a_group_that_has_committed_nothing_has_no_offset),
    KBNT_TEST(a_coordinator_that_has_moved_is_looked_for),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("plugins/transport/kafka offsets", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}

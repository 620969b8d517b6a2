/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock-cluster COMMAND...: runs librdkafka's mock cluster of three brokers as a process of its
 * own, and in it a command with KBNT_TEST_KAFKA=HOST:PORT,... in its environment.
 *
 * The mock knows no requests for topics, so the command may ask for them, and for faults, by
 * lines over the descriptors that KBNT_CONTRACT_RUNNER names ("READ,WRITE"); each is answered
 * by one line:
 *
 *   topic NAME PARTITIONS      makes a topic
 *   errors API CODE COUNT      the next COUNT requests of this kind end with CODE
 *   down BROKER, up BROKER     a broker goes and comes; brokers are 1 to 3
 *
 * The mock keeps records in memory, and few of them: nothing about durability follows from it.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_BROKERS 3
#define MOST_ERRORS 64
#define EXIT_USAGE 2

static rd_kafka_resp_err_t
push_errors(rd_kafka_mock_cluster_t *cluster, int api, int code, int count)
{
    rd_kafka_resp_err_t codes[MOST_ERRORS];

    if (count < 1 || count > MOST_ERRORS)
        return RD_KAFKA_RESP_ERR__INVALID_ARG;
    for (int i = 0; i < count; i++)
        codes[i] = (rd_kafka_resp_err_t)code;
    rd_kafka_mock_push_request_errors_array(cluster, (int16_t)api, (size_t)count, codes);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
obey(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    char name[256] = "";
    int first = 0;
    int second = 0;
    int third = 0;

    if (sscanf(line, "topic %255s %d", name, &first) == 2)
        return rd_kafka_mock_topic_create(cluster, name, first, N_BROKERS);
    if (sscanf(line, "errors %d %d %d", &first, &second, &third) == 3)
        return push_errors(cluster, first, second, third);
    if (sscanf(line, "down %d", &first) == 1)
        return rd_kafka_mock_broker_set_down(cluster, first);
    if (sscanf(line, "up %d", &first) == 1)
        return rd_kafka_mock_broker_set_up(cluster, first);
    return RD_KAFKA_RESP_ERR__INVALID_ARG;
}

static void
run_command(char **command, const char *brokers, int read_end, int write_end)
{
    char ends[32];

    snprintf(ends, sizeof ends, "%d,%d", read_end, write_end);
    setenv("KBNT_TEST_KAFKA", brokers, 1);
    setenv("KBNT_CONTRACT_RUNNER", ends, 1);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

/* Obeys until the last writer is gone. */
static void
serve(rd_kafka_mock_cluster_t *cluster, FILE *lines, int answers)
{
    char line[512];

    while (fgets(line, sizeof line, lines)) {
        const char *answer = rd_kafka_err2name(obey(cluster, line));

        dprintf(answers, "%s\n", answer);
    }
}

int
main(int argc, char **argv)
{
    char reason[256];
    int asked[2];
    int answered[2];
    int status = 0;
    pid_t pid;
    rd_kafka_t *client;
    rd_kafka_mock_cluster_t *cluster;

    if (argc < 2 || pipe(asked) != 0 || pipe(answered) != 0) {
        fprintf(stderr, "usage: mock-cluster COMMAND...\n");
        return EXIT_USAGE;
    }
    client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof reason);
    cluster = rd_kafka_mock_cluster_new(client, N_BROKERS);
    pid = fork();
    if (pid == 0) {
        close(asked[0]);
        close(answered[1]);
        run_command(argv + 1, rd_kafka_mock_cluster_bootstraps(cluster), answered[0], asked[1]);
    }
    close(asked[1]);
    close(answered[0]);
    serve(cluster, fdopen(asked[0], "r"), answered[1]);
    waitpid(pid, &status, 0);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

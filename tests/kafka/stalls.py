# SPDX-License-Identifier: LGPL-2.1-or-later
"""What takes long, on three real brokers: a consumer that stands still for longer than its session,
and a step that takes longer than a consumer may be silent. The work is done once, and the group is
not shaken."""
import re
import signal
import time

from pair import MORE_S, REQUESTS, SESSION_S, Client, Pair, is_quiet, run_on_brokers
from daemon import require, wait_until

STILL_S = 3 * SESSION_S


def assignments(daemon):
    """How often a group has given this consumer partitions."""
    found = re.search(r"^kbnt_transport_kafka_assignments_total(?:{[^}]*})? (\d+)",
                      daemon.ask("GET", "/metrics")[2], re.MULTILINE)
    return int(found.group(1)) if found else 0


def a_consumer_that_stands_still_beyond_its_session_goes_on_and_does_all_once(cluster):
    with Pair(cluster, "provisioner.mock.latency_factor=0.02", "kbnt.sinks=prometheus") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, REQUESTS)
        client.start()
        wait_until("half of them are asked for", lambda: len(client.answers) > REQUESTS // 2,
                   30 + MORE_S)
        before = assignments(pair.consumer)
        pair.consumer.process.send_signal(signal.SIGSTOP)
        time.sleep(STILL_S)
        pair.consumer.process.send_signal(signal.SIGCONT)
        client.join(60)
        require(len(client.answers) == REQUESTS, f"{len(client.answers)} are answered")
        wait_until("all requests have ended", lambda: is_quiet(pair.producer), 120 + MORE_S)
        again = assignments(pair.consumer) - before
        require(again <= 2, f"the partitions were given out {again} times")
        pair.end_well(client.answers)


def a_step_that_outlasts_the_poll_interval_costs_no_partition(cluster):
    with Pair(cluster, "kbnt.sinks=prometheus", "transport.kafka.session.timeout.ms=2000",
              "transport.kafka.heartbeat.interval.ms=300",
              "transport.kafka.max.poll.interval.ms=2000", "provisioner.mock.latency_factor=1",
              "provisioner.mock.latency.volume=6s") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, 4)
        client.start()
        client.join(30)
        wait_until("all requests have ended", lambda: is_quiet(pair.producer), 60)
        given = assignments(pair.consumer)
        require(given == 1, f"the partitions were given out {given} times")
        pair.end_well(client.answers)


run_on_brokers([
    a_consumer_that_stands_still_beyond_its_session_goes_on_and_does_all_once,
    a_step_that_outlasts_the_poll_interval_costs_no_partition,
])

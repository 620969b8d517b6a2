#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A producer on librdkafka's mock cluster, whose brokers answer with errors when they are told to:
nothing is lost, and what goes out again goes out in its order."""
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scenario"))
from daemon import (BUILD, PATIENCE, Daemon, make_keys, require, run_tests,  # noqa: E402
                    wait_until, why_no_kafka)

MOCK = BUILD / "tests/kafka/mock-cluster"
TOPICS = ("virtualization-requests", "virtualization-events", "virtualization-requests.dlq")
SKIPPED = 77
PRODUCE, METADATA = 0, 3
NOT_ENOUGH_REPLICAS, OUT_OF_ORDER_SEQUENCE, LEADER_NOT_AVAILABLE = 19, 45, 5
N_REQUESTS = 40
MOST_S = 5


def tell(line):
    """Tells the cluster to do something."""
    source, sink = map(int, os.environ["KBNT_CONTRACT_RUNNER"].split(","))
    os.write(sink, (line + "\n").encode())
    answer = b""
    while not answer.endswith(b"\n"):
        answer += os.read(source, 1)
    require(answer == b"NO_ERROR\n", f"the cluster answers '{line}' with {answer}")


def fail_next(api, code, count):
    tell(f"errors {api} {code} {count}")


class Producer(Daemon):
    """One batch at a time: a real broker refuses the next one after a gap, the mock takes it."""

    def __init__(self):
        super().__init__(["kbnt.role=producer", "kbnt.transport=kafka", "kbnt.sinks=prometheus",
                          "transport.kafka.replicas=1", "transport.kafka.check_topics=false",
                          "transport.kafka.max.in.flight.requests.per.connection=1",
                          "transport.kafka.retry.backoff.ms=20", "http.publish_wait=0",
                          f"transport.kafka.bootstrap.servers={os.environ['KBNT_TEST_KAFKA']}"])
        self.settings.append(f"security.signing_keys={make_keys(self.folder)}")

    def ask_for_disks(self, name, count=N_REQUESTS):
        for number in range(count):
            status, _, answer = self.post({"type": "ALLOCATE_STORAGE", "spec": {"size": 1},
                                           "metadata": {"requestId": f"{name}-{number:03d}"}})
            require(status == 202, f"answered {status}: {answer}")

    def is_empty(self):
        return self.sum_of("kbnt_outbox_backlog") == 0

    def places(self):
        """Partition and offset of every request, in the order in which they came; librdkafka
        does not know the offset of a record that a broker has had before."""
        found, path = [], "/api/v1/requests?limit=100"
        while path:
            page = self.ask("GET", path)[2]
            found += page["requests"]
            cursor = page.get("nextCursor")
            path = f"/api/v1/requests?limit=100&cursor={cursor}" if cursor else None
        views = [self.request(view["requestId"]) for view in reversed(found)]
        publications = [view.get("publication") for view in views]
        return all(publications) and [(publication["partition"], publication["offset"])
                                      for publication in publications
                                      if "offset" in publication]


def all_went_out_in_order(producer):
    wait_until("the outbox is empty", producer.is_empty)
    last = {}
    for partition, offset in wait_until("all say where they went", producer.places):
        require(offset > last.get(partition, -1),
                f"{offset} of partition {partition} came behind {last.get(partition)}")
        last[partition] = offset


def what_brokers_refuse_for_now_goes_out_later_in_its_order():
    with Producer() as producer:
        producer.start()
        fail_next(PRODUCE, NOT_ENOUGH_REPLICAS, 30)
        producer.ask_for_disks("later")
        all_went_out_in_order(producer)


def a_producer_that_fails_for_good_is_replaced_at_once_and_goes_on_in_order():
    with Producer() as producer:
        producer.start()
        producer.ask_for_disks("before", 5)
        wait_until("the outbox is empty", producer.is_empty)
        fail_next(PRODUCE, OUT_OF_ORDER_SEQUENCE, 1)
        began = time.monotonic()
        producer.ask_for_disks("after")
        all_went_out_in_order(producer)
        require(time.monotonic() - began < MOST_S * PATIENCE,
                f"it took {time.monotonic() - began:.1f} s")
        require(any("a new one takes over" in line for line in producer.lines),
                "\n".join(producer.lines[-10:]))


def a_start_goes_on_while_brokers_know_no_leader():
    fail_next(METADATA, LEADER_NOT_AVAILABLE, 3)
    with Producer() as producer:
        producer.start()
        producer.ask_for_disks("leader", 5)
        all_went_out_in_order(producer)


if why_no_kafka():
    print(f"skipped: {why_no_kafka()}")
    sys.exit(SKIPPED)
if "KBNT_TEST_KAFKA" not in os.environ:
    os.execv(MOCK, [str(MOCK), sys.executable, str(Path(__file__).resolve())])
for topic in TOPICS:
    tell(f"topic {topic} 3")
run_tests([
    what_brokers_refuse_for_now_goes_out_later_in_its_order,
    a_producer_that_fails_for_good_is_replaced_at_once_and_goes_on_in_order,
    a_start_goes_on_while_brokers_know_no_leader,
])

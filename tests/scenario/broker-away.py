#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A start while no broker answers: requests are taken in all the same, and wait in the store."""
import contextlib
import socket
import subprocess

from daemon import KBNTCTL, Daemon, Skip, make_keys, require, run_tests, why_no_kafka

WAITING = 3


@contextlib.contextmanager
def without_broker(role, *settings):
    """A daemon of that role; where its broker should be, nobody listens."""
    if why_no_kafka():
        raise Skip(why_no_kafka())
    with socket.socket() as nobody, Daemon([f"kbnt.role={role}", *settings]) as daemon:
        nobody.bind(("127.0.0.1", 0))
        daemon.settings += [
            "kbnt.transport=kafka", f"security.signing_keys={make_keys(daemon.folder)}",
            "http.publish_wait=10ms",
            "transport.kafka.warm_up=100ms", "transport.kafka.flush=0s", "kbnt.sinks=prometheus",
            f"transport.kafka.bootstrap.servers=127.0.0.1:{nobody.getsockname()[1]}"]
        yield daemon.start()


def disk(number):
    return {"type": "ALLOCATE_STORAGE", "specifications": {"size": 1},
            "metadata": {"requestId": f"req-{number}"}}


def post_all(daemon):
    answers = [daemon.post(disk(number)) for number in range(WAITING)]
    for status, _, answer in answers:
        require((status, answer["status"]) == (202, "QUEUED"), f"answered {status}: {answer}")
    return [answer["messageId"] for _, _, answer in answers]


def a_producer_takes_requests_in_and_says_what_it_waits_for():
    with without_broker("producer") as producer:
        post_all(producer)
        status, _, health = producer.ask("GET", "/readyz")
        require((status, health["status"]) == (200, "degraded"), f"{status}: {health}")
        broker = producer.check("broker")
        require(broker["status"] == "FAILED" and "virtualization-requests" in broker["detail"],
                f"readyz says {broker}")
        require(producer.check("backlog")["detail"] == f"{WAITING} records wait for the broker",
                f"readyz says {producer.check('backlog')}")
        require(producer.stop() == 0, "it did not stop in peace")


def what_a_producer_took_in_is_there_after_a_kill_and_counts_in_the_backlog():
    with without_broker("producer", f"producer.backlog={WAITING + 1}") as producer:
        ids = post_all(producer)
        producer.kill()
        producer.start()
        require(producer.check("backlog")["detail"].startswith(f"{WAITING} "),
                f"after the kill readyz says {producer.check('backlog')}")
        require(post_all(producer) == ids, "a retry gives other messages")
        require(producer.post(disk("last"))[0] == 202, "the backlog is full too early")
        status, headers, problem = producer.post(disk("beyond"))
        require((status, problem["code"]) == (503, "BACKLOG_FULL") and "Retry-After" in headers,
                f"beyond the backlog it answers {status}: {problem}")
        require(producer.ask("GET", "/readyz")[0] == 503, "ready with a full backlog")


def a_consumer_starts_and_can_be_drained_and_stopped():
    with without_broker("consumer") as consumer:
        status, _, health = consumer.ask("GET", "/readyz")
        require((status, health["status"]) == (200, "degraded"), f"{status}: {health}")
        socket_path = consumer.folder / "run" / "consumer.sock"
        drained = subprocess.run([str(KBNTCTL), "drain", "--socket", str(socket_path)],
                                 capture_output=True, text=True, timeout=60)
        require(drained.returncode == 0, drained.stderr)
        require(consumer.check("drain")["status"] == "FAILED", "readyz does not tell of it")
        require(consumer.stop() == 0, "it did not stop in peace")


run_tests([
    a_producer_takes_requests_in_and_says_what_it_waits_for,
    what_a_producer_took_in_is_there_after_a_kill_and_counts_in_the_backlog,
    a_consumer_starts_and_can_be_drained_and_stopped,
])

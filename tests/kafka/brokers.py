# SPDX-License-Identifier: LGPL-2.1-or-later
"""The transport kafka on three real brokers: the contract of its kind, then producer and consumer
as processes of their own. Skipped, with the reason, where there can be no brokers."""
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scenario"))
from cluster import SKIPPED, Cluster, Unavailable, end_cleanly_on_sigterm  # noqa: E402
from invariants import Checker  # noqa: E402
from daemon import BUILD, KBNTCTL, Daemon, require, run_tests, wait_until  # noqa: E402

PLUGIN = BUILD / "plugins/transport/kafka/.libs/kbnt-transport-kafka.so"
CHECK = BUILD / "tests/contract/kbnt-plugin-check"
SEED = int(os.environ.get("KBNT_TEST_SEED", "20261125"))
REQUESTS = int(os.environ.get("KBNT_REQUESTS", "120"))
# A group notices sooner who comes and goes.
LIVELY = ["heartbeat.interval.ms=300", "session.timeout.ms=3000"]


def run(*command, seconds=200):
    """Runs a program of tests; its whole output is the failure's text."""
    environment = {**os.environ, "KBNT_TEST_KAFKA": cluster.bootstrap,
                   "KBNT_TEST_TIMEOUT_S": "100", "KBNT_CONTRACT_TIMEOUT_MS": "20000"}
    result = subprocess.run([str(word) for word in command], env=environment, timeout=seconds,
                            capture_output=True, text=True)
    require(result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:])


def check_plugin(*arguments):
    run(CHECK, PLUGIN, f"bootstrap.servers={cluster.bootstrap}", "replicas=1", *LIVELY, *arguments)


def librdkafka_does_what_the_decision_says():
    run(BUILD / "tests/kafka/test-librdkafka")


def the_plugin_keeps_the_contract():
    check_plugin("static_membership=false")


def the_plugin_keeps_the_contract_with_static_members():
    check_plugin("static_membership=true")


def a_full_queue_holds_back_and_loses_nothing():
    check_plugin("static_membership=false", "queue.buffering.max.messages=200", "--test",
                 "a_full_queue_refuses_in_order_and_goes_on_once_it_was_read")


class Pair:
    """A producer and a consumer, who share nothing but the brokers and the signing keys."""

    def __init__(self, *settings):
        self.producer = Daemon(["kbnt.role=producer"])
        self.consumer = Daemon(["kbnt.role=consumer", "provisioner.mock.latency_factor=0"])
        self.daemons = (self.producer, self.consumer)
        # Where the invariants' checker looks for both; each store has a lock of its own.
        self.consumer.state = self.producer.state
        keys = self.producer.folder / "signing.keys"
        subprocess.run([str(KBNTCTL), "keys", "new", "--file", str(keys)], check=True,
                       capture_output=True)
        for daemon in self.daemons:
            daemon.settings += ["kbnt.transport=kafka", f"security.signing_keys={keys}",
                                f"transport.kafka.bootstrap.servers={cluster.bootstrap}",
                                *settings]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in self.daemons:
            daemon.__exit__()


def the_reference_run_counts_right_over_two_processes():
    with Pair() as pair:
        pair.producer.start()
        pair.consumer.start()
        demo = pair.producer.control("demo", "--consumer",
                                     f"http://127.0.0.1:{pair.consumer.port}")
        require(demo.returncode == 0, demo.stdout + demo.stderr)
        for daemon in pair.daemons:
            require(daemon.stop() == 0, "a daemon did not stop in peace")


def refusal(*settings):
    """What a producer says that refuses to start."""
    with Pair(*settings) as pair:
        pair.producer.start(ready=False)
        require(pair.producer.process.wait(30) == 1, "the producer does not refuse")
        pair.producer.reader.join(5)
        return "\n".join(pair.producer.lines)


def topics_that_cannot_be_right_are_refused_by_name():
    for settings, text in [
            (["transport.kafka.partitions=5"], "'virtualization-requests' has 3 partitions, not 5"),
            (["transport.kafka.replicas=4"], "'virtualization-requests' has 3 replicas, not 4"),
            (["transport.kafka.no.such.property=1"], "has no property 'no.such.property'"),
            (["transport.kafka.enable.idempotence=false"], "kbnt sets 'enable.idempotence' itself"),
            (["transport.kafka.retries=many"], "retries")]:
        said = refusal(*settings)
        require(text in said, f"{settings} is refused by: {said}")


class Client(threading.Thread):
    """Asks for machines and disks one after the other, again and again until each is answered."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_process = daemon
        self.answers = []

    def run(self):
        for number in range(REQUESTS):
            body = {"type": "ALLOCATE_STORAGE", "spec": {"size": 10}} if number % 3 else \
                {"type": "CREATE_VIRTUAL_MACHINE",
                 "spec": {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}}
            self.ask({"type": body["type"], "specifications": body["spec"],
                      "metadata": {"requestId": f"req-{number:05d}"}})

    def ask(self, body):
        while True:
            try:
                status, _, answer = self.daemon_process.post(body)
            except OSError:
                status = 503
            if status == 202:
                self.answers.append(answer)
                return
            require(status in (429, 503), f"{body} is answered {status}")
            time.sleep(0.05)


def is_quiet(daemon):
    """Whether no request is on its way."""
    return not any(daemon.ask("GET", f"/api/v1/requests?status={status}&limit=1")[2]["requests"]
                   for status in ("QUEUED", "PROCESSING", "COMPENSATING"))


def kill_and_start_again(victim, pair):
    if victim in pair.daemons:
        victim.kill()
        victim.start()
    else:
        cluster.kill(victim)
        time.sleep(1)
        cluster.start(victim)
        cluster.wait(victim)


def killed_processes_and_killed_brokers_lose_nothing_and_make_nothing_twice():
    chance = random.Random(SEED)
    with Pair("quota.default.vms=100000", "consumer.workers=16", "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer)
        client.start()
        for victim in [pair.producer, pair.consumer, 0, pair.consumer, pair.producer, 1, 2]:
            time.sleep(chance.uniform(0.1, 1))
            kill_and_start_again(victim, pair)
        client.join(120)
        require(len(client.answers) == REQUESTS, f"{len(client.answers)} are answered")
        wait_until("all requests have ended", lambda: is_quiet(pair.producer), 120)
        for daemon in pair.daemons:
            require(daemon.stop() == 0, "a daemon did not stop in peace")
        faults = Checker(pair.producer.state).check(client.answers)
        require(not faults, "\n".join(faults[:20]))


def a_daemon_that_starts_without_brokers_waits_for_them():
    with Pair("transport.kafka.warm_up=100ms") as pair:
        for node in range(3):
            cluster.kill(node)
        pair.producer.start(ready=False)
        wait_until("the producer says that it waits",
                   lambda: any("it is asked for again" in line for line in pair.producer.lines))
        for node in range(3):
            cluster.start(node)
        wait_until("the producer is ready", pair.producer._is_ready, 90)


def main():
    global cluster
    if not PLUGIN.exists():
        print("skipped: the transport kafka is not built here")
        sys.exit(SKIPPED)
    end_cleanly_on_sigterm()
    try:
        with Cluster() as cluster:
            run_tests([
                librdkafka_does_what_the_decision_says,
                the_plugin_keeps_the_contract,
                the_plugin_keeps_the_contract_with_static_members,
                a_full_queue_holds_back_and_loses_nothing,
                the_reference_run_counts_right_over_two_processes,
                topics_that_cannot_be_right_are_refused_by_name,
                killed_processes_and_killed_brokers_lose_nothing_and_make_nothing_twice,
                a_daemon_that_starts_without_brokers_waits_for_them,
            ])
    except Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)


main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""The transport kafka on three real brokers: the contract of its kind, then producer and consumer
as processes of their own. Skipped, with the reason, where there can be no brokers."""
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scenario"))
from cluster import SKIPPED, Cluster, Unavailable, end_cleanly_on_sigterm  # noqa: E402
from daemon import BUILD, KBNTCTL, Daemon, require, run_tests, wait_until  # noqa: E402

PLUGIN = BUILD / "plugins/transport/kafka/.libs/kbnt-transport-kafka.so"
CHECK = BUILD / "tests/contract/kbnt-plugin-check"
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
            ])
    except Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)


main()

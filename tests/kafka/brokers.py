# SPDX-License-Identifier: LGPL-2.1-or-later
"""The transport kafka on three real brokers: the contract of its kind, then producer and consumer
as processes of their own. Skipped, with the reason, where there can be no brokers."""
import os
import random
import shutil
import signal
import subprocess
import time

from pair import MORE_S, REQUESTS, Client, Pair, is_quiet, run_on_brokers
from events import events_are_read_once_and_in_order
from invariants import Checker
from daemon import BUILD, KAFKA, Daemon, Skip, require, wait_until

CHECK = BUILD / "tests/contract/kbnt-plugin-check"
SEED = int(os.environ.get("KBNT_TEST_SEED", "20261125"))
# A group notices sooner who comes and goes.
LIVELY = ["heartbeat.interval.ms=300", "session.timeout.ms=3000"]


def run(cluster, *command, seconds=200):
    """Runs a program of tests; its whole output is the failure's text."""
    environment = {**os.environ, "KBNT_TEST_KAFKA": cluster.bootstrap,
                   "KBNT_TEST_TIMEOUT_S": "100", "KBNT_CONTRACT_TIMEOUT_MS": "20000"}
    result = subprocess.run([str(word) for word in command], env=environment, timeout=seconds,
                            capture_output=True, text=True)
    require(result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:])


def check_plugin(cluster, *arguments):
    run(cluster, CHECK, KAFKA, f"bootstrap.servers={cluster.bootstrap}", "replicas=1", *LIVELY,
        *arguments)


def librdkafka_does_what_the_decision_says(cluster):
    run(cluster, BUILD / "tests/kafka/test-librdkafka")


def the_plugin_keeps_the_contract(cluster):
    check_plugin(cluster, "static_membership=false")


def the_plugin_keeps_the_contract_with_static_members(cluster):
    check_plugin(cluster, "static_membership=true")


def a_full_queue_holds_back_and_loses_nothing(cluster):
    check_plugin(cluster, "static_membership=false", "queue.buffering.max.messages=200", "--test",
                 "a_full_queue_refuses_in_order_and_goes_on_once_it_was_read")


def the_reference_run_counts_right_over_two_processes(cluster):
    with Pair(cluster) as pair:
        pair.producer.start()
        pair.consumer.start()
        demo = pair.producer.control("demo", "--consumer",
                                     f"http://127.0.0.1:{pair.consumer.port}")
        require(demo.returncode == 0, demo.stdout + demo.stderr)
        pair.stop()


def refusal(cluster, *settings):
    """What a producer says that refuses to start."""
    with Pair(cluster, *settings) as pair:
        pair.producer.start(ready=False)
        require(pair.producer.process.wait(30) == 1, "the producer does not refuse")
        pair.producer.reader.join(5)
        return "\n".join(pair.producer.lines)


def topics_that_cannot_be_right_are_refused_by_name(cluster):
    for settings, text in [
            (["transport.kafka.partitions=5"], "'virtualization-requests' has 3 partitions, not 5"),
            (["transport.kafka.replicas=4"], "'virtualization-requests' has 3 replicas, not 4"),
            (["transport.kafka.no.such.property=1"], "has no property 'no.such.property'"),
            (["transport.kafka.enable.idempotence=false"], "kbnt sets 'enable.idempotence' itself"),
            (["transport.kafka.message.timeout.ms=1000"], "kbnt sets 'message.timeout.ms' itself"),
            (["transport.kafka.retries=many"], "retries")]:
        said = refusal(cluster, *settings)
        require(text in said, f"{settings} is refused by: {said}")


def alter_topic(cluster, topic, *settings):
    cluster.tool("kafka.admin.ConfigCommand", "--alter", "--entity-type", "topics",
                 "--entity-name", topic, *settings)


def a_topic_with_settings_that_lose_records_is_refused_and_a_doubtful_one_is_told_of(cluster):
    requests, events = "virtualization-requests", "virtualization-events"
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        require(pair.producer.stop() == 0, "it did not stop in peace")
        alter_topic(cluster, requests, "--add-config", "cleanup.policy=compact")
        said = refusal(cluster)
        require(requests in said and "set it to 'delete'" in said, f"compacted: {said}")
        alter_topic(cluster, requests, "--add-config", "cleanup.policy=delete,retention.ms=3600000")
        said = refusal(cluster)
        require(requests in said and "3600000 as its retention.ms" in said, f"short: {said}")
        alter_topic(cluster, requests, "--add-config", f"retention.ms={7 * 24 * 3600 * 1000}")
        alter_topic(cluster, events, "--add-config", "retention.ms=86400000")
        pair.producer.start()
        kafka = pair.producer.check("kafka")
        require(kafka["status"] == "PASSED" and events in kafka["detail"] and
                "86400000" in kafka["detail"], f"readyz says {kafka}")
        alter_topic(cluster, events, "--add-config", "retention.ms=-1")


def kill_and_start_again(cluster, victim, pair):
    if victim in pair.daemons:
        victim.kill()
        victim.start()
    else:
        cluster.kill(victim)
        time.sleep(1)
        cluster.start(victim)
        cluster.wait(victim)


def killed_processes_and_killed_brokers_lose_nothing_and_make_nothing_twice(cluster):
    chance = random.Random(SEED)
    with Pair(cluster, "consumer.workers=16", "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, REQUESTS)
        client.start()
        for victim in [pair.producer, pair.consumer, 0, pair.consumer, pair.producer, 1, 2]:
            time.sleep(chance.uniform(0.1, 1))
            kill_and_start_again(cluster, victim, pair)
        client.join(120)
        pair.end_well(client.answers)


def a_reader_sees_each_event_once_however_often_the_consumer_is_killed(cluster):
    since_ms = int(time.time() * 1000)
    chance = random.Random(SEED)
    with Pair(cluster, "consumer.workers=16", "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, REQUESTS)
        client.start()
        for victim in [pair.consumer, pair.consumer, 0, pair.consumer, 1, pair.consumer, 2,
                       pair.consumer]:
            time.sleep(chance.uniform(0, 0.5))
            kill_and_start_again(cluster, victim, pair)
        client.join(120)
        pair.end_well(client.answers)
        events_are_read_once_and_in_order(cluster, since_ms, Checker(pair.producer.state))


def a_second_consumer_with_a_store_of_its_own_is_refused_and_the_first_goes_on(cluster):
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        with Daemon(pair.consumer.settings) as second:
            second.start(ready=False)
            require(second.process.wait(60) == 1, "the second consumer does not refuse")
            second.reader.join(5)
            said = "\n".join(second.lines)
            require("the store 'sqlite' cannot be shared" in said, said)
        client = Client(pair.producer, REQUESTS // 4)
        client.start()
        client.join(60)
        pair.end_well(client.answers)


def a_consumer_that_begins_again_under_another_name_waits_for_the_session_of_the_dead_one(cluster):
    with Pair(cluster, "kbnt.sinks=", "transport.kafka.static_membership=false") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, 1)
        client.ask_all()
        wait_until("the request has ended", lambda: is_quiet(pair.producer))
        pair.consumer.kill()
        pair.consumer.start()
        require(any("its session is waited for" in line for line in pair.consumer.lines),
                "it has not looked for others")
        pair.stop()


def intruder(cluster, pair, seconds):
    """A foreign process that joins the consumer's group by its name, but commits nothing."""
    name = next(pair.consumer.state.rglob("kafka-instance")).read_text()
    return subprocess.Popen(
        ["kcat", "-q", "-b", cluster.bootstrap, "-G", "virtualization-consumer-service-group",
         "-X", f"group.instance.id=kbnt-{name}-0", "-X", "enable.auto.commit=false",
         "-X", f"session.timeout.ms={seconds * 1000}", "virtualization-requests"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def a_consumer_whose_name_was_taken_goes_on_once_that_is_free_again(cluster):
    if not shutil.which("kcat"):
        raise Skip("'kcat' is not installed: apt-get install kcat")
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        thief = intruder(cluster, pair, 3)
        try:
            wait_until("the consumer is fenced", lambda: any(
                "failed for good and joins again" in line for line in pair.consumer.lines), 60)
            kafka = pair.consumer.check("kafka")
            require(kafka["status"] == "FAILED" and "fenced" in kafka["detail"], f"{kafka}")
            client = Client(pair.producer, REQUESTS // 8)
            client.start()
        finally:
            thief.kill()
            thief.wait()
        client.join(60)
        pair.end_well(client.answers)


def copy_of(consumer):
    """A consumer on a copy of another's state, which stands still meanwhile."""
    copy = Daemon(consumer.settings)
    copy.state.mkdir(parents=True, exist_ok=True)
    for path in consumer.state.iterdir():
        if "producer" not in path.name and not path.name.endswith(".lock"):
            copied = shutil.copytree if path.is_dir() else shutil.copy
            copied(path, copy.state / path.name)
    return copy


def a_relay_that_was_replaced_publishes_nothing(cluster):
    since_ms = int(time.time() * 1000)
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, REQUESTS // 2)
        client.start()
        wait_until("some are answered", lambda: len(client.answers) > REQUESTS // 8,
                   30 + MORE_S)
        pair.consumer.process.send_signal(signal.SIGSTOP)
        with copy_of(pair.consumer) as heir:
            heir.start()
            client.join(60)
            wait_until("all requests have ended", lambda: is_quiet(pair.producer),
                       120 + MORE_S)
            pair.consumer.process.send_signal(signal.SIGCONT)
            wait_until("the elder says that it was replaced", lambda: any(
                "another process publishes as" in line for line in pair.consumer.lines), 60)
            require(heir.stop() == 0, "the heir did not stop in peace")
        pair.stop()
        events_are_read_once_and_in_order(cluster, since_ms, Checker(pair.producer.state))


def a_pair_that_starts_without_brokers_does_all_once_they_are_there(cluster):
    with Pair(cluster, "transport.kafka.warm_up=100ms", "http.publish_wait=10ms",
              "kbnt.sinks=") as pair:
        for node in range(3):
            cluster.kill(node)
        for daemon in pair.daemons:
            daemon.start()
        client = Client(pair.producer, REQUESTS // 4)
        client.start()
        client.join(60)
        require(all(answer["status"] == "QUEUED" for answer in client.answers),
                "published without a broker")
        pair.producer.kill()
        pair.producer.start()
        for node in range(3):
            cluster.start(node)
        pair.end_well(client.answers)


def a_pair_that_starts_beside_one_broker_of_three_does_all_once_the_others_are_back(cluster):
    with Pair(cluster, "http.publish_wait=10ms", "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        for node in (0, 1):
            cluster.kill(node)
        for daemon in pair.daemons:
            daemon.kill()
            daemon.start()
        client = Client(pair.producer, REQUESTS // 4)
        client.start()
        client.join(60)
        for node in (0, 1):
            cluster.start(node)
        pair.end_well(client.answers)


run_on_brokers([
    librdkafka_does_what_the_decision_says,
    the_plugin_keeps_the_contract,
    the_plugin_keeps_the_contract_with_static_members,
    a_full_queue_holds_back_and_loses_nothing,
    the_reference_run_counts_right_over_two_processes,
    topics_that_cannot_be_right_are_refused_by_name,
    a_topic_with_settings_that_lose_records_is_refused_and_a_doubtful_one_is_told_of,
    killed_processes_and_killed_brokers_lose_nothing_and_make_nothing_twice,
    a_reader_sees_each_event_once_however_often_the_consumer_is_killed,
    a_second_consumer_with_a_store_of_its_own_is_refused_and_the_first_goes_on,
    a_consumer_that_begins_again_under_another_name_waits_for_the_session_of_the_dead_one,
    a_consumer_whose_name_was_taken_goes_on_once_that_is_free_again,
    a_relay_that_was_replaced_publishes_nothing,
    a_pair_that_starts_without_brokers_does_all_once_they_are_there,
    a_pair_that_starts_beside_one_broker_of_three_does_all_once_the_others_are_back,
])

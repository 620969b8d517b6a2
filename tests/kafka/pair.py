# SPDX-License-Identifier: LGPL-2.1-or-later
"""A producer and a consumer as processes of their own, with real brokers between them."""
import json
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scenario"))
from cluster import SKIPPED, Cluster, Unavailable, end_cleanly_on_sigterm  # noqa: E402
from daemon import (MUCH_ROOM, Daemon, make_keys, named, require, run_tests,  # noqa: E402
                    wait_until, why_no_kafka)
from invariants import Checker  # noqa: E402

REQUESTS = int(os.environ.get("KBNT_REQUESTS", "120"))
# How much longer than 120 of them these may take, beside brokers on the same disk.
MORE_S = max(REQUESTS - 120, 0) // 25
SESSION_S = 8


class Pair:
    """A producer and a consumer, who share nothing but the brokers and the signing keys."""

    def __init__(self, cluster, *settings):
        self.producer = Daemon(["kbnt.role=producer"])
        # Hosts are reported once, so that the pair comes to rest; the consumer of the pair before
        # is soon forgotten by the group.
        self.consumer = Daemon(["kbnt.role=consumer", "provisioner.mock.latency_factor=0",
                                "consumer.host_report=10m",
                                f"consumer.session_timeout={SESSION_S}s"])
        self.daemons = (self.producer, self.consumer)
        # Where the invariants' checker looks for both; each store has a lock of its own.
        self.consumer.state = self.producer.state
        keys = make_keys(self.producer.folder)
        for daemon in self.daemons:
            daemon.settings += ["kbnt.transport=kafka", f"security.signing_keys={keys}",
                                *MUCH_ROOM,
                                f"transport.kafka.bootstrap.servers={cluster.bootstrap}",
                                *settings]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in self.daemons:
            daemon.__exit__()

    def is_at_rest(self):
        """Whether no request is on its way, and the producer has been told of all there was."""
        return is_quiet(self.producer) and self.producer.is_settled() and \
            not Checker(self.producer.state).check([])

    def stop(self):
        for daemon in self.daemons:
            status = daemon.stop()
            require(status == 0, f"a daemon ended with {status}:\n" +
                    "\n".join(daemon.lines[-20:]))

    def end_well(self, answers):
        """Comes to rest, stops, and holds to the invariants what is left behind."""
        try:
            wait_until("the pair is at rest", self.is_at_rest, 120 + MORE_S)
        finally:
            self.stop()
            faults = Checker(self.producer.state).check(answers)
            require(not faults, "\n".join(faults[:20]))


class Client(threading.Thread):
    """Asks for machines and disks one after the other, again and again until each is answered."""

    def __init__(self, daemon, n_requests):
        super().__init__(daemon=True)
        self.daemon_process = daemon
        self.n_requests = n_requests
        self.answers = []
        self.failure = None

    def run(self):
        try:
            self.ask_all()
        except Exception as failure:  # for whoever joins
            self.failure = failure

    def join(self, timeout):
        super().join(timeout + MORE_S)
        if self.failure:
            raise self.failure
        require(not self.is_alive(), f"only {len(self.answers)} are answered")

    def ask_all(self):
        for number in range(self.n_requests):
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


def dead_letters(daemon):
    """All of the consumer's, page by page."""
    found = []
    while True:
        after = ["--after", str(found[-1]["number"])] if found else []
        ran = daemon.control("dlq", "list", "--limit", "100", "--json", *after, "--socket",
                             f"{daemon.folder}/run/consumer.sock")
        require(ran.returncode == 0, ran.stderr)
        page = json.loads(ran.stdout)["deadLetters"]
        if not page:
            return found
        found += page


def run_on_brokers(tests, make_cluster=Cluster):
    """Starts brokers and runs the tests, each of which is given them; skipped, with the reason,
    where there can be none."""
    if why_no_kafka():
        print(f"skipped: {why_no_kafka()}")
        sys.exit(SKIPPED)
    end_cleanly_on_sigterm()
    try:
        with make_cluster() as cluster:
            run_tests([named(test.__name__, partial(test, cluster)) for test in tests])
    except Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)

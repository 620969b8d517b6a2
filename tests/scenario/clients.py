# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that ask a daemon for this and that, while it is treated badly."""
import sqlite3
import threading
import time

from daemon import MUCH_ROOM, PATIENCE, Failure, require, wait_until
from invariants import CANCELLED, COMPLETED, FAILED, Checker

# Much room, little latency, and now and then a fault.
SETTINGS = [
    *MUCH_ROOM, "consumer.workers=16", "provisioner.mock.latency_factor=0.01",
    "provisioner.mock.fault.VOLUME=rate 0.05 seed 3",
    "provisioner.mock.fault.BOOT=every 7 code PROVISIONER_FAILED",
    "provisioner.mock.fault.MACHINE=rate 0.05 seed 7 code HOST_LOST after",
    "kbnt.sinks=",
]


class Clients:
    """A few clients that ask for this and that, and remember every answer."""

    def __init__(self, daemon, chance, wanted):
        self.daemon = daemon
        self.chance = chance
        self.wanted = wanted
        self.lock = threading.Lock()
        self.answers = []
        self.machines = []
        self.serial = 0
        self.threads = []

    def body(self):
        with self.lock:
            self.serial += 1
            name = f"req-{self.serial:05d}"
            choice = self.chance.random()
            if choice < 0.20 and self.machines:
                machine = self.chance.choice(self.machines)
                verb = self.chance.choice(["STOP_VIRTUAL_MACHINE", "START_VIRTUAL_MACHINE",
                                           "REBOOT_VIRTUAL_MACHINE", "DELETE_RESOURCE"])
                return name, {"type": verb, "spec": {"virtualResourceId": machine}}
            if choice < 0.60:
                return name, {"type": "CREATE_VIRTUAL_MACHINE",
                              "spec": {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}}
            if choice < 0.85:
                return name, {"type": "ALLOCATE_STORAGE", "spec": {"size": 10, "type": "ssd"}}
            return name, {"type": "CREATE_NETWORK",
                          "spec": {"subnet": f"10.{self.serial % 250}.{self.serial // 250}.0/24"}}

    def one(self):
        name, body = self.body()
        full = {"type": body["type"], "specifications": body["spec"],
                "metadata": {"requestId": name, "userId": self.chance.choice("abc")}}
        while True:  # as a client that retries: the same requestId gives the same answer
            try:
                status, _, answer = self.daemon.post(full)
            except OSError:
                time.sleep(0.05)
                continue
            if status in (503, 429):
                time.sleep(0.05)
                continue
            break
        if status != 202:
            require(status in (404, 409, 403), f"{full}: {status} {answer}")
            return
        with self.lock:
            self.answers.append(answer)
            if body["type"] == "CREATE_VIRTUAL_MACHINE":
                self.machines.append(answer["virtualResourceId"])
            cancel = self.chance.random() < 0.1
        if cancel:
            try:
                self.daemon.ask("DELETE", f"/api/v1/requests/{name}")
            except OSError:
                pass

    def work(self):
        while True:
            with self.lock:
                if self.serial >= self.wanted:
                    return
            self.one()

    def start(self):
        for _ in range(6):
            thread = threading.Thread(target=self.work, daemon=True)
            thread.start()
            self.threads.append(thread)

    def join(self):
        """Waits until each has been answered."""
        for thread in self.threads:
            thread.join(300 * PATIENCE)
            require(not thread.is_alive(), "a client was never answered")
        require(self.answers, "nothing was accepted")


def all_is_kept(daemon, clients):
    """Waits for the end of all that was asked, ends the daemon, and looks at its files."""
    clients.join()
    wait_until("all requests have ended", lambda: is_quiet(daemon), 240)
    wait_until("no record is on its way", daemon.is_settled)
    require(daemon.stop() == 0, "the daemon did not end well:\n" + "\n".join(daemon.lines[-9:]))
    faults = Checker(daemon.state).check(clients.answers)
    print(f"{len(clients.answers)} accepted, {outcomes(daemon)}", flush=True)
    if faults:
        raise Failure(f"{len(faults)} faults:\n" + "\n".join(faults[:30]))


def is_quiet(daemon):
    """Whether no request is on its way."""
    return not any(daemon.ask("GET", f"/api/v1/requests?status={status}&limit=1")[2]["requests"]
                   for status in ("QUEUED", "PROCESSING", "COMPENSATING"))


def outcomes(daemon):
    """How the requests ended, so that a run that tests nothing is seen."""
    with sqlite3.connect(f"{daemon.state}/producer.db") as store:
        counts = dict(store.execute("SELECT status, count(*) FROM requests GROUP BY status"))
    names = {COMPLETED: "completed", FAILED: "failed", CANCELLED: "cancelled"}
    require(set(counts) == set(names), f"not every outcome was seen: {counts}")
    return ", ".join(f"{count} {names[status]}" for status, count in sorted(counts.items()))

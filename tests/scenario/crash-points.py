# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon dies before and after every commit of every verb, is started again, and all
invariants hold: one test a point. Needs a build with --enable-crash-points.

A point is a name of plugins/store/sqlite/crash-points.h. Which ones a verb has follows from its
steps; a run that only watches proves for each verb that the journal has these and no others.
"""
import http.client
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from daemon import PATIENCE, Daemon, Failure, named, require, run_tests, wait_until
from invariants import Checker

SETTINGS = ["provisioner.mock.latency_factor=0", "provisioner.mock.hosts=mock-1", "kbnt.sinks=",
            "quota.default.cores=1000"]
REQUEST = "req-crash"
WORKERS = 2 * len(os.sched_getaffinity(0))
HOSTS = 1

MACHINE = {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}
MACHINE_STEPS = ["PLAN", "NETWORK", "VOLUME", "SEED", "FILTER", "MACHINE", "BOOT", "AGENT",
                 "VERIFY"]
WITH_VOLUME = MACHINE_STEPS[:6] + ["ATTACH"] + MACHINE_STEPS[6:]
UNDONE = ["NETWORK", "VOLUME", "SEED", "FILTER", "MACHINE", "ATTACH", "BOOT"]
PARTS = {"storage": ["PLAN", "VOLUME", "VERIFY"], "network": ["PLAN", "NETWORK", "VERIFY"],
         "machine": ["PLAN", "BOOT", "MACHINE", "FILTER", "SEED", "VOLUME", "NETWORK", "VERIFY"]}

# Names that say less than another of the same commit, or come whenever time has passed.
UNCOUNTED = re.compile(r"commit|advance|claim|project|renew|prune|UNDO_INTENT-of-.*|"
                       r"INTENT-of-(?!PLAN$).*")


def nth(name, first, last):
    return [f"{name}:{number}" for number in range(first, last + 1)]


def event(name):
    return f"project-of-VIRTUALIZATION_{name}"


START = ["report-hosts"] + nth("emit", 1, HOSTS) + \
    nth("project-of-HOST_REPORTED", 1, HOSTS) + nth("consumer-settle", 1, HOSTS)
PUBLISHED = ["accept", "producer-confirm", "producer-settle", "take-in", "INTENT-of-PLAN",
             event("ACCEPTED"), event("STARTED")]


def settled(first, last):
    """The events of a request are marked after those that told of the hosts."""
    return nth("consumer-settle", HOSTS + first, HOSTS + last)


def done(steps):
    """The points of steps that go forward, but for what follows the last."""
    return [f"RESULT-of-{step}" for step in steps] + \
        nth(event("STEP_COMPLETED"), 1, len(steps)) + settled(1, 2 + len(steps))


def whole(steps, more=()):
    """The points of a request whose steps all succeed."""
    return PUBLISHED + list(more) + done(steps[:-1]) + \
        [f"RESULT-of-{steps[-1]}", event("COMPLETED")] + settled(len(steps) + 2, len(steps) + 2)


def undone(steps, end, n_before):
    """The points of the way back from the last of the steps."""
    back = [step for step in reversed(steps) if step in UNDONE]
    return [f"FAULT-of-{steps[-1]}"] + [f"UNDO_RESULT-of-{step}" for step in back] + \
        nth(event("COMPENSATED"), 1, len(back)) + [event(end)] + \
        settled(n_before + 1, n_before + len(back) + 1)


class Verb:
    """One request in a world that is there already, and the points of its life."""

    def __init__(self, title, kind, specification, points, before=(), settings=()):
        self.title = title
        self.kind = kind
        self.specification = specification
        self.points = points
        self.before = list(before)  # points that are passed first, and tested elsewhere
        self.settings = list(settings)

    def post(self, daemon, world):
        def name(value):
            if isinstance(value, list):
                return [name(item) for item in value]
            return world.ids.get(value, value) if isinstance(value, str) else value

        named_ids = {key: name(value) for key, value in self.specification.items()}
        status, _, answer = daemon.post({"type": self.kind, "specifications": named_ids,
                                         "metadata": {"requestId": REQUEST, "userId": "user-1"}})
        require(status == 202, f"POST answered {status} {answer}")
        return answer

    def drive(self, daemon, world, answers):
        """What the client does until the daemon dies under it."""
        answers.append(self.post(daemon, world))

    def must_end(self, when, point, answers):
        """How the request ends after the daemon is back; None where either is right."""
        return "COMPLETED"


class Failing(Verb):
    """A machine of which one step fails for good, once."""

    def __init__(self, step):
        steps = MACHINE_STEPS[:MACHINE_STEPS.index(step) + 1]
        super().__init__(f"a machine that fails at {step}", "CREATE_VIRTUAL_MACHINE", MACHINE,
                         undone(steps, "FAILED", len(steps) + 1),
                         PUBLISHED + ["take-serials"] + done(steps[:-1]),
                         [f"provisioner.mock.fault.{step}=first 1 code PROVISIONER_FAILED"])
        self.fault = f"FAULT-of-{step}"

    def must_end(self, when, point, answers):
        return "COMPLETED" if (when, point) == ("before", self.fault) else "FAILED"


class FailingWithVolume(Verb):
    """A machine that has its volume already when it cannot boot. What becomes of the volume is a
    commit of its own, without a line of the journal: the 7th and the 11th that go on."""

    def __init__(self):
        steps = WITH_VOLUME[:8]
        n_before = len(steps) + 2
        super().__init__("a machine with a volume that fails at BOOT", "CREATE_VIRTUAL_MACHINE",
                         {**MACHINE, "volumes": ["storage"]},
                         undone(steps, "FAILED", n_before) +
                         settled(n_before + len(steps) + 1, n_before + len(steps) + 1) +
                         ["advance:11", "project-of-RESOURCE_STATE_CHANGED:2"],
                         PUBLISHED + ["take-serials", "project-of-RESOURCE_STATE_CHANGED"] +
                         done(steps[:-1]) + settled(n_before, n_before),
                         ["provisioner.mock.fault.BOOT=first 1 code PROVISIONER_FAILED"])

    def must_end(self, when, point, answers):
        return "COMPLETED" if (when, point) == ("before", "FAULT-of-BOOT") else "FAILED"


class Unplaced(Verb):
    """A machine that no host has room for until the daemon is started again."""

    def __init__(self):
        super().__init__("a machine that fails at PLAN", "CREATE_VIRTUAL_MACHINE",
                         {**MACHINE, "cpu": 2}, undone(["PLAN"], "FAILED", 2),
                         PUBLISHED + ["take-serials"] + settled(1, 2),
                         ["provisioner.mock.cores=1"])

    def must_end(self, when, point, answers):
        return "COMPLETED" if (when, point) == ("before", "FAULT-of-PLAN") else "FAILED"


class Cancelled(Verb):
    """A machine that is cancelled while its volume is being made."""

    def __init__(self):
        steps = MACHINE_STEPS[:3]
        super().__init__("a cancel in work", "CREATE_VIRTUAL_MACHINE", MACHINE,
                         ["cancel", "take-cancel", "producer-confirm:2", "producer-settle:2"] +
                         undone(steps, "CANCELLED", len(steps) + 1),
                         PUBLISHED + ["take-serials"] + done(steps[:-1]),
                         ["provisioner.mock.fault.VOLUME=first 1 hang"])

    def drive(self, daemon, world, answers):
        answers.append(self.post(daemon, world))
        wait_until("the volume is being made", lambda: any(
            entry["operation"] == "NETWORK"
            for entry in daemon.request(REQUEST)["processingHistory"]))
        status, _, answer = daemon.ask("DELETE", f"/api/v1/requests/{REQUEST}")
        require(status == 202, f"DELETE answered {status} {answer}")
        answers.append(answers[0])

    def must_end(self, when, point, answers):
        return "CANCELLED" if len(answers) > 1 else None


VERBS = [
    Verb("a machine", "CREATE_VIRTUAL_MACHINE", MACHINE, whole(MACHINE_STEPS, ["take-serials"])),
    Verb("a machine with a volume", "CREATE_VIRTUAL_MACHINE", {**MACHINE, "volumes": ["storage"]},
         whole(WITH_VOLUME, ["take-serials", "advance:7", "project-of-RESOURCE_STATE_CHANGED"]) +
         settled(len(WITH_VOLUME) + 3, len(WITH_VOLUME) + 3)),
    Verb("a storage", "ALLOCATE_STORAGE", {"size": 10}, whole(PARTS["storage"])),
    Verb("a network", "CREATE_NETWORK", {"subnet": "10.9.9.0/24"}, whole(PARTS["network"])),
    Verb("a delete of a machine", "DELETE_RESOURCE", {"virtualResourceId": "spare"},
         whole(PARTS["machine"])),
    Verb("a delete of a storage", "DELETE_RESOURCE", {"virtualResourceId": "storage"},
         whole(PARTS["storage"])),
    Verb("a delete of a network", "DELETE_RESOURCE", {"virtualResourceId": "network"},
         whole(PARTS["network"])),
    Verb("a start", "START_VIRTUAL_MACHINE", {"virtualResourceId": "stopped"},
         whole(["PLAN", "POWER", "VERIFY"])),
    Verb("a stop", "STOP_VIRTUAL_MACHINE", {"virtualResourceId": "machine"},
         whole(["PLAN", "POWER", "VERIFY"])),
    Verb("a reboot", "REBOOT_VIRTUAL_MACHINE", {"virtualResourceId": "machine"},
         whole(["PLAN", "POWER", "VERIFY"])),
    Verb("an attachment", "ATTACH_STORAGE",
         {"virtualResourceId": "machine", "storageId": "storage"},
         whole(["PLAN", "ATTACH", "VERIFY"])),
    Verb("a detachment", "DETACH_STORAGE",
         {"virtualResourceId": "machine", "storageId": "attached"},
         whole(["PLAN", "DETACH", "VERIFY"])),
    Unplaced(),
    *[Failing(step) for step in MACHINE_STEPS[1:]],
    FailingWithVolume(),
    Cancelled(),
]
AT_START = Verb("a start of the daemon", "ALLOCATE_STORAGE", {"size": 10}, START)


class World:
    """What each test begins with: the files of a daemon that has made a few things."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="kbnt-"))
        self.ids = {}
        self.answers = []
        with Daemon(SETTINGS) as daemon:
            daemon.start()
            for name in ("machine", "stopped", "spare"):
                self.make(daemon, "CREATE_VIRTUAL_MACHINE", MACHINE, name)
            for name in ("storage", "attached"):
                self.make(daemon, "ALLOCATE_STORAGE", {"size": 10}, name)
            self.make(daemon, "CREATE_NETWORK", {"subnet": "10.8.8.0/24"}, "network")
            self.make(daemon, "STOP_VIRTUAL_MACHINE", {"virtualResourceId": self.ids["stopped"]})
            self.make(daemon, "ATTACH_STORAGE", {"virtualResourceId": self.ids["machine"],
                                                 "storageId": self.ids["attached"]})
            wait_until("no record is on its way", daemon.is_settled)
            require(daemon.stop() == 0, "the daemon did not end well")
            shutil.copytree(daemon.state, self.folder / "state")

    def make(self, daemon, kind, specification, name=None):
        body = {"type": kind, "specifications": specification, "metadata": {"userId": "user-1"}}
        answer = daemon.post(body)[2]
        view = daemon.ended(answer["requestId"])
        require(view["status"] == "COMPLETED", f"{kind}: {view}")
        self.answers.append(answer)
        if name:
            self.ids[name] = answer["virtualResourceId"]

    def daemon(self):
        daemon = Daemon(SETTINGS)
        shutil.copytree(self.folder / "state", daemon.state)
        return daemon


def die(daemon, verb, world, when, point):
    """Runs the daemon until it ends itself at the point; returns what was answered by then."""
    answers = []
    daemon.start([f"store.sqlite.crash_{when}_commit={point}"] + verb.settings, ready=False)
    try:
        if verb is not AT_START:
            wait_until("kbntd is ready", daemon._is_ready)
            verb.drive(daemon, world, answers)
    except (OSError, http.client.HTTPException):
        pass  # it died under the client, which is what it should do
    try:
        status = daemon.process.wait(20 * PATIENCE)
    except subprocess.TimeoutExpired:
        raise Failure("the point was never reached") from None
    require(status == -signal.SIGKILL, f"it ended with {status} and not at the point")
    return answers


def recover(daemon, verb, world, answers):
    """Starts the daemon again, asks as a client that heard nothing, and waits for the end."""
    daemon.start()
    again = verb.post(daemon, world)
    for answer in answers:
        for key in ("messageId", "correlationId", "virtualResourceId"):
            require(answer[key] == again[key], f"{key} was {answer[key]} and is {again[key]}")
    view = daemon.ended(REQUEST)
    wait_until("no record is on its way", daemon.is_settled)
    require(daemon.stop() == 0, "it did not end well:\n" + "\n".join(daemon.lines[-9:]))
    return again, view["status"]


def crash(verb, when, point, world):
    daemon = world.daemon() if verb is not AT_START else Daemon(SETTINGS)
    with daemon:
        answers = die(daemon, verb, world, when, point)
        again, status = recover(daemon, verb, world, answers)
        wanted = verb.must_end(when, point, answers)
        require(wanted in (None, status), f"it ended {status}, not {wanted}")
        known = world.answers if verb is not AT_START else []
        faults = Checker(daemon.state).check(known + [again])
        require(not faults, "; ".join(faults[:9]))


def watch(verb, world):
    """The points that a run without a crash passes are those that the tests know."""
    with world.daemon() as daemon:
        trace = daemon.folder / "trace"
        daemon.start([f"store.sqlite.crash_trace={trace}"] + verb.settings)
        verb.drive(daemon, world, [])
        daemon.ended(REQUEST)
        wait_until("no record is on its way", daemon.is_settled)
        require(daemon.stop() == 0, "it did not end well")
        passed = Counter(name for name in trace.read_text().split()
                         if not UNCOUNTED.fullmatch(name))
    known = Counter(re.sub(":.*", "", point) for point in START + verb.before + verb.points
                    if not UNCOUNTED.fullmatch(re.sub(":.*", "", point)))
    require(passed == known, f"not known: {dict(passed - known)}, not passed: "
            f"{dict(known - passed)}")


def all_tests(world):
    for verb in VERBS:
        yield named(f"the points of {verb.title} are all known", lambda v=verb: watch(v, world))
    for verb in [AT_START] + VERBS:
        for point in verb.points:
            for when in ("before", "after"):
                place = re.sub("-of-", " of ", point.replace(":", " "))
                place = re.sub("^(RESULT|FAULT|INTENT|UNDO_RESULT) ",
                               lambda m: m[0].lower().replace("_", " "), place)
                yield named(f"crash {when} {place} in {verb.title}",
                            lambda v=verb, w=when, p=point: crash(v, w, p, world))


def main():
    with Daemon(["store.sqlite.crash_trace="]) as daemon:
        if subprocess.run(daemon.command() + ["--check-config"], capture_output=True).returncode:
            print("skipped: the store was built without --enable-crash-points")
            raise SystemExit(77)
    world = World()
    try:
        run_tests(all_tests(world), WORKERS)
    finally:
        shutil.rmtree(world.folder)


main()

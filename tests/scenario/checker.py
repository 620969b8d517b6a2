# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checker of the invariants is worth something only if it finds what is broken: each kind of
damage, done to a copy of a sound state, must be found under its own invariant.
"""
import json
import shutil
import sqlite3
import tempfile
from pathlib import Path

from daemon import Daemon, require, run_tests
from invariants import Checker

SETTINGS = ["provisioner.mock.latency_factor=0.01", "kbnt.sinks="]

# What is done to the files, and the invariant that must then be said to be broken.
DAMAGE = {
    "a request is lost": ("I1", "producer.db", "DELETE FROM requests WHERE type = 1"),
    "a request has another messageId": (
        "I7", "producer.db", "UPDATE requests SET message_id = randomblob(16) WHERE type = 1"),
    "a request is left open": ("I3", "producer.db", "UPDATE requests SET status = 2"),
    "a message is left open": ("I3", "consumer.db", "UPDATE inbox SET state = 2"),
    "a resource is forgotten": ("I2", "consumer.db", "DELETE FROM resources WHERE type = 1"),
    "the halves disagree": ("I2", "producer.db", "UPDATE resources SET status = 3 WHERE type = 1"),
    "quota is kept": ("I4", "producer.db", "UPDATE ledger SET reserved = 1"),
    "quota is negative": ("I4", "producer.db", "UPDATE ledger SET used = -1"),
    "a claim is forgotten": ("I4", "consumer.db", "DELETE FROM claims"),
    "an event is missing": ("I5", "producer.db", "DELETE FROM events WHERE sequence = 2"),
    "an event was altered": (
        "I5", "producer.db",
        "UPDATE events SET record = damaged(record) WHERE sequence = 2"),
}


def sound_state(folder):
    """A daemon's files after a few requests, and what was answered."""
    with Daemon(SETTINGS, folder) as daemon:
        daemon.start()
        answers = [daemon.post(body)[2] for body in (
            {"type": "CREATE_VIRTUAL_MACHINE",
             "spec": {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}},
            {"type": "ALLOCATE_STORAGE", "spec": {"size": 10}})]
        for answer in answers:
            daemon.ended(answer["requestId"])
        require(daemon.stop() == 0, "the daemon did not end well")
        kept = Path(tempfile.mkdtemp(prefix="kbnt-"))
        shutil.copytree(daemon.state, kept / "state")
    return kept / "state", answers


def damaged(record):
    """The same bytes, but for one in the middle of the event."""
    middle = record.index(b"v1") if b"v1" in record else len(record) // 2
    return record[:middle] + bytes([record[middle] ^ 1]) + record[middle + 1:]


def found_after(state, answers, name, statement):
    copy = Path(tempfile.mkdtemp(prefix="kbnt-")) / "state"
    try:
        shutil.copytree(state, copy)
        with sqlite3.connect(copy / name) as store:
            store.create_function("damaged", 1, damaged)
            changed = store.execute(statement).rowcount
        require(changed > 0, f"'{statement}' changed nothing")
        return Checker(copy).check(answers)
    finally:
        shutil.rmtree(copy.parent)


def each_damage_is_found_under_its_own_invariant():
    state, answers = sound_state(tempfile.mkdtemp(prefix="kbnt-"))
    try:
        require(Checker(state).check(answers) == [], "the state was not sound to begin with")
        for what, (invariant, name, statement) in DAMAGE.items():
            faults = found_after(state, answers, name, statement)
            require(any(fault.startswith(invariant) for fault in faults),
                    f"{what}: not found, only {json.dumps(faults)}")
        torn = next(state.rglob("world.jsonl"))
        torn.write_bytes(b"\n".join(torn.read_bytes().split(b"\n")[:1]) + b"\n")
        require(any(fault.startswith("I2") for fault in Checker(state).check(answers)),
                "a hypervisor that has lost everything was not found")
    finally:
        shutil.rmtree(state.parent)


run_tests([each_damage_is_found_under_its_own_invariant])

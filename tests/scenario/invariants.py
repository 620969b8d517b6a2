# SPDX-License-Identifier: LGPL-2.1-or-later
"""The invariants of a kbnt at rest, proved from its files alone: the two stores of sqlite and the
world of the mock provisioner. Shares no code with kbnt.

    invariants.py STATE_DIR [FILE]    FILE: a line of JSON an answered 202
"""
import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from pathlib import Path

COMPLETED, FAILED, CANCELLED = 4, 5, 6          # of a request
ENDED, TOMBSTONE, DEBT = 4, 5, 6                # of a message
DELETED, QUARANTINED = 8, 10                    # of a resource
CREATES = {1: 1, 2: 2, 3: 3}                    # request type -> resource type
TERMINAL_EVENTS = {4, 5, 7}                     # COMPLETED, FAILED, CANCELLED
PARTS = {1: {"network", "volume", "seed", "filter", "machine"}, 2: {"volume"}, 3: {"network"}}
NAMESPACE_KIND = "resource:"


def uuid_text(raw):
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def read_world(folder):
    """The parts that exist: (partId, part) -> fields. A torn last line never happened."""
    parts = {}
    for path in Path(folder).rglob("world.jsonl"):
        for line in path.read_bytes().split(b"\n")[:-1]:
            entry = json.loads(line)
            if entry.get("op") == "put":
                parts[entry["partId"], entry["part"]] = entry
            elif entry.get("op") == "remove":
                parts.pop((entry["partId"], entry["part"]), None)
    return parts


def checksum_and_previous(body):
    """Reads the tail of an Avro event: [previousChecksum as a union] [checksum as a string]."""
    text_length = 7 + 64                        # "sha256-" and 64 hexadecimal digits
    prefix = bytes([(text_length << 1) & 0x7f | 0x80, (text_length << 1) >> 7])
    tail = len(prefix) + text_length
    if body[-tail:-text_length] != prefix:
        return None, None, False
    checksum = body[-text_length:].decode("ascii", "replace")
    before = body[:-tail]
    valid = checksum == "sha256-" + hashlib.sha256(before).hexdigest()
    previous = before[-text_length:]
    if before[-tail:-text_length] == prefix and previous.startswith(b"sha256-"):
        return checksum, previous.decode("ascii"), valid
    return checksum, None, valid


def event_bodies(record):
    """The candidates for an event's body in the bytes of a stored record: each that begins with
    the framing of Confluent and an id of the embedded registry."""
    start = 0
    while (start := record.find(b"\x00\x4b\x51", start)) >= 0:
        yield record[start + 5:]
        start += 1


class Checker:
    def __init__(self, state):
        self.faults = []
        self.state = Path(state)
        self.producer = self.open("producer.db")
        self.consumer = self.open("consumer.db")
        self.world = read_world(state)

    def open(self, name):
        return sqlite3.connect(f"file:{self.state / name}?mode=ro", uri=True)

    def fault(self, invariant, text):
        self.faults.append(f"{invariant}: {text}")

    def answered_are_stored(self, answers):
        """I1, I7: each 202 names a request that is there, under the ids that were answered."""
        known = {request_id: (uuid_text(message_id), scope) for message_id, scope, request_id in
                 self.producer.execute("SELECT message_id, scope, request_id FROM requests")}
        for answer in answers:
            stored = known.get(answer["requestId"])
            if stored is None:
                self.fault("I1", f"{answer['requestId']} was answered 202 and is not stored")
            elif stored[0] != answer["messageId"]:
                self.fault("I7", f"{answer['requestId']} is {stored[0]}, "
                                 f"and was answered as {answer['messageId']}")

    def requests_are_terminal(self):
        """I3: nothing is on its way any more, in either half."""
        for message_id, status in self.producer.execute(
                "SELECT message_id, status FROM requests WHERE status < ?", (COMPLETED,)):
            self.fault("I3", f"request {uuid_text(message_id)} has status {status}")
        for message_id, state in self.consumer.execute(
                "SELECT message_id, state FROM inbox WHERE state NOT IN (?, ?, ?)",
                (ENDED, TOMBSTONE, DEBT)):
            self.fault("I3", f"message {uuid_text(message_id)} is in state {state}")
        for half, store in (("producer", self.producer), ("consumer", self.consumer)):
            left = store.execute("SELECT count(*) FROM outbox").fetchone()[0]
            if left:
                self.fault("I3", f"{left} records are left in the {half}'s outbox")

    def resources_exist_once(self):
        """I2: what the hypervisor has is what the store says, whole, once, and owned."""
        debts = {message for (message,) in self.consumer.execute(
            "SELECT message_id FROM inbox WHERE state = ?", (DEBT,))}
        owners = {}
        for message_id, resource_id, kind, status in self.consumer.execute(
                "SELECT message_id, resource_id, type, status FROM resources"):
            if status != DELETED:
                owners[uuid_text(message_id)] = (resource_id, kind, status)
        held = defaultdict(Counter)
        for (_, part), entry in self.world.items():
            held[entry["messageId"]][part] += 1
        for owner, parts in held.items():
            if owner not in owners and bytes.fromhex(owner.replace("-", "")) not in debts:
                self.fault("I2", f"parts {dict(parts)} of {owner} have no owner in the store")
        for owner, (resource_id, kind, status) in owners.items():
            if status != QUARANTINED and set(held[owner]) != PARTS[kind]:
                self.fault("I2", f"{resource_id} consists of {sorted(held[owner])}")
        names = Counter(entry["virtualResourceId"] for (_, part), entry in self.world.items()
                        if part == "machine")
        for name, count in names.items():
            if count > 1:
                self.fault("I2", f"there are {count} machines {name}")

    def halves_agree(self):
        """I2: the producer's view of what exists is the consumer's."""
        query = "SELECT resource_id, status FROM resources WHERE status <> ?"
        seen = dict(self.producer.execute(query, (DELETED,)))
        real = dict(self.consumer.execute(query, (DELETED,)))
        for resource_id in seen.keys() | real.keys():
            if seen.get(resource_id) != real.get(resource_id):
                self.fault("I2", f"{resource_id} is {real.get(resource_id)} at the consumer "
                                 f"and {seen.get(resource_id)} at the producer")

    def ledger_equals_what_exists(self):
        """I4: used is what exists, reserved is nothing at rest, and nothing is negative."""
        vms = self.producer.execute("SELECT count(*) FROM resources WHERE type = 1 AND status "
                                    "NOT IN (?, ?)", (DELETED, QUARANTINED)).fetchone()[0]
        debts = self.producer.execute("SELECT count(*) FROM resources WHERE status = ?",
                                      (QUARANTINED,)).fetchone()[0]
        used = 0
        for account, quantity, reserved, held in self.producer.execute(
                "SELECT account, quantity, reserved, used FROM ledger"):
            if reserved < 0 or held < 0:
                self.fault("I4", f"{account} {quantity}: {reserved} reserved, {held} used")
            if reserved and not debts:
                self.fault("I4", f"{account} {quantity}: {reserved} reserved at rest")
            if quantity == "vms" and account.startswith("user:"):
                used += held
        units = self.producer.execute("SELECT max(used) FROM ledger").fetchone()[0]
        if not debts and units is not None and used not in (vms, vms * 1000, vms * 1000000):
            self.fault("I4", f"{used} machines are used in the ledger, {vms} exist")

    def claims_equal_what_exists(self):
        """I4: each host's claims are those of what exists on it."""
        exists = {row[0] for row in self.consumer.execute(
            "SELECT resource_id FROM resources WHERE status <> ?", (DELETED,))}
        claims = self.consumer.execute(
            "SELECT resource_id, host, cpu, memory_mb, disk_mb FROM claims").fetchall()
        debts = self.consumer.execute("SELECT count(*) FROM inbox WHERE state = ?",
                                      (DEBT,)).fetchone()[0]
        sums = defaultdict(lambda: [0, 0, 0])
        for resource_id, host, *amounts in claims:
            if resource_id not in exists and not debts:
                self.fault("I4", f"{host} has a claim of {resource_id}, which does not exist")
            for index, amount in enumerate(amounts):
                sums[host][index] += amount
        for host, *claimed in self.consumer.execute(
                "SELECT name, claimed_cpu, claimed_memory_mb, claimed_disk_mb FROM hosts"):
            if claimed != sums[host]:
                self.fault("I4", f"{host} counts {claimed} claimed, its claims are {sums[host]}")

    def streams_are_whole(self):
        """I5: per stream every sequence once, no gap, one end, each checksum right and chained."""
        streams = defaultdict(list)
        for stream, sequence, kind, record in self.producer.execute(
                "SELECT stream_id, sequence, type, record FROM events ORDER BY stream_id, sequence"):
            streams[stream].append((sequence, kind, record))
        last = {stream: sequence for stream, sequence in
                self.consumer.execute("SELECT stream_id, sequence FROM streams")}
        for stream, events in streams.items():
            name = uuid_text(stream)
            sequences = [sequence for sequence, _, _ in events]
            if sequences != list(range(1, len(sequences) + 1)):
                self.fault("I5", f"stream {name} has the sequences {sequences}")
            ends = [kind for _, kind, _ in events if kind in TERMINAL_EVENTS]
            if len(ends) > 1:
                self.fault("I5", f"stream {name} ends {len(ends)} times")
            if stream in last and last[stream] != sequences[-1]:
                self.fault("I5", f"stream {name} was written up to {last[stream]} "
                                 f"and is known up to {sequences[-1]}")
            self.chain_is_valid(name, events)

    def chain_is_valid(self, name, events):
        before = None
        for sequence, _, record in events:
            if record is None:
                continue
            checked = [checksum_and_previous(body) for raw in event_bodies(bytes(record))
                       for body in (raw, raw.rstrip(b"\x00"))]
            found = next((one for one in checked if one[2]), None) or self.inside(record)
            if found is None:
                self.fault("I5", f"event {sequence} of {name} has no valid checksum")
                return
            if sequence > 1 and found[1] != before:
                self.fault("I5", f"event {sequence} of {name} does not follow the one before it")
            before = found[0]

    @staticmethod
    def inside(record):
        """Where the record's own form puts bytes behind the body, the body ends before them."""
        raw = bytes(record)
        for body in event_bodies(raw):
            end = 0
            while (end := body.find(b"sha256-", end)) >= 0:
                found = checksum_and_previous(body[:end + 71])
                if found[2]:
                    return found
                end += 1
        return None

    def check(self, answers=()):
        self.answered_are_stored(answers)
        self.requests_are_terminal()
        self.resources_exist_once()
        self.halves_agree()
        self.ledger_equals_what_exists()
        self.claims_equal_what_exists()
        self.streams_are_whole()
        return self.faults


def main():
    answers = []
    if len(sys.argv) > 2:
        answers = [json.loads(line) for line in Path(sys.argv[2]).read_text().splitlines()]
    faults = Checker(sys.argv[1]).check(answers)
    print("\n".join(faults) if faults else "all invariants hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

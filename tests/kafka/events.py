# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reader who knows nothing of kbnt finds on the topic of the events: kcat, which reads only
what is committed."""
import shutil
import subprocess
from collections import Counter, namedtuple

from daemon import Skip, require
from invariants import checksum_and_previous, event_bodies

TOPIC = "virtualization-events"
FRAME = 5
Event = namedtuple("Event", "partition offset id checksum previous")


def parse(output):
    """The records of "PARTITION OFFSET SIZE HEADERS\\n", each followed by its bytes."""
    while output:
        line, output = output.split(b"\n", 1)
        partition, offset, size, headers = line.split(b" ", 3)
        body, output = output[:int(size)], output[int(size) + 1:]
        names = dict(pair.split("=", 1) for pair in headers.decode().split(",") if "=" in pair)
        checksum, previous, is_valid = checksum_and_previous(body[FRAME:])
        require(is_valid, f"event {names.get('ce_id')} has a wrong checksum")
        yield Event(int(partition), int(offset), names["ce_id"], checksum, previous)


def read_events(cluster, since_ms):
    """All events of that time and later that are committed, in the order of each partition."""
    if not shutil.which("kcat"):
        raise Skip("'kcat' is not installed: apt-get install kcat")
    result = subprocess.run(
        ["kcat", "-C", "-q", "-e", "-b", cluster.bootstrap, "-t", TOPIC, "-o",
         f"s@{since_ms}", "-X", "isolation.level=read_committed", "-f", "%p %o %S %h\n%s\n"],
        capture_output=True, timeout=60)
    require(result.returncode == 0, result.stderr.decode())
    records = {(event.partition, event.offset): event for event in parse(result.stdout)}
    return [records[place] for place in sorted(records)]


def stored_checksums(checker):
    """Of all events that a producer knows."""
    for (record,) in checker.producer.execute("SELECT record FROM events"):
        for body in event_bodies(record):
            checksum, _, is_valid = checksum_and_previous(body)
            if is_valid:
                yield checksum
                break


def faults_of(events):
    """What is twice, or in front of what it goes on from."""
    for name, count in Counter(event.id for event in events).items():
        if count > 1:
            places = [(event.partition, event.offset) for event in events if event.id == name]
            yield f"event {name} is there {count} times, at {places}"
    seen = set()
    for event in events:
        if event.previous and event.previous not in seen:
            yield f"event {event.id} stands before the one that it goes on from"
        seen.add(event.checksum)


def events_are_read_once_and_in_order(cluster, since_ms, checker):
    """Holds what the topic has to itself, and to what a producer has been told. Another pair's hosts
    have the same streams, so that only what is later than its events is looked at."""
    events = read_events(cluster, since_ms)
    faults = list(faults_of(events))
    there = {event.checksum for event in events}
    faults += [f"an event with the checksum {checksum} is not on the topic"
               for checksum in stored_checksums(checker) if checksum not in there]
    require(not faults, f"of {len(events)} events: " + "\n".join(faults[:10]))
    return events

# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reader who knows nothing of kbnt finds on the topic of the events."""
from collections import Counter, namedtuple

import records
from daemon import require
from invariants import checksum_and_previous, event_bodies

TOPIC = "virtualization-events"
FRAME = 5
Event = namedtuple("Event", "place id checksum previous")


def event_of(record):
    checksum, previous, is_valid = checksum_and_previous(record.value[FRAME:])
    require(is_valid, f"event {record.headers.get('ce_id')} has a wrong checksum")
    return Event((record.partition, record.offset), record.headers["ce_id"], checksum, previous)


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
            places = [event.place for event in events if event.id == name]
            yield f"event {name} is there {count} times, at {places}"
    seen = set()
    for event in events:
        if event.previous and event.previous not in seen:
            yield f"event {event.id} stands before the one that it goes on from"
        seen.add(event.checksum)


def events_are_read_once_and_in_order(cluster, since_ms, checker):
    """Holds what the topic has to itself, and to what a producer has been told. Another pair's hosts
    have the same streams, so that only what is later than its events is looked at."""
    events = [event_of(record) for record in records.read(cluster, TOPIC, since_ms)]
    faults = list(faults_of(events))
    there = {event.checksum for event in events}
    faults += [f"an event with the checksum {checksum} is not on the topic"
               for checksum in stored_checksums(checker) if checksum not in there]
    require(not faults, f"of {len(events)} events: " + "\n".join(faults[:10]))

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Garbage of every kind among the requests, on three real brokers: the good are done, the garbage is
in the dead letters with its reason, nothing forged makes anything, and nobody waits for it."""
import os
import random
import time
from collections import Counter
from datetime import datetime

from pair import MORE_S, REQUESTS, Client, Pair, dead_letters, run_on_brokers
import records
from daemon import require, wait_until

SEED = int(os.environ.get("KBNT_TEST_SEED", "20261127"))
TOPIC = "virtualization-requests"
EVENTS = "virtualization-events"
DEAD = "virtualization-requests.dlq"
MOST_LATE_MS = 1000


def without(headers, *names):
    return {name: value for name, value in headers.items() if name not in names}


def altered(value, chance):
    place = chance.randrange(5, len(value))
    return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1:]


def kinds_of_garbage(good, chance):
    """Of a good record: reasons that it may be kept for, key, headers, value."""
    key, headers, value = good.key.decode(), good.headers, good.value
    unsigned = without(headers, "kbnt-signature", "kbnt-checksum")
    keyid = headers["kbnt-signature"].split(":")[0]
    return [
        ({"UNSIGNED"}, key, {}, b"\0"),
        ({"UNSIGNED"}, key, {}, chance.randbytes(300)),
        ({"UNSIGNED"}, key, unsigned, value),
        ({"SIGNATURE_INVALID"}, key, {"kbnt-signature": f"{keyid}:{'0' * 64}"}, value),
        ({"SIGNATURE_INVALID"}, key, {"kbnt-signature": "nobody:00"}, value),
        ({"SIGNATURE_INVALID"}, "another-key", headers, value),
        ({"CHECKSUM_MISMATCH", "SIGNATURE_INVALID"}, key, headers, altered(value, chance)),
        ({"SIGNATURE_INVALID"}, key, without(headers, "kbnt-checksum"), altered(value, chance)),
        ({"CHECKSUM_MISMATCH", "SIGNATURE_INVALID"}, key, headers, value[:len(value) // 2]),
    ]


def send_garbage(cluster, good, n_records, chance):
    """Returns the sets of reasons, one a record."""
    sent = []
    kinds = kinds_of_garbage(good, chance)
    for reasons, key, headers, value in kinds:
        count = n_records // len(kinds)
        records.publish(cluster, TOPIC, key, headers, [value] * count)
        sent += [reasons] * count
    return sent


def reasons_are_right(sent, found):
    """Each that was sent is found for one of the reasons that it may have."""
    left = Counter(found)
    for reasons in sorted(sent, key=len):
        reason = next((reason for reason in sorted(reasons) if left[reason] > 0), None)
        require(reason, f"of {len(sent)} sent, {Counter(found)} are found; none left of {reasons}")
        left[reason] -= 1
    require(not +left, f"nobody has sent {+left}")


def first_request(pair):
    """One request that is done. Returns its record."""
    status, _, answer = pair.producer.post({"type": "ALLOCATE_STORAGE",
                                            "specifications": {"size": 1},
                                            "metadata": {"requestId": "first"}})
    require(status == 202, answer)
    require(pair.producer.ended("first")["status"] == "COMPLETED", "the first is not done")
    return answer


def milliseconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def lateness_ms(cluster, since_ms, answers):
    """From the time that the broker gave a request to that of its first event, in the worst case."""
    begun = {}
    for event in records.read(cluster, EVENTS, since_ms):
        begun.setdefault(event.headers.get("ce_subject"), milliseconds(event.headers["ce_time"]))
    published = {record.key.decode(): record.time
                 for record in reversed(records.read(cluster, TOPIC, since_ms))
                 if record.headers.get("kbnt-domain")}
    return max(begun[answer["virtualResourceId"]] - published[answer["messageId"]]
               for answer in answers)


def garbage_among_the_good_is_kept_with_its_reason_and_holds_up_nobody(cluster):
    chance = random.Random(SEED)
    since_ms = int(time.time() * 1000)
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        first_request(pair)
        good = records.read(cluster, TOPIC, since_ms)[-1]
        client = Client(pair.producer, REQUESTS)
        client.start()
        sent = send_garbage(cluster, good, REQUESTS, chance)
        client.join(120)
        require(len(client.answers) == REQUESTS, f"{len(client.answers)} are answered")
        wait_until("the garbage is kept",
                   lambda: len(dead_letters(pair.consumer)) >= len(sent), 60 + MORE_S)
        reasons_are_right(sent, [letter["reason"] for letter in dead_letters(pair.consumer)])
        pair.end_well(client.answers)
        copies = records.read(cluster, DEAD, since_ms)
        reasons_are_right(sent, [copy.headers["reason"] for copy in copies])
        late_ms = lateness_ms(cluster, since_ms, client.answers)
        require(late_ms < MOST_LATE_MS, f"a request was taken in {late_ms:.0f} ms late")


def a_record_that_is_published_again_is_done_once(cluster):
    since_ms = int(time.time() * 1000)
    with Pair(cluster, "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        answer = first_request(pair)
        good = records.read(cluster, TOPIC, since_ms)[-1]
        require(good.key.decode() == answer["messageId"], "the record is another's")
        records.publish(cluster, TOPIC, answer["messageId"], good.headers, [good.value] * 20)
        status, _, last = pair.producer.post({"type": "ALLOCATE_STORAGE",
                                              "specifications": {"size": 1},
                                              "metadata": {"requestId": "last"}})
        require(status == 202, last)
        require(pair.producer.ended("last")["status"] == "COMPLETED", "the last is not done")
        require(not dead_letters(pair.consumer), "a copy is a dead letter")
        pair.end_well([answer, last])


run_on_brokers([
    garbage_among_the_good_is_kept_with_its_reason_and_holds_up_nobody,
    a_record_that_is_published_again_is_done_once,
])

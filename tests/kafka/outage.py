# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real brokers that are away: one, two, all of them. Requests are answered 202 QUEUED up to the
backlog, then 503 with Retry-After; once the brokers are back the backlog drains in its order, and
nothing is lost or made twice."""
import os
import time

from pair import REQUESTS, Client, Pair, run_on_brokers
import records
from daemon import require

AWAY_S = float(os.environ.get("KBNT_AWAY_S", "5"))
# Brokers come back one after the other, within a second or two: so many that this weighs little.
BACKLOG = 1000
FASTER = 5
TOPIC = "virtualization-requests"


def disk(number):
    return {"type": "ALLOCATE_STORAGE", "specifications": {"size": 1},
            "metadata": {"requestId": f"req-{number:05d}"}}


def fill_backlog(producer):
    """Asks until one is refused. Returns the answers, and how many a second they were."""
    answers = []
    begun = time.monotonic()
    while True:
        status, headers, answer = producer.post(disk(len(answers)))
        if status != 202:
            break
        require(answer["status"] == "QUEUED", f"answered {answer['status']} without a broker")
        answers.append(answer)
        require(len(answers) <= BACKLOG + 10, "the backlog has no end")
    taken = time.monotonic() - begun
    require(status == 503 and answer["code"] == "BACKLOG_FULL", f"{status}: {answer}")
    require(int(headers["Retry-After"]) > 0, f"no Retry-After in {headers}")
    return answers, len(answers) / taken


def backlog(producer):
    return int(producer.check("backlog")["detail"].split()[0])


def drain(producer):
    """Waits until the backlog is gone. Returns how many records a second went out."""
    most = backlog(producer)
    begun = time.monotonic()
    while (left := backlog(producer)) > 0:
        if left == most:
            begun = time.monotonic()
        require(time.monotonic() - begun < 60, f"{left} records have not gone out")
    return most / max(time.monotonic() - begun, 0.001)


def order_is_kept(cluster, since_ms, answers):
    place = {answer["messageId"]: number for number, answer in enumerate(answers)}
    last = {}
    for record in records.read(cluster, TOPIC, since_ms):
        number = place.get(record.key.decode())
        if number is None:
            continue
        require(number > last.get(record.partition, -1),
                f"request {number} came behind {last.get(record.partition)}")
        last[record.partition] = number
    return len(last)


def kill_all(cluster):
    for node in range(3):
        cluster.kill(node)


def start_all(cluster):
    for node in range(3):
        cluster.start(node)
    for node in range(3):
        cluster.wait(node)


def without_brokers_the_backlog_fills_and_drains_in_order_once_they_are_back(cluster):
    since_ms = int(time.time() * 1000)
    with Pair(cluster, f"producer.backlog={BACKLOG}", "http.publish_wait=20ms",
              "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        kill_all(cluster)
        answers, arrival = fill_backlog(pair.producer)
        require(pair.producer.ask("GET", "/readyz")[0] == 503, "ready with a full backlog")
        time.sleep(AWAY_S)
        start_all(cluster)
        rate = drain(pair.producer)
        require(rate >= FASTER * arrival, f"{arrival:.0f} a second came, {rate:.0f} went")
        pair.end_well(answers)
        require(order_is_kept(cluster, since_ms, answers) > 1, "all went to one partition")


def one_two_and_all_brokers_away_lose_nothing_and_make_nothing_twice(cluster):
    with Pair(cluster, "consumer.workers=16", "http.publish_wait=50ms", "kbnt.sinks=") as pair:
        pair.producer.start()
        pair.consumer.start()
        client = Client(pair.producer, REQUESTS)
        client.start()
        for nodes in [(0,), (1, 2), (0, 1, 2)]:
            for node in nodes:
                cluster.kill(node)
            time.sleep(AWAY_S / 2)
            for node in nodes:
                cluster.start(node)
            for node in nodes:
                cluster.wait(node)
        client.join(120)
        pair.end_well(client.answers)


run_on_brokers([
    without_brokers_the_backlog_fills_and_drains_in_order_once_they_are_back,
    one_two_and_all_brokers_away_lose_nothing_and_make_nothing_twice,
])

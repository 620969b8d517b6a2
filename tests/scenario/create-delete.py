# SPDX-License-Identifier: LGPL-2.1-or-later
"""A DELETE that follows a create which has not ended: whichever of the two messages is taken in
first, the thing is made and then taken away, and neither waits for ever."""
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from daemon import MUCH_ROOM, Daemon, require, run_tests, wait_until
from rest import holds

SETTINGS = ["http.publish_wait=0ms", "kbnt.sinks=", "provisioner.mock.latency_factor=0.01",
            *MUCH_ROOM]
CLIENTS = 8
PAIRS = 40  # of each client
MACHINE = {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}


def create(daemon):
    status, _, answer = daemon.post({"type": "CREATE_VIRTUAL_MACHINE", "spec": MACHINE})
    require(status == 202, f"create: {status} {answer}")
    return answer


def delete(daemon, created):
    status, _, answer = daemon.ask("DELETE", f"/api/v1/resources/{created['virtualResourceId']}")
    require(status == 202, f"delete: {status} {answer}")
    return answer


def pairs(daemon):
    made = []
    for _ in range(PAIRS):
        created = create(daemon)
        made.append((created, delete(daemon, created)))
    return made


def a_delete_never_overtakes_its_create():
    with Daemon(SETTINGS + ["consumer.workers=16"]).start() as daemon:
        with ThreadPoolExecutor(CLIENTS) as pool:
            made = [pair for each in [pool.submit(pairs, daemon) for _ in range(CLIENTS)]
                    for pair in each.result()]
        for pair in made:
            for answer in pair:
                view = daemon.ended(answer["requestId"], 120)
                require(view["status"] == "COMPLETED", str(view))
        left = daemon.ask("GET", "/api/v1/resources")[2]["resources"]
        require(not left, f"{len(left)} are left: {left[:3]}")
        holds(daemon, [answer for pair in made for answer in pair])


def a_delete_that_is_cancelled_does_not_wait_for_its_create():
    with Daemon(SETTINGS).start(["provisioner.mock.fault.BOOT=first 1 hang"]) as daemon:
        created = create(daemon)
        deleted = delete(daemon, created)
        status, _, told = daemon.ask("DELETE", f"/api/v1/requests/{deleted['requestId']}")
        require(status == 202, f"{status} {told}")
        require(daemon.ended(deleted["requestId"])["status"] == "CANCELLED", "the delete")
        require(daemon.request(created["requestId"])["status"] == "PROCESSING", "the create")
        daemon.kill()
        daemon.start()
        require(daemon.ended(created["requestId"])["status"] == "COMPLETED", "the create")
        gone = daemon.ended(delete(daemon, created)["requestId"])
        require(gone["status"] == "COMPLETED", str(gone))
        holds(daemon, [created, deleted])


def forget(daemon, created):
    """Makes the consumer one to which the create has never come."""
    with sqlite3.connect(f"{daemon.state}/consumer.db") as store:
        row, = store.execute("SELECT id FROM inbox WHERE hex(message_id) = ?",
                             (created["messageId"].replace("-", "").upper(),)).fetchone()
        store.execute("DELETE FROM inbox_parts WHERE owner = ?", (row,))
        store.execute("DELETE FROM inbox WHERE id = ?", (row,))


def a_delete_whose_create_never_comes_ends_by_its_deadline():
    with Daemon(SETTINGS + ["deadline.machine=5s"]) as daemon:
        daemon.start(["provisioner.mock.fault.NETWORK=first 1 hang"])
        created = create(daemon)
        deleted = delete(daemon, created)
        wait_until("the delete has come",
                   lambda: daemon.request(deleted["requestId"])["status"] == "PROCESSING"
                   and daemon.is_settled())
        daemon.kill()
        forget(daemon, created)
        daemon.start()
        view = daemon.ended(deleted["requestId"])
        require(view["error"]["code"] in ("DEADLINE_EXCEEDED", "NOT_FOUND"), str(view))


run_tests([
    a_delete_never_overtakes_its_create,
    a_delete_that_is_cancelled_does_not_wait_for_its_create,
    a_delete_whose_create_never_comes_ends_by_its_deadline,
])

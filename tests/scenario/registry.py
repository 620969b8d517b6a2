#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another schema registry beside the embedded one: kbnt's schemas are registered there, and what it
does not know it asks there. The registry is one of the test's own, with the paths and answers of
Confluent's; it can be away, refuse and forget."""
import base64
import contextlib
import json
import shutil
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from daemon import Daemon, require, run_tests, wait_until

FIRST_ID = 7001
USER, PASSWORD = "kbnt", "registry-secret"
DISK = {"type": "ALLOCATE_STORAGE", "specifications": {"size": 1}}


class Registry(BaseHTTPRequestHandler):
    """Schemas by id, in the server's list; its fault, where it has one, is all that it answers."""

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def refused(self):
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self.server.asked.append(f"{self.command} {self.path}")
        if self.server.fault:
            self.answer(self.server.fault, {"error_code": self.server.fault, "message": "no"})
        elif self.headers.get("Authorization") != expected:
            self.answer(401, {"error_code": 401, "message": "Unauthorized"})
        else:
            return False
        return True

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.refused():
            return
        schemas = self.server.schemas
        if body["schema"] not in schemas:
            schemas.append(body["schema"])
        self.answer(200, {"id": FIRST_ID + schemas.index(body["schema"])})

    def do_GET(self):
        if self.refused():
            return
        number = int(self.path.rsplit("/", 1)[1]) - FIRST_ID
        if 0 <= number < len(self.server.schemas):
            self.answer(200, {"schema": self.server.schemas[number]})
        else:
            self.answer(404, {"error_code": 40403, "message": "Schema not found"})


@contextlib.contextmanager
def registry(port=0):
    server = ThreadingHTTPServer(("127.0.0.1", port), Registry)
    server.schemas, server.asked, server.fault = [], [], None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings(server, password=PASSWORD):
    return [f"registry.url=http://127.0.0.1:{server.server_port}", f"registry.user={USER}",
            f"registry.password={password}", "provisioner.mock.latency_factor=0"]


def completed(daemon, name):
    status, _, answer = daemon.post({**DISK, "metadata": {"requestId": name}})
    require(status == 202, f"answered {status}: {answer}")
    view = daemon.ended(name)
    require(view["status"] == "COMPLETED", f"it ended as {view}")


def written_ids(daemon):
    """The schema ids of the events that the producer keeps."""
    store = sqlite3.connect(f"file:{daemon.state}/producer.db?mode=ro", uri=True)
    rows = store.execute("SELECT record FROM events WHERE record IS NOT NULL").fetchall()
    store.close()
    known = [number for number in range(FIRST_ID, FIRST_ID + 4)]
    return {number for (row,) in rows for number in known
            if b"\0" + number.to_bytes(4, "big") in row}


def ours_are_registered_and_messages_carry_the_ids_that_it_gave():
    with registry() as server, Daemon(settings(server)) as daemon:
        daemon.start()
        completed(daemon, "req-1")
        require(len(server.schemas) == 2, f"{len(server.schemas)} schemas are registered")
        require(written_ids(daemon) == {FIRST_ID + 1}, f"events carry {written_ids(daemon)}")
        replay = daemon.ask("GET", "/api/v1/requests/req-1/events")[2]
        require("VIRTUALIZATION_COMPLETED" in replay, "the events cannot be read again")
        require(not any(PASSWORD in line for line in daemon.lines), "the log tells the password")


def a_registry_that_is_away_at_the_first_start_is_waited_for():
    with registry() as gone:
        port = gone.server_port
    with Daemon(settings(gone)) as daemon:
        daemon.start()
        broker = daemon.check("broker")
        require(broker and f"127.0.0.1:{port}" in broker["detail"], f"readyz says {broker}")
        status, _, answer = daemon.post({**DISK, "metadata": {"requestId": "req-1"}})
        require((status, answer["status"]) == (202, "QUEUED"), f"{status}: {answer}")
        with registry(port):
            view = daemon.ended("req-1")
            require(view["status"] == "COMPLETED", f"it ended as {view}")


def a_registry_that_is_away_later_is_done_without():
    with registry() as server, Daemon(settings(server)) as daemon:
        daemon.start()
        completed(daemon, "req-1")
        server.fault = 503
        require(daemon.stop() == 0, "it did not stop in peace")
        daemon.start()
        completed(daemon, "req-2")
        replay = daemon.ask("GET", "/api/v1/requests/req-1/events")[2]
        require("VIRTUALIZATION_COMPLETED" in replay, "the events cannot be read again")


def ended_at_its_start(daemon):
    daemon.start(ready=False)
    require(daemon.process.wait(30) == 1, "it does not end")
    daemon.reader.join(5)
    return daemon.lines[-1]


def a_registry_that_refuses_ends_the_start_with_the_reason():
    with registry() as server:
        with Daemon(settings(server, "wrong")) as daemon:
            said = ended_at_its_start(daemon)
            require("401" in said and "[registry] user and password" in said, said)
        for fault, advice in ((409, "another schema"), (405, "registry.register = false")):
            server.fault = fault
            with Daemon(settings(server)) as daemon:
                said = ended_at_its_start(daemon)
                require(str(fault) in said and advice in said, said)


def forget_all(daemon):
    """Lets a daemon accept a request with the registry's id, and then forget what that means."""
    daemon.start(["consumer.window=0"])
    status, _, answer = daemon.post({**DISK, "metadata": {"requestId": "req-1"}})
    require(status == 202, f"answered {status}: {answer}")
    daemon.kill()
    shutil.rmtree(daemon.state / "schemas")


def an_unknown_schema_is_looked_up_once_and_kept():
    with registry() as server, Daemon(settings(server)) as daemon:
        forget_all(daemon)
        server.asked.clear()
        daemon.start(["registry.register=false"])
        view = daemon.ended("req-1")
        require(view["status"] == "COMPLETED", f"it ended as {view}")
        require(server.asked == [f"GET /schemas/ids/{FIRST_ID}"], f"asked {server.asked}")
        require((daemon.state / "schemas" / f"{FIRST_ID}.json").exists(), "it is not kept")


def a_look_up_waits_for_a_registry_that_is_away():
    with registry() as server, Daemon(settings(server)) as daemon:
        forget_all(daemon)
        server.asked.clear()
        server.fault = 503
        daemon.start(["registry.register=false"])
        wait_until("it has asked twice", lambda: len(server.asked) > 1)
        server.fault = None
        view = daemon.ended("req-1")
        require(view["status"] == "COMPLETED", f"it ended as {view}")


def a_schema_that_the_registry_does_not_have_makes_a_dead_letter():
    with registry() as server, Daemon(settings(server)) as daemon:
        forget_all(daemon)
        server.schemas.clear()
        daemon.start(["registry.register=false"])

        def letters():
            listed = daemon.control("dlq", "list", "--json", "--socket",
                                    str(daemon.folder / "run" / "all.sock"))
            return json.loads(listed.stdout)["deadLetters"]
        letter = wait_until("the dead letter is there", letters)[0]
        require(letter["reason"] == "SCHEMA_UNKNOWN", f"it is {letter}")


run_tests([
    ours_are_registered_and_messages_carry_the_ids_that_it_gave,
    a_registry_that_is_away_at_the_first_start_is_waited_for,
    a_registry_that_is_away_later_is_done_without,
    a_registry_that_refuses_ends_the_start_with_the_reason,
    an_unknown_schema_is_looked_up_once_and_kept,
    a_look_up_waits_for_a_registry_that_is_away,
    a_schema_that_the_registry_does_not_have_makes_a_dead_letter,
], workers=4)

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that are slow, many, gone or late: each has its limit, and nobody waits for them."""
import json
import os
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, Daemon, require, run_tests, wait_until  # noqa: E402
from raw_client import Answer, ask, connect, read_all, request  # noqa: E402

MACHINE = {"type": "CREATE_VIRTUAL_MACHINE",
           "spec": {"cpu": 4, "memory": 8, "disk": 100, "network": "nat"}}
MOCK = "provisioner.mock.latency_factor=0"
HEAD = b"POST /api/v1/virtualize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def trickle(connection, text):
    """A byte every 20 ms, so that inactivity alone would never end it; returns the answer."""
    connection.settimeout(0.02)
    for index in range(1500):
        try:
            connection.sendall(text[index % len(text):][:1])
            piece = connection.recv(65536)
        except socket.timeout:
            continue
        except OSError:
            piece = b""
        connection.settimeout(30)
        return Answer(piece + read_all(connection))
    raise AssertionError("the server never ended it")


def expect(answer, status, code):
    require(answer.status == status, f"status is {answer.status}: {answer.text[:300]!r}")
    require(answer.json()["code"] == code, f"code is {answer.json()['code']}")


def a_header_that_trickles_is_answered_with_408():
    with Daemon([MOCK, "http.head_timeout=300ms"]) as daemon:
        daemon.start()
        with connect(daemon.port) as connection:
            connection.sendall(HEAD)
            expect(trickle(connection, b"X: y\r\n"), 408, "REQUEST_TOO_SLOW")


def a_body_that_trickles_is_answered_with_408_and_stores_nothing():
    with Daemon([MOCK, "http.body_timeout=300ms"]) as daemon:
        daemon.start()
        with connect(daemon.port) as connection:
            connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
            expect(trickle(connection, b" "), 408, "REQUEST_TOO_SLOW")
        require(daemon.ask("GET", "/api/v1/requests")[2]["requests"] == [], "it was stored")


def five_hundred_stalled_clients_hold_nobody_up():
    with Daemon([MOCK]) as daemon:
        daemon.start()
        stalled = [connect(daemon.port) for _ in range(500)]
        for index, connection in enumerate(stalled):
            connection.sendall(HEAD if index % 2 else HEAD + b"Content-Length: 100\r\n\r\n{")
        began = time.monotonic()
        for _ in range(50):
            answer = ask(daemon.port, "POST", "/api/v1/plan", MACHINE)
            require(answer.status == 200, f"status is {answer.status}")
        taken = time.monotonic() - began
        require(taken < 5 * PATIENCE, f"50 dry runs took {taken:.1f} s beside them")
        for connection in stalled:
            connection.close()


def connections_past_the_limit_are_refused_and_come_back_when_others_go():
    with Daemon([MOCK, "http.connections=3"]) as daemon:
        daemon.start()
        held = [connect(daemon.port) for _ in range(3)]
        held[2].sendall(request("GET", "/healthz", connection="keep-alive"))
        held[2].recv(65536)
        expect(ask(daemon.port, "GET", "/healthz"), 503, "UNAVAILABLE")
        for connection in held:
            connection.close()
        wait_until("there is room again",
                   lambda: ask(daemon.port, "GET", "/healthz").status == 200)


def unix_ask(daemon, method, target):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(f"{daemon.folder}/run/all.sock")
        connection.sendall(request(method, target))
        return Answer(read_all(connection))


def administration_is_served_on_the_unix_socket_alone():
    with Daemon([MOCK]) as daemon:
        daemon.start()
        letters = unix_ask(daemon, "GET", "/admin/v1/dead-letters")
        require(letters.json() == {"deadLetters": []}, f"letters are {letters.text!r}")
        plugins = unix_ask(daemon, "GET", "/admin/v1/plugins").json()["plugins"]
        require(len(plugins) >= 3, f"plugins are {plugins}")
        require(unix_ask(daemon, "POST", "/admin/v1/store/check").json() == {"faults": []},
                "the store has faults")
        expect(ask(daemon.port, "GET", "/admin/v1/plugins"), 404, "NOT_FOUND")


def a_stop_answers_what_was_begun_and_waits_for_no_idle_client():
    body = json.dumps(MACHINE).encode()
    with Daemon([MOCK]) as daemon:
        daemon.start()
        with connect(daemon.port) as idle, connect(daemon.port) as busy:
            idle.sendall(request("GET", "/healthz", connection="keep-alive"))
            idle.recv(65536)
            busy.sendall(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:20])
            require(ask(daemon.port, "GET", "/healthz").status == 200, "it is not well")
            daemon.process.terminate()
            wait_until("it takes no new connections", lambda: refuses(daemon.port))
            busy.sendall(body[20:])
            answer = Answer(read_all(busy))
            require(read_all(idle) == b"", "the idle client heard something")
        require(answer.status in (202, 503), f"status is {answer.status}: {answer.text[:300]!r}")
        require(answer.headers.get("connection") == "close", "the connection stays open")
        require(daemon.process.wait(20 * PATIENCE) == 0, "it did not end well")


def refuses(port):
    try:
        connect(port).close()
        return False
    except ConnectionError:  # refused, or reset while the listener closed
        return True


def listen(port, target, **headers):
    """The events of a stream that ends: ids, types and data."""
    with connect(port) as connection:
        connection.sendall(request("GET", target, **headers))
        text = read_all(connection)
    events = []
    for block in dechunk(Answer(text).body).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            events.append((fields.get("id"), fields["event"], json.loads(fields["data"])))
    return events


def dechunk(body):
    text = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return text
        text, body = text + body[:length], body[length + 2:]
    raise AssertionError("the stream was cut")


def a_stream_tells_a_request_from_its_start_to_its_end():
    with Daemon([MOCK]) as daemon:
        daemon.start()
        status, headers, answer = daemon.post(MACHINE)
        require(status == 202, f"status is {status}: {answer}")
        events = listen(daemon.port, headers["Location"] + "/events")
        types = [event[1] for event in events]
        require(types[0] == "VIRTUALIZATION_ACCEPTED", f"it begins with {types}")
        require(types[-1] == "VIRTUALIZATION_COMPLETED", f"it ends with {types}")
        sequences = [event[2]["sequence"] for event in events]
        require(sequences == list(range(1, len(events) + 1)), f"sequences are {sequences}")
        again = listen(daemon.port, headers["Location"] + "/events")
        require(again == events, "the replay differs")
        rest = listen(daemon.port, headers["Location"] + "/events", last_event_id=events[1][0])
        if rest != events[2:]:
            raise AssertionError(f"after the second event came {[e[1] for e in rest]}")


def a_listener_that_stays_is_ended_by_the_stop():
    with Daemon([MOCK]) as daemon:
        daemon.start()
        with connect(daemon.port) as listener:
            listener.sendall(request("GET", "/api/v1/events"))
            require(b"retry" in listener.recv(65536) + listener.recv(65536), "no stream")
            require(daemon.stop() == 0, "it did not end well")
            require(read_all(listener).endswith(b"0\r\n\r\n"), "the stream was cut")


if __name__ == "__main__":
    run_tests([
        a_header_that_trickles_is_answered_with_408,
        a_body_that_trickles_is_answered_with_408_and_stores_nothing,
        five_hundred_stalled_clients_hold_nobody_up,
        connections_past_the_limit_are_refused_and_come_back_when_others_go,
        administration_is_served_on_the_unix_socket_alone,
        a_stop_answers_what_was_begun_and_waits_for_no_idle_client,
        a_stream_tells_a_request_from_its_start_to_its_end,
        a_listener_that_stays_is_ended_by_the_stop,
    ])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wall clock that jumps while requests are in flight: what waits goes on, since it is counted
monotonically; deadlines, which are wall time by contract, end what is over by them; and no id
goes back with the clock.
"""
import glob
import http.client
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import SANITIZED, Daemon, Skip, require, run_tests, wait_until  # noqa: E402
from rest import holds  # noqa: E402

SETTINGS = ["provisioner.mock.latency_factor=0.2", "kbnt.sinks=", "quota.default.vms=100000",
            "consumer.workers=2"]
LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"
HOUR_S = 3600
DAY_S = 24 * HOUR_S


class Jumping(Daemon):
    """A daemon whose wall clock can be set while it runs; its monotonic one is the machine's."""

    def __init__(self):
        if SANITIZED:
            raise Skip("a sanitizer wants to be loaded before the planted clock")
        if not glob.glob(LIBRARY):
            raise Skip("libfaketime is not installed")
        super().__init__(SETTINGS)
        self.jump(0)
        self.environment = {**os.environ, "LD_PRELOAD": glob.glob(LIBRARY)[0],
                            "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"),
                            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def jump(self, seconds):
        """Sets the wall clock that far from the machine's."""
        fresh = self.folder / "clock.new"
        fresh.write_text(f"{seconds:+d}")
        fresh.rename(self.folder / "clock")


def accept(daemon, count):
    """Accepts so many requests; each is answered at once, whatever the clock says."""
    answers = []
    for _ in range(count):
        began = time.monotonic()
        status, _, answer = daemon.post(
            {"type": "CREATE_VIRTUAL_MACHINE",
             "spec": {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}})
        require(status == 202, f"POST answered {status} {answer}")
        require(time.monotonic() - began < 5, "the answer waited for the clock")
        answers.append(answer)
    return answers


def is_under_way(daemon, answers):
    """Waits until the first is being made."""
    wait_until("a request has begun",
               lambda: daemon.request(answers[0]["requestId"]).get("step"))


def created(daemon, answer):
    return daemon.request(answer["requestId"])["createdAt"]


def outcomes(daemon, answers):
    """Waits for the end of all, ends the daemon, and looks at its files; returns what became of
    each."""
    views = [daemon.ended(answer["requestId"]) for answer in answers]
    holds(daemon, answers)
    return [view["status"] if view["status"] == "COMPLETED" else view["error"]["code"]
            for view in views]


class Listener:
    """Hears all events from now on."""

    def __init__(self, daemon):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
        self.connection.request("GET", "/api/v1/events")
        self.answer = self.connection.getresponse()

    def positions_until(self, n_completed):
        """The positions in the ids of what comes, until so many requests have completed."""
        positions = []
        while n_completed > 0:
            line = self.answer.readline().decode()
            if line.startswith("id:"):
                positions.append(int(line.rsplit(".", 1)[1]))
            n_completed -= line.startswith("event: VIRTUALIZATION_COMPLETED")
        self.connection.close()
        return positions


def a_clock_that_goes_back_an_hour_holds_nothing_up():
    with Jumping() as daemon:
        listener = Listener(daemon.start())
        before = accept(daemon, 4)
        is_under_way(daemon, before)
        daemon.jump(-HOUR_S)
        after = accept(daemon, 4)
        require(created(daemon, after[0]) < created(daemon, before[0]), "the clock did not jump")

        positions = listener.positions_until(8)
        require(positions == sorted(set(positions)), f"positions went back: {positions}")
        listed = daemon.ask("GET", "/api/v1/requests?limit=8")[2]["requests"]
        require([view["requestId"] for view in listed] ==
                [answer["requestId"] for answer in reversed(before + after)],
                f"the newest is not the first: {[view['requestId'] for view in listed]}")
        ends = outcomes(daemon, before + after)
        require(set(ends) == {"COMPLETED"}, f"they ended as {ends}")


def a_clock_that_goes_forward_a_day_ends_what_is_over_by_it_and_nothing_else():
    with Jumping() as daemon:
        daemon.start()
        before = accept(daemon, 4)
        is_under_way(daemon, before)
        daemon.jump(DAY_S)
        after = accept(daemon, 2)

        ends = outcomes(daemon, before + after)
        require(set(ends[:4]) <= {"COMPLETED", "DEADLINE_EXCEEDED"}, f"they ended as {ends}")
        require(ends[4:] == ["COMPLETED"] * 2, f"the later ones ended as {ends[4:]}")


def a_clock_that_went_back_while_the_daemon_was_away_holds_nothing_up():
    with Jumping() as daemon:
        daemon.start()
        before = accept(daemon, 4)
        is_under_way(daemon, before)
        daemon.kill()
        daemon.jump(-HOUR_S)
        daemon.start()

        ends = outcomes(daemon, before + accept(daemon, 1))
        require(set(ends) == {"COMPLETED"}, f"they ended as {ends}")


if __name__ == "__main__":
    run_tests([
        a_clock_that_goes_back_an_hour_holds_nothing_up,
        a_clock_that_goes_forward_a_day_ends_what_is_over_by_it_and_nothing_else,
        a_clock_that_went_back_while_the_daemon_was_away_holds_nothing_up,
    ])

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Garbage among the records: each is a dead letter with its reason, the good ones are done."""
import collections
import json
import subprocess

from daemon import BUILD, Daemon, require, run_tests, wait_until

N_FLIPS = 2000
MACHINE = {"cpu": 1, "memory": 1, "disk": 5, "network": "nat"}
KEYS = "k1:000102030405060708090a0b0c0d0e0f\n"


def letters(daemon):
    """All dead letters of the consumer, page by page."""
    found = []
    while True:
        after = ["--after", str(found[-1]["number"])] if found else []
        ran = daemon.control("dlq", "list", "--limit", "100", "--json", *after,
                             "--socket", f"{daemon.folder}/run/all.sock")
        require(ran.returncode == 0, ran.stderr)
        page = json.loads(ran.stdout)["deadLetters"]
        if not page:
            return found
        found += page


def plant(daemon, n_flips):
    """Returns how many dead letters of each reason must come of it."""
    ran = subprocess.run([BUILD / "tests/scenario/plant-records", daemon.state / "producer.db",
                          daemon.folder / "keys", str(n_flips)], capture_output=True, text=True)
    require(ran.returncode == 0, ran.stderr)
    return collections.Counter(ran.stdout.split())


def submit(daemon, name):
    status, _, answer = daemon.post({"type": "CREATE_VIRTUAL_MACHINE", "specifications": MACHINE,
                                     "metadata": {"requestId": name}})
    require(status == 202, answer)


def with_garbage(n_flips, check):
    with Daemon(["provisioner.mock.latency_factor=0"]) as daemon:
        keys = daemon.folder / "keys"
        keys.write_text(KEYS)
        keys.chmod(0o600)
        daemon.settings.append(f"security.signing_keys={keys}")
        daemon.start()
        submit(daemon, "before")
        require(daemon.ended("before")["status"] == "COMPLETED", "the first is not done")
        require(daemon.stop() == 0, "the stop failed")
        expected = plant(daemon, n_flips)
        daemon.start()
        submit(daemon, "after")
        require(daemon.ended("after")["status"] == "COMPLETED", "the last is not done")
        check(daemon, expected)
        require(daemon.ask("GET", "/readyz")[0] == 200, "not well afterwards")


def each_kind_of_garbage_is_kept_for_its_reason():
    def check(daemon, expected):
        def reasons():
            found = collections.Counter(letter["reason"] for letter in letters(daemon))
            return found if found == expected else None
        try:
            wait_until("the dead letters", reasons)
        except Exception:
            found = collections.Counter(letter["reason"] for letter in letters(daemon))
            require(False, f"{found}, not {expected}")
    with_garbage(0, check)


def thousands_of_flipped_bits_harm_nobody():
    def check(daemon, expected):
        def enough():
            found = collections.Counter(letter["reason"] for letter in letters(daemon))
            return all(found[reason] >= count for reason, count in expected.items())
        wait_until("the dead letters", enough)
    with_garbage(N_FLIPS, check)


def a_dead_letter_that_is_redriven_comes_back_for_the_same_reason():
    def check(daemon, expected):
        def all_there():
            found = letters(daemon)
            return found if len(found) == sum(expected.values()) else None
        first = wait_until("the dead letters", all_there)[0]
        ran = daemon.control("dlq", "redrive", str(first["number"]),
                             "--socket", f"{daemon.folder}/run/all.sock")
        require(ran.returncode == 0, ran.stderr)
        last = wait_until("the letter is back", all_there)[-1]
        require(last["number"] != first["number"] and last["reason"] == first["reason"],
                f"{first} became {last}")
    with_garbage(0, check)


def garbage_of_the_next_process_is_not_taken_for_that_of_the_last():
    def check(daemon, expected):
        wait_until("the dead letters", lambda: len(letters(daemon)) == sum(expected.values()))
        require(daemon.stop() == 0, "the stop failed")
        again = plant(daemon, 0)
        daemon.start()
        wait_until("those of the second start",
                   lambda: len(letters(daemon)) == sum((expected + again).values()), 10)
    with_garbage(0, check)


run_tests([
    each_kind_of_garbage_is_kept_for_its_reason,
    thousands_of_flipped_bits_harm_nobody,
    a_dead_letter_that_is_redriven_comes_back_for_the_same_reason,
    garbage_of_the_next_process_is_not_taken_for_that_of_the_last,
])

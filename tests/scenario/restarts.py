# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon that is ended while it starts, again and again, with requests in flight: it ends at
once, and nothing is lost or made twice.

KBNT_RESTARTS sets how often, KBNT_TEST_SEED the moments.
"""
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, Daemon, Failure, require, run_tests, wait_until  # noqa: E402
from planted_disk import Disk  # noqa: E402
from rest import all_is_kept  # noqa: E402

SEED = int(os.environ.get("KBNT_TEST_SEED", "20261126"))
RESTARTS = int(os.environ.get("KBNT_RESTARTS", "6"))
SETTINGS = ["provisioner.mock.latency_factor=0.05", "kbnt.sinks=", "quota.default.vms=100000"]
BODIES = (
    {"type": "CREATE_VIRTUAL_MACHINE",
     "spec": {"cpu": 1, "memory": 1, "disk": 10, "network": "nat"}},
    {"type": "ALLOCATE_STORAGE", "spec": {"size": 10}},
)


def accept(daemon, count):
    answers = []
    for n in range(count):
        status, _, answer = daemon.post(BODIES[n % len(BODIES)])
        require(status == 202, f"POST answered {status} {answer}")
        answers.append(answer)
    return answers


def how_it_ended(daemon, seconds=20):
    code = daemon.process.wait(seconds * PATIENCE)
    daemon.reader.join(5)
    return code


def ends_while_it_starts(number, expected):
    """Starts and ends it, every third time a little after it is ready; then lets it finish."""
    chance = random.Random(SEED)
    with Daemon(SETTINGS) as daemon:
        answers = accept(daemon.start(), 10)
        daemon.kill()
        for n in range(RESTARTS):
            is_ready = n % 3 == 2
            daemon.start(ready=is_ready)
            if is_ready:
                answers += accept(daemon, 3)
            time.sleep(chance.uniform(0, 0.06) * PATIENCE)
            daemon.process.send_signal(number)
            code = how_it_ended(daemon)
            require(code in expected,
                    f"start {n} of seed {SEED} ended with {code}:\n" + "\n".join(daemon.lines))
        all_is_kept(daemon.start(), answers)


def terminated_while_it_starts_it_ends_well_and_loses_nothing():
    # Before it listens to signals, it has begun nothing.
    ends_while_it_starts(signal.SIGTERM, (0, -signal.SIGTERM))


def killed_while_it_starts_it_loses_nothing():
    ends_while_it_starts(signal.SIGKILL, (-signal.SIGKILL,))


def signalled_at_its_nth_write(number, nth):
    """Returns how the first start of a daemon ended, or None where it writes less often."""
    with Disk(SETTINGS) as daemon:
        daemon.plant_signal(number, nth)
        daemon.start(ready=False)
        wait_until("it is ready or has ended",
                   lambda: daemon.process.poll() is not None or has_said(daemon, "ready"))
        if not has_said(daemon, "stopping") and daemon.process.poll() is None:
            return None
        code = how_it_ended(daemon)
        daemon.mend_signal()
        all_is_kept(daemon.start(), accept(daemon, 1))
        return code


def has_said(daemon, text):
    return any(f'"text":"{text}"' in line for line in daemon.lines)


def ends_at_the_writes_of_its_first_start(number, expected):
    step = max(1, 180 // RESTARTS)
    for nth in range(1, 1000, step):
        code = signalled_at_its_nth_write(number, nth)
        if code is None:
            return
        require(code == expected, f"signalled at its write {nth}, it ended with {code}")
    raise Failure("it never became ready")


def terminated_at_the_writes_of_its_first_start_it_ends_well():
    ends_at_the_writes_of_its_first_start(signal.SIGTERM, 0)


def killed_at_the_writes_of_its_first_start_it_starts_again():
    ends_at_the_writes_of_its_first_start(signal.SIGKILL, -signal.SIGKILL)


def a_stop_that_hangs_ends_in_time_and_loses_nothing():
    with Disk(SETTINGS) as daemon:
        answers = accept(daemon.start(["kbnt.drain=1s"]), 3)
        daemon.plant("stuck")
        daemon.process.send_signal(signal.SIGTERM)
        require(how_it_ended(daemon) == 0, "it ended otherwise:\n" + "\n".join(daemon.lines))
        require(any("took too long" in line for line in daemon.lines), "it says nothing of it")
        daemon.mend("stuck")
        all_is_kept(daemon.start(), answers)


if __name__ == "__main__":
    run_tests([
        terminated_while_it_starts_it_ends_well_and_loses_nothing,
        killed_while_it_starts_it_loses_nothing,
        terminated_at_the_writes_of_its_first_start_it_ends_well,
        killed_at_the_writes_of_its_first_start_it_starts_again,
        a_stop_that_hangs_ends_in_time_and_loses_nothing,
    ])

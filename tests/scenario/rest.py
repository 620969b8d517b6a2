# SPDX-License-Identifier: LGPL-2.1-or-later
"""How most tests end: the daemon comes to rest, and its files hold what it promised."""
from daemon import require, wait_until
from invariants import Checker


def holds(daemon, answers=()):
    """Ends the daemon once no record is on its way, and proves the invariants from its files."""
    wait_until("no record is on its way", daemon.is_settled)
    require(daemon.stop() == 0, "the daemon did not end well:\n" + "\n".join(daemon.lines[-9:]))
    faults = Checker(daemon.state).check(answers)
    require(not faults, "\n".join(faults))


def all_is_kept(daemon, answers):
    """The same when all that was accepted has ended."""
    for answer in answers:
        daemon.ended(answer["requestId"])
    holds(daemon, answers)

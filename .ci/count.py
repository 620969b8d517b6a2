#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sums what the tests of a build folder said into one line: N passed, N failed, N skipped.

count.py BUILD LOG... reads BUILD/LOG (as "make list-tests" prints them) and the .trs beside it.
A test counts as failed when its .trs says anything but PASS or SKIP, when its own closing line
says so whatever the .trs says, and when it left no .trs at all."""
import re
import sys
from pathlib import Path

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def read(path):
    return path.read_text(errors="replace") if path.exists() else ""


def count(build, log):
    """Returns (passed, failed, skipped) of one test."""
    result = re.search(r"^:test-result: (\w+)", read(build / Path(log).with_suffix(".trs")), re.M)
    verdict = result[1] if result else "NO RESULT"
    text = read(build / log)
    if verdict == "SKIP":
        reason = re.search(r"skip\w*:? (.*)", text, re.I)
        print(f"skipped: {log}: {reason[1] if reason else 'no reason given'}")
        return 0, 0, 1

    closing = CLOSING.findall(text)
    passed, failed, skipped = [int(n or 0) for n in closing[-1]] if closing else (0, 0, 0)
    if not closing and verdict == "PASS":
        passed = 1
    if verdict != "PASS" and failed == 0:
        failed = 1
    if failed:
        print(f"failed: {log} ({verdict})\n{text[-4000:]}")
    return passed, failed, skipped


def main():
    build, logs = Path(sys.argv[1]), sys.argv[2:]
    totals = [sum(column) for column in zip(*(count(build, log) for log in logs))] or [0, 0, 0]
    if not logs:
        print("failed: no test ran")
        totals = [0, 1, 0]
    print("{} passed, {} failed, {} skipped".format(*totals))
    sys.exit(1 if totals[1] else 0)


main()

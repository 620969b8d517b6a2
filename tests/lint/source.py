# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of the source share: walking the tree, reading C, and one way to report."""
import os
import re
import sys
from pathlib import Path

SKIPPED_FOLDERS = {".git", ".libs", ".deps", "autom4te.cache", "build", "build-aux", "m4",
                   "planted", "__pycache__", "_build", "_inst"}


def root():
    """The tree to check: the first argument, or the source of the build that runs the test."""
    return Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["KBNT_TEST_SRCDIR"])


def files(top, *suffixes):
    """All files below top with one of these suffixes, in a stable order."""
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(f for f in folders
                            if f not in SKIPPED_FOLDERS and not f.startswith(("kbnt-", "build-")))
        for name in sorted(names):
            if not suffixes or name.endswith(suffixes):
                yield Path(folder) / name


def without_comments_and_strings(text):
    """The same C text with comments and literals blanked, so that lines keep their numbers."""
    def blank(match):
        kept = match.group(0)
        if kept.startswith("/"):
            return re.sub(r"[^\n]", " ", kept)
        return kept[0] + " " * (len(kept) - 2) + kept[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def functions(text):
    """Yields (name, first line, number of lines) of each function body that starts a line."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line != "{":
            continue
        head = number - 1
        while head > 0 and re.match(r"\s|[^\w]", lines[head - 1]) and lines[head - 1].strip():
            head -= 1
        name = re.match(r"(\w+)\(", lines[head - 1]) if head else None
        if not name:
            continue
        end = next((i for i, l in enumerate(lines[number:], number + 1) if l == "}"), number)
        yield name.group(1), number, end - number - 1


class Report:
    """Collects what a check found; finish() prints it and ends the program."""

    def __init__(self, check):
        self.check = check
        self.found = []

    def violation(self, where, message):
        self.found.append(f"{where}: {message}")

    def finish(self):
        for line in self.found:
            print(line)
        print(f"{self.check}: {len(self.found)} violations")
        print("0 passed, 1 failed" if self.found else "1 passed, 0 failed")
        sys.exit(1 if self.found else 0)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)

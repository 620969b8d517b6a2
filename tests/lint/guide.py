# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the C in docs/guide to the source that it is taken from: each block stands in a plugin."""
import re
from pathlib import Path

from source import Report, files, root

BLOCK = re.compile(r"^```c\n(.*?)^```$", re.M | re.S)


def main():
    top, report = root(), Report("guide")
    sources = [path.read_text() for path in files(top / "plugins", ".c")]
    for guide in sorted((top / "docs" / "guide").glob("*.md")):
        for block in BLOCK.findall(guide.read_text()):
            if not any(block in source for source in sources):
                first = block.strip().splitlines()[0]
                report.violation(guide.relative_to(top), f"'{first}…' stands in no plugin")
    report.finish()


main()

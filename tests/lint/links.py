# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follows the relative links of all documents: what they point at must exist."""
import re

from source import Report, files, root

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def main():
    top, report = root(), Report("links")
    for path in files(top, ".md"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if "://" not in target and not (path.parent / target).exists():
                    report.violation(f"{path.relative_to(top)}:{number}",
                                     f"'{target}' does not exist")
    report.finish()


main()

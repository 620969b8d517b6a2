# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follows the relative links of all documents: what they point at must exist, in the
archive of a release too, where a file of docs/ is only if a Makefile.am names it."""
import re

from source import Report, files, root

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def main():
    top, report = root(), Report("links")
    named = "".join(path.read_text() for path in files(top, ".am"))
    for path in files(top, ".md"):
        if path.is_relative_to(top / "docs") and str(path.relative_to(top)) not in named:
            report.violation(path.relative_to(top), "no Makefile.am names it")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if "://" not in target and not (path.parent / target).exists():
                    report.violation(f"{path.relative_to(top)}:{number}",
                                     f"'{target}' does not exist")
    report.finish()


main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the source to the figures of house-style.table: licence line, lengths, names, leftovers."""
import configparser
import re
from pathlib import Path

from source import Report, files, functions, root, without_comments_and_strings

LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
LICENSED = (".c", ".h", ".am", ".ac", ".py", ".sh", ".map", ".table")
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX)\b(?!.*#\d)|\bphase \d|\b(?-i:CONTRACT|DESIGN) \d", re.I)


def check_licence(report, top):
    for path in files(top, *LICENSED):
        if path.name == "aclocal.m4":
            continue
        if LICENCE not in "\n".join(path.read_text().splitlines()[:2]):
            report.violation(path.relative_to(top), f"the first lines lack '{LICENCE}'")


def check_lengths(report, top, limits):
    for path in files(top, ".c", ".h", ".py"):
        name = path.relative_to(top).as_posix()
        folder = max((f for f in limits if name.startswith(f + "/")), key=len, default="default")
        length = len(path.read_text().splitlines())
        if length > int(limits[folder]):
            report.violation(name, f"{length} lines, more than {limits[folder]}: split by noun")


def check_functions(report, top, figures):
    lengths = []
    for path in files(top, ".c"):
        if path.relative_to(top).parts[0] in ("tests", "bench"):
            continue
        for name, line, length in functions(path.read_text()):
            lengths.append(length)
            if length > int(figures["longest"]):
                report.violation(f"{path.relative_to(top)}:{line}",
                                 f"'{name}' has {length} lines, more than {figures['longest']}")
    for key in ("half_within", "nine_of_ten_within"):
        within = sum(length <= int(figures[key]) for length in lengths)
        print(f"{within} of {len(lengths)} functions have at most {figures[key]} lines")
    if within < 0.9 * len(lengths):
        report.violation("functions", "fewer than nine of ten are that short")


def check_words(report, top, words):
    banned, foreign = set(words["banned"].split()), tuple(words["foreign"].split())
    for path in files(top, ".c", ".h"):
        name = path.relative_to(top)
        for part in re.split(r"[-.]", path.name):
            if part in banned:
                report.violation(name, f"'{part}' says nothing: name the noun")
        text = without_comments_and_strings(path.read_text())
        for number, line in enumerate(text.splitlines(), 1):
            for word in re.findall(r"[A-Za-z_]\w*", line):
                if not word.startswith(foreign) and banned & set(word.lower().split("_")):
                    report.violation(f"{name}:{number}", f"'{word}' says nothing: name the noun")


def check_calls(report, top, calls):
    for path in files(top, ".c"):
        text = without_comments_and_strings(path.read_text())
        for number, line in enumerate(text.splitlines(), 1):
            for name in re.findall(r"\b([a-z]\w*)\(", line):
                for refused, instead in calls.items():
                    if name == refused or refused.endswith("_") and name.startswith(refused):
                        report.violation(f"{path.relative_to(top)}:{number}",
                                         f"'{name}' is refused here: {instead}")


def check_leftovers(report, top):
    for path in files(top, ".c", ".h", ".am", ".ac", ".py", ".sh", ".md"):
        if path.name == Path(__file__).name:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = LEFTOVER.search(line)
            if match:
                report.violation(f"{path.relative_to(top)}:{number}", f"leftover '{match[0]}'")


def main():
    top, report, table = root(), Report("house-style"), configparser.ConfigParser()
    table.read(Path(__file__).with_name("house-style.table"))
    check_licence(report, top)
    check_lengths(report, top, table["lines"])
    check_functions(report, top, table["functions"])
    check_words(report, top, table["words"])
    check_calls(report, top, table["calls"])
    check_leftovers(report, top)
    report.finish()


main()

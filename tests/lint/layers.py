# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds every #include to layers.table: the direction of the layers, as libvirt does it."""
import configparser
import fnmatch
import re
from pathlib import Path

from source import Report, files, root

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def read_table():
    table = configparser.ConfigParser()
    table.read(Path(__file__).with_name("layers.table"))
    return table


def rule_for(table, folder):
    """The section of the longest folder that holds this one."""
    holders = [s for s in table.sections() if folder == s or folder.startswith(s + "/")]
    return table[max(holders, key=len)] if holders else None


def may_name(patterns, name):
    allowed = [p for p in patterns if not p.startswith("!")]
    taken = [p[1:] for p in patterns if p.startswith("!")]
    return (any(fnmatch.fnmatch(name, p) for p in allowed)
            and not any(fnmatch.fnmatch(name, p) for p in taken))


def fault(top, rule, folder, quoted, name):
    """Why this include is wrong, or None."""
    if ".." in name.split("/"):
        return f"'{name}' climbs out of its folder"
    if name.startswith("kbnt/") or not quoted:
        return None if may_name(rule["headers"].split(), name) \
            else f"'{name}' is not for [{rule.name}]"
    if any((top / f / name).exists() for f in [folder] + rule["folders"].split()):
        return None
    owner = next((p.parent.relative_to(top) for p in files(top, name) if p.name == name), None)
    return f"'{name}' of {owner} is not for [{rule.name}]" if owner else None


def main():
    top, table, report = root(), read_table(), Report("layers")
    for path in files(top, ".c", ".h"):
        folder = path.parent.relative_to(top).as_posix()
        rule = rule_for(table, folder)
        if rule is None:
            report.violation(path.relative_to(top), f"'{folder}' has no rule in layers.table")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            why = match and fault(top, rule, folder, match[1] == '"', match[2])
            if why:
                report.violation(f"{path.relative_to(top)}:{number}", why)
    report.finish()


main()

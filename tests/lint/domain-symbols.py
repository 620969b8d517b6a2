# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows that the domain is pure: it calls nothing that domain-symbols.table does not allow.

domain-symbols.py [ARCHIVE]"""
import fnmatch
import os
import subprocess
import sys
from pathlib import Path

from source import Report


def symbols(archive, option):
    output = subprocess.run(["nm", "-P", option, archive], capture_output=True, text=True,
                            check=True).stdout
    return {line.split()[0] for line in output.splitlines() if len(line.split()) > 1}


def read_rules():
    lines = Path(__file__).with_name("domain-symbols.table").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def allowed(rules, symbol):
    verdict = False
    for rule in rules:
        if fnmatch.fnmatchcase(symbol, rule.lstrip("!")):
            verdict = not rule.startswith("!")
    return verdict


def main():
    os.chdir(os.environ["KBNT_TEST_BUILDDIR"])
    archive = sys.argv[1] if len(sys.argv) > 1 else "core/domain/.libs/libkbnt-domain.a"
    report, rules = Report("domain-symbols"), read_rules()
    for symbol in sorted(symbols(archive, "-u") - symbols(archive, "--defined-only")):
        if not allowed(rules, symbol):
            report.violation("core/domain", f"'{symbol}' is not for pure code")
    report.finish()


main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the committed example file, manual page and reference with what kbntd prints of its
key tables.

generated.py [--update | FOLDER]: FOLDER holds them in place of the source."""
import difflib
import os
import subprocess
import sys
from pathlib import Path

from source import Report

SOURCE, BUILD = (Path(os.environ[f"KBNT_TEST_{name}DIR"]) for name in ("SRC", "BUILD"))
PRINTED = [("--print-example", "etc/kbnt.conf.example.in"),
           ("--print-manual", "man/kbnt.conf.5.in"),
           ("--print-reference", "docs/reference/configuration.md")]
# The folders of Debian's package, for a page that nothing fills in.
PACKAGED = {"@plugindir@": "/usr/lib/kbnt/plugins", "@localstatedir@": "/var", "@runstatedir@": "/run"}


def folders():
    """The folders of this build and the words that stand for them, the longest first."""
    found = [(os.environ[f"KBNT_TEST_{name.upper()}"], f"@{name}@")
             for name in ("plugindir", "localstatedir", "runstatedir")]
    return sorted(found, key=lambda pair: -len(pair[0]))


def printed(option, name):
    text = subprocess.run(
        [BUILD / "core/kbntd", option, "--set", f"kbnt.plugin_dir={BUILD}/plugins/all"],
        capture_output=True, text=True, check=True).stdout
    for folder, word in folders():
        text = text.replace(folder, word).replace(folder.replace("-", "\\-"), word)
    for word, folder in PACKAGED.items():
        if not name.endswith(".in"):
            text = text.replace(word, folder)
    return text


def main():
    top = Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] != "--update" else SOURCE
    report = Report("generated")
    if not (BUILD / "plugins/all/kbnt-transport-kafka.so").exists():
        print("skipped: the keys of the transport kafka, which is not built here, are missing")
        sys.exit(77)
    for option, name in PRINTED:
        if "--update" in sys.argv:
            (SOURCE / name).write_text(printed(option, name))
            continue
        changes = list(difflib.unified_diff((top / name).read_text().splitlines(),
                                            printed(option, name).splitlines(), name, option,
                                            n=0, lineterm=""))
        if changes:
            print("\n".join(changes))
            report.violation(name, "is not what kbntd prints: run 'make update-reference'")
    if "--update" not in sys.argv:
        report.finish()


main()

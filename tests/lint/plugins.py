# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at each built plugin: one symbol, bound at load, complete, and libkbnt its only tie.

plugins.py [FILE.so...]; without arguments, all plugins of the build."""
import os
import re
import subprocess
import sys
from pathlib import Path

from source import Report


def output(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def built_plugins():
    for library in os.environ["KBNT_TEST_PLUGINS"].split():
        path = Path(library)
        yield str(path.parent / ".libs" / (path.stem + ".so"))


def check(report, plugin):
    defined = {line.split()[-1] for line in output("nm", "-D", "--defined-only",
                                                   plugin).splitlines()}
    if defined != {"kbnt_plugin"}:
        report.violation(plugin, f"defines {sorted(defined)}, not exactly 'kbnt_plugin'")

    dynamic = output("readelf", "-dW", plugin)
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", dynamic)
    kbnt = [name for name in needed if "kbnt" in name]
    if [name for name in kbnt if not re.fullmatch(r"libkbnt\.so\.\d+", name)] or not kbnt:
        report.violation(plugin, f"leans on {kbnt}, not on libkbnt alone")
    if "BIND_NOW" not in dynamic and " NOW" not in dynamic:
        report.violation(plugin, "is not linked with -z now")

    for symbol in re.findall(r"undefined symbol:\s*(\S+)", output("ldd", "-r", plugin)):
        report.violation(plugin, f"needs '{symbol}', which no library of its own gives")


def main():
    report = Report("plugins")
    os.chdir(os.environ["KBNT_TEST_BUILDDIR"])
    for plugin in sys.argv[1:] or built_plugins():
        if os.path.exists(plugin):
            check(report, plugin)
        else:
            report.violation(plugin, "was not built")
    report.finish()


main()

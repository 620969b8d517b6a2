# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links each layer with nothing but what it may lean on: any other need is an undefined symbol.

link-alone.py LIBRARY.a [ARGUMENT...] links one archive; without arguments, all layers."""
import os
import subprocess
import sys
import tempfile

from source import Report

LAYERS = ["domain", "application", "infrastructure"]


def archive(layer):
    return f"core/{layer}/.libs/libkbnt-{layer}.a"


def link(whole, rest):
    """Links the whole archive into a throw-away library. Returns the linker's complaints."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*os.environ["CC"].split(), *os.environ["KBNT_LDFLAGS"].split(), "-shared",
                   "-Wl,-z,defs", "-o", f"{folder}/alone.so",
                   "-Wl,--whole-archive", whole, "-Wl,--no-whole-archive", *rest]
        result = subprocess.run(command, capture_output=True, text=True)
    return [] if result.returncode == 0 else [
        line for line in result.stderr.splitlines() if "undefined reference" in line
    ] or [result.stderr]


def main():
    report = Report("link-alone")
    os.chdir(os.environ["KBNT_TEST_BUILDDIR"])
    if len(sys.argv) > 1:
        checks = [(sys.argv[1], sys.argv[2:])]
    else:
        base = ["lib/.libs/libkbnt.so", *os.environ["GLIB_LIBS"].split()]
        outer = os.environ["INFRASTRUCTURE_LIBS"].split()
        checks = [(archive(layer),
                   [archive(inner) for inner in reversed(LAYERS[:i])] + base
                   + ([a for a in outer if a.startswith("-")] if i == 2 else []))
                  for i, layer in enumerate(LAYERS)]
    for whole, rest in checks:
        for line in link(whole, rest):
            report.violation(whole, line)
    report.finish()


main()

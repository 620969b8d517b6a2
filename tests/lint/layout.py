# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks clang-format whether the C source has the layout of .clang-format."""
import re
import shutil
import subprocess
from pathlib import Path

from source import Report, files, root, skip

# Versions disagree about details, and one of them must decide.
VERSION = "14"


def main():
    program = shutil.which(f"clang-format-{VERSION}") or shutil.which("clang-format")
    if not program:
        skip("clang-format is not installed")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if f"version {VERSION}." not in version:
        skip(f"{version.strip()} is not version {VERSION}, which decides")

    top, report = root(), Report("layout")
    style = Path(__file__).resolve().parents[2] / ".clang-format"
    for path in files(top, ".c", ".h"):
        result = subprocess.run([program, f"--style=file:{style}", "--dry-run", "-Werror", path],
                                capture_output=True, text=True)
        lines = re.findall(r":(\d+):\d+: error:", result.stderr)
        if result.returncode != 0:
            report.violation(path.relative_to(top),
                             f"line {', '.join(lines)}: run {program} -i on it")
    report.finish()


main()

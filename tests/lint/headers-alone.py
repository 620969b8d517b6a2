# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles each public header alone, as strict C99 and as C++."""
import os
import subprocess

from source import Report, root

LANGUAGES = [("C99", "CC", ["-x", "c", "-std=c99"]), ("C++", "CXX", ["-x", "c++", "-std=c++11"])]


def main():
    top, report = root(), Report("headers-alone")
    glib = [flag.replace("-I", "-isystem", 1) for flag in os.environ["GLIB_CFLAGS"].split()]
    for header in sorted((top / "include/kbnt").glob("*.h")):
        for language, compiler, flags in LANGUAGES:
            result = subprocess.run(
                [*os.environ[compiler].split(), *flags, "-fsyntax-only", "-pedantic", "-Wall",
                 "-Wextra", "-Werror", "-Wno-unused-parameter", f"-I{top}/include", *glib, "-"],
                input=f'#include "kbnt/{header.name}"\ntypedef int kbnt_not_empty;\n', capture_output=True, text=True)
            if result.returncode != 0:
                report.violation(header.relative_to(top), f"as {language}:\n{result.stderr}")
    report.finish()


main()

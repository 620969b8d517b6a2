# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the layout of the public structs, the public constants and the exported symbols of
libkbnt with tests/abi/baseline.txt. "make update-abi" writes that file anew.

abi.py [--update] [BASELINE [INCLUDE [LIBRARY]]]"""
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ["KBNT_TEST_SRCDIR"])
TAG = re.compile(r"^ <(\d+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+)\)")
ATTRIBUTE = re.compile(r"^    <[0-9a-f]+>\s+DW_AT_(\w+)\s*: (.*)")

# What readelf puts before a value, by version: "(data1) ", "(strp) (offset: 0x1271): ".
FORM = re.compile(r"^(\(\w+\) )?(\(.*?\): )?")


def debug_entries(include):
    """Yields (depth, offset, tag, attributes) of all types that the public headers declare."""
    headers = "".join(f'#include "kbnt/{h.name}"\n'
                      for h in sorted((include / "kbnt").glob("*.h")))
    with tempfile.TemporaryDirectory() as folder:
        compiled = f"{folder}/headers.o"
        subprocess.run([*os.environ["CC"].split(), "-x", "c", "-g", "-gdwarf-4", "-c",
                        "-fno-eliminate-unused-debug-types", f"-I{include}",
                        *os.environ["GLIB_CFLAGS"].split(), "-o", compiled, "-"],
                       input=headers, text=True, check=True)
        dump = subprocess.run(["readelf", "--debug-dump=info", "-W", compiled],
                              capture_output=True, text=True, check=True).stdout
    entry = None
    for line in dump.splitlines():
        tag, attribute = TAG.match(line), ATTRIBUTE.match(line)
        if tag:
            if entry:
                yield entry
            entry = (int(tag[1]), tag[2], tag[3].removeprefix("DW_TAG_"), {})
        elif attribute and entry:
            entry[3][attribute[1]] = FORM.sub("", attribute[2]).strip()
    if entry:
        yield entry


def layouts(include):
    """Lines for each struct and constant whose name begins with Kbnt or KBNT_."""
    entries = list(debug_entries(include))
    names = {}
    for _, _, tag, attributes in entries:
        target = re.search(r"<0x([0-9a-f]+)>", attributes.get("type", ""))
        if tag == "typedef" and target:
            names.setdefault(target[1], attributes["name"])
    owner = None
    for depth, offset, tag, attributes in entries:
        name = attributes.get("name", "")
        if depth == 1:
            owner = names.get(offset, name) if tag == "structure_type" else None
            if owner and owner.startswith("Kbnt") and "byte_size" in attributes:
                yield f"struct {owner} size {int(attributes['byte_size'], 0)}"
        elif tag == "member" and owner and owner.startswith("Kbnt"):
            place = int(attributes["data_member_location"].split()[0], 0)
            yield f"struct {owner} at {place:04} {name}"
        elif tag == "enumerator" and name.startswith("KBNT_"):
            yield f"constant {name} = {attributes['const_value']}"


def exported(library):
    """Lines for each symbol of the public node; the private node may change at any time."""
    dump = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", library],
                          capture_output=True, text=True, check=True).stdout
    for symbol in re.findall(r" [TDBRV] (\w+)@@KBNT_1$", dump, re.M):
        yield f"symbol {symbol}"


def main():
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    defaults = [SOURCE / "tests/abi/baseline.txt", SOURCE / "include",
                Path(os.environ["KBNT_TEST_BUILDDIR"]) / "lib/.libs/libkbnt.so"]
    baseline, include, library = [Path(a) for a in arguments] + defaults[len(arguments):]
    if sys.maxsize < 2 ** 32:
        print("skipped: the baseline is of a 64-bit machine")
        sys.exit(77)

    present = sorted({*layouts(include), *exported(library)})
    if "--update" in sys.argv:
        baseline.write_text("\n".join(present) + "\n")
        return
    changes = [line for line in difflib.unified_diff(
        baseline.read_text().splitlines(), present, str(baseline.name), "the build", n=0,
        lineterm="") if not line.startswith("@@")]
    print("\n".join(changes))
    if changes:
        print("the ABI moved: what is appended raises KBNT_ABI_MINOR, all else KBNT_ABI_MAJOR, "
              "with a dated line in kbnt-plugin.h; then 'make update-abi' and commit the baseline")
    print("0 passed, 1 failed" if changes else "1 passed, 0 failed")
    sys.exit(1 if changes else 0)


main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints the C file of embedded-schemas.h from ids.table and the .avsc files beside it."""
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def rows():
    for line in (FOLDER / "ids.table").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def literal(text):
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        yield f'      "{escaped}"'


def main():
    out = ["/* Made from schemas/ids.table by schemas/embed.py: do not edit. */",
           '#include "embedded-schemas.h"', "",
           "const KbntEmbeddedSchema kbnt_embedded_schemas[] = {"]
    for number, version, subject, file, _ in rows():
        out.append(f'    {{ {number}, {version}, "{subject}",')
        out.extend(literal((FOLDER / file).read_text()))
        out.append("    },")
    out += ["};", "", "const guint kbnt_n_embedded_schemas = G_N_ELEMENTS(kbnt_embedded_schemas);"]
    Path(sys.argv[1]).write_text("\n".join(out) + "\n")


main()

# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the functions in a plugin's table of operations to 'plugin prefix + operation'."""
import re

from source import Report, files, root, without_comments_and_strings

TABLE = re.compile(r"\bKbnt\w*Ops\s+\w+\s*=\s*\{(.*?)\n?\};", re.S)
ENTRY = re.compile(r"\.(\w+)\s*=\s*([a-z_]\w*)\s*[,}\n]")


def main():
    top, report = root(), Report("ops-names")
    for path in files(top / "plugins", ".c"):
        text = without_comments_and_strings(path.read_text())
        prefix = path.relative_to(top).parts[2].replace("-", "_")
        for table in TABLE.finditer(text):
            for entry in ENTRY.finditer(table[1]):
                operation, function = entry.groups()
                line = text.count("\n", 0, table.start(1) + entry.start()) + 1
                if function != f"{prefix}_{operation}" and not operation.endswith("size"):
                    report.violation(f"{path.relative_to(top)}:{line}",
                                     f".{operation} is '{function}', not '{prefix}_{operation}'")
    report.finish()


main()

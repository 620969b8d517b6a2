# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds schemas/ to its promises: ids are kept, text is kept, every version reads every other."""
import hashlib
import json
from itertools import permutations

from source import Report, root

FIRST_ID = 1263632001
PROMOTED = {("int", "long"), ("int", "float"), ("int", "double"), ("long", "float"),
            ("long", "double"), ("float", "double"), ("string", "bytes"), ("bytes", "string")}


def rows(folder):
    for line in (folder / "ids.table").read_text().splitlines():
        if line and not line.startswith("#"):
            number, version, subject, file, digest = line.split()
            yield int(number), int(version), subject, file, digest


def check_table(report, folder, table):
    versions = {}
    for position, (number, version, subject, file, digest) in enumerate(table):
        if number != FIRST_ID + position:
            report.violation(file, f"id {number} is not the next after the one before")
        versions[subject] = versions.get(subject, 0) + 1
        if version != versions[subject]:
            report.violation(file, f"version {version} of '{subject}' is not the next one")
        if hashlib.sha256((folder / file).read_bytes()).hexdigest() != digest:
            report.violation(file, "was changed: give the new text a new file and a new id")
    for path in folder.glob("*.avsc"):
        if path.name not in {row[3] for row in table}:
            report.violation(path.name, "has no id in ids.table")


def names_of(schema, names):
    """Resolves references: returns the schema and remembers the named types in it."""
    if isinstance(schema, list):
        return [names_of(branch, names) for branch in schema]
    if isinstance(schema, str):
        return names.get(schema, schema)
    if "name" in schema:
        names[schema["name"]] = schema
    if schema["type"] == "record":
        for field in schema["fields"]:
            field["type"] = names_of(field["type"], names)
    if schema["type"] == "array":
        schema["items"] = names_of(schema["items"], names)
    return schema


def kind(schema):
    return schema if isinstance(schema, str) else "union" if isinstance(schema, list) \
        else schema["type"]


def faults(reader, writer, path):
    """Yields why the reader cannot read what the writer wrote (Avro 1.11, Schema Resolution)."""
    if isinstance(writer, list):
        for branch in writer:
            yield from faults(reader, branch, path)
    elif isinstance(reader, list):
        if all(list(faults(branch, writer, path)) for branch in reader):
            yield f"{path}: no branch for {kind(writer)}"
    elif kind(reader) != kind(writer):
        if (kind(writer), kind(reader)) not in PROMOTED:
            yield f"{path}: {kind(writer)} is not readable as {kind(reader)}"
    elif kind(reader) == "array":
        yield from faults(reader["items"], writer["items"], f"{path}[]")
    elif kind(reader) == "record":
        yield from record_faults(reader, writer, path)


def record_faults(reader, writer, path):
    if reader["name"] != writer["name"]:
        yield f"{path}: record '{writer['name']}' is not '{reader['name']}'"
        return
    written = {field["name"]: field for field in writer["fields"]}
    for field in reader["fields"]:
        if field["name"] in written:
            yield from faults(field["type"], written[field["name"]]["type"],
                              f"{path}.{field['name']}")
        elif "default" not in field:
            yield f"{path}.{field['name']}: has no default"


def check_compatibility(report, folder, table):
    loaded = {row: names_of(json.loads((folder / row[3]).read_text()), {}) for row in table}
    for reader, writer in permutations(table, 2):
        if reader[2] != writer[2]:
            continue
        for fault in faults(loaded[reader], loaded[writer], loaded[reader]["name"]):
            report.violation(reader[3], f"cannot read {writer[3]}: {fault}")


def main():
    report = Report("schemas")
    folder = root() / "schemas"
    table = list(rows(folder))
    check_table(report, folder, table)
    check_compatibility(report, folder, table)
    report.finish()


main()

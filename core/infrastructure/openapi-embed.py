# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints openapi.json as the C file that the daemon serves it from; white space is left out."""
import json
import sys

WIDTH = 90

source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    text = json.dumps(json.load(file), separators=(",", ":"), ensure_ascii=True)
text = text.replace("\\", "\\\\").replace('"', '\\"')
lines = []
while text:
    cut = WIDTH
    while text[cut - 1:cut] == "\\":
        cut += 1
    lines.append(f'    "{text[:cut]}"')
    text = text[cut:]
with open(target, "w", encoding="utf-8") as file:
    file.write("/* Printed from openapi.json by openapi-embed.py. */\n")
    file.write('#include "openapi.h"\n\nconst char kbnt_openapi_text[] =\n')
    file.write("\n".join(lines) + ";\n")
